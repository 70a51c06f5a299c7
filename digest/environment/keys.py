"""Keys and secrets. None is ever shown."""

import re
import secrets

from django.core.exceptions import ImproperlyConfigured
from dkim.crypto import UnparsableKeyError, parse_pem_private_key

from digest.environment.variables import listed, required, variable

LEAST, LEAST_DIFFERENT = 32, 10  # characters
MAKE_ONE = "$(openssl rand -base64 48)"


def signing_key(name: str, why: str) -> str:
    """Of a site that strangers can reach: whoever guesses it can sign links of every reader."""
    return _hard_to_guess(name, required(name, why, MAKE_ONE))


def signing_keys(name: str, *, public: bool) -> list[str]:
    """Earlier ones, which still count: on a public site as hard to guess as the present one."""
    return [_hard_to_guess(name, key) if public else key for key in listed(name)]


def _hard_to_guess(name: str, key: str) -> str:
    if len(key) < LEAST or len(set(key)) < LEAST_DIFFERENT or key.startswith("django-insecure-"):
        raise ImproperlyConfigured(
            f"{name}: expected a key of at least {LEAST} characters that nobody can guess, as `openssl rand -base64 "
            f"48` prints it, like {secrets.token_urlsafe(48)} (made up just now)"
        )
    return key


def webhook_secrets(name: str) -> list[str]:
    """Any of several: a new one can come before the old one goes."""
    found = listed(name)
    if not all(re.fullmatch(r"[^\s:]+:\S{16,}", secret) for secret in found):
        raise ImproperlyConfigured(
            f"{name}: expected a user and a password of at least 16 characters, like "
            f"provider:{secrets.token_hex(16)} (made up just now), or several with commas between"
        )
    return found


def dkim_selector(name: str) -> str:
    text = variable(name)
    if text and not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", text):
        raise ImproperlyConfigured(
            f"{name}: expected what stands before ._domainkey in DNS, like paper-route, found {text!r}"
        )
    return text


def dkim_key(name: str) -> str:
    """An RSA key in PEM; in one line, its line breaks may be written as a backslash and n."""
    text = variable(name).replace("\\n", "\n")
    try:
        if text:
            parse_pem_private_key(text.encode())
    except UnparsableKeyError as error:
        raise ImproperlyConfigured(
            f"{name}: expected an RSA key in PEM, as `openssl genrsa 2048` writes it, found something else"
        ) from error
    return text
