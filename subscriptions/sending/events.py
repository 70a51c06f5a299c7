"""What mail providers report of our letters: kept as events, settled in the ledger, and acted on.

Anymail says it by a signal, each provider's report in the same words. Where those are too few, as no provider's soft
bounce differs from a hard one, the provider's own decide.
"""

import json
import logging
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from subscriptions.models import MOST_BOUNCES, SELF_TEST, Event, Letter, Suppression, keyed_hash

logger = logging.getLogger(__name__)
Type = Event.Type
LONGEST_ID = 100
SHORTEST_ID = 8  # a shorter one might be found in any answer

TYPES = {  # What was opened or clicked, among others, is nobody's business and not kept.
    EventType.DELIVERED: Type.DELIVERED,
    EventType.DEFERRED: Type.DEFERRED,
    EventType.FAILED: Type.FAILED,
    EventType.COMPLAINED: Type.COMPLAINED,
    EventType.UNSUBSCRIBED: Type.UNSUBSCRIBED,
}
BOUNCED = {RejectReason.INVALID: Type.BOUNCED, RejectReason.BOUNCED: Type.BOUNCED}  # any other: for now
REJECTED = BOUNCED | {RejectReason.SPAM: Type.COMPLAINED, RejectReason.UNSUBSCRIBED: Type.UNSUBSCRIBED}

OWN_WORDS: dict[str, tuple[tuple[str, ...], ...]] = {  # where they stand in a report
    "Amazon SES": (("bounce", "bounceType"), ("complaint", "complaintFeedbackType"), ("eventType",)),
    "Brevo": (("event",),),
    "MailerSend": (("type",),),
    "Mailgun": (("event-data", "reason"),),
    "Mandrill": (("event",),),
    "Postmark": (("Type",), ("SuppressionReason",)),
    "Resend": (("data", "bounce", "type"), ("type",)),
}
OWN_MEANINGS: dict[tuple[str, str], Type | None] = {
    # https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
    ("Amazon SES", "DeliveryDelay"): Type.DEFERRED,
    ("Amazon SES", "Transient"): Type.SOFT,
    ("Amazon SES", "Undetermined"): Type.SOFT,
    ("Amazon SES", "not-spam"): None,  # A reader took the letter out of the spam folder.
    # https://developers.brevo.com/docs/transactional-webhooks
    ("Brevo", "blocked"): Type.BOUNCED,  # by its own list of addresses
    ("Brevo", "soft_bounce"): Type.SOFT,
    ("Brevo", "unsubscribed"): Type.UNSUBSCRIBED,
    ("MailerSend", "activity.soft_bounced"): Type.SOFT,
    # https://documentation.mailgun.com/docs/mailgun/user-manual/events/events
    ("Mailgun", "suppress-complaint"): Type.COMPLAINED,
    ("Mailgun", "suppress-unsubscribe"): Type.UNSUBSCRIBED,
    ("Mandrill", "soft_bounce"): Type.SOFT,
    # https://postmarkapp.com/developer/api/bounce-api#bounce-types
    ("Postmark", "ManuallyDeactivated"): Type.BOUNCED,
    ("Postmark", "SoftBounce"): Type.SOFT,
    ("Postmark", "SpamNotification"): Type.SOFT,  # A spam filter refused the letter, nobody complained.
    # https://resend.com/docs/webhooks/event-types
    ("Resend", "Permanent"): Type.BOUNCED,
    ("Resend", "Transient"): Type.SOFT,
    ("Resend", "Undetermined"): Type.SOFT,
    ("Resend", "email.failed"): Type.FAILED,
    ("Resend", "email.suppressed"): Type.BOUNCED,
}


