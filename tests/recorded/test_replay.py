"""A site's life over all recorded days, with faults and sudden deaths: nothing lost, no manners broken."""

import importlib.util
import json
import os
import random
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import pytest

from tests.recorded.conftest import NEWEST, Replica, a_replica
from tests.servers import database_url

FIRST = date(2024, 5, 27)
ARXIV_FIRST = date(2025, 3, 18)
SPEED = 50
LONGEST = 3 * 3600  # seconds that a replay may take when nobody kills it any more: 25 minutes of an idle machine
DEATHS = 20
JITTER = timedelta(seconds=1)  # 20 ms of a busy machine, hastened


@dataclass(frozen=True)
class Lived:
    """What a replay left: its database, the stand-in's log, the moments (by the machine's clock, by the site's)."""

    database: str
    log: list[dict[str, Any]]
    moments: list[tuple[float, datetime]]

    def ids(self) -> set[str]:
        with psycopg.connect(self.database) as connection:
            return {row[0] for row in connection.execute("SELECT arxiv_id FROM papers_paper")}

    def asked_at(self, record: dict[str, Any]) -> datetime:
        """By the site's own hastened time."""
        real, moment = self.moments[bisect_right(self.moments, record["time"], key=lambda one: one[0]) - 1]
        return moment + timedelta(seconds=(record["time"] - real) * SPEED)

    def to(self, *prefixes: str) -> list[dict[str, Any]]:
        return [record for record in self.log if record["path"].startswith(prefixes)]


@pytest.fixture(scope="session")  # Tests that use no database come later than those of other files.
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    folder = tmp_path_factory.mktemp("replay")
    log = folder / "log"
    with a_replica("--log", log) as replica:
        database = database_url("replay")
        environment = _environment(replica, database, folder)
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], env=environment, check=True)
        _live(environment, random.Random(20))
        records = [json.loads(line) for line in log.read_text().splitlines()]
        lines = [line.split() for line in (folder / "moments").read_text().splitlines() if " " in line]
        yield Lived(database, records, [(float(real), datetime.fromisoformat(moment)) for real, moment in lines])


def _environment(replica: Replica, database: str, folder: Path) -> dict[str, str]:
    sites = dict.fromkeys(("HUGGINGFACE_URL", "ARXIV_RSS_URL", "ARXIV_API_URL"), replica.url)
    sites["ARXIV_OAI_URL"] = f"{replica.url}/oai"
    return os.environ | sites | {"DATABASE_URL": database, "VAR_DIR": str(folder), "SPEED": str(SPEED)}


def _live(environment: dict[str, str], dice: random.Random) -> None:
    """Run the replay to its end, killing it DEATHS times on the way."""
    deaths = 0
    while True:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.recorded.replay", str(FIRST), str(NEWEST)], env=environment
        )
        try:
            code = process.wait(timeout=dice.uniform(3, 35) if deaths < DEATHS else LONGEST)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            deaths += 1
        else:
            assert (code, deaths) == (0, DEATHS)
            return


@pytest.fixture(scope="module")
def stand_in() -> ModuleType:
    spec = importlib.util.spec_from_file_location("stand_in", os.environ["REPLICA"])
    module = importlib.util.module_from_spec(spec)
    sys.modules["stand_in"] = module
    spec.loader.exec_module(module)
    return module


def announced(stand_in: ModuleType, categories: list[str]) -> set[str]:
    """The arXiv papers of the files that the stand-in announces in these categories, from the first day on."""
    site = stand_in.Site(stand_in.options(["--data", os.environ["REPLICA_DATA"], "--today", str(NEWEST)]))
    return {
        paper.id
        for paper in site.corpus.papers.values()
        if FIRST <= paper.announced <= NEWEST and any(stand_in.in_category(paper, name) for name in categories)
    }


@pytest.mark.django_db
def test_every_paper_of_the_files_is_stored_and_no_other(lived: Lived, replica: Replica, stand_in: ModuleType):
    from papers.sources.arxiv.categories import categories

    daily = {one for ids in replica.days.values() for one in ids}

    stored, expected = lived.ids(), daily | announced(stand_in, categories())

    assert (len(expected - stored), len(stored - expected)) == (0, 0)


def test_a_tenth_of_the_requests_failed_in_every_mode(lived: Lived):
    from tests.recorded.replay import MODES

    failed = [record["fault"] for record in lived.log if record["fault"]]

    assert set(failed) == {mode["fault"] for mode in MODES}
    assert 0.07 < len(failed) / len(lived.log) < 0.13


