"""What a mail server accepted, held against what the ledger says of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from subscriptions.models import Letter
from tests.faults.sink import ACCEPTED_UNHEARD

State = Letter.State
AN_END = {State.FAILED, State.SKIPPED, State.UNCERTAIN}  # without being known to be accepted


@dataclass(frozen=True)
class Verdict:
    """Message-IDs. The first four must be empty, whatever happened."""

    twice: set[str]  # accepted twice
    untrue: set[str]  # marked sent and not accepted
    lost: set[str]  # neither accepted nor accounted for
    denied: set[str]  # accepted, and said to have failed or to be still to come
    on_purpose: set[str]  # uncertain, as the mail server meant it to be
    by_faults: set[str]  # uncertain, as something was killed

    @property
    def never(self) -> dict[str, set[str]]:
        """What must not be, by its name."""
        return {
            "accepted twice": self.twice,
            "marked sent and not accepted": self.untrue,
            "neither accepted nor accounted for": self.lost,
            "accepted and said not to be": self.denied,
        }

    @property
    def broken(self) -> set[str]:
        return self.twice | self.untrue | self.lost | self.denied


def judge(accepted: Iterable[tuple[str, str]]) -> Verdict:
    """Of all letters, once nobody drains any more and nothing is due."""
    counts = Counter(message_id for _recipient, message_id in accepted)
    states, purpose = {}, set()
    for name, state, address in Letter.objects.values_list("message_id", "state", "subscriber__address"):
        states[str(name)] = state
        if (address or "").partition("@")[0].endswith(ACCEPTED_UNHEARD):
            purpose.add(str(name))
    uncertain = {name for name, state in states.items() if state == State.UNCERTAIN}
    return Verdict(
        twice={name for name, times in counts.items() if times > 1},
        untrue={name for name, state in states.items() if state == State.SENT and name not in counts},
        lost={name for name, state in states.items() if state not in AN_END and name not in counts},
        denied={name for name in counts if states.get(name) not in (State.SENT, State.UNCERTAIN)},
        on_purpose=uncertain & purpose & set(counts),
        by_faults=uncertain - (purpose & set(counts)),
    )
