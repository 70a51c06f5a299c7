"""What mail providers report of our letters: kept as events, settled in the ledger, and acted on.

Anymail says it by a signal, each provider's report in the same words. Where those are too few, as no provider's soft
bounce differs from a hard one, the provider's own decide (sending/providers/).
"""

import json
import logging
import uuid
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from subscriptions import letter_kinds
from subscriptions.models import Event, Letter, keyed_hash
from subscriptions.sending import providers, suppressing
from subscriptions.sending.providers.base import Provider, found

logger = logging.getLogger(__name__)
Type = Event.Type
LONGEST_EVENT_ID = 100  # characters that a row has
SHORTEST_NUMBER = 8  # characters of a letter's number; a shorter one might be found in any answer

TYPES = {  # What was opened or clicked, among others, is nobody's business and not kept.
    EventType.DELIVERED: Type.DELIVERED,
    EventType.DEFERRED: Type.DEFERRED,
    EventType.FAILED: Type.FAILED,
    EventType.COMPLAINED: Type.COMPLAINED,
    EventType.UNSUBSCRIBED: Type.UNSUBSCRIBED,
}
BOUNCED = {RejectReason.INVALID: Type.BOUNCED, RejectReason.BOUNCED: Type.BOUNCED}  # any other: for now
REJECTED = BOUNCED | {RejectReason.SPAM: Type.COMPLAINED, RejectReason.UNSUBSCRIBED: Type.UNSUBSCRIBED}


@transaction.atomic
def hear(event: AnymailTrackingEvent, esp_name: str, **_signal: Any) -> None:
    """Keep what is reported of a letter of ours, and act on it. Anything else, or the same again, changes nothing."""
    kind, now = meaning(event, providers.reporting(esp_name)), timezone.now()
    if kind is None or (pk := _letter(event)) is None:
        return
    # While we hold its row nobody else writes what came of it: either they see the event, or we see what they wrote.
    letter = Letter.objects.select_for_update(of=("self",)).filter(pk=pk).select_related("subscriber").first()
    event_id, at = event.event_id, event.timestamp
    if not (isinstance(event_id, str) and 0 < len(event_id) <= LONGEST_EVENT_ID and event_id.isprintable()):
        event_id = keyed_hash(json.dumps([event_id, event.esp_event], sort_keys=True, default=str))
    new = {"type": kind, "letter": letter, "at": at if at and timezone.is_aware(at) else now, "received_at": now}
    if letter and Event.objects.get_or_create(provider=esp_name, event_id=event_id, defaults=new)[1]:
        logger.info("%s: %s", letter, kind)
        Letter.objects.settle([letter.pk])
        suppressing.after_report(letter, kind, now)


def meaning(event: AnymailTrackingEvent, provider: Provider) -> Type | None:
    """What a report says to us, by the provider's own word if it has one; None: nothing that we keep."""
    for place in provider.places:
        word = found(event.esp_event, place)
        if isinstance(word, str) and word in provider.words:
            return Type(provider.words[word]) if provider.words[word] else None
    if event.event_type == EventType.BOUNCED:
        return BOUNCED.get(event.reject_reason, Type.SOFT)
    if event.event_type == EventType.REJECTED:
        # The provider's policy, or ours for our domain, would meet every reader: it suppresses nobody.
        return REJECTED.get(event.reject_reason, Type.REJECTED)
    return TYPES.get(event.event_type)


def _letter(event: AnymailTrackingEvent) -> int | None:
    """The key of the letter that is reported of: by its name, which most providers repeat in one way or another, else
    by the number that the provider gave it when it took it from us."""
    told = event.metadata.get("letter") if isinstance(event.metadata, dict) else None
    if told:  # A letter is named; if it is not here, it is somebody else's.
        return _named(str(told))
    number, address = str(event.message_id or ""), str(event.recipient or "").lower()
    if (pk := _named(number.strip("<>").partition("@")[0])) is not None:
        return pk
    if len(number) < SHORTEST_NUMBER or not number.isprintable() or not address.isprintable():
        return None
    its = Letter.objects.filter(last_answer__contains=number).values_list("pk", flat=True)
    pk = its.filter(subscriber__address=address).first()
    if pk is None and address == settings.SELF_TEST_ADDRESS.lower():
        self_tests = letter_kinds.names(lambda kind: kind.site_address == "SELF_TEST_ADDRESS")
        pk = its.filter(subscriber=None, kind__in=self_tests).first()
    return pk


def _named(name: str) -> int | None:
    try:
        return Letter.objects.filter(message_id=uuid.UUID(name)).values_list("pk", flat=True).first()
    except ValueError:
        return None
