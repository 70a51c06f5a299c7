"""What time it is in a test: never what the machine says, so that a run is the same at any hour of any day.

Each test begins at the same moment, from which time passes as it does; TEST_CLOCK names another (`make deep` runs
where days, months, years and clocks change). A process that a test starts is as far ahead: it finds `sitecustomize.py`
of this folder and reads there by how much. What waits goes by the monotonic clock, which is left alone.

A database keeps its own clock. Leases are written and read by it, so a test makes one old by `Now()` as well; nothing
else may compare the two.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import time_machine

MOMENT = datetime.fromisoformat(os.environ.get("TEST_CLOCK") or "2026-12-02T10:00").replace(tzinfo=UTC)  # a Wednesday
AHEAD = "TEST_CLOCK_AHEAD"  # the variable that tells processes how many seconds


def machine_now() -> datetime:
    """In a test, for what is not ours to move, such as certificates: OpenSSL looks at the machine's clock."""
    now: datetime = time_machine.escape_hatch.datetime.datetime.now(UTC)
    return now


def tell_processes() -> None:
    """Those that are started from now on begin at the moment, too."""
    os.environ[AHEAD] = str((MOMENT - machine_now()).total_seconds())
    folder, others = str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")
    if folder not in others.split(os.pathsep):
        os.environ["PYTHONPATH"] = folder + (os.pathsep + others if others else "")
