"""Whether the mail provider still reports what became of the letters that it took."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import ngettext

from digest.models import Alarm
from digest.watching import selftest
from subscriptions.models import KEEP_TRYING, Event, Letter
from subscriptions.sending import webhooks

REPORTED_BY = timedelta(hours=24)  # of a letter something is heard by then


def troubles(now: datetime) -> dict[str, str]:
    """The mail provider, if it took letters a day ago and has reported nothing since; once silent, until it does."""
    provider = settings.ANYMAIL_PROVIDER
    if not webhooks.is_heard():
        return {}
    # What it said itself: that a self-test was found in its mailbox says nothing of the provider.
    reports = Event.objects.exclude(provider=selftest.IMAP)
    for alarm in Alarm.objects.open().filter(kind=Alarm.Kind.UNHEARD, subject=provider):  # one at most
        return {} if reports.filter(received_at__gt=alarm.began_at).exists() else {provider: alarm.why}
    begun, by = now - 2 * REPORTED_BY, now - REPORTED_BY
    recent = Q(received_at__gt=by) | Q(letter__ended_at__gt=begun)  # within a day, or of letters of the last two
    if reports.filter(recent, received_at__gt=begun).exists():
        return {}
    sent = Letter.objects.filter(state=Letter.State.SENT, due_at__gt=begun - KEEP_TRYING)  # This has an index.
    count = (
        sent.filter(ended_at__gt=begun, ended_at__lte=by).exclude(kind=selftest.SELF_TEST).count()
    )  # These have an alarm.
    return {provider: _why(provider, count)} if count else {}


def _why(provider: str, count: int) -> str:
    sentence = ngettext(
        "%(provider)s took %(count)d email more than a day ago and has reported nothing since; see whether its "
        "webhook calls %(address)s with the user and password of WEBHOOK_SECRET",
        "%(provider)s took %(count)d emails more than a day ago and has reported nothing since; see whether its "
        "webhook calls %(address)s with the user and password of WEBHOOK_SECRET",
        count,
    )
    address = settings.SITE_URL + reverse("subscriptions:webhook", args=[provider])
    return sentence % {"provider": provider, "count": count, "address": address}
