"""What every test may lean on. Servers are started by tests/servers.py, before Django's settings are read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django.fixtures import SettingsWrapper

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)  # a Thursday


@pytest.fixture
def now() -> datetime:
    return NOON


@pytest.fixture
def mailbox(settings: SettingsWrapper, tmp_path: Path) -> Path:
    """The folder that letters are written to, of this test alone."""
    settings.MAIL_DIR = tmp_path / "mail"
    return settings.MAIL_DIR
