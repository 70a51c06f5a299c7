"""The one line at the top of a letter that is not like the others: found as it is planned, as a code with parameters;
digest.letters.wording has the words. Nothing is said but what the tables know."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import takewhile
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Max, Min
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from digest.letters import wording
from digest.matching.choosing import Choice
from digest.matching.gathering import LISTED_WITHIN, Edition
from digest.matching.rankings import TRENDING_WITHIN
from papers.models import Paper
from papers.sources import SOURCES
from subscriptions import composing, mime, slots
from subscriptions.models import Letter, Subscriber

NOTHING_NEW = "nothing new"  # why a letter is skipped that was planned and has no papers
TOO_LATE = "too late"  # and one for which the site was not there
LOOKED_BACK = timedelta(days=14)  # for what became of a reader's last letters
DAYS_OF_A_WEEK = timedelta(days=6)  # from the first to the last
HALF_A_DAY = timedelta(hours=12)
MOST_SILENT = 3  # days that are named
LINES_KEPT = 2_000  # encoded, as many readers get the same
Line = dict[str, Any]  # a code with parameters


# ------------------------------------------------------------------------------------------------------------- finding


class Skipped(NamedTuple):
    """A digest that did not come."""

    slot: date
    reason: str
    planned_at: datetime
    contents: Mapping[str, Any]


class Newest(NamedTuple):
    """When the site learned last of a paper that was announced, and the last day for which it knows any."""

    seen_at: datetime
    listed_on: date


class Planned(NamedTuple):
    """A digest that is to come."""

    reader: Subscriber
    slot: date
    choice: Choice


def lines(planned: Sequence[Planned], now: datetime) -> list[dict[str, Any]]:
    """What each letter keeps beside its papers: "special" and the line, or nothing. Called before readers are moved
    on; as many queries for many as for one."""
    skipped, newest = _skipped([one.reader for one in planned], now), _newest(now)
    found = []
    for one in planned:
        own = skipped[one.reader.pk]
        found.append(_of_span(one, own, now) or _after_none(one, own) or (newest and _quiet(one, newest, now)))
    return [{"special": line} if line else {} for line in found]


def _of_span(planned: Planned, skipped: Sequence[Skipped], now: datetime) -> Line | None:
    """Of a letter for more than a day: which days those are."""
    reader = planned.reader
    paused = reader.read_up_to and any(
        one.reason == "paused" and one.planned_at > reader.read_up_to for one in skipped
    )
    if paused or reader.cadence == Subscriber.Cadence.WEEKLY:
        first, last = _days_of(reader, now)
        code = "pause" if paused else "week" if last - first == DAYS_OF_A_WEEK else "days"
        return {"code": code, "first": first.isoformat(), "last": last.isoformat()} if first <= last else None
    return None


def _after_none(planned: Planned, skipped: Sequence[Skipped]) -> Line | None:
    """Of a letter before which none came: why not. Where there was nothing to send, the days, and the paper that came
    nearest."""
    by_slot = {one.slot: one for one in skipped}
    before = (planned.slot - timedelta(days=ago) for ago in range(1, LOOKED_BACK.days))
    wanted = [day for day in before if day.weekday() in planned.reader.slot_days][:MOST_SILENT]
    last = [by_slot[day] for day in takewhile(by_slot.__contains__, wanted)]
    if last and last[0].reason == TOO_LATE:
        return {"code": "missed", "day": last[0].slot.isoformat()}
    silent = list(takewhile(lambda one: one.reason == NOTHING_NEW, last))
    if not silent:
        return None
    misses = [miss for one in silent for miss in one.contents.get("near_misses", ())]
    below = [miss for miss in misses if miss["lacked"]["code"] == "bar" and miss["paper"] not in planned.choice]
    nearest = max(below, key=lambda miss: float(miss["lacked"]["score"]), default=None)
    found = {"paper": nearest["paper"], **nearest["lacked"]} if nearest else None
    return {"code": "silent", "days": [one.slot.isoformat() for one in reversed(silent)], "nearest": found}


def _quiet(planned: Planned, newest: Newest, now: datetime) -> Line | None:
    """Of a letter since whose reader's last one no new paper has come; and whether any was expected that day."""
    read_up_to, slot = planned.reader.read_up_to, planned.slot
    if read_up_to is None or newest.seen_at > read_up_to:
        return None
    calendars = [source.calendar for source in SOURCES.values() if source.announces]
    is_free = all(one.today(now) == slot and not one.announces(slot) for one in calendars) and newest.listed_on < slot
    return {"code": "quiet", "day": slot.isoformat() if is_free else "", "since": newest.listed_on.isoformat()}


