"""Letters of a kind composed together, in which one that cannot be written spoils none of the others."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from django.db import DataError, transaction

from subscriptions.composing import BadLetter, Composed
from subscriptions.models import Letter

logger = logging.getLogger(__name__)
# What a row can raise that holds something else than it should. Whatever else goes wrong is nobody's row.
SPOILT = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    StopIteration,
    RuntimeError,  # a StopIteration within a generator
    IsADirectoryError,  # "Europe" as a time zone
    DataError,  # the database has a value that Python has not
)
Compose = Callable[[Sequence[Letter], datetime], Mapping[int, Composed]]


@dataclass(frozen=True)
class Unwritable:
    """In place of a draft: the letter ends with the reason."""

    reason: str

    def message(self) -> NoReturn:
        raise BadLetter(self.reason)

    def content(self) -> NoReturn:
        raise BadLetter(self.reason)


def composed(compose: Compose, letters: Sequence[Letter], now: datetime) -> dict[int, Composed]:
    """What `compose` makes of these letters, in one go, or in as many as it takes to find those it cannot write."""
    try:
        with transaction.atomic():
            return dict(compose(letters, now))
    except (*SPOILT, BadLetter) as error:
        reason = f"The letter could not be written: {type(error).__name__}: {error}"
    if len(letters) == 1:
        logger.error("%s: %s", letters[0], reason)
        return {letters[0].pk: Unwritable(reason)}
    half = len(letters) // 2
    return composed(compose, letters[:half], now) | composed(compose, letters[half:], now)
