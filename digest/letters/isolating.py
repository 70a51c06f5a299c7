"""Work for many readers at once, in which one reader's row spoils nobody else's part of it."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from subscriptions.models import Subscriber
from subscriptions.sending.writing import SPOILT

logger = logging.getLogger(__name__)
TRIED_AGAIN_AFTER = timedelta(hours=1)  # who was set apart: a time zone may be known again, or the row repaired
Work = Callable[[Sequence[Subscriber]], int]


def isolated(work: Work, readers: Sequence[tuple[int, str]], now: datetime) -> int:
    """What `work` returns for readers, each named by key and fault, summed. Who spoils it is set apart; who was before
    goes alone, so that the work for the others is not begun twice."""
    done = _together(work, [pk for pk, fault in readers if not fault], now)
    for pk, fault in readers:
        if fault:
            Subscriber.objects.filter(pk=pk).update(fault="")
            done += _together(work, [pk], now)
    return done


def _together(work: Work, keys: Sequence[int], now: datetime) -> int:
    """In one go, or in as many as it takes to find who spoils it. Each time with the rows as they are in the table."""
    if not keys:
        return 0
    try:
        with transaction.atomic():
            return work(_rows(keys))
    except SPOILT as error:
        reason = f"{type(error).__name__}: {error}"
    if len(keys) == 1:
        set_apart(keys[0], reason, now)
        return 0
    if spoilt := _faults(keys):
        for pk, fault in spoilt.items():
            set_apart(pk, fault, now)
        return _together(work, [pk for pk in keys if pk not in spoilt], now)
    half = len(keys) // 2
    return _together(work, keys[:half], now) + _together(work, keys[half:], now)


def _rows(keys: Sequence[int]) -> list[Subscriber]:
    rows = Subscriber.objects.select_for_update().in_bulk(keys)
    return [rows[pk] for pk in keys if pk in rows]


def _faults(keys: Sequence[int]) -> dict[int, str]:
    """Of those whose columns cannot be worked with, or not even read, what is wrong with them."""
    found: dict[int, str] = {}
    for pk in keys:
        try:
            with transaction.atomic():
                faults = [fault for row in _rows([pk]) for fault in row.faults.values()]
        except SPOILT as error:
            faults = [f"the row cannot be read: {error}"]
        if faults:
            found[pk] = "; ".join(faults)
    return found


def set_apart(reader: int, why: str, now: datetime) -> None:
    """The operator finds the reason in the admin; the reader is due again a little later."""
    logger.error("reader %d is left out: %s", reader, why)
    Subscriber.objects.filter(pk=reader).update(fault=why, next_due_at=now + TRIED_AGAIN_AFTER)
