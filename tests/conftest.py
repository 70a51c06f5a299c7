"""What every test may lean on. Servers are started by tests/servers.py, before Django's settings are read."""

from pathlib import Path

import hypothesis
import pytest
from pytest_django import Settings

# No deadline: machines are shared, and speed is measured by benchmarks. The same examples every time.
hypothesis.settings.register_profile("here", deadline=None, derandomize=True)
hypothesis.settings.load_profile("here")


@pytest.fixture
def mailbox(settings: Settings, tmp_path: Path) -> Path:
    """The folder that letters are written to, of this test alone."""
    settings.MAIL_DIR = tmp_path / "mail"
    return settings.MAIL_DIR
