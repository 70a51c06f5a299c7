"""What every test may lean on. Servers are started by tests/servers.py, before Django's settings are read."""

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from pytest_django import Settings

from tests.sink import Sink

# No deadline: machines are shared, and speed is measured by benchmarks. The same examples every time.
hypothesis.settings.register_profile("here", deadline=None, derandomize=True)
hypothesis.settings.load_profile("here")


@pytest.fixture
def mailbox(settings: Settings, tmp_path: Path) -> Path:
    """The folder that letters are written to, of this test alone."""
    settings.MAIL_DIR = tmp_path / "mail"
    return settings.MAIL_DIR


@pytest.fixture
def sink(settings: Settings) -> Iterator[Sink]:
    """A mail server of this test alone, which the site sends by."""
    with Sink() as sink:
        sink.serves(settings)
        yield sink
