"""The one door to the web: time-outs, a size cap, conditional requests; spacing, silence and quiet hours per site."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import urljoin, urlsplit

import requests
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from urllib3.exceptions import HTTPError, InvalidHeader
from urllib3.util import Retry

from papers.models import Host
from papers.sources.base import Manners, SourceError

CONNECT_SECONDS, PIECE_SECONDS, BODY_SECONDS = 10, 20, 60  # to connect, between two pieces, for the whole body
LARGEST_BODY = 20 * 2**20  # bytes, unpacked
PIECE_BYTES = 2**16
MOST_REDIRECTS = 3
LONGEST_WAIT_FOR_TURN = timedelta(minutes=1)  # a longer one means that the clock was set back
LOOK_AGAIN = timedelta(seconds=0.5)  # whether a turn that is held has ended
SILENCE_AFTER_429 = 600  # seconds, when the answer names no time
LONGEST_SILENCE = 6 * 3600  # seconds


class Unavailable(Exception):
    """The host cannot be read now, whatever the question: one sentence, and from when it may be, if known."""

    def __init__(self, sentence: str, retry_at: datetime | None = None) -> None:
        super().__init__(sentence)
        self.retry_at = retry_at


class Silent(Unavailable):
    """The host has asked for silence, so it was not even asked."""


class Clock:
    """The time by which turns are taken. A replay brings one that runs faster."""

    def now(self) -> datetime:
        return timezone.now()

    def sleep(self, span: timedelta) -> None:
        time.sleep(span.total_seconds())


CLOCK = Clock()


class OneStep(requests.Session):
    """Leaves redirects to us. Requests itself, even when told not to follow one, reads all of its body first."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


@dataclass(frozen=True)
class Response:
    """What came, and its validators: sent back with the next request, they spare the body of what has not changed."""

    body: bytes
    etag: str
    last_modified: str
    unchanged: bool

    @classmethod
    def of(cls, raw: requests.Response, body: bytes, kept: Mapping[str, str]) -> Self:
        """A 304 need not repeat the validators, so those that we have stay."""
        etag = _kept_line(raw.headers.get("ETag", "")) or kept.get("etag", "")
        last_modified = _kept_line(raw.headers.get("Last-Modified", "")) or kept.get("last_modified", "")
        return cls(body, etag, last_modified, unchanged=raw.status_code == 304)


def _kept_line(value: str) -> str:
    """The value if the database keeps it and the next request can send it back: without control characters."""
    return value if value.isprintable() else ""


def get(
    address: str, manners: Manners, *, validator: Mapping[str, str] | None = None, clock: Clock = CLOCK
) -> Response:
    """The response at the address, asked for no sooner than the site's manners allow.

    `validator` holds the address, etag and last_modified of an earlier response; it is used for its own address only.
    Raises Unavailable when the site cannot be read now, and SourceError when it answers with something else than 200.
    """
    for _ in range(1 + MOST_REDIRECTS):
        kept = validator if validator and validator.get("address") == address else {}
        response = _ask(address, manners, kept, clock)
        if isinstance(response, Response):
            return response
        address = response
    raise SourceError(f"expected at most {MOST_REDIRECTS} redirects, found another at {_place(address)}")


def reserve(manners: Manners, clock: Clock = CLOCK) -> timedelta:
    """Take the site's next turn if it has come: zero then, and else how long to wait before trying for it again.

    Raises Silent in its quiet hours and while it wants silence, and Unavailable when the turn is too far off to wait.
    """
    now = clock.now()
    begins, ends = manners.closed_hours or (now.time(), now.time())
    if begins <= now.time() < ends:
        over = now.replace(hour=ends.hour, minute=ends.minute, second=0, microsecond=0)
        raise Silent(f"{manners.budget} is not asked in its busy hour, until {over:%H:%M} UTC", over)
    Host.objects.get_or_create(host=manners.budget)
    with transaction.atomic():
        row = Host.objects.select_for_update().get(host=manners.budget)
        now = clock.now()  # Only now that the row is ours, as turns are spaced from when they are given.
        if row.silent_until and row.silent_until > now:
            until = f"{row.silent_until:%Y-%m-%d %H:%M:%S} UTC"
            raise Silent(f"{row.host} asked for silence until {until}", row.silent_until)
        if (turn := row.next_request_at) and turn > now:
            if turn - now > LONGEST_WAIT_FOR_TURN + _turn(manners):
                raise Unavailable(f"{manners.budget} can only be asked again at {turn:%Y-%m-%d %H:%M:%S} UTC", turn)
            return min(turn - now, LOOK_AGAIN) if manners.alone else turn - now  # One that is held may end any moment.
        row.next_request_at = now + _turn(manners)
        row.save(update_fields=["next_request_at"])
    return timedelta(0)


def _turn(manners: Manners) -> timedelta:
    """How long the site is ours: where only one may ask at a time, until the answer is in, or we must have died."""
    longest = CONNECT_SECONDS + BODY_SECONDS * manners.patience if manners.alone else 0
    return max(manners.spacing, timedelta(seconds=longest))