def _newest(now: datetime) -> Newest | None:
    seen = Paper.objects.filter(first_seen_at__lte=now, listed_on__lte=now.date())
    last_seen = seen.order_by("-first_seen_at").values_list("first_seen_at", flat=True).first()
    last_listed = seen.order_by("-listed_on").values_list("listed_on", flat=True).first()
    return Newest(last_seen, last_listed) if last_seen and last_listed else None


def _days_of(reader: Subscriber, now: datetime) -> tuple[date, date]:
    """The first and the last day whose papers a letter has, by the reader's calendar: of the days on which its time
    begins and ends those of which it has the greater part."""
    last = slots.local_date(now - HALF_A_DAY, reader.zone)
    since = slots.local_date((reader.read_up_to or now) + HALF_A_DAY, reader.zone)
    return max(since, (now - LISTED_WITHIN).date()), last


def _skipped(readers: Collection[Subscriber], now: datetime) -> Mapping[int, list[Skipped]]:
    """By reader, the digests of the last days that did not come, of those whose last one did not: few, on most days,
    so that the rows of all the others are not read."""
    rows = Letter.objects.filter(kind="digest", state=Letter.State.SKIPPED)
    last = {reader.pk: reader.last_slot.isoformat() for reader in readers if reader.last_slot}
    at_last = rows.filter(subscriber__in=last, key__in=set(last.values())).values_list("subscriber", "key")
    without = [reader for reader, key in at_last if last[reader] == key]
    found: dict[int, list[Skipped]] = defaultdict(list)
    if without:
        rows = rows.filter(subscriber__in=without, key__gte=(now - LOOKED_BACK).date().isoformat())
        for reader, key, *of in rows.values_list("subscriber", "key", "reason", "planned_at", "contents"):
            found[reader].append(Skipped(date.fromisoformat(key), *of))
    return found


def first(now: datetime) -> tuple[Edition, dict[str, Any]]:
    """What a reader's first letter is chosen from, and the line if that is not simply the last seven days."""
    seen = Paper.objects.filter(first_seen_at__lte=now, listed_on__lte=now.date())
    days = seen.exclude(pk__in=Paper.objects.samples()).aggregate(first=Min("listed_on"), last=Max("listed_on"))
    week_ago = (now - TRENDING_WITHIN).date()
    if days["last"] and days["last"] < week_ago:
        line = {"code": "latest", "since": days["last"].isoformat()}
        return Edition.latest(now, days["last"]), {"special": line}
    is_young = days["first"] and days["first"] > week_ago
    return Edition.at(now), {"special": {"code": "young", "since": days["first"].isoformat()}} if is_young else {}


# ------------------------------------------------------------------------------------------------------------- showing


@dataclass(frozen=True)
class Nearest:
    """A paper that nearly came on a day on which nothing did."""

    title: str
    url: str
    lacked: str


@dataclass(frozen=True)
class Special:
    """The line as letters show it."""

    words: str
    nearest: Nearest | None = None

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
    near = {line["nearest"]["paper"] for line in found.values() if line.get("nearest")}
    papers = Paper.objects.only("key", "title").in_bulk(near) if near else {}
    return {pk: _shown(line, papers) for pk, line in found.items()}


def _shown(line: dict[str, Any], papers: Mapping[int, Paper]) -> Special:
    nearest = line.get("nearest") or {}
    if paper := papers.get(nearest.get("paper", 0)):
        lacked = wording.nearly(nearest)
        url = f"{settings.SITE_URL}{paper.get_absolute_url()}"
        return Special(wording.special(line), Nearest(paper.title, url, lacked))
    return Special(wording.special(line | {"nearest": None}))
