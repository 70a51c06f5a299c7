"""Becoming a reader: the address, the page after it, and the confirmation. No GET changes anything: mail scanners
follow every link."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from papers import site_clock
from subscriptions import limits, mailbox, networks, pending, proof, signing_up
from subscriptions.forms import BeginForm, ChoiceForm, SignUpForm
from subscriptions.interests import importing
from subscriptions.interests.kinds import KINDS
from subscriptions.links import Purpose
from subscriptions.models import Letter, Subscriber
from subscriptions.pending import Pending
from subscriptions.visits import form_methods, from_link, too_many_page

AGAIN_AFTER = timedelta(minutes=1)  # in which most letters arrive


@never_cache
@csrf_exempt  # The box stands on cached pages, and anyone may ask for anyone: the letter is the proof.
@form_methods
def sign_up(request: HttpRequest) -> HttpResponse:
    """One press in the box on any page. Links lead here with what they bring: ?topics=robotics&interests=author:Ada
    Quill."""
    form = SignUpForm(request.POST or None, initial=_brought_by(request.GET))
    if settings.SIGNUP.by_invitation or not form.is_valid():
        context = {"form": form, "also": _in_words(_interests(form))}
        return render(request, "subscriptions/sign_up.html", context)
    brings = {name: form.cleaned_data[name] for name in ("topics", "interests", "zone", "hour")}
    return _asked(request, form.cleaned_data["address"], brings)


def _brought_by(query: QueryDict) -> dict[str, Any]:
    return {name: query.getlist(name) for name in ("topics", "interests") if name in query}


def _interests(form: SignUpForm) -> list[tuple[str, str]]:
    """Those that the page is to show, as far as they are understood."""
    written = form["interests"].value() or []
    return [(kind, value) for kind, _colon, value in (text.partition(":") for text in written) if kind in KINDS]


def _in_words(interests: Iterable[tuple[str, str]]) -> list[str]:
    interests = [(kind, value) for kind, value in interests]
    names = importing.names(interests)
    return [f"{KINDS[kind].label}: {names.get((kind, value), value)}" for kind, value in interests]


def _asked(request: HttpRequest, address: str, brings: dict[str, Any], told: str = "") -> HttpResponse:
    """Kept for the post, and remembered by the browser for the next page. `told`: the query of what that page says."""
    turn = limits.turn(limits.SIGN_UPS_PER_NETWORK, networks.of(request), timezone.now())
    if turn is None:
        return too_many_page(request)
    solved, now = proof.is_solved(request.POST.get("altcha", "")), site_clock.now()
    signing_up.sign_up(address, request.path, now, turn=turn, solved=solved, **brings)
    return pending.remembered(redirect(reverse("subscriptions:next_step") + told), Pending(address, now, brings))


@require_safe
@never_cache
def challenge(request: HttpRequest) -> JsonResponse:
    """For the proof of work of who signs up."""
    return JsonResponse(proof.challenge())


@never_cache
@csrf_exempt  # What it adds to is named by a cookie that the browser sends to our own pages alone.
@form_methods
def next_step(request: HttpRequest) -> HttpResponse:
    """After the address: what to do now, and the short choice, which waits with the letter. The same for everybody,
    whatever is known of the address. A browser that keeps no cookie gets the words alone."""
    asked = pending.of(request)
    if asked is None:
        return check_inbox(request)
    form = ChoiceForm(request.POST or None, initial={"zone": "UTC", "hour": 7} | asked.chosen)
    since = site_clock.now() - asked.at
    if request.method != "POST" or not form.is_valid() or ("again" in request.POST and since < AGAIN_AFTER):
        also = _in_words((kind, value) for kind, value in asked.brings.get("interests", ()))
        context = {"form": form, "address": asked.address, "also": also, "mailbox_url": mailbox.url()}
        context |= {"kept": "kept" in request.GET, "asked_again": "again" in request.GET}
        context |= {"too_soon": "again" in request.POST and not form.errors}
        return render(request, "subscriptions/next_step.html", context)
    brings = asked.brings | form.cleaned_data
    if "again" in request.POST:
        return _asked(request, asked.address, brings, "?again")
    signing_up.add(asked.address, asked.at, **form.cleaned_data)
    kept = redirect(f"{request.path}?kept")
    return pending.remembered(kept, asked._replace(brings=brings))


@require_safe
def check_inbox(request: HttpRequest) -> HttpResponse:
    return render(request, "subscriptions/check_inbox.html", {"mailbox_url": mailbox.url()})


@csrf_exempt  # The token is the proof; some mail programs open pages where no cookie survives.
@form_methods
@from_link(Purpose.CONFIRM)
def confirm(request: HttpRequest, reader: Subscriber, pk: int = 0) -> HttpResponse:
    """One POST confirms and starts; again says so and changes nothing. What was chosen before is there, else the short
    choice. `pk`: the key of the confirm letter, which letters of version 0.1.0 did not name."""
    if reader.is_reading:
        return _welcome_page(request, reader, again=True)
    letter = signing_up.confirm_letter(reader, pk)
    form = BeginForm(reader, request.POST or None, signing_up.brought(letter))
    if request.method != "POST" or not form.is_valid():
        also = _in_words((one.kind, one.value) for one in signing_up.brought_interests(letter))
        return render(request, "subscriptions/confirm.html", {"form": form, "also": also, "reader": reader})
    _begin(form, letter)
    return _welcome_page(request, form.reader, again=False)


def _welcome_page(request: HttpRequest, reader: Subscriber, *, again: bool) -> HttpResponse:
    next_letter = reader.next_letter_at(site_clock.now())
    context = {"reader": reader, "again": again, "next_letter": next_letter, "mailbox_url": mailbox.url()}
    return render(request, "subscriptions/welcome.html", context)


@transaction.atomic
def _begin(form: BeginForm, letter: Letter | None) -> None:
    form.reader = Subscriber.objects.select_for_update().get(pk=form.reader.pk)
    form.reader.mend()
    form.apply()
    form.reader.save()
    signing_up.confirm(form.reader, site_clock.now(), letter)
