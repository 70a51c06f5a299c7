"""`manage.py run --now` on recorded days, as somebody looks at a full site of then: one clock in all its processes."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.otherday import running
from tests.recorded.conftest import a_replica

WITHIN = timedelta(minutes=10)  # that a site lives here at most


def moments(folder: Path, query: str) -> list[datetime]:
    """Moments of the site's clock that its rows were given, in UTC."""
    found = sqlite3.connect(folder / "paper-route.sqlite3").execute(query).fetchall()
    return [datetime.fromisoformat(moment).replace(tzinfo=UTC) for (moment,) in found]


@pytest.mark.parametrize("noon", [datetime(2026, 7, 7, 12, tzinfo=UTC), datetime(2026, 8, 11, 12, tzinfo=UTC)])
def test_a_site_begun_on_a_recorded_day_writes_the_letter_of_the_next(noon: datetime, tmp_path: Path):
    morning = noon + timedelta(hours=19)  # when the reader's hour strikes
    with a_replica("--today", noon.date(), "--hour", noon.hour) as replica:
        with running(replica.url, tmp_path, noon.isoformat()) as site:
            welcome = site.subscribes("agents")
            begun = noon, noon + WITHIN
            assert f"{noon:%A}, {noon.day} {noon:%B %Y}" in site.page("/")
            assert f"{noon:%Y-%m-%d %H}:" in site.page("/status/").partition("As of <time ")[2][:60]
        replica.steer("/__clock", today=str(morning.date()), hour=morning.hour)
        with running(replica.url, tmp_path, morning.isoformat()) as site:
            digest = site.letter("digest")

    seen = moments(tmp_path, "SELECT first_seen_at FROM papers_paper ORDER BY 1")
    (signed_up,) = moments(tmp_path, "SELECT created_at FROM subscriptions_subscriber")
    (planned,) = moments(tmp_path, "SELECT planned_at FROM subscriptions_letter WHERE kind = 'digest'")
    # Whoever collects, serves pages and writes letters goes by the one clock: what came later in truth is later by it.
    assert begun[0] <= seen[0] < signed_up < welcome["Date"].datetime + timedelta(seconds=1) < begun[1]
    assert morning <= planned <= digest["Date"].datetime + timedelta(seconds=1) < morning + WITHIN
    assert all(begun[0] <= one < begun[1] or morning <= one < morning + WITHIN for one in seen)
    (latest,) = moments(tmp_path, "SELECT max(day) FROM papers_sighting")
    assert latest.date() <= morning.date()
