"""What we must know of a mail provider beyond what Anymail says of all of them in the same words.

Settings read it too, so nothing here or in a provider's module may import a model or an Anymail backend.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

# What a word in a report means to us, as Event.Type has it.
HARD_BOUNCE, SOFT_BOUNCE, COMPLAINT, UNSUBSCRIBED = "bounced", "soft", "complained", "unsubscribed"
DEFERRED, FAILED, NOTHING = "deferred", "failed", ""


def found(answer: Any, place: tuple[str, ...]) -> Any:
    """What stands at a place in JSON; None: nothing."""
    for name in place:
        answer = answer.get(name) if isinstance(answer, Mapping) else None
    return answer


@dataclass(frozen=True)
class IdempotencyKey:
    """How a provider is told that an offer is the same as one before, so that it takes a letter once only."""

    add: Callable[[Any, str], None]  # the key, to Anymail's payload of a message
    was_taken: Callable[[Any], bool]  # by an HTTP response that refuses what was offered again: it had the first offer


@dataclass(frozen=True)
class Provider:
    """A mail provider. One of which Anymail says all that we need has a name and no record of its own."""

    name: str  # as Anymail calls its module, and ANYMAIL_PROVIDER it
    esp_name: str = ""  # as Anymail writes it in what is reported
    places: tuple[tuple[str, ...], ...] = ()  # where its own words stand in a report; the first that is known decides
    words: Mapping[str, str] = field(
        default_factory=dict
    )  # its own for what Anymail has no word for, and their meaning
    # Where its own words stand in an answer that refuses a letter, and those that are about our account or sender.
    error_places: tuple[tuple[str, ...], ...] = ()
    account_errors: frozenset[str] = frozenset()
    idempotency_key: IdempotencyKey | None = None
    extra: str = ""  # its libraries: make install EXTRA=...

    @property
    def backend(self) -> str:
        return f"anymail.backends.{self.name}.EmailBackend"

    @property
    def webhook(self) -> str:
        """The name of the url, and so of the view, by which Anymail hears what it reports."""
        return f"{self.name}_tracking_webhook"

    @property
    def install(self) -> str:
        """What to do when its libraries are missing, to follow a sentence."""
        return f" (make install EXTRA={self.extra})" if self.extra else ""

    def refuses_account(self, answer: Any) -> bool:
        """Whether an answer that refuses a letter, taken out of its JSON, is about our account or sender."""
        return any(str(found(answer, place)) in self.account_errors for place in self.error_places)

    def is_known(self) -> bool:
        """Whether Anymail can speak to it."""
        return self.name.isidentifier() and find_spec(f"anymail.backends.{self.name}") is not None

    def reports(self) -> bool:
        """Whether Anymail can hear what it reports."""
        return self.name.isidentifier() and find_spec(f"anymail.webhooks.{self.name}") is not None
