"""A letter's bytes as they go over the wire, made of pieces that are encoded once and joined for each reader.

Everything here ends lines in CR LF and doubles dots at their beginning (RFC 5321, 4.5.2), so that whatever is joined
can be sent as it is.
"""

import re
import secrets
from binascii import b2a_qp
from functools import lru_cache

from django.core.mail.message import forbid_multi_line_headers

LINE_BREAK = re.compile(r"\r\n|\r|\n")
LINE_BREAK_IN_BYTES = re.compile(rb"\r?\n")
DOT = re.compile(rb"(?m)^\.")
STUFFED_DOT = re.compile(rb"(?m)^\.\.")
# An address that every parser understands in the same way. Others are for Django to judge.
SIMPLE_ADDRESS = re.compile(
    r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@[a-z0-9-]+(\.[a-z0-9-]+)*", re.A | re.I
)
NONCE = secrets.token_hex(8)  # Nobody can write a paper in which it stands.
MARK = re.compile(f"{NONCE}x([a-z_]+)x{NONCE}")
BOUNDARY = "=_paper_route"  # In quoted-printable text a number follows each "=", so no line can begin so.
PART = "\r\n".join(
    [
        f"--{BOUNDARY}",
        "Content-Type: text/%b; charset=utf-8",
        "Content-Transfer-Encoding: quoted-printable",
        "",
        "%b",
        "",
    ]
).encode()
END = f"--{BOUNDARY}--\r\n".encode()
STRUCTURE = {"MIME-Version": "1.0", "Content-Type": f'multipart/alternative; boundary="{BOUNDARY}"'}


OF_STRUCTURE = {*STRUCTURE, "Content-Transfer-Encoding"}


def quoted(text: str) -> bytes:
    """A piece in quoted-printable. Pieces can follow one another in any order: each begins a line of its own, which a
    soft line break ends. Raises UnicodeEncodeError for what UTF-8 cannot hold."""
    if not text:
        return b""
    lines = b2a_qp(LINE_BREAK.sub("\n", text).encode(), istext=True)
    piece = lines.replace(b"\n", b"\r\n") if lines.endswith(b"\n") else lines.replace(b"\n", b"\r\n") + b"=\r\n"
    return DOT.sub(b"..", piece)


def mark(name: str) -> str:
    """What stands in a template's text where each reader's own words go: small letters and figures, which nothing
    escapes, wraps or takes apart."""
    return f"{NONCE}x{name}x{NONCE}"


def form(text: str) -> bytes:
    """A text with marks, encoded: to be filled by `form % {b"name": quoted(words), ...}`."""
    parts = MARK.split(text)  # what is between the marks, and their names, in turn
    pieces = [
        b"%%(%b)b" % part.encode() if place % 2 else quoted(part).replace(b"%", b"%%")
        for place, part in enumerate(parts)
    ]
    return b"".join(pieces)


@lru_cache(maxsize=5_000)
def header(name: str, value: str) -> bytes:
    """One header as Django would write it, in as many lines. Raises BadHeaderError and ValueError as it would."""
    _name, encoded = forbid_multi_line_headers(name, value, "utf-8")
    return encoded_header(name, encoded)


def encoded_header(name: str, value: str) -> bytes:
    return LINE_BREAK_IN_BYTES.sub(b"\r\n", f"{name}: {value}\n".encode("ascii"))


def multipart(headers: bytes, text: bytes, html: bytes) -> bytes:
    """The whole letter; `headers` are those that are not of its structure."""
    return b"".join([headers, _STRUCTURE, PART % (b"plain", text), PART % (b"html", html), END])


def stuffed(content: bytes) -> bytes:
    """A message that was built elsewhere, lines ending in CR LF."""
    dotted = DOT.sub(b"..", content)
    return dotted if dotted.endswith(b"\r\n") else dotted + b"\r\n"


def unstuffed(content: bytes) -> bytes:
    """As it was, and as a file holds it."""
    return STUFFED_DOT.sub(b".", content)


_STRUCTURE = b"".join(header(name, value) for name, value in STRUCTURE.items()) + b"\r\n"
