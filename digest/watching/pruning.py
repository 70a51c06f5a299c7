"""What is no longer needed is forgotten: a little at a time, so that nobody waits for it."""

import logging
from datetime import datetime, timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from digest.models import Given
from papers import storing
from papers.models import Lookup
from subscriptions import erasing, limits
from subscriptions.interests.kinds import PAPER
from subscriptions.models import Bucket, Event, Interest, Letter, Subscriber

logger = logging.getLogger(__name__)
UNCONFIRMED_KEPT_FOR = timedelta(days=30)  # the link in the letter that asks for it lives for seven
LEFT_KEPT_FOR = timedelta(days=30)
LETTERS_KEPT_FOR = timedelta(days=396)  # 13 months
EVENTS_KEPT_FOR = timedelta(days=90)  # bounces count for 30 days
LOOKUPS_KEPT_FOR = timedelta(days=30)  # once they are answered, and no reader waits for the paper any more
GIVEN_KEPT_FOR = timedelta(days=730)  # papers that old reach nobody's letter
BUCKETS_KEPT_FOR = timedelta(days=2)  # full again, or of a day that is over
ATTEMPTS_KEPT_FOR = timedelta(days=1)  # to sign in to the admin; they count for a quarter of an hour
PAPERS_AT_ONCE = 500  # whose sightings are in memory then
LETTERS_AT_ONCE = 1_000
ROWS_AT_ONCE, BATCHES = 10_000, 100  # rows of a kind in one transaction, and how many of these in one pruning


def prune(now: datetime) -> None:
    """Again soon goes on where it stopped."""
    forgotten = {
        "summaries written by models": _ai_summaries(),
        "addresses that were never confirmed": _erase(never_confirmed(now)),
        "readers who left": _erase(left_long_ago(now)),
        "letters": _forget_letters(now),
        "reports of providers": _forget(Event.objects.filter(received_at__lt=now - EVENTS_KEPT_FOR)),
        "gifts": _forget(given_long_ago(now)),
        "lookups": _forget(nobody_asks_for(now)),
        "buckets": _forget(full_again(now)),
        "wrong passwords": _forget(AccessAttempt.objects.filter(attempt_time__lt=now - ATTEMPTS_KEPT_FOR)),
    }
    for what, count in forgotten.items():
        if count:
            logger.info("forgot %d %s", count, what)


def never_confirmed(now: datetime) -> QuerySet[Subscriber]:
    """Whose address somebody entered, and who was asked to agree, at last so long ago, and never did."""
    since = now - UNCONFIRMED_KEPT_FOR
    asked_again = Letter.objects.filter(subscriber=OuterRef("pk"), planned_at__gte=since)
    entered = Subscriber.objects.filter(confirmed_at=None, created_at__lt=since)
    return entered.exclude(Exists(asked_again)).order_by("pk")


def left_long_ago(now: datetime) -> QuerySet[Subscriber]:
    """And were not asked to confirm again since."""
    since = now - LEFT_KEPT_FOR
    asked_again = Letter.objects.filter(subscriber=OuterRef("pk"), planned_at__gte=since)
    return Subscriber.objects.filter(left_at__lt=since).exclude(Exists(asked_again)).order_by("pk")


def full_again(now: datetime) -> QuerySet[Bucket]:
    """Or of a day that is over."""
    slow = Q(purpose=limits.UNANSWERED.purpose, at__gte=now - limits.UNANSWERED.per)
    return Bucket.objects.filter(at__lt=now - BUCKETS_KEPT_FOR).exclude(slow).order_by("pk")


def given_long_ago(now: datetime) -> QuerySet[Given]:
    """Of the oldest rows, which are those of the oldest letters: no table is read from end to end for it."""
    oldest, since = Given.objects.order_by("pk").values("pk")[:ROWS_AT_ONCE], now - GIVEN_KEPT_FOR
    # Once its letter is gone, it is its paper that is so old: nobody is given one before it is here.
    is_old = Q(letter__planned_at__lt=since) | Q(letter=None, paper__first_seen_at__lt=since)
    return Given.objects.filter(is_old, pk__in=oldest).order_by("pk")


def _ai_summaries() -> int:
    """Once the site no longer asks for them."""
    forgotten = 0
    for _ in range(0 if settings.HUGGINGFACE_AI_SUMMARIES else BATCHES):
        count = storing.forget_ai_summaries(PAPERS_AT_ONCE)
        forgotten += count
        if count < PAPERS_AT_ONCE:
            break
    return forgotten


def nobody_asks_for(now: datetime) -> QuerySet[Lookup]:
    """Papers that were looked up: a title among them may be any line that somebody pasted."""
    asking = Interest.objects.filter(kind=PAPER.key, value=OuterRef("key"))
    answered = Lookup.objects.filter(answered_at__lt=now - LOOKUPS_KEPT_FOR)
    return answered.exclude(outcome=Lookup.Outcome.WAITING).exclude(Exists(asking)).order_by("pk")


def _erase(readers: QuerySet[Subscriber]) -> int:
    erased = 0
    for _ in range(BATCHES):
        gone = erasing.erase(readers)
        erased += gone
        if gone < erasing.AT_ONCE:
            break
    return erased


def _forget_letters(now: datetime) -> int:
    """With their files. Of the oldest rows, as of gifts."""
    forgotten = 0
    for _ in range(BATCHES):
        oldest = list(Letter.objects.order_by("pk").values_list("pk", "planned_at", "message_id")[:LETTERS_AT_ONCE])
        old = {pk: message_id for pk, planned_at, message_id in oldest if planned_at < now - LETTERS_KEPT_FOR}
        erasing.remove_files(old.values())
        Letter.objects.filter(pk__in=old).only("pk").delete()
        forgotten += len(old)
        if len(old) < LETTERS_AT_ONCE:
            break
    return forgotten


def _forget(rows: QuerySet) -> int:  # type: ignore[type-arg]  # of any model
    everything, forgotten = rows.model._default_manager, 0
    for _ in range(BATCHES):
        with transaction.atomic():
            # Locked, and then looked at once more: somebody may be confirming at this moment.
            found = list(rows.values_list("pk", flat=True)[:ROWS_AT_ONCE])
            locked = everything.filter(pk__in=found).select_for_update().values_list("pk", flat=True)
            still = list(rows.filter(pk__in=list(locked)).values_list("pk", flat=True))
            everything.filter(pk__in=still).delete()
        forgotten += len(still)
        if len(still) < ROWS_AT_ONCE:
            break
    return forgotten
