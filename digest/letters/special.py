"""The one line at the top of a letter that is not like the others: found as it is planned, as a code with parameters;
digest.letters.wording has the words. Nothing is said but what the tables know."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from digest.letters import wording
from digest.matching.gathering import LISTED_WITHIN
from subscriptions import composing, mime, slots
from subscriptions.models import Letter, Subscriber

LOOKED_BACK = timedelta(days=14)  # for what became of a reader's last letters
DAYS_OF_A_WEEK = timedelta(days=6)  # from the first to the last
HALF_A_DAY = timedelta(hours=12)
LINES_KEPT = 2_000  # encoded, as many readers get the same


# ------------------------------------------------------------------------------------------------------------- finding


class Skipped(NamedTuple):
    """A digest that did not come."""

    slot: date
    reason: str
    planned_at: datetime


def lines(planned: Sequence[tuple[Subscriber, date]], now: datetime) -> list[dict[str, Any]]:
    """Of readers who are planned for now, each with the slot: what its letter keeps beside its papers, "special" or
    nothing. Called before they are moved on. In as many queries for many as for one."""
    skipped = _skipped([reader for reader, _slot in planned], now)
    found = [_found(reader, skipped[reader.pk], now) for reader, _slot in planned]
    return [{"special": line} if line else {} for line in found]


def _found(reader: Subscriber, skipped: Sequence[Skipped], now: datetime) -> dict[str, Any] | None:
    paused = reader.read_up_to and any(
        one.reason == "paused" and one.planned_at > reader.read_up_to for one in skipped
    )
    if paused or reader.cadence == Subscriber.Cadence.WEEKLY:
        first, last = _days_of(reader, now)
        code = "pause" if paused else "week" if last - first == DAYS_OF_A_WEEK else "days"
        return {"code": code, "first": first.isoformat(), "last": last.isoformat()} if first <= last else None
    return None


def _days_of(reader: Subscriber, now: datetime) -> tuple[date, date]:
    """The first and the last day whose papers a letter has, by the reader's calendar: of the days on which its time
    begins and ends those of which it has the greater part."""
    last = slots.local_date(now - HALF_A_DAY, reader.zone)
    since = slots.local_date((reader.read_up_to or now) + HALF_A_DAY, reader.zone)
    return max(since, (now - LISTED_WITHIN).date()), last


def _skipped(readers: Iterable[Subscriber], now: datetime) -> Mapping[int, list[Skipped]]:
    """The readers' digests of the last days that did not come, by reader."""
    rows = Letter.objects.filter(
        subscriber__in=readers,
        kind="digest",
        key__gte=(now - LOOKED_BACK).date().isoformat(),
        state=Letter.State.SKIPPED,
    )
    found: dict[int, list[Skipped]] = defaultdict(list)
    for reader, key, reason, at in rows.values_list("subscriber", "key", "reason", "planned_at"):
        found[reader].append(Skipped(date.fromisoformat(key), reason, at))
    return found


# ------------------------------------------------------------------------------------------------------------- showing


@dataclass(frozen=True)
class Special:
    """The line as letters show it."""

    words: str

    @property
    def html(self) -> SafeString:
        return render_to_string("mail/special.html", {"special": self})

    @property
    def text(self) -> SafeString:
        return render_to_string("mail/special.txt", {"special": self})

    def encoded(self, kind: str) -> bytes:
        """As "html" or "txt". Raises UnicodeEncodeError."""
        return _encoded(kind, self)


@lru_cache(maxsize=LINES_KEPT)
def _encoded(kind: str, line: Special) -> bytes:
    return mime.quoted(composing.inlined_fragment(line.html) if kind == "html" else line.text)


def of(letters: Iterable[Letter]) -> dict[int, Special]:
    """By letter's key; of those that have one."""
    found = {letter.pk: letter.contents["special"] for letter in letters if "special" in letter.contents}
    return {pk: Special(wording.special(line)) for pk, line in found.items()}
