"""Mail addresses, and the servers that take letters or hold them."""

import re
from email.utils import quote as escaped
from email.utils import unquote as unescaped
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from digest.environment.addresses import LOOPBACK, Address, host_name, split_address, web_address
from digest.environment.variables import variable

ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LOCAL_PART = re.compile(rf"{ATOM}(\.{ATOM})*")  # RFC 5321, 4.1.2, without quotes
SPECIAL = re.compile(r'[()<>@,:;".\[\]\\]')  # for which a name in a header must be quoted
ON_THE_WAY = "would show the password to the network"


def on_the_wire(text: str) -> str | None:
    """One address as every mail server takes it, its domain in punycode; None if it is not one."""
    local, _, domain = text.rpartition("@")
    host = host_name(domain)
    return f"{local}@{host}" if host and ":" not in host and LOCAL_PART.fullmatch(local) and len(local) < 65 else None


def bare_address(name: str) -> str:
    """One address to write to, without a name; empty stays empty."""
    text = variable(name)
    if not text:
        return ""
    if address := on_the_wire(text):
        return address
    raise ImproperlyConfigured(f"{name}: expected one bare address like you@example.org, found {text!r}")


def contact(name: str) -> str:
    """Where people reach whoever runs the site: a mail address, or a page; empty stays empty."""
    text = variable(name)
    if "://" in text:
        return web_address(name, "")
    if not text:
        return ""
    if address := on_the_wire(text.removeprefix("mailto:")):
        return address
    raise ImproperlyConfigured(
        f"{name}: expected an address like you@example.org or a page like https://example.org/contact, found {text!r}"
    )


def sender(name: str, text: str) -> str:
    """Whom letters are from: one address, before it a name if there is one; empty stays empty."""
    if not text:
        return ""
    name_first = r'(?P<name>"[^\x00-\x1f\x7f]*"|[^\x00-\x1f\x7f<>]*?)\s*<(?P<named>[^<>]+)>'
    found = re.fullmatch(rf"(?:{name_first}|(?P<bare>.*))", text.strip())
    address = on_the_wire((found["named"] or found["bare"]).strip()) if found else None
    if not (found and address):
        raise ImproperlyConfigured(
            f"{name}: expected a name and an address like Paper Route <letters@example.org>, found {text!r}"
        )
    return from_header(unescaped(found["name"] or ""), address)


def from_header(called: str, address: str) -> str:
    """The name quoted if it must be (RFC 5322, 3.4)."""
    if not called:
        return address
    return f'"{escaped(called)}" <{address}>' if SPECIAL.search(called) else f"{called} <{address}>"


def smtp_server(name: str) -> dict[str, Any]:
    """Django's settings of smtp://user:password@host:587 (with a login STARTTLS is required), smtps://…:465, or
    smtp://localhost:25. `?starttls=1` or 0 says otherwise, where no password is shown by that."""
    example = "smtp://user:password@mail.example.org:587"
    found = split_address(name, variable(name), ("smtp", "smtps"), example, ("starttls",))
    _expect_login(name, found, example, required=False)
    tls, asked = found.scheme == "smtps", found.parameters.get("starttls", "")
    if asked not in ("", "0", "1") or (tls and asked) or found.path not in ("", "/"):
        raise ImproperlyConfigured(
            f"{name}: expected an address like {example} or smtp://mail.example.org:25?starttls=1"
        )
    starttls = asked == "1" if asked else bool(found.user) and not tls
    if found.user and not (tls or starttls or LOOPBACK.fullmatch(found.host)):
        raise ImproperlyConfigured(f"{name}: expected no starttls=0 beside a password, as that {ON_THE_WAY}")
    return {
        "EMAIL_HOST": found.host,
        "EMAIL_PORT": found.port or (465 if tls else 587 if found.user else 25),
        "EMAIL_HOST_USER": found.user,
        "EMAIL_HOST_PASSWORD": found.password,
        "EMAIL_USE_SSL": tls,
        "EMAIL_USE_TLS": starttls,
    }


def imap_login(name: str) -> dict[str, Any]:
    """imaps://user:password@host:993, or imap://user:password@localhost:143; empty: none."""
    url, example = variable(name), "imaps://user:password@imap.example.org"
    if not url:
        return {}
    found = split_address(name, url, ("imaps", "imap"), example)
    if found.scheme == "imap" and not LOOPBACK.fullmatch(found.host):
        raise ImproperlyConfigured(f"{name}: expected imaps://, as imap:// {ON_THE_WAY}")
    _expect_login(name, found, example, required=True)
    tls = found.scheme == "imaps"
    login = {"user": found.user, "password": found.password}
    return {"host": found.host, "port": found.port or (993 if tls else 143), "tls": tls, **login}


def _expect_login(name: str, found: Address, example: str, *, required: bool) -> None:
    """A user and a password that the protocol can carry; if not required, neither will do too."""
    both = f"{found.user}{found.password}"
    if not both and not required:
        return
    if not (found.user and found.password and both.isascii() and both.isprintable()):
        raise ImproperlyConfigured(f"{name}: expected a user and a password, both in ASCII, like {example}")
