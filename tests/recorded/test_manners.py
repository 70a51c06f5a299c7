"""Real time: three seconds between requests to arXiv, and never more of Hugging Face than it allows."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from pytest_django import Settings

from papers import collecting, lookups
from papers.sources import SOURCES, calendar
from tests.recorded.conftest import NEWEST, Replica, a_replica

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 23, tzinfo=UTC)


@pytest.fixture
def strict(tmp_path: Path, settings: Settings) -> Iterator[tuple[Replica, Path]]:
    """A stand-in that refuses arXiv requests closer together than 3 s, and its log."""
    log = tmp_path / "log"
    with a_replica("--log", log, "--arxiv-spacing", 2.99) as replica:
        settings.HUGGINGFACE_URL = settings.ARXIV_RSS_URL = settings.ARXIV_API_URL = replica.url
        settings.ARXIV_OAI_URL = f"{replica.url}/oai"
        yield replica, log


def asked(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_arxiv_is_asked_every_three_seconds_over_feed_archive_and_query(strict: tuple[Replica, Path]):
    arxiv, (_, log) = SOURCES["arxiv"], strict
    lookups.ask_for(["arxiv:2608.16590"], NOW)

    days = list(collecting.backfill(arxiv, calendar.days(NEWEST - timedelta(days=2), NEWEST), NOW))
    found = lookups.look_up(arxiv, NOW)

    requests = asked(log)
    assert [one.failed for one in days] == [False] * 3
    assert found == [] or found[0].outcome == "found"  # not between 00:00 and 01:00 UTC
    assert {record["status"] for record in requests} == {200}
    assert {str(record["path"])[:4] for record in requests} >= {"/rss", "/oai"}
    assert min(later["time"] - earlier["time"] for earlier, later in pairwise(requests)) >= 2.99


def test_a_small_quota_of_hugging_face_is_never_exceeded_and_every_day_is_read(strict: tuple[Replica, Path]):
    replica, log = strict
    replica.steer("/__control", quota={"api": 5}, window=3)
    span = calendar.days(date(2026, 7, 20), date(2026, 8, 2))

    days = list(collecting.backfill(SOURCES["huggingface"], span, NOW))

    assert [str(one) for one in days if one.failed] == []
    assert {record["status"] for record in asked(log)} == {200}
    assert len(asked(log)) > 10
