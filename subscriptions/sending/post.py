"""The post office: takes due letters, composes them, hands them over, and writes down what came of it.

The ledger is the queue. A letter is committed as handed over before it is offered, so that from then on silence means
"uncertain", never "again".
"""

import time
from collections.abc import Callable
from datetime import datetime

from subscriptions.models import Letter
from subscriptions.sending import outcomes
from subscriptions.sending.draining import Draining

DRAIN_SECONDS = 30.0  # for whoever drains on the clock


def drain(now: datetime, enough: Callable[[], bool] = lambda: False) -> int:
    """Send every letter that is due, or until there has been `enough`; how many were sent. Any number of processes may
    drain at once.

    Time goes on from `now` while it drains: a welcome letter does not wait for the digests' end.
    """
    outcomes.recover(now)
    Letter.objects.release_expired()
    draining = Draining(now, enough)
    draining.run()
    return draining.sent


def for_a_while() -> Callable[[], bool]:
    """Enough after DRAIN_SECONDS: whoever drains on the clock stops then, so that planning and stopping need not
    wait."""
    until = time.monotonic() + DRAIN_SECONDS
    return lambda: time.monotonic() > until
