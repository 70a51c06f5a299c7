"""What /privacy/ says of this site: out of its settings, and of the spans after which things are forgotten."""

from typing import Any

from django.conf import settings

from digest.watching import pruning
from subscriptions import limits, visits

DAYS_A_MONTH = 30.4


def context() -> dict[str, Any]:
    return {
        "operator": settings.SITE_POSTAL_ADDRESS,
        "contact": settings.CONTACT,
        "contact_url": contact_url(),
        "mail_by": mail_by(),
        "kept": {
            "visit": settings.SESSION_COOKIE_AGE // 60,
            "fresh": visits.FRESH.seconds // 60,
            "unconfirmed": pruning.UNCONFIRMED_KEPT_FOR.days,
            "left": pruning.LEFT_KEPT_FOR.days,
            "letters": round(pruning.LETTERS_KEPT_FOR.days / DAYS_A_MONTH),
            "given": round(pruning.GIVEN_KEPT_FOR.days / 365),
            "events": pruning.EVENTS_KEPT_FOR.days,
            "lookups": pruning.LOOKUPS_KEPT_FOR.days,
            "buckets": pruning.BUCKETS_KEPT_FOR.days,
            "unanswered": limits.UNANSWERED.per.days // 7,
        },
    }


def contact_url() -> str:
    """As a link has it; empty: a local site that names nobody."""
    return f"mailto:{settings.CONTACT}" if "@" in settings.CONTACT.partition("://")[0] else settings.CONTACT


def mail_by() -> str:
    """Who carries letters: a provider's name, or a mail server's; empty: nobody, as they are written to files."""
    if settings.ANYMAIL_PROVIDER:
        return str(settings.ANYMAIL_PROVIDER.replace("_", " ").title())
    return str(settings.EMAIL_HOST) if settings.EMAIL_URL and not settings.DEMO else ""
