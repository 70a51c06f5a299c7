"""Settings: README lists each variable that is read, and no other."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
READERS = r'\b(?:variable|required|whole_number|switch|web_address|listed)\(\s*"([A-Z_]+)"'

pytestmark = pytest.mark.one_database


def read_by_settings() -> set[str]:
    return set(re.findall(READERS, (ROOT / "digest" / "settings.py").read_text()))


def listed_in_readme() -> set[str]:
    rows = re.findall(r"^\| ((?:`[A-Z_*]+`(?:, )?)+) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    return set(re.findall(r"`([A-Z_*]+)`", " ".join(rows)))


def test_readme_lists_every_variable_that_settings_read_and_no_other():
    assert listed_in_readme() == read_by_settings() | {"ANYMAIL_*"}


def test_settings_are_the_only_reader_of_the_environment():
    rooms = [file for room in ("papers", "subscriptions", "digest") for file in (ROOT / room).rglob("*.py")]

    readers = {
        str(file.relative_to(ROOT))
        for file in rooms
        if re.search(r"os\.(environ|getenv)\b(?!\.setdefault)", file.read_text())
    }

    assert readers == {"digest/settings.py"}