@transaction.atomic
def hear(event: AnymailTrackingEvent, esp_name: str, **_signal: Any) -> None:
    """Keep what is reported of a letter of ours, and act on it. Anything else, or the same again, changes nothing."""
    kind, now = meaning(event, esp_name), timezone.now()
    if kind is None or (pk := _letter(event)) is None:
        return
    # While we hold its row nobody else writes what came of it: either they see the event, or we see what they wrote.
    letter = Letter.objects.select_for_update(of=("self",)).filter(pk=pk).select_related("subscriber").first()
    new = {"type": kind, "letter": letter, "at": _moment(event, now), "received_at": now}
    if letter and Event.objects.get_or_create(provider=esp_name, event_id=_event_id(event), defaults=new)[1]:
        logger.info("%s: %s", letter, kind)
        Letter.objects.settle([letter.pk])
        _act(letter, kind, now)


def meaning(event: AnymailTrackingEvent, provider: str) -> Type | None:
    """What a report says to us; None: nothing that we keep."""
    for path in OWN_WORDS.get(provider, ()):
        own = (provider, _at(event.esp_event, path))
        if own in OWN_MEANINGS:
            return OWN_MEANINGS[own]
    if event.event_type == EventType.BOUNCED:
        return BOUNCED.get(event.reject_reason, Type.SOFT)
    if event.event_type == EventType.REJECTED:
        # The provider's policy, or ours for our domain, would meet every reader: it suppresses nobody.
        return REJECTED.get(event.reject_reason, Type.REJECTED)
    return TYPES.get(event.event_type)


def _act(letter: Letter, kind: Type, now: datetime) -> None:
    """A letter names one reader, and nobody else is touched. What came before a confirmation is settled by it."""
    reader = letter.subscriber
    if reader is None:
        return
    if kind == Type.COMPLAINED:
        reader.suppress(Suppression.Reason.COMPLAINT, now)
    elif reader.confirmed_at and letter.planned_at < reader.confirmed_at:
        return
    elif kind == Type.BOUNCED or (kind == Type.SOFT and reader.bounce_score(now) >= MOST_BOUNCES):
        reader.suppress(Suppression.Reason.BOUNCE, now)
    elif kind == Type.UNSUBSCRIBED:
        reader.unsubscribe(now)


def _letter(event: AnymailTrackingEvent) -> int | None:
    """The key of the letter that is reported of: by its name, which most providers repeat in one way or another, else
    by the number that the provider gave it when it took it from us."""
    told = event.metadata.get("letter") if isinstance(event.metadata, dict) else None
    if told:  # A letter is named; if it is not here, it is somebody else's.
        return _named(str(told))
    number = str(event.message_id or "")
    return _named(number.strip("<>").partition("@")[0]) or _numbered(number, str(event.recipient or ""))


def _named(name: str) -> int | None:
    try:
        return Letter.objects.filter(message_id=uuid.UUID(name)).values_list("pk", flat=True).first()
    except ValueError:
        return None


def _numbered(number: str, address: str) -> int | None:
    if len(number) < SHORTEST_ID or not number.isprintable() or not address.isprintable():
        return None
    its = Letter.objects.filter(last_answer__contains=number).values_list("pk", flat=True)
    to_reader = its.filter(subscriber__address=address.lower()).first()
    if to_reader or address.lower() != settings.SELF_TEST_ADDRESS.lower():
        return to_reader
    return its.filter(subscriber=None, kind=SELF_TEST).first()


def _event_id(event: AnymailTrackingEvent) -> str:
    own = event.event_id
    if isinstance(own, str) and 0 < len(own) <= LONGEST_ID and own.isprintable():
        return own
    return keyed_hash(json.dumps([own, event.esp_event], sort_keys=True, default=str))


def _moment(event: AnymailTrackingEvent, now: datetime) -> datetime:
    return event.timestamp if event.timestamp and timezone.is_aware(event.timestamp) else now


def _at(report: Any, path: tuple[str, ...]) -> str:
    """The word that stands there; empty: none does."""
    for name in path:
        report = report.get(name) if isinstance(report, Mapping) else None
    return report if isinstance(report, str) else ""
