"""What every test may lean on. Servers are started by tests/servers.py, before Django's settings are read."""

import os
import time
from collections.abc import Generator, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import time_machine
from django.test import override_settings
from pytest_django import Settings

from papers.search import fits
from papers.search.semantic import MINILM
from tests import clock
from tests.depth import DEEP, examples
from tests.sink import Sink

TESTS = Path(__file__).parent
GROUPS = {  # of files that share a site and a browser, or the process whose forks are killed
    "journeys": {TESTS / "journeys"},
    "faults": {TESTS / "faults", TESTS / "subscriptions/sending/test_ledger.py"},
}
hypothesis.settings.register_profile("here", examples())
hypothesis.settings.load_profile("here")


def pytest_report_header() -> list[str]:
    semantic = without_semantic() or "tested with the weights in ENCODER_PATH"
    depth = "deep" if DEEP else "as `make test`; TEST_DEPTH=deep runs what is marked deep too"
    return [f"depth: {depth}", f"clock: {clock.MOMENT:%Y-%m-%d %H:%M} UTC", f"semantic encoder: {semantic}"]


def without_semantic() -> str:
    """Why the optional encoder cannot be tested here; empty where it can."""
    if not all(map(find_spec, MINILM.libraries)):
        return f"NOT tested, as its libraries are missing: {MINILM.install}"
    if not os.environ.get("ENCODER_PATH"):
        return "NOT tested, as ENCODER_PATH names no folder with its weights"
    return ""


@pytest.hookimpl(wrapper=True, tryfirst=True)  # Before pytest-xdist reads the groups.
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, Any, Any]:
    """What is marked deep is left to deep runs.

    A file's tests stay on one worker, as they share what is slow to set up. Those that commit empty the database in
    the end, of its topics too. pytest-django has them come after all others that ask for it; as a group of their own
    they do so on every worker, where groups are kept in their order. Journeys come first: they wait for a browser,
    and meanwhile the other workers have the most to do.
    """
    if not DEEP:
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("deep")])
        items[:] = [item for item in items if not item.get_closest_marker("deep")]
    for item in items:
        marker = item.get_closest_marker("django_db")
        commits = marker is not None and marker.kwargs.get("transaction")
        shares = [name for name, paths in GROUPS.items() if paths & {item.path, item.path.parent}]
        together = shares[0] if shares else item.location[0]
        item.add_marker(pytest.mark.xdist_group("commits" if commits else together))
    result = yield
    items.sort(key=lambda item: item.path.parent != TESTS / "journeys")
    return result


@pytest.fixture(scope="session", autouse=True)
def traveller() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(clock.MOMENT) as traveller:
        clock.tell_processes()
        yield traveller


@pytest.fixture(autouse=True)
def _at_the_moment(traveller: time_machine.Traveller) -> None:
    """Each test anew, however long the run takes."""
    clock.tell_processes()
    traveller.move_to(clock.MOMENT)
    time.time()  # From here on it passes; else it would wait for the first who asks.
    fits.loaded.cache_clear()  # It is sure that no two fits were begun at the same moment.


@pytest.fixture(scope="session", autouse=True)
def _pages_are_made_each_time() -> Iterator[None]:
    """Tests write rows by themselves, which tells nobody; those of what is kept in memory say so."""
    with override_settings(PAGES_KEPT=0):
        yield


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
