"""The clock of the tests themselves."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

from tests.clock import MOMENT

A_MINUTE = timedelta(minutes=1)


def test_each_test_begins_at_the_moment_of_the_run():
    assert MOMENT <= datetime.now(UTC) < MOMENT + A_MINUTE


def test_a_process_begins_there_too():
    said = subprocess.check_output(
        [sys.executable, "-c", "import datetime; print(datetime.datetime.now(datetime.UTC).isoformat())"], text=True
    )

    assert MOMENT <= datetime.fromisoformat(said.strip()) < MOMENT + A_MINUTE
