"""Whether the sources still bring papers, and the mail provider still reports: what the status page shows of each
source, and alarms to the operator."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min, Q, QuerySet, TextChoices
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from digest.models import Alarm
from digest.watching import punctuality, selftest
from papers.models import Collection, Host
from papers.sources import SOURCES
from papers.sources.base import Source
from papers.sources.calendar import EVERY_DAY, MONDAY_TO_FRIDAY
from subscriptions import letters as writing
from subscriptions.letters import Composed, Skip
from subscriptions.models import KEEP_TRYING, SELF_TEST, Event, Letter
from subscriptions.sending import webhooks

REPORTED_BY = timedelta(hours=24)  # of a letter something is heard by then
GRACE = timedelta(minutes=30)  # before a letter: a site that was off itself makes up for what it missed meanwhile
Outcome = Collection.Outcome


class State(TextChoices):
    """How a source is, in a word or two."""

    UNREAD = "unread", gettext_lazy("not read yet")
    WAITING = "waiting", gettext_lazy("waiting for its first papers")
    FRESH = "fresh", gettext_lazy("fresh")
    LATE = "late", gettext_lazy("late")
    STALE = "stale", gettext_lazy("stale")


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """What a source brought last, what it owes us, and what is known of the reason."""

    source: Source
    first: date | None = None  # the first day in the ledger; None: nothing was tried yet
    last: date | None = None  # the last day with papers
    awaited: date | None = None  # the first day after it on which papers are to be expected
    checked_at: datetime | None = None
    failing_since: datetime | None = None  # None: when last asked, the source answered
    error: str = ""  # one sentence
    silent_until: datetime | None = None  # the source asked for it
    is_due: bool = False  # the awaited day has begun
    is_late: bool = False
    is_stale: bool = False

    @property
    def state(self) -> State:
        if self.first is None:
            return State.UNREAD
        if self.is_late:
            return State.STALE if self.is_stale else State.LATE
        return State.FRESH if self.last else State.WAITING

    @property
    def announces(self) -> str:
        """On which days papers are to be expected, and by when; in words."""
        calendar = self.source.calendar
        named = {EVERY_DAY: _("every day"), MONDAY_TO_FRIDAY: _("Monday to Friday")}
        others = ", ".join(str(WEEKDAYS[day]) for day in sorted(calendar.weekdays))
        return _("%(days)s, by %(hour)s %(zone)s at the latest") % {
            "days": named.get(calendar.weekdays, others),
            "hour": f"{datetime.min.replace(tzinfo=UTC) + calendar.late_after:%H:%M}",
            "zone": calendar.zone,
        }


# ----------------------------------------------------------------------------------------------------------- freshness


def freshness(sources: Iterable[Source], now: datetime) -> list[Freshness]:
    """How each source is: in as many queries for many sources as for one."""
    sources = list(sources)
    ledgers = _ledgers(sources)
    newest = _newest(ledgers)
    hosts = Host.objects.filter(host__in={source.manners.budget for source in sources}, silent_until__gt=now)
    silences = dict(hosts.values_list("host", "silent_until"))
    return [_of(source, ledgers.get(source.name, {}), newest, silences, now) for source in sources]


def _ledgers(sources: Iterable[Source]) -> dict[str, dict[str, Any]]:
    """The ledger of each source in a few numbers; sources that were never tried are absent."""
    numbers = {
        "first": Min("day"),
        "last": Max("day", filter=Q(listed__gt=0)),
        "checked_at": Max("collected_at", filter=~Q(outcome=Outcome.READING)),
    }
    rows = Collection.objects.filter(source__in=[source.name for source in sources]).order_by("source")
    summed = rows.values("source").annotate(**numbers).values_list("source", *numbers)
    return {name: dict(zip(numbers, found, strict=True)) for name, *found in summed}


def _newest(ledgers: Mapping[str, Mapping[str, Any]]) -> list[Collection]:
    """The last day with papers of each source and what was read since, newest first."""
    if not ledgers:
        return []
    wanted = reduce(or_, (Q(source=name, day__gte=row["last"] or row["first"]) for name, row in ledgers.items()))
    return list(Collection.objects.filter(wanted).exclude(outcome=Outcome.READING).order_by("-day"))


def _of(
    source: Source,
    ledger: Mapping[str, Any],
    newest: Iterable[Collection],
    silences: Mapping[str, datetime | None],
    now: datetime,
) -> Freshness:
    silent_until = silences.get(source.manners.budget)
    if not ledger:
        return Freshness(source=source, silent_until=silent_until)
    awaited = _awaited(source, ledger["first"], ledger["last"])
    failing_since, error = _failure([row for row in newest if row.source == source.name])
    return Freshness(
        source=source,
        awaited=awaited,
        failing_since=failing_since,
        error=error,
        silent_until=silent_until,
        is_due=source.calendar.begins_at(awaited) <= now,
        is_late=source.calendar.is_late(awaited, now),
        is_stale=source.calendar.is_stale(awaited, now),
        **ledger,
    )


def _awaited(source: Source, first: date, last: date | None) -> date:
    """Also of a source that only shows what is there now: any later day's list makes up for it."""
    return source.calendar.awaited_after(last or first - timedelta(days=1))


