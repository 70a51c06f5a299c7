"""Links that let their holder do one thing for one reader: make one, follow one."""

import hmac
from datetime import timedelta
from functools import cache, cached_property

from django.conf import settings
from django.core import signing
from django.db import models
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.encoding import force_bytes

from subscriptions.models import Subscriber


class Purpose(models.TextChoices):
    """What a link is for: the name of the url that it opens, and the salt that binds its token to that."""

    CONFIRM = "subscriptions:confirm"
    MANAGE = "subscriptions:manage"
    UNSUBSCRIBE = "subscriptions:unsubscribe"
    FEEDBACK = "feedback"  # a paper's key may follow the token


LIFETIMES = {
    Purpose.CONFIRM: timedelta(days=7),
    Purpose.MANAGE: timedelta(days=30),
    Purpose.FEEDBACK: timedelta(days=30),
    Purpose.UNSUBSCRIBE: None,  # must work from the oldest letter in someone's inbox
}


class BadLink(Exception):
    """The link was not made by us for this purpose, or its reader is gone."""


class ExpiredLink(BadLink):
    """The link was ours and is too old; its reader may have a fresh one."""

    def __init__(self, subscriber: Subscriber) -> None:
        super().__init__("expired")
        self.subscriber = subscriber


class Signer(signing.TimestampSigner):
    """As Django's; its key is derived once, not for each of many letters."""

    @cached_property
    def _keyed(self) -> hmac.HMAC:
        return salted_hmac(force_bytes(self.salt) + b"signer", "", self.key, algorithm=self.algorithm)

    def signature(self, value: str | bytes, key: str | bytes | None = None) -> str:
        if key is not None:
            return super().signature(value, key)
        ours = self._keyed.copy()
        ours.update(force_bytes(value))
        return signing.b64_encode(ours.digest()).decode()


def make(subscriber: Subscriber, purpose: Purpose) -> str:
    before, signer, after = _made_of(purpose, settings.ROOT_URLCONF, settings.SECRET_KEY)
    return f"{settings.SITE_URL}{before}{signer.sign_object(subscriber.pk)}{after}"


@cache
def _made_of(purpose: Purpose, _urls: str, _key: str) -> tuple[str, Signer, str]:
    """What stands around a token, and its signer: found once, not for each of many letters."""
    before, _, after = reverse(purpose.value, args=["TOKEN"]).partition("TOKEN")
    return before, Signer(salt=_salt(purpose)), after


def follow(token: str, purpose: Purpose) -> Subscriber:
    """Whose link this is. Raises BadLink, or ExpiredLink with the reader when it was good once."""
    try:
        subscriber = Subscriber.objects.get(pk=key(token, purpose))
        signing.loads(token, salt=_salt(purpose), max_age=LIFETIMES[purpose])
    except Subscriber.DoesNotExist as error:
        raise BadLink from error
    except signing.SignatureExpired as error:
        raise ExpiredLink(subscriber) from error
    return subscriber


def key(token: str, purpose: Purpose) -> int:
    """The reader's key in a well-signed token of any age, whether or not there still is such a reader."""
    try:
        return int(signing.loads(token, salt=_salt(purpose)))
    except signing.BadSignature as error:
        raise BadLink from error


def _salt(purpose: Purpose) -> str:
    return f"link:{purpose.value}"
