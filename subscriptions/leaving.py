"""How a reader goes."""

from datetime import datetime

from django.db import transaction

from subscriptions.models import Letter, Subscriber


@transaction.atomic
def leave(reader: Subscriber, now: datetime, *, by_our_page: bool) -> None:
    """From here on nothing comes, but to who pressed the button of our own page one letter that says so; to a mail
    program's one click, or a provider's report of a complaint, nothing is answered. Again changes nothing."""
    if reader.unsubscribe(now) and by_our_page and reader.confirmed_at:
        Letter.objects.plan_once(reader.pk, "goodbye", now.isoformat(), now)