def _failure(newest: Sequence[Collection]) -> tuple[datetime | None, str]:
    """Since when a source cannot be read, and why; nothing if the newest day that was tried could be."""
    if not newest or newest[0].outcome != Outcome.FAILED:
        return None, ""
    failing = [row.failing_since or row.collected_at for row in newest if row.outcome == Outcome.FAILED]
    return min(failing), newest[0].error


def why(fresh: Freshness) -> str:
    """What is wrong with a silent source, in one sentence: which, since when, for what reason."""
    silence = _("%(source)s: nothing since %(day)s") if fresh.last else _("%(source)s: nothing, awaited since %(day)s")
    if fresh.failing_since:
        reason = _("it could not be read since %(since)s: %(error)s")
    elif _was_asked(fresh):
        reason = _("it answers, but lists nothing; it was last asked at %(checked)s")
    else:
        reason = _("it was not asked since %(checked)s: see whether collecting still runs")
    return f"{silence}; {reason}" % {
        "source": fresh.source.title,
        "day": _day(fresh.last or fresh.awaited),
        "since": _moment(fresh.failing_since),
        "checked": _moment(fresh.checked_at),
        "error": fresh.error,
    }


def _was_asked(fresh: Freshness) -> bool:
    """Whether it was asked for anything since the day began that it owes us."""
    if not (fresh.awaited and fresh.checked_at):
        return False
    return fresh.checked_at >= fresh.source.calendar.begins_at(fresh.awaited)


def _day(day: date | None) -> str:
    return date_format(day, "l j F Y") if day else ""


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else ""


# -------------------------------------------------------------------------------------------------------------- alarms


def watch(now: datetime) -> None:
    """Begin an alarm for whoever has fallen silent, and end those that are over. Again changes nothing."""
    stale = {fresh.source.name: why(fresh) for fresh in freshness(SOURCES.values(), now) if fresh.is_stale}
    _watch(Alarm.Kind.STALE, stale, now)
    _watch(Alarm.Kind.UNHEARD, _unheard(now), now)
    _watch(Alarm.Kind.LOST, selftest.missing(now), now)
    punctuality.count(now)


def _watch(kind: Alarm.Kind, silent: Mapping[str, str], now: datetime) -> None:
    """`silent` is who is, and in one sentence why."""
    alarms = {alarm.subject: alarm for alarm in Alarm.objects.open().filter(kind=kind)}
    for subject in silent:  # Those that began before as well: the operator may have an address only now.
        _begin(kind, subject, silent[subject], now)
    for subject in alarms.keys() - silent.keys():
        _end(alarms[subject], now)


def _unheard(now: datetime) -> dict[str, str]:
    """The mail provider, if it took letters a day ago and has reported nothing since; once silent, until it does."""
    provider = settings.ANYMAIL_PROVIDER
    if not webhooks.is_heard():
        return {}
    for alarm in Alarm.objects.open().filter(kind=Alarm.Kind.UNHEARD, subject=provider):  # one at most
        return {} if _reports().filter(received_at__gt=alarm.began_at).exists() else {provider: alarm.why}
    count = 0 if _has_reported(now) else _taken_a_day_ago(now)
    return {provider: _why_unheard(provider, count)} if count else {}


def _reports() -> QuerySet[Event]:
    """What the provider itself said; that a self-test was found in its mailbox says nothing of the provider."""
    return Event.objects.exclude(provider=selftest.IMAP)


def _has_reported(now: datetime) -> bool:
    """Whether anything was heard within a day, or of any letter that went out within two."""
    begun = now - 2 * REPORTED_BY
    recent = Q(received_at__gt=now - REPORTED_BY) | Q(letter__ended_at__gt=begun)
    return _reports().filter(recent, received_at__gt=begun).exists()


