"""Links that let their holder do one thing for one reader: make one, follow one."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import unquote

from django.conf import settings
from django.core import signing
from django.db import models
from django.urls import reverse

from subscriptions import tokens
from subscriptions.models import Subscriber
from subscriptions.tokens import BadToken, Signer, Token


class Purpose(models.TextChoices):
    """What a link is for: the name of the url that it opens, and the salt that binds its token to that."""

    CONFIRM = "subscriptions:confirm"
    MANAGE = "subscriptions:manage"
    UNSUBSCRIBE = "subscriptions:unsubscribe"
    BLOCK = "subscriptions:block"
    COME_BACK = "subscriptions:come_back"  # its token names the moment of leaving that it undoes
    MOVE = "subscriptions:move"  # its token names the letter to the new address
    STAY = "subscriptions:stay"  # and this one the letter to the old address
    FEEDBACK = "feedback"  # a paper's key may follow the token
    WEB_COPY = "web_copy"  # its token names a letter, too
    FEED = "my_feed"  # its token names the reader's feed_key, and is always the same


LIFETIMES = {
    Purpose.CONFIRM: timedelta(days=7),
    Purpose.MANAGE: timedelta(days=8),
    Purpose.FEEDBACK: timedelta(days=30),
    Purpose.COME_BACK: timedelta(days=7),
    Purpose.MOVE: timedelta(days=7),
    Purpose.STAY: timedelta(days=7),
    Purpose.BLOCK: None,
    Purpose.UNSUBSCRIBE: None,  # must work from the oldest letter in someone's inbox
    Purpose.WEB_COPY: None,  # lives as long as the letter's row
    Purpose.FEED: None,  # dies with the reader's feed_key
}
# What does not die by links_after when a reader leaves or has all old links die: to leave is never refused, what
# undoes one departure is bound to it already, a change of address, which has old links die, can be stopped, and a feed
# has a key of its own.
DEATHLESS = {Purpose.UNSUBSCRIBE, Purpose.BLOCK, Purpose.COME_BACK, Purpose.STAY, Purpose.FEED}


OF_TOKENS = re.compile(r"[\w:-]*", re.ASCII)  # the characters of tokens


class BadLink(Exception):
    """The link was not made by us for this purpose, or its reader is gone."""


class DeadLink(BadLink):
    """The link was ours, and its reader has left since, or had all old links die."""


class ExpiredLink(BadLink):
    """The link was ours and is too old; its reader may have a fresh one."""

    def __init__(self, subscriber: Subscriber) -> None:
        super().__init__("expired")
        self.subscriber = subscriber


def make(subscriber: Subscriber, purpose: Purpose, *further: int, made_at: datetime | None = None) -> str:
    """`further`: the keys of what it is about beside its reader. `made_at`: for one that is the same whenever it is
    shown."""
    before, signer, after = _made_of(purpose, settings.ROOT_URLCONF, settings.SECRET_KEY)
    return f"{settings.SITE_URL}{before}{signer.make((subscriber.pk, *further), made_at)}{after}"


@cache
def _made_of(purpose: Purpose, _urls: str, secret: str) -> tuple[str, Signer, str]:
    """What stands around a token, and its signer: found once, not for each of many letters."""
    before, _, after = reverse(purpose.value, args=["TOKEN"]).partition("TOKEN")
    return before, Signer(_salt(purpose), secret), after


def follow(token: str, purpose: Purpose) -> Subscriber:
    """Whose link this is. Raises BadLink, or ExpiredLink with the reader when it is only too old."""
    read, lifetime = _read(token, purpose), LIFETIMES[purpose]
    try:
        subscriber = Subscriber.objects.get(pk=read.numbers[0])
    except Subscriber.DoesNotExist as error:
        raise BadLink from error
    if purpose not in DEATHLESS and subscriber.links_after and read.made_at <= subscriber.links_after:
        raise DeadLink
    if lifetime is not None and read.is_older_than(lifetime):
        raise ExpiredLink(subscriber)
    return subscriber


def key(token: str, purpose: Purpose) -> int:
    """The reader's key in a well-signed token of any age, whether or not there still is such a reader."""
    return keys(token, purpose)[0]


def keys(token: str, purpose: Purpose) -> tuple[int, ...]:
    """The same, and the further keys that it was made with."""
    return _read(token, purpose).numbers


def repaired(token: str, purpose: Purpose) -> str:
    """A token that was altered on its way, as mail programs do, if it verifies without what they did: a colon that
    stands for three characters, or for five, and what follows the address in the text, such as >, . or &amp;. Else
    as it is."""
    decoded = unquote(unquote(token))
    for tried in (token, decoded, OF_TOKENS.match(decoded)[0]):  # type: ignore[index]  # It matches nothing, too.
        try:
            _read(tried, purpose)
        except BadLink:
            continue
        return tried
    return token


def made_at(token: str, purpose: Purpose) -> datetime:
    """When a well-signed token was made: just before its letter left."""
    return _read(token, purpose).made_at


def _read(token: str, purpose: Purpose) -> Token:
    if ":" in token:
        return _read_as_of_0_1(token, purpose)
    for signer in _signers(purpose):
        try:
            return signer.read(token)
        except BadToken:
            continue
    raise BadLink


def _signers(purpose: Purpose) -> Iterator[Signer]:
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        yield Signer(_salt(purpose), secret)


def _read_as_of_0_1(token: str, purpose: Purpose) -> Token:
    """Links of letters that version 0.1.0 sent, by Django's signed objects."""
    try:
        pk = int(signing.loads(token, salt=_salt(purpose)))
        made_at = signing.b62_decode(token.rsplit(":", 2)[1])
    except (signing.BadSignature, UnicodeError) as error:
        raise BadLink from error
    return Token((pk,), tokens.moment(made_at * 1_000_000))


def _salt(purpose: Purpose) -> str:
    return f"link:{purpose.value}"
