"""Changing, and getting a link to do so. No GET changes anything: mail scanners follow every link."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from papers import lookups, site_clock
from subscriptions import form_parts, limits, links, networks, signing_up, visits
from subscriptions.forms import AddressForm, PreferencesForm
from subscriptions.interests.importing import Import
from subscriptions.links import BadLink, ExpiredLink, Purpose
from subscriptions.models import Interest, Subscriber
from subscriptions.request_sizes import PASTE, takes
from subscriptions.visits import form_methods, from_link, of_visit, too_many_page


@csrf_exempt  # The token is the proof.
@form_methods
@from_link(Purpose.MANAGE)
def manage(request: HttpRequest, reader: Subscriber) -> HttpResponse:
    """A link in a letter, exchanged by POST for a short session, so that its token stays in no history. Where the
    preferences of another address are open, the page asks first: any letter that is passed on has such a link."""
    if request.method != "POST":
        here = visits.reader_of(request)
        others = here is not None and here != reader
        return render(request, "subscriptions/manage.html", {"path": request.path, "others": others})
    token = str(request.resolver_match.kwargs["token"]) if request.resolver_match else ""
    token = links.repaired(token, Purpose.MANAGE)
    visits.begin(request, reader, links.made_at(token, Purpose.MANAGE))
    return redirect("subscriptions:preferences")


@takes(PASTE)
@form_methods
@of_visit
def preferences(request: HttpRequest, reader: Subscriber) -> HttpResponse:
    form = PreferencesForm(reader, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return preferences_page(request, form, saved="saved" in request.GET and not form.errors)
    _change(form)
    if form.pasted is None:
        return redirect(f"{request.path}?saved")
    # What was made of it is shown at once and kept nowhere; to send the same again would change nothing.
    return preferences_page(request, PreferencesForm(form.reader), saved=True, pasted=form.pasted)


@never_cache
def cookie_missing(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Where the check of a form's cookie fails. The preferences come back as they were filled in, so that nothing that
    was typed is lost; other sites cannot have them come, as browsers send them no cookie of the visit."""
    reader = visits.reader_of(request)
    asked = request.resolver_match.view_name if request.resolver_match else ""
    if not reader or asked not in ("subscriptions:preferences", "preview"):
        return render(request, "403_csrf.html", status=403)
    form = PreferencesForm(reader, request.POST)
    form.add_error(
        None,
        gettext(
            "Nothing was saved because this page was out of date. Your answers are still here: please save again."
        ),
    )
    response = preferences_page(request, form)
    response.status_code = 403
    return response


@require_POST
@of_visit
def undo(request: HttpRequest, reader: Subscriber, pk: int) -> HttpResponse:
    """Take back one thing that was learned from feedback."""
    for learned in reader.interests.filter(pk=pk, origin=Interest.Origin.FEEDBACK):
        reader.undo(learned.spec)
    return redirect(reverse("subscriptions:preferences") + "?undone")


def preferences_page(
    request: HttpRequest,
    form: PreferencesForm,
    *,
    saved: bool = False,
    pasted: Import | None = None,
    **further: Any,
) -> HttpResponse:
    """`further`: what else the page shows."""
    reader = form.reader
    context = {
        "form": form,
        "parts": form_parts.of(form),
        "reader": reader,
        "mine": import_string(settings.MY_PAGE)(reader, site_clock.now()),
        "saved": saved,
        "pasted": pasted,
        "unsubscribe_url": links.make(reader, Purpose.UNSUBSCRIBE),
    }
    return render(request, "subscriptions/preferences.html", context | further)


@transaction.atomic
def _change(form: PreferencesForm) -> None:
    # Locked and read anew, so that a tick at this moment and this change do not undo one another.
    form.reader = Subscriber.objects.select_for_update().get(pk=form.reader.pk)
    form.reader.mend()
    form.apply()
    form.reader.schedule(site_clock.now())
    form.reader.save()
    if form.pasted:
        lookups.ask_for(form.pasted.absent, site_clock.now())


@csrf_exempt  # As for signing up: the letter is the proof.
@never_cache
@form_methods
def my_link(request: HttpRequest) -> HttpResponse:
    """Mails a fresh link to a reader who asks; the answer is the same for everybody."""
    form = AddressForm(request.POST or None)
    if not form.is_valid():
        return render(request, "subscriptions/my_link.html", {"form": form})
    turn = limits.turn(limits.LINKS_PER_NETWORK, networks.of(request), timezone.now())
    if turn is None:
        return too_many_page(request)
    signing_up.send_link(form.cleaned_data["address"], request.path, site_clock.now(), turn)
    return redirect("subscriptions:check_inbox")


@csrf_exempt  # The old token is the proof.
@require_POST
def fresh_link(request: HttpRequest, token: str) -> HttpResponse:
    """The one button of an expired link: mails its reader a new one."""
    turn = limits.turn(limits.LINKS_PER_NETWORK, networks.of(request), timezone.now())
    if turn is None:
        return too_many_page(request)
    for purpose in (Purpose.MANAGE, Purpose.CONFIRM, Purpose.FEEDBACK, Purpose.COME_BACK):
        try:
            reader = links.follow(token, purpose)
        except ExpiredLink as expired:
            reader = expired.subscriber
        except BadLink:
            continue
        further = links.keys(token, purpose)[1:] if purpose is Purpose.CONFIRM else ()
        letter = signing_up.confirm_letter(reader, *further) if further else None
        brings = {"place": "/fresh-link/"} | (letter.contents if letter else {})
        signing_up.send_link(reader.address, now=site_clock.now(), turn=turn, **brings)
    return redirect("subscriptions:check_inbox")
