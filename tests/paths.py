"""Where things lie."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "tests" / "pages"  # small invented samples of what sources answer
