"""What the operator must know: alarms that begin when something falls silent and end by themselves, and the letters
that tell of them. WATCHED says what is watched; when it counts as silent is said by each module there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from digest.models import Alarm
from digest.watching import floods, freshness, punctuality, refusals, reports, selftest
from papers.sources import SOURCES
from subscriptions import composing
from subscriptions.composing import Composed, Skip
from subscriptions.letter_kinds import LetterKind
from subscriptions.models import Letter

GRACE = timedelta(minutes=30)  # before a letter: a site that was off itself makes up for what it missed meanwhile


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What raises alarms of one kind, and how the operator is told: headlines, and what leads to the status page."""

    troubles: Callable[[datetime], Mapping[str, str]]  # who is silent now, and in one sentence why
    began: str | Promise
    over: str | Promise
    meanwhile: str | Promise
    afterwards: str | Promise
    grace: timedelta = GRACE


WATCHED = {
    Alarm.Kind.STALE: Watch(
        troubles=freshness.troubles,  # a quiet source: after freshness.STALE_AFTER
        began=_("%(silent)s is silent"),
        over=_("%(silent)s lists papers again"),
        meanwhile=_(
            "While collecting runs, every missing day is tried again automatically. You will get one more email about "
            "this, when it is over. Each day, and why it is missing:"
        ),
        afterwards=_("Each day, and what happened:"),
    ),
    Alarm.Kind.UNHEARD: Watch(
        troubles=reports.troubles,  # a mail provider that reports nothing: after reports.REPORTED_BY
        began=_("%(silent)s is silent"),
        over=_("The alarm about %(silent)s is over"),
        meanwhile=_(
            "Emails still go out, but bounces and complaints go unheard. You will get one more email about this, when "
            "it is over. All alarms:"
        ),
        afterwards=_("All alarms:"),
    ),
    Alarm.Kind.LOST: Watch(
        troubles=selftest.troubles,  # letters to ourselves that do not return: after selftest.RETURNS_WITHIN
        began=_("Self-test emails are not coming back"),
        over=_("Self-test emails are coming back again"),
        meanwhile=_(
            "Readers’ emails may be lost in the same way. You will get one more email about this, when it is over. "
            "All alarms:"
        ),
        afterwards=_("All alarms:"),
    ),
    Alarm.Kind.FLOOD: Watch(
        troubles=floods.troubles,  # more addresses entered than limits.py has for an hour
        began=_("A flood of sign-ups"),
        over=_("The flood of sign-ups is over"),
        meanwhile=_(
            "No mailbox gets more than three such emails a day. Unless your site was praised somewhere, see in your "
            "proxy’s log where it comes from, and block that there. You will get one more email about this, when it "
            "is over. All alarms:"
        ),
        afterwards=_("All alarms:"),
        grace=timedelta(),  # It may be over before anybody would hear of it.
    ),
    Alarm.Kind.REFUSED: Watch(
        troubles=refusals.troubles,  # sending rests; what may pass: after refusals.PASSES_WITHIN
        began=_("Emails are refused by the mail server"),
        over=_("Emails are taken by the mail server again"),
        meanwhile=_(
            "No email is lost: those less than a day late are sent once it takes them again, which is tried every few "
            "minutes, and at once where its settings change. You will get one more email about this, when it is over. "
            "All alarms:"
        ),
        afterwards=_("All alarms:"),
    ),
}


def watch(now: datetime) -> None:
    """Begin an alarm for whoever has fallen silent, and end those that are over. Again changes nothing."""
    for kind, watched in WATCHED.items():
        troubles = watched.troubles(now)
        alarms = {alarm.subject: alarm for alarm in Alarm.objects.open().filter(kind=kind)}
        # Those that began before as well: the operator may have an address only now.
        for subject, why in troubles.items():
            with transaction.atomic():
                begun = {"why": why, "began_at": now}
                alarm, _new = Alarm.objects.get_or_create(kind=kind, subject=subject, ended_at=None, defaults=begun)
                if settings.OPERATOR_EMAIL:
                    Letter.objects.plan_once(None, "operator", f"{alarm.pk}:began", now + watched.grace)
        for subject in alarms.keys() - troubles.keys():
            with transaction.atomic():
                if not Alarm.objects.open().filter(pk=alarms[subject].pk).update(ended_at=now):
                    continue
                # Of the end is told who was, or will be, told of the beginning.
                told = Letter.objects.filter(subscriber=None, kind="operator", key=f"{alarms[subject].pk}:began")
                unsent = told.filter(state=Letter.State.PLANNED, due_at__gt=now, attempts=0)
                over = {"state": Letter.State.SKIPPED, "reason": "over before it was due", "ended_at": now}
                if told.exists() and not unsent.update(**over):
                    Letter.objects.plan_once(None, "operator", f"{alarms[subject].pk}:ended", now)
    punctuality.count(now)


def operator(letters: Sequence[Letter], now: datetime) -> dict[int, Composed]:
    """What the operator is told: that an alarm began, or that it is over."""
    keys = {letter.pk: letter.key.split(":") for letter in letters}  # the alarm's, and "began" or "ended"
    alarms = Alarm.objects.in_bulk({int(alarm) for alarm, _moment in keys.values()})
    composed: dict[int, Composed] = {}
    for letter in letters:
        alarm, is_over = alarms.get(int(keys[letter.pk][0])), keys[letter.pk][1] == "ended"
        if not (alarm and _silent(alarm) and composing.address_of(letter)):
            composed[letter.pk] = Skip("nobody to tell, or nothing to tell of")
            continue
        watched = WATCHED[Alarm.Kind(alarm.kind)]
        context = {
            "alarm": alarm,
            "headline": (watched.over if is_over else watched.began) % {"silent": _silent(alarm)},
            "advice": watched.afterwards if is_over else watched.meanwhile,
            "is_over": is_over,
            "status_url": settings.SITE_URL + reverse("status"),
        }
        composed[letter.pk] = composing.plain(letter, context, now)
    return composed


def _samples(_reader: object, now: datetime) -> dict[str, dict[str, str]]:
    """Of the first source: what is said when it falls silent, and when it lists papers again."""
    began_at = now - freshness.STALE_AFTER
    first = next(iter(freshness.of(SOURCES.values(), now)))
    shown = replace(
        first, last=first.last or began_at.date(), checked_at=first.checked_at or began_at
    )  # on a new site
    silent = {"kind": Alarm.Kind.STALE, "subject": first.source.name, "why": freshness.why(shown)}
    alarm = Alarm.objects.create(**silent, began_at=began_at, ended_at=now)
    return {moment: {"key": f"{alarm.pk}:{moment}"} for moment in ("began", "ended")}


OPERATOR = LetterKind(operator, samples=_samples, site_address="OPERATOR_EMAIL")


def _silent(alarm: Alarm) -> str:
    """Who is, by name; empty for a source that is no longer read."""
    if alarm.kind != Alarm.Kind.STALE:
        return alarm.subject
    return str(SOURCES[alarm.subject].title) if alarm.subject in SOURCES else ""
