"""Python loads this as it starts, in each process that a test starts: its clock is as far ahead as the test's."""

import os
import time
from datetime import timedelta

if ahead := os.environ.get("TEST_CLOCK_AHEAD"):
    import time_machine

    time_machine.travel(timedelta(seconds=float(ahead))).start()
    time.time()  # From here on it passes; else it would wait for the first who asks, and processes would differ.
