"""Addresses of servers and sites."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import idna
from django.core.exceptions import ImproperlyConfigured

from digest.environment.variables import listed, variable

LOOPBACK = re.compile(r"localhost|([a-z0-9-]+\.)+localhost|::1|127(\.\d{1,3}){3}")  # hosts that are this machine
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"  # RFC 1123, 2.1
DOMAIN = re.compile(rf"({LABEL}\.)*(?!\d+$){LABEL}")
SERVICE = re.compile(r"(?!.*\.\d+$)[a-z0-9_]([a-z0-9_.-]{0,250}[a-z0-9_])?")  # also as containers are called
UNREADABLE = re.compile(r"[\x00-\x20\x7f]")  # Python's parser would leave some of these out.
CODED = ", in its password / as %2F, # as %23, ? as %3F, [ as %5B, @ as %40, % as %25"


@dataclass(frozen=True)
class Address:
    """What an address says, its parts decoded; the host as DNS has it, an IPv6 one without brackets."""

    scheme: str
    user: str
    password: str
    host: str
    port: int | None
    path: str
    parameters: dict[str, str]

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


def host_name(text: str, names: re.Pattern[str] = DOMAIN) -> str | None:
    """As DNS and Host headers have it: small letters, punycode, without the dot that may end it, and of IPv6 in short.
    None if it is no host."""
    try:
        return str(ip_address(text)) if "%" not in text else None
    except ValueError:
        pass
    try:
        ascii_text = text if text.isascii() else idna.encode(text, uts46=True).decode()
    except idna.IDNAError:
        return None
    ascii_text = ascii_text.lower().removesuffix(".")
    return ascii_text if names.fullmatch(ascii_text) and len(ascii_text) <= 253 else None


def split_address(
    name: str, text: str, schemes: tuple[str, ...], example: str, parameters: tuple[str, ...] = ()
) -> Address:
    """An address with at most these parameters. What is wrong with one is never shown: it may hold a password."""
    expected = f"{name}: expected an address like {example}{'' if 'https' in schemes else CODED}"
    try:
        parts = urlsplit(text)
        port, queried = parts.port, parse_qsl(parts.query, keep_blank_values=True)
    except ValueError as error:  # such as a port that is no number, or a password with an unquoted / in it
        raise ImproperlyConfigured(expected) from error
    host = host_name(unquote(parts.hostname or ""), SERVICE)
    if parts.scheme not in schemes or not host or port == 0 or parts.fragment or UNREADABLE.search(text):
        raise ImproperlyConfigured(expected)
    if not {key for key, _value in queried} <= set(parameters):
        other = f"other parameters than {' and '.join(parameters)}" if parameters else "parameters"
        raise ImproperlyConfigured(f"{expected}; without {other}")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Address(parts.scheme, user, password, host, port, parts.path, dict(queried))


def url_path(name: str, default: str) -> str:
    """Words between slashes that stand in an address as they are, without the outer slashes; may be empty."""
    text = variable(name, default).strip("/")
    if not re.fullmatch(r"(?:[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*)?", text):
        raise ImproperlyConfigured(f"{name}: expected letters, digits, - and _ alone, like some-name, found {text!r}")
    return text


def web_address(name: str, default: str) -> str:
    """In ASCII, as requests and headers carry it."""
    example = "https://papers.example.org"
    text = variable(name, default)
    found = split_address(name, text, ("http", "https"), example) if "?" not in text else None
    if found is None or "@" in urlsplit(text).netloc:  # Anyone may see it.
        raise ImproperlyConfigured(f"{name}: expected an address like {example}, without a password, ? or #")
    path = quote(found.path, safe="/%~:@!$&'()*+,;=").rstrip("/")
    return f"{found.scheme}://{found.netloc}{path}"


def site_address(name: str, default: str) -> str:
    """Where readers find the site: what every Host header must say, and every link in a letter begins with."""
    example = "https://papers.example.org"
    text = web_address(name, default)
    parts = urlsplit(text)
    host = host_name(parts.hostname or "")
    if parts.path:
        raise ImproperlyConfigured(f"{name}: expected an address without a path, like {example}")
    if host is None:
        raise ImproperlyConfigured(f"{name}: expected a host of letters, digits, - and . alone, like {example}")
    if _is_nobody(host):
        raise ImproperlyConfigured(f"{name}: expected where readers find the site, like {example}, found {text}")
    port = {"http": 80, "https": 443}[parts.scheme]  # which browsers leave out
    return text.removesuffix(f":{port}")


def _is_nobody(host: str) -> bool:
    """Whether it is an address that servers listen on and nobody calls."""
    try:
        address: IPv4Address | IPv6Address = ip_address(host)
    except ValueError:
        return False
    return address.is_unspecified or address.is_multicast


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