def _ask(address: str, manners: Manners, kept: Mapping[str, str], clock: Clock) -> Response | str:
    """One request, in its turn: its response, or the address that it redirects to."""
    # No turn is booked ahead: who wakes up late on a busy machine would use it just before the next one.
    while wait := reserve(manners, clock):
        clock.sleep(wait)
    began, deadline = clock.now(), time.monotonic() + BODY_SECONDS * manners.patience
    headers = {"User-Agent": settings.USER_AGENT, "Accept-Encoding": "gzip", "From": settings.OPERATOR_EMAIL}
    headers |= {"If-None-Match": kept.get("etag", ""), "If-Modified-Since": kept.get("last_modified", "")}
    headers = {name: value for name, value in headers.items() if value}
    limits = (CONNECT_SECONDS, PIECE_SECONDS * manners.patience)
    try:
        with OneStep() as session, session.get(address, headers=headers, timeout=limits, stream=True) as raw:
            _heed(raw, address, manners, clock)
            if raw.is_redirect:
                return _target(address, raw.headers["Location"])
            if raw.status_code == 304 and kept:
                return Response.of(raw, b"", kept)
            if raw.status_code != 200:
                challenge = " with a challenge for browsers" if "x-amzn-waf-action" in raw.headers else ""
                raise SourceError(f"expected 200 from {_place(address)}, found {raw.status_code}{challenge}")
            return Response.of(raw, _body(raw, address, deadline), {})
    except (requests.ConnectionError, requests.Timeout, HTTPError) as error:
        # The error's own text may hold the whole address, and so what its query string says.
        raise Unavailable(f"expected an answer from {_host(address)}, found {type(error).__name__}") from error
    finally:
        if manners.alone:
            ended = max(began + manners.spacing, clock.now())
            Host.objects.filter(host=manners.budget).update(next_request_at=ended)


def _body(raw: requests.Response, address: str, deadline: float) -> bytes:
    """The body, unpacked. Read as it comes: to wait for whole pieces would let a trickle outlast the deadline."""
    body = bytearray()
    while piece := raw.raw.read1(PIECE_BYTES, decode_content=True):
        body += piece
        if len(body) > LARGEST_BODY:
            raise SourceError(f"expected at most {LARGEST_BODY} bytes from {_place(address)}, found more")
        if time.monotonic() > deadline:
            raise Unavailable(f"expected all of {_place(address)} in time, found only a part")
    return bytes(body)


# ------------------------------------------------------------------------------------------------- addresses and hosts


def _host(address: str) -> str:
    return urlsplit(address).netloc.rpartition("@")[2].lower()


def _place(address: str) -> str:
    """How messages name an address: without its query string and log-in, which may hold secrets."""
    return _host(address) + urlsplit(address).path


def _target(address: str, location: str) -> str:
    """Where a redirect leads; raises SourceError when that is another site."""
    try:
        target = urljoin(address, location)
        old, new = urlsplit(address), urlsplit(target)
        is_upgrade = (old.scheme, new.scheme) == ("http", "https") and old.hostname == new.hostname
        is_same = is_upgrade or (old.scheme, old.hostname, old.port) == (new.scheme, new.hostname, new.port)
    except ValueError as error:
        raise SourceError(f"expected {_place(address)} to redirect to an address, found none: {error}") from error
    if not is_same:
        raise SourceError(f"expected {_place(address)} to redirect within its host, found {_place(target)}")
    return target


# ------------------------------------------------------------------------------------------------ what the answer asks


def _heed(raw: requests.Response, address: str, manners: Manners, clock: Clock) -> None:
    """Begin the silence that a response asks for: by refusing us (429, 503), or by saying that we have just used up
    what was allowed. Raises Unavailable when it is no answer to the question."""
    limits, at_least = rate_limits(raw.headers.get("RateLimit", "")), manners.silence.total_seconds()
    used_up = [limit["t"] for limit in limits if limit["r"] == 0]
    seconds: float | None = max(used_up, default=None)
    if raw.status_code == 429:
        named = [limit["t"] for limit in limits]
        seconds = max(at_least, max(used_up or named, default=retry_after(raw) or SILENCE_AFTER_429))
    elif raw.status_code == 503:
        seconds = max(at_least, max(used_up, default=retry_after(raw) or 0)) or None
    until = None if seconds is None else clock.now() + timedelta(seconds=min(seconds, LONGEST_SILENCE))
    if until:
        later = Q(silent_until=None) | Q(silent_until__lt=until)
        Host.objects.filter(later, host=manners.budget).update(silent_until=until)
    if raw.status_code == 429 or raw.status_code >= 500:
        raise Unavailable(f"expected 200 from {_place(address)}, found {raw.status_code}", until)


def rate_limits(header: str) -> list[dict[str, int]]:
    """What is left (r) and for how many seconds (t), for each item of a header like `"api";r=0;t=295`."""
    items = [dict(re.findall(r";\s*([rt])=(\d{1,18})", item, re.ASCII)) for item in header.split(",")]
    return [{name: int(number) for name, number in item.items()} for item in items if item.keys() == {"r", "t"}]


def retry_after(raw: requests.Response) -> float | None:
    """The seconds that an answer asks us to wait (RFC 9110, 10.2.3), if it does."""
    try:
        return Retry().parse_retry_after(raw.headers.get("Retry-After", ""))
    except (InvalidHeader, ValueError, OverflowError):
        return None
