"""Parsers of environment variables: each takes a variable's name, and returns its value or raises ImproperlyConfigured
with one sentence that names the variable and shows a value that would do. What to read is said in settings.py.
"""

import os
import re
from datetime import UTC, date, datetime, timedelta
from email.utils import quote as escaped
from email.utils import unquote as unescaped
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

LOOPBACK = re.compile(r"localhost|::1|127(\.\d{1,3}){3}")  # hosts that are this machine
ADDRESS = r"[^\s@<>,;\"]+@[^\s@<>,;\"]+"
SPECIAL = re.compile(r'[()<>@,:;".\[\]\\]')  # for which a name in a header must be quoted
SPANS = ("second", "minute", "hour", "day")  # that letters are counted in


def passed_on(**variables: str) -> dict[str, str]:
    """The environment of a process that this one starts, with these variables besides."""
    return os.environ | variables


# ------------------------------------------------------------------------------------------- texts, numbers and lists


def variable(name: str, default: str = "") -> str:
    """The variable's value, or the content of the file that NAME_FILE points at."""
    if file := os.environ.get(f"{name}_FILE"):
        try:
            return Path(file).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: expected a readable file, found {file!r}: {error}") from error
    return os.environ.get(name) or default


def required(name: str, why: str, example: str) -> str:
    if value := variable(name):
        return value
    raise ImproperlyConfigured(f"{name} must be set {why}, for example {name}={example}")


def family(prefix: str) -> dict[str, str]:
    """Every variable whose name begins so, by the rest of its name."""
    names = {name.removesuffix("_FILE") for name in os.environ if name.startswith(prefix)}
    return {name.removeprefix(prefix): variable(name) for name in sorted(names)}


def whole_number(name: str, default: int, lowest: int, highest: int) -> int:
    text = variable(name, str(default))
    if not (text.isdecimal() and lowest <= int(text) <= highest):
        raise ImproperlyConfigured(f"{name}: expected a whole number from {lowest} to {highest}, found {text!r}")
    return int(text)


def switch(name: str) -> bool:
    text = variable(name, "0").lower()
    if text not in ("0", "1", "true", "false"):
        raise ImproperlyConfigured(f"{name}: expected 1 or 0, found {text!r}")
    return text in ("1", "true")


def listed(name: str) -> list[str]:
    return [item.strip() for item in variable(name).split(",") if item.strip()]


def seconds(name: str) -> timedelta:
    """A span of time, forth or back, that leads to a moment of the calendar."""
    text = variable(name, "0")
    try:
        span = timedelta(seconds=float(text))
        datetime.now(UTC) + span
    except (ValueError, OverflowError) as error:
        raise ImproperlyConfigured(f"{name}: expected a number of seconds like -8812800, found {text!r}") from error
    return span