def _taken_a_day_ago(now: datetime) -> int:
    begun, by = now - 2 * REPORTED_BY, now - REPORTED_BY
    recent = Letter.objects.filter(state=Letter.State.SENT, due_at__gt=begun - KEEP_TRYING)  # This has an index.
    return recent.filter(ended_at__gt=begun, ended_at__lte=by).exclude(kind=SELF_TEST).count()  # These have an alarm.


def _why_unheard(provider: str, count: int) -> str:
    sentence = ngettext(
        "%(provider)s took %(count)d letter more than a day ago and has reported nothing since; see whether its "
        "webhook calls %(address)s with the user and password of WEBHOOK_SECRET",
        "%(provider)s took %(count)d letters more than a day ago and has reported nothing since; see whether its "
        "webhook calls %(address)s with the user and password of WEBHOOK_SECRET",
        count,
    )
    address = settings.SITE_URL + reverse("subscriptions:webhook", args=[provider])
    return sentence % {"provider": provider, "count": count, "address": address}


@transaction.atomic
def _begin(kind: Alarm.Kind, subject: str, why: str, now: datetime) -> None:
    alarm = Alarm.objects.get_or_create(
        kind=kind, subject=subject, ended_at=None, defaults={"why": why, "began_at": now}
    )[0]
    if settings.OPERATOR_EMAIL:
        Letter.objects.plan_once(None, "operator", f"{alarm.pk}:began", now + GRACE)


@transaction.atomic
def _end(alarm: Alarm, now: datetime) -> None:
    """The operator is told of the end who was, or will be, told of the beginning."""
    if not Alarm.objects.open().filter(pk=alarm.pk).update(ended_at=now):
        return
    told = Letter.objects.filter(subscriber=None, kind="operator", key=f"{alarm.pk}:began")
    over = {"state": Letter.State.SKIPPED, "reason": "over before it was due", "ended_at": now}
    if told.exists() and not told.filter(state=Letter.State.PLANNED, due_at__gt=now, attempts=0).update(**over):
        Letter.objects.plan_once(None, "operator", f"{alarm.pk}:ended", now)


def operator(letters: Sequence[Letter], now: datetime) -> dict[int, Composed]:
    """What the operator is told: that an alarm began, or that it is over."""
    named = {letter.pk: int(letter.key.partition(":")[0]) for letter in letters}
    alarms = Alarm.objects.in_bulk(set(named.values()))
    return {letter.pk: _tell(letter, alarms.get(named[letter.pk]), now) for letter in letters}


def _tell(letter: Letter, alarm: Alarm | None, now: datetime) -> Composed:
    words = _words(alarm) if alarm else None
    if not words or not settings.OPERATOR_EMAIL:
        return Skip("nobody to tell, or nothing to tell of")
    is_over = letter.key.endswith(":ended")
    context = {
        "alarm": alarm,
        "headline": words.over if is_over else words.began,
        "advice": words.afterwards if is_over else words.meanwhile,
        "is_over": is_over,
        "status_url": settings.SITE_URL + reverse("status"),
    }
    return writing.plain(letter, context, now)


@dataclass(frozen=True)
class Words:
    """How the operator is told of an alarm of one kind: two headlines, and what leads to the status page."""

    began: str
    over: str
    meanwhile: str
    afterwards: str


def _words(alarm: Alarm) -> Words | None:
    """None: a source that is no longer read."""
    if alarm.kind == Alarm.Kind.LOST:
        return _of_self_test()
    if alarm.kind == Alarm.Kind.UNHEARD:
        return _of_provider(alarm.subject)
    return _of_source(SOURCES[alarm.subject].title) if alarm.subject in SOURCES else None


def _of_source(title: str) -> Words:
    return Words(
        began=_("%(silent)s is silent") % {"silent": title},
        over=_("%(silent)s lists papers again") % {"silent": title},
        meanwhile=_(
            "While collecting runs, every missing day is tried again by itself. The next letter about this comes when "
            "it is over. Each day, and why it is missing:"
        ),
        afterwards=_("Each day, and what came of it:"),
    )


def _of_provider(name: str) -> Words:
    return Words(
        began=_("%(silent)s is silent") % {"silent": name},
        over=_("The alarm about %(silent)s is over") % {"silent": name},
        meanwhile=_(
            "Letters still go out, but bounces and complaints are not heard. The next letter about this comes when it "
            "is over. All alarms:"
        ),
        afterwards=_("All alarms:"),
    )


def _of_self_test() -> Words:
    return Words(
        began=_("Self-test letters do not return"),
        over=_("Self-test letters return again"),
        meanwhile=_(
            "Readers' letters may be lost in the same way. The next letter about this comes when it is over. All "
            "alarms:"
        ),
        afterwards=_("All alarms:"),
    )
