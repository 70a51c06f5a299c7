"""A reader's own feed: made when they ask for it, at an address that is shown to nobody else, and removed.

The address is a token of its reader and a random key, so that neither a backup nor a look into the database gives it
away. What the feed says is not known to this room.
"""

import secrets
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from subscriptions import links, tokens
from subscriptions.links import Purpose
from subscriptions.models import Subscriber
from subscriptions.visits import form_methods, of_fresh_visit

KEYS = 2**62


class FeedForm(forms.Form):
    feed_reasons = forms.BooleanField(required=False, label=_("Say with each paper why it is in my digest"))
    feed_only = forms.BooleanField(required=False, label=_("Feed only: send me no digests by email"))

    def __init__(self, reader: Subscriber, data: Any = None) -> None:
        super().__init__(data, initial={name: getattr(reader, name) for name in FeedForm.base_fields})


def make(reader: Subscriber) -> None:
    """At a new address; one that it had before is gone."""
    Subscriber.objects.reading().filter(pk=reader.pk).update(feed_key=1 + secrets.randbelow(KEYS))


def remove(reader: Subscriber) -> None:
    """Digests come by email from then on."""
    Subscriber.objects.filter(pk=reader.pk).update(feed_key=0, feed_only=False)


def addresses(reader: Subscriber) -> dict[str, str]:
    """By form; none without a feed. The same whenever they are shown."""
    if not reader.feed_key:
        return {}
    atom = links.make(reader, Purpose.FEED, reader.feed_key, made_at=tokens.EPOCH)
    return {"atom": atom, "json": f"{atom}feed.json"}


def reader_of(token: str) -> Subscriber | None:
    """Whose feed it is; None: it is gone. Raises BadLink: it never was ours."""
    pk, *keys = links.keys(links.repaired(token, Purpose.FEED), Purpose.FEED)
    return Subscriber.objects.reading().filter(pk=pk, feed_key__gt=0, feed_key__in=keys).first()


@form_methods
@of_fresh_visit
def page(request: HttpRequest, reader: Subscriber) -> HttpResponse:
    """Where it is, and what it says. A POST makes it, or with `remove` removes it; with `renew` it has a new address.
    Who gets hold of its address can read along for long, so it takes a fresh link, as data does."""
    form = FeedForm(reader, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, "subscriptions/private_feed.html", {"form": form, "addresses": addresses(reader)})
    if "remove" in request.POST:
        remove(reader)
    elif "renew" in request.POST:
        make(reader)
    elif form.is_valid():
        if not reader.feed_key:
            make(reader)
        Subscriber.objects.filter(pk=reader.pk, feed_key__gt=0).update(**form.cleaned_data)
    return redirect(f"{request.path}?saved")