def first_day(name: str) -> date | None:
    text = variable(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: expected a day like 2026-11-21, found {text!r}") from error


# ----------------------------------------------------------------------------------------------------------- addresses


def split_address(name: str, text: str, schemes: tuple[str, ...], example: str) -> tuple[SplitResult, int | None]:
    """An address's parts and its port. What is wrong with one is never shown: it may hold a password."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:  # such as a port that is no number, or a password with an unquoted / in it
        parts, port = SplitResult("", "", "", "", ""), None
    if parts.scheme not in schemes or not parts.hostname:
        raise ImproperlyConfigured(f"{name}: expected an address like {example}")
    return parts, port


def web_address(name: str, default: str) -> str:
    text = variable(name, default).rstrip("/")
    parts, _port = split_address(name, text, ("http", "https"), "https://papers.example.org")
    if parts.username is not None or parts.query or parts.fragment:  # Anyone may see it.
        raise ImproperlyConfigured(
            f"{name}: expected an address like https://papers.example.org, without a password, ? or #"
        )
    return text


def bare_address(name: str) -> str:
    """One address to write to, without a name; empty stays empty."""
    text = variable(name)
    if text and not re.fullmatch(ADDRESS, text):
        raise ImproperlyConfigured(f"{name}: expected one bare address like you@example.org, found {text!r}")
    return text


def sender(name: str, text: str) -> str:
    """Whom letters are from: one address, before it a name if there is one, quoted if it must be (RFC 5322, 3.4);
    empty stays empty."""
    if not text:
        return ""
    found = re.fullmatch(r"(?:(?P<name>[^\x00-\x1f\x7f]*?)\s*<(?P<named>[^<>]+)>|(?P<bare>.*))", text.strip())
    address = (found["named"] or found["bare"]) if found else ""
    if not found or not re.fullmatch(ADDRESS, address):
        raise ImproperlyConfigured(
            f"{name}: expected a name and an address like Paper Route <letters@example.org>, found {text!r}"
        )
    called = unescaped(found["name"] or "")
    if not called:
        return address
    return f'"{escaped(called)}" <{address}>' if SPECIAL.search(called) else f"{called} <{address}>"


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    found = []
    for network in listed(name):
        try:
            found.append(ip_network(network))
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name}: expected networks like 10.0.0.0/8, found {network!r}: {error}"
            ) from error
    return found


def smtp_server(name: str) -> dict[str, Any]:
    """Django's settings of smtp://user:password@host:587 (with a login STARTTLS is required), smtps://…:465, or
    smtp://localhost:25."""
    parts, port = split_address(name, variable(name), ("smtp", "smtps"), "smtp://user:password@mail.example.org:587")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or (465 if parts.scheme == "smtps" else 587 if parts.username else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and bool(parts.username),
    }


def imap_login(name: str) -> dict[str, Any]:
    """imaps://user:password@host:993, or imap://user:password@localhost:143; empty: none."""
    url, example = variable(name), "imaps://user:password@imap.example.org"
    if not url:
        return {}
    parts, port = split_address(name, url, ("imaps", "imap"), example)
    if parts.scheme == "imap" and not LOOPBACK.fullmatch(parts.hostname or ""):
        raise ImproperlyConfigured(f"{name}: expected imaps://, as imap:// would show the password to the network")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user and password and f"{user}{password}".isascii() and f"{user}{password}".isprintable()):
        raise ImproperlyConfigured(f"{name}: expected a user and a password, both in ASCII, like {example}")
    tls = parts.scheme == "imaps"
    login = {"user": user, "password": password}
    return {"host": parts.hostname, "port": port or (993 if tls else 143), "tls": tls, **login}


# --------------------------------------------------------------------------------------------------- limits of sending


def sending_limits(name: str) -> dict[str, int]:
    """Letters a span, for each span that is limited, out of a list like 14/second,10000/day."""
    return _rates(name, listed(name), SPANS, "14/second,10000/day")


def domain_limits(name: str) -> dict[str, dict[str, int]]:
    """Not by the second: who waits for a domain is looked for every few seconds only."""
    example = "gmail.com=300/minute,outlook.com=5000/day"
    of_domains: dict[str, list[str]] = {}
    for text in listed(name):
        domain, _, rate = text.lower().partition("=")
        if not re.fullmatch(r"[^\s@=/]+\.[^\s@=/]+", domain):
            raise ImproperlyConfigured(f"{name}: expected mail domains and limits like {example}, found {text!r}")
        of_domains.setdefault(domain, []).append(rate)
    return {domain: _rates(name, rates, SPANS[1:], example) for domain, rates in of_domains.items()}


def _rates(name: str, texts: list[str], spans: tuple[str, ...], example: str) -> dict[str, int]:
    found = [re.fullmatch(rf"([1-9][0-9]{{0,8}})/({'|'.join(spans)})", text) for text in texts]
    rates = {match[2]: int(match[1]) for match in found if match}
    if len(rates) < len(texts):
        raise ImproperlyConfigured(
            f"{name}: expected letters a {', '.join(spans[:-1])} or {spans[-1]}, each once at most, like {example}, "
            f"found {','.join(texts)!r}"
        )
    return rates