def test_arxiv_was_asked_once_in_three_seconds_at_most(lived: Lived):
    # What is noted is when a request arrives, in a time that runs many times as fast. One that is held up on its way
    # is followed too soon, or overtaken, but of six in a row the last comes 15 seconds after the first. That each
    # waits for its turn is tested where turns are taken.
    moments = sorted(lived.asked_at(record) for record in lived.to("/rss", "/oai", "/api/query"))

    in_a_row = [later - earlier for earlier, later in zip(moments, moments[5:], strict=False)]
    assert min(in_a_row) >= timedelta(seconds=15) - JITTER
    assert len(moments) > 1000


def test_arxiv_was_left_alone_for_ten_minutes_after_each_refusal(lived: Lived):
    records = lived.to("/rss", "/oai", "/api/query")

    pauses = [
        lived.asked_at(after) - lived.asked_at(record)
        for record, after in pairwise(records)
        if record["status"] in (429, 503)
    ]
    assert len(pauses) > 10
    assert min(pauses) >= timedelta(minutes=10) - JITTER


def test_hugging_face_was_never_asked_beyond_its_quota(lived: Lived):
    for prefix, quota in (("/api/", 500), ("/papers", 100)):
        moments = [
            lived.asked_at(record) for record in lived.to(prefix) if not record["path"].startswith("/api/query")
        ]
        windows = [bisect_right(moments, moment + timedelta(seconds=300)) - at for at, moment in enumerate(moments)]
        assert max(windows) <= quota


def test_hugging_face_was_left_alone_for_as_long_as_it_asked(lived: Lived):
    records = lived.to("/api/daily", "/papers")

    pauses = [
        lived.asked_at(after) - lived.asked_at(record)
        for record, after in pairwise(records)
        if record["fault"] == "429"
    ]
    assert len(pauses) > 10
    assert min(pauses) >= timedelta(seconds=20) - JITTER


def test_no_paper_is_stored_twice_and_each_has_its_days(lived: Lived, replica: Replica):
    with psycopg.connect(lived.database) as connection:
        counted = connection.execute("SELECT count(*), count(DISTINCT arxiv_id) FROM papers_paper").fetchone()
        seen = set(
            connection.execute(
                "SELECT arxiv_id, day FROM papers_sighting JOIN papers_paper p ON p.id = paper_id "
                "WHERE source = 'huggingface'"
            ).fetchall()
        )
    assert counted[0] == counted[1]
    assert seen == {(one, day) for day, ids in replica.days.items() for one in ids}


def test_how_often_a_reader_of_one_topic_finds_nothing_is_reported(lived: Lived, capsys: pytest.CaptureFixture[str]):
    """Printed, not judged: the share of weekdays on which nothing new was announced about the topic."""
    with psycopg.connect(lived.database) as connection:
        alone, both = (_empty_days(connection, sources) for sources in (["huggingface"], ["huggingface", "arxiv"]))
    with capsys.disabled():
        print("\nshare of weekdays with nothing for a reader of one topic: Daily Papers alone, and with arXiv")
        for topic in sorted(alone, key=lambda one: -alone[one]):
            print(f"  {topic:<36}{alone[topic]:>7.0%}{both[topic]:>7.0%}")
        print(f"  {'mean of the 20':<36}{sum(alone.values()) / 20:>7.0%}{sum(both.values()) / 20:>7.0%}")
    assert len(alone) == 20
    assert all(both[topic] <= alone[topic] for topic in alone)


def _empty_days(connection: psycopg.Connection, sources: list[str]) -> dict[str, float]:
    """Topic -> share of the days with Daily Papers since arXiv was recorded on which neither announced any."""
    days = "SELECT DISTINCT day FROM papers_sighting WHERE source = 'huggingface' AND day >= %s"
    total = connection.execute(f"SELECT count(*) FROM ({days}) AS days", [ARXIV_FIRST]).fetchone()[0]
    rows = connection.execute(
        "SELECT t.slug, count(DISTINCT s.day) FROM papers_topic t "
        "LEFT JOIN papers_papertopic pt ON pt.topic_id = t.id AND pt.score >= 0.5 "
        "LEFT JOIN papers_sighting s ON s.paper_id = pt.paper_id AND s.announced AND s.source = ANY(%s) "
        f"AND s.day IN ({days}) "
        "GROUP BY t.slug ORDER BY t.slug",
        [sources, ARXIV_FIRST],
    ).fetchall()
    every_third = rows[::3][:20]
    return {slug: 1 - found / total for slug, found in every_third}
