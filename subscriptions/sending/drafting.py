"""Before the hand-over: a last look at whether letters are still wanted, and what they say."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from subscriptions import letter_kinds
from subscriptions.composing import Composed, Draft, Skip
from subscriptions.models import KEEP_TRYING, Letter, Suppression
from subscriptions.sending import writing


def drafts(chunk: Sequence[Letter], now: datetime) -> list[tuple[Letter, Draft]]:
    """In the order of the chunk, first those that a person waits for; what is unwanted by now, or has nothing to say,
    ends here."""
    by_kind: dict[str, list[Letter]] = defaultdict(list)
    wanted = _end_unwanted(chunk, now)
    for letter in wanted:
        by_kind[letter.kind].append(letter)
    composed: dict[int, Composed] = {}
    for kind, of_kind in by_kind.items():
        composed |= writing.composed(letter_kinds.of(kind).compose, of_kind, now)
    drafted = [(letter, composed[letter.pk]) for letter in wanted]
    _end([(letter, draft) for letter, draft in drafted if isinstance(draft, Skip)], Letter.State.SKIPPED, now)
    return [(letter, draft) for letter, draft in drafted if not isinstance(draft, Skip)]


def _end_unwanted(chunk: Sequence[Letter], now: datetime) -> list[Letter]:
    """A last look at consent and suppression: much may have happened since the letter was planned."""
    suppressed = Suppression.objects.reasons(letter.subscriber for letter in chunk if letter.subscriber)
    skipped: list[tuple[Letter, str]] = []
    stale: list[tuple[Letter, str]] = []
    in_feed: list[tuple[Letter, str]] = []
    wanted = []
    for letter in chunk:
        reader, reason = letter.subscriber, ""
        kind = letter_kinds.of(letter.kind)
        if reader and kind.asks_to_confirm:
            is_final = suppressed.get(reader.pk) in Suppression.FINAL
            reason = "suppressed" if is_final else "confirmed" if reader.is_reading else ""
        elif reader and kind.says_goodbye:
            is_gone = reader.left_at and reader.left_at.isoformat() == letter.key
            reason = "suppressed" if reader.pk in suppressed else "" if is_gone else "came back"
        elif reader:
            reason = "suppressed" if reader.pk in suppressed else "" if reader.is_reading else "left"
        if reason:
            skipped.append((letter, reason))
        elif reader and reader.is_feed_only and kind.is_list_mail:
            in_feed.append((letter, ""))
        elif now - letter.planned_at > KEEP_TRYING:
            stale.append((letter, "stale"))
        else:
            wanted.append(letter)
    _end(skipped, Letter.State.SKIPPED, now)
    _end(stale, Letter.State.FAILED, now)
    _end(in_feed, Letter.State.FEED, now)
    return wanted


def _end(ended: Sequence[tuple[Letter, str]], state: Letter.State, now: datetime) -> None:
    for letter, reason in ended:
        letter.state, letter.reason, letter.ended_at = state, reason, now
    Letter.objects.put_down([letter for letter, _ in ended])
