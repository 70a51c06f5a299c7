"""Whether the mail server or provider takes letters from us."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from subscriptions.models import Rest
from subscriptions.sending import causes

SUBJECT = "sending"  # of the alarm
PASSES_WITHIN = timedelta(minutes=10)  # what says that it will pass, or is only out of reach


def troubles(now: datetime) -> dict[str, str]:
    """Why, in one sentence, if sending rests: at once where it was refused for good, else once it does not pass."""
    rest = Rest.objects.order_by("since").first()
    if rest is None or not (rest.words.startswith("5") or now - rest.since >= PASSES_WITHIN):
        return {}
    sentence = _("%(server)s has taken no emails since %(since)s UTC; it says: “%(words)s”. Likely cause: %(cause)s")
    return {
        SUBJECT: sentence
        % {
            "server": settings.ANYMAIL_PROVIDER or settings.EMAIL_HOST,
            "since": f"{rest.since.astimezone(UTC):%Y-%m-%d %H:%M}",
            "words": rest.words,
            "cause": causes.likely(rest.words),
        }
    }
