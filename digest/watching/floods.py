"""Whether many more addresses are entered than a site usually sees: nobody is locked out, and the operator knows."""

from datetime import datetime

from django.utils.translation import gettext as _

from digest.models import Alarm
from subscriptions import limits

SUBJECT = "sign-ups"


def troubles(now: datetime) -> dict[str, str]:
    """A flood begins when a limit of an hour is used up: confirm letters have to wait, or more is asked for than a
    usual hour sees. It is over when all of them are half full again, so that one flood is one alarm."""
    limited = (limits.REQUESTS_OF_SITE, limits.CONFIRM_LETTERS_OF_SITE, limits.CONFIRM_LETTERS_PER_DOMAIN)
    begins = any(limits.is_below(limit, 1, now) for limit in limited)
    goes_on = any(limits.is_below(limit, limit.most / 2, now) for limit in limited)
    is_known = Alarm.objects.open().filter(kind=Alarm.Kind.FLOOD, subject=SUBJECT).exists()
    return {SUBJECT: why(now)} if begins or (is_known and goes_on) else {}


def why(now: datetime) -> str:
    return _(
        "Since %(since)s many more addresses have been entered than usual: more than %(domain)d at one mail domain, "
        "or %(site)d in all, within an hour. Emails that ask to confirm wait up to 15 minutes; nobody is refused, and "
        "readers’ digests and links are not held up."
    ) % {
        "since": f"{now:%Y-%m-%d %H:%M} UTC",
        "domain": limits.CONFIRM_LETTERS_PER_DOMAIN.most,
        "site": limits.REQUESTS_OF_SITE.most,
    }
