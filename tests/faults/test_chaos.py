"""The random storm of `make chaos`, in short."""

from dataclasses import replace
from pathlib import Path

from subscriptions.models import Letter
from tests.depth import DEEP
from tests.faults import chaos
from tests.faults.sink import FaultySink
from tests.servers import Cluster

SHORT = chaos.Plan(letters=300, kills=4, restarts=1, others=1, minutes=2, chunk=20, patience=1.5)
SHORT = SHORT if DEEP else replace(SHORT, letters=120, kills=2)


def test_every_letter_of_a_storm_is_accepted_once_or_accounted_for(
    database: str, cluster: Cluster | None, tmp_path: Path
):
    with FaultySink(tmp_path) as sink:
        report = chaos.Storm(SHORT, database, sink, cluster).run()

    told = "\n".join(report.lines())
    assert report.broken == [], told
    assert report.faults["kill"] == SHORT.kills, told
    assert Letter.objects.count() == SHORT.letters
    # Of each drain that is killed one chunk may be given up: never offered, its papers promised to later letters.
    assert report.accepted > 0.9 * SHORT.letters - SHORT.kills * SHORT.chunk, told
