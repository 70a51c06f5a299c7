"""What DNS says of the domains that letters are from: who may send for them (SPF, RFC 7208), with which key they are
signed (DKIM, RFC 6376), and what receivers are asked to do with others (DMARC, RFC 7489)."""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import datetime
from email.utils import parseaddr

import dns.exception
import dns.resolver
from django.conf import settings
from dkim.crypto import parse_pem_private_key

from digest.watching.doctor.base import Finding, Level, ok, red, warning

ANSWER_SECONDS = 5.0
RSA = bytes.fromhex("2a864886f70d010101")  # rsaEncryption, RFC 8017
LOCAL_DOMAIN = re.compile(r"[^.]+|.*\.(localhost|local|lan|internal|home\.arpa|test|invalid|example)|[\d.]+")


def records(_now: datetime) -> Iterator[Finding]:
    senders = [parseaddr(sender)[1] for sender in (settings.DEFAULT_FROM_EMAIL, settings.TRANSACTIONAL_FROM_EMAIL)]
    domains = sorted({sender.rpartition("@")[2] for sender in senders if sender})
    for domain in domains:
        if LOCAL_DOMAIN.fullmatch(domain):
            yield ok(f"letters are from {domain}, which no name server knows")
            continue
        try:
            yield from _spf(domain)
            yield from _dkim(domain)
            yield from _dmarc(domain)
        except dns.exception.DNSException:
            yield Finding(Level.UNKNOWN, f"no name server answers of {domain}")


def _texts(name: str, begins: str) -> list[str]:
    """The TXT records there that begin so; none where there are none. Raises DNSException when nobody answers."""
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=ANSWER_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    texts = [b"".join(record.strings).decode(errors="replace") for record in answer]
    return [text for text in texts if text.lower().startswith(begins)]


def _spf(domain: str) -> Iterator[Finding]:
    server = settings.EMAIL_HOST if settings.SENDER.endswith(".Smtp") else ""
    senders = "mx" if not server or settings.LOOPBACK.fullmatch(server) else f"a:{server}"
    line = f'{domain}. TXT "v=spf1 {senders} ~all"'
    found = _texts(domain, "v=spf1")
    if not found:
        yield red(f"{domain} does not say who may send for it (SPF), so letters are taken for forged.", line)
    elif len(found) > 1:
        yield red(f"{domain} has {len(found)} SPF records, and so counts as having none.", line)
    elif re.search(r"\s\+?all\b", found[0]):
        yield red(f"{domain} says that anyone may send for it: {found[0]}", line)
    else:
        yield ok(f"{domain} says who may send for it: {found[0]}")


def _dkim(domain: str) -> Iterator[Finding]:
    if not settings.DKIM_KEY:
        yield ok(f"whoever takes letters signs them for {domain}; manage.py testmail shows whether")
        return
    place, key = f"{settings.DKIM_SELECTOR}._domainkey.{domain}", _public_key()
    line = f'{place}. TXT "v=DKIM1; k=rsa; p={b64encode(key).decode()}"'
    tags = [_tags(text) for text in _texts(place, "") if "p=" in text.replace(" ", "")]
    if not tags:
        yield red(f"{place} has no key, so signatures cannot be checked.", line)
    elif key not in [_decoded(found.get("p", "")) for found in tags]:
        yield red(f"{place} has another key than DKIM_KEY, so signatures are wrong.", line)
    else:
        yield ok(f"{place} has the key of our signatures")


def _dmarc(domain: str) -> Iterator[Finding]:
    """Of the domain, or of one above it, which holds for it too."""
    labels = domain.split(".")
    above = [".".join(labels[place:]) for place in range(len(labels) - 1)]
    found = [text for name in above for text in _texts(f"_dmarc.{name}", "v=dmarc1")]
    if found:
        yield ok(f"{domain} says what to do with letters that are not its own: {found[0]}")
    else:
        told = settings.OPERATOR_EMAIL or f"postmaster@{domain}"
        line = f'_dmarc.{domain}. TXT "v=DMARC1; p=none; rua=mailto:{told}"'
        yield warning(f"{domain} has no DMARC record, which large providers ask of whoever sends lists.", line)


def _tags(text: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in text.split(";"))
    return {name.strip(): "".join(value.split()) for name, _, value in pairs}


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text)
    except ValueError:
        return b""


def _public_key() -> bytes:
    """Of DKIM_KEY, as a record has it (SubjectPublicKeyInfo, RFC 5280, 4.1)."""
    private = parse_pem_private_key(settings.DKIM_KEY.encode())
    numbers = [_der(0x02, _bytes(private[name])) for name in ("modulus", "publicExponent")]
    kind = _der(0x30, _der(0x06, RSA) + _der(0x05, b""))
    return _der(0x30, kind + _der(0x03, b"\0" + _der(0x30, b"".join(numbers))))


def _der(tag: int, content: bytes) -> bytes:
    """X.690, 8.1.3 and 10.1; dkimpy's own knows no content of 127 bytes or more."""
    length = len(content)
    size = (length.bit_length() + 7) // 8
    head = bytes([length]) if length < 0x80 else bytes([0x80 | size]) + length.to_bytes(size, "big")
    return bytes([tag]) + head + content


def _bytes(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1, "big")
