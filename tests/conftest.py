"""What every test may lean on. Servers are started by tests/servers.py, before Django's settings are read."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import hypothesis
import pytest
from pytest_django import Settings

from papers.search.semantic import MINILM
from tests.sink import Sink

FAULTS = Path(__file__).parent / "faults"
# No deadline: machines are shared, and speed is measured by benchmarks. The same examples every time.
hypothesis.settings.register_profile("here", deadline=None, derandomize=True)
hypothesis.settings.load_profile("here")


def pytest_report_header() -> str:
    return f"semantic encoder: {without_semantic() or 'tested with the weights in ENCODER_PATH'}"


def without_semantic() -> str:
    """Why the optional encoder cannot be tested here; empty where it can."""
    if not all(map(find_spec, MINILM.libraries)):
        return f"NOT tested, as its libraries are missing: {MINILM.install}"
    if not os.environ.get("ENCODER_PATH"):
        return "NOT tested, as ENCODER_PATH names no folder with its weights"
    return ""


@pytest.hookimpl(tryfirst=True)  # Before pytest-xdist reads the groups.
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests stay on one worker, as they share what is slow to set up.

    Those that commit empty the database in the end, of its topics too. pytest-django has them come after all others
    that ask for it; as a group of their own they do so on every worker, where groups are kept in their order.
    """
    for item in items:
        marker = item.get_closest_marker("django_db")
        commits = marker is not None and marker.kwargs.get("transaction")
        together = "faults" if item.path.parent == FAULTS else item.location[0]
        item.add_marker(pytest.mark.xdist_group("commits" if commits else together))


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix() -> None:
    """Nothing to do: each worker's databases have its name already, and SQLite's test database is in its memory."""


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
