"""Token buckets: how often something may be done. They know what is counted only as a keyed hash.

A bucket is full at first and fills up evenly: after a time t it holds min(most, tokens + most * t / per). So within
any time t at most `most + most * t / per` are granted, whoever asks and how often; what is granted at once is never
more than belongs to one span.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from papers import database
from subscriptions.models import Bucket, keyed_hash


@dataclass(frozen=True)
class Limit:
    """So many per span. One whose span is FOR_EVER never fills up again."""

    purpose: str
    most: int
    per: timedelta


FOR_EVER = timedelta.max
ROUNDING = timedelta(milliseconds=1)  # added to a wait: more than what is lost by rounding
# Of letters that anybody may have sent to a mailbox: after three without an answer, one a week.
UNANSWERED = Limit("confirm letters without an answer", 3, timedelta(weeks=3))
MOST_OF_MAILBOX = 3  # a day (UTC), whoever asks for them
DOTS_IGNORED = {"gmail.com", "googlemail.com", "pm.me", "proton.me", "protonmail.com"}
# A campus behind one address may sign up at once. Readers' links are counted apart, so that nobody locks them out.
SIGN_UPS_PER_NETWORK = Limit("sign-ups of a network", 60, timedelta(hours=1))
LINKS_PER_NETWORK = Limit("links of a network", 60, timedelta(hours=1))
# Above these confirm letters wait in a queue, and the operator hears of it; nobody is refused.
CONFIRM_LETTERS_PER_DOMAIN = Limit("confirm letters to a domain", 200, timedelta(hours=1))
CONFIRM_LETTERS_OF_SITE = Limit("confirm letters of the site", 1000, timedelta(hours=1))
REQUESTS_OF_SITE = Limit("letters asked for at the site", 1000, timedelta(hours=1))


def of_mailbox_on(now: datetime) -> Limit:
    """Letters asked for on a day; the next day has a bucket of its own, so that none of this day's flows into it."""
    return Limit(f"letters asked for on {now.astimezone(UTC).date()}", MOST_OF_MAILBOX, FOR_EVER)


def mailbox(address: str) -> str:
    """What the many addresses of one mailbox have in common: they may differ by a tag behind a plus, and by dots where
    its provider ignores them."""
    name, _, domain = address.lower().rpartition("@")
    name = name.partition("+")[0] or name
    return f"{name.replace('.', '') if domain in DOTS_IGNORED else name}@{domain}"


def turn(limit: Limit, value: str, now: datetime) -> int | None:
    """One more: the how-manieth it is of late, from 1 on. None: there is none left."""
    with database.committed_lazily():
        bucket = _bucket(limit, value, now)
        if bucket.tokens < 1:
            return None
        bucket.tokens -= 1
        bucket.save()
    return ceil(limit.most - bucket.tokens)


def take_up_to(limits: Sequence[Limit], value: str, wanted: int, now: datetime) -> tuple[int, timedelta]:
    """The same number of each limit, as many as the one with the fewest has left but not more than wanted; and after
    which time each has one again, if nobody takes any meanwhile.

    Whoever asks names the limits in the same order; no two have the same purpose. Without limits all is granted.
    """
    if not limits:
        return wanted, timedelta()
    with database.committed_lazily():
        buckets = [_bucket(limit, value, now) for limit in limits]
        granted = min(wanted, *(int(bucket.tokens) for bucket in buckets))
        for bucket in buckets if granted else []:
            bucket.tokens -= granted
            bucket.save()
    lacking = [max(0.0, 1 - bucket.tokens) / limit.most for limit, bucket in zip(limits, buckets, strict=True)]
    return granted, ROUNDING + max(limit.per * lacks for limit, lacks in zip(limits, lacking, strict=True))


def give_back(limits: Sequence[Limit], value: str, unused: int, now: datetime) -> None:
    """What was taken of each limit and not needed."""
    if not (limits and unused):
        return
    with database.committed_lazily():
        for limit in limits:
            bucket = _bucket(limit, value, now)
            bucket.tokens = min(limit.most, bucket.tokens + unused)
            bucket.save()


def forget(limit: Limit, value: str) -> None:
    """The bucket is full again."""
    Bucket.objects.filter(purpose=limit.purpose, hash=keyed_hash(value)).delete()


def is_below(limit: Limit, level: float, now: datetime) -> bool:
    """Whether any bucket was of late, in the last half of its span, filled less than to this level."""
    return Bucket.objects.filter(purpose=limit.purpose, tokens__lt=level, at__gt=now - limit.per / 2).exists()


class Buckets:
    """Those of many values, read at once and saved at once: for who takes turns with all others that do so, and within
    the transaction in which it is their turn."""

    def __init__(self, limit: Limit, values: Iterable[str], now: datetime) -> None:
        hashes = {value: keyed_hash(value) for value in values}
        rows = Bucket.objects.filter(purpose=limit.purpose, hash__in=database.among(hashes.values(), "text"))
        here = {row.hash: row for row in rows}
        self._now, self._taken = now, set[str]()
        self._buckets = {
            value: here.get(name) or Bucket(purpose=limit.purpose, hash=name, tokens=limit.most, at=now)
            for value, name in hashes.items()
        }
        self._since = {value: bucket.at for value, bucket in self._buckets.items()}
        for bucket in self._buckets.values():
            _fill(bucket, limit, now)

    def hurry(self, value: str, wanted: int, within: timedelta, begun: datetime) -> None:
        """It fills up besides at the pace at which so many go within this time, from when they began to wait on."""
        passed = self._now - max(self._since[value], begun)
        self._buckets[value].tokens += max(0.0, passed / within) * wanted

    def left(self, value: str) -> bool:
        """Whether there is one."""
        return self._buckets[value].tokens >= 1

    def take(self, value: str, count: int = 1) -> None:
        """Also where there is none any more."""
        self._buckets[value].tokens = max(0.0, self._buckets[value].tokens - count)
        self._taken.add(value)

    def save(self) -> None:
        taken = [self._buckets[value] for value in sorted(self._taken)]
        rows = [Bucket(purpose=one.purpose, hash=one.hash, tokens=one.tokens, at=one.at) for one in taken]
        Bucket.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["purpose", "hash"], update_fields=["tokens", "at"]
        )


def _bucket(limit: Limit, value: str, now: datetime) -> Bucket:
    """Locked, and filled up to now; for the caller to save."""
    bucket, _ = Bucket.objects.select_for_update().get_or_create(
        purpose=limit.purpose, hash=keyed_hash(value), defaults={"tokens": limit.most, "at": now}
    )
    return _fill(bucket, limit, now)


def _fill(bucket: Bucket, limit: Limit, now: datetime) -> Bucket:
    """Up to now. Where processes' clocks differ, by the one ahead."""
    since, bucket.at = bucket.at, max(bucket.at, now)
    bucket.tokens = min(limit.most, bucket.tokens + (bucket.at - since) / limit.per * limit.most)
    return bucket
