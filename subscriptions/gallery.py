"""The gallery: every kind of letter with invented contents, in the browser of whoever runs the site. Local only.

Each is written by its own composer, of rows that are taken back before the page is shown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property

from csp.decorators import csp
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from papers import site_clock
from subscriptions import letter_kinds, mailbox, mime
from subscriptions.composing import Skip
from subscriptions.models import Letter, Subscriber

READER = 2**31 - 1  # a key that no reader will ever have, so that the links of samples open nothing
ADDRESS = "ada.quill@example.org"
WIDTHS = (390, 800)  # pixels of a phone, and of the pane in which a laptop shows letters


@dataclass(frozen=True)
class Sample:
    """A letter as it would be sent, and what it is called: its kind, and which of that kind."""

    name: str
    content: bytes

    @cached_property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)

    @property
    def text(self) -> str:
        return mailbox.part(self.message, "plain")

    @property
    def html(self) -> str:
        return mailbox.part(self.message, "html")

    @property
    def sizes(self) -> dict[str, int]:
        """In bytes, of both parts as they are read, and of all as it is sent."""
        return {"html": len(self.html.encode()), "text": len(self.text.encode()), "all": len(self.content)}


def samples(now: datetime, named: str | None = None) -> list[Sample]:
    """Of each kind one or more, in the order of settings.LETTERS; or the one of that name. Leaves nothing behind."""
    with transaction.atomic():
        try:
            return list(_composed(now, named))
        finally:
            transaction.set_rollback(True)


def _composed(now: datetime, named: str | None) -> Iterator[Sample]:
    reader = _reader(now)
    for kind in settings.LETTERS:
        record = letter_kinds.of(kind)
        for variant, fields in (record.samples(reader, now) if record.samples else {"": {}}).items():
            name = f"{kind}-{variant}" if variant else kind
            if named not in (None, name):
                continue
            moments = {"promised_at": now, "planned_at": now, "due_at": now}
            given: Mapping[str, object] = {"key": f"{now.date()}", **moments, **fields}
            letter = Letter.objects.create(subscriber=reader, kind=kind, **given)
            draft = record.compose([letter], now)[letter.pk]
            if not isinstance(draft, Skip):
                yield Sample(name, mime.unstuffed(draft.content()))
            letter.delete()  # The next of this kind may have the same key.


def _reader(now: datetime) -> Subscriber:
    Subscriber.objects.filter(address=ADDRESS).delete()  # Who signed up with it to try the site is back at once.
    moments = {"created_at": now, "confirmed_at": now, "read_up_to": now, "next_due_at": now}
    return Subscriber.objects.create(pk=READER, address=ADDRESS, **moments)


# ------------------------------------------------------------------------------------------------------------- pages


@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "subscriptions/gallery.html", {"letters": samples(site_clock.now())})


@never_cache
@require_safe
def letter(request: HttpRequest, name: str) -> HttpResponse:
    sample = _find(name)
    context = {"letter": sample, "headers": sample.message.items(), "widths": WIDTHS}
    return render(request, "subscriptions/gallery_letter.html", context)


@xframe_options_sameorigin
@csp(mailbox.SANDBOX)  # type: ignore[arg-type]  # its annotation forgets the address's arguments
@never_cache
@require_safe
def html(request: HttpRequest, name: str) -> HttpResponse:
    return mailbox.framed(_find(name).html)


def _find(name: str) -> Sample:
    for sample in samples(site_clock.now(), name):
        return sample
    raise Http404
