"""Leaving, and coming back from it. No GET changes anything: mail scanners follow every link."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from papers import site_clock
from subscriptions import leaving, links, tokens
from subscriptions.cross_site import from_anywhere
from subscriptions.links import BadLink, Purpose
from subscriptions.models import Subscriber
from subscriptions.visits import bad_link_page, form_methods, from_link

PRESSED = "leave"  # what the button of our own page to leave by sends; a mail program's one click does not


@from_anywhere  # Mail programs unsubscribe with a bare POST (RFC 8058), web mail from its own site;
@csrf_exempt  # the token is the proof.
@never_cache
@form_methods
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button; POST leaves. Answers 200 to any well-signed token, reader there or not, for ever. Only the
    answer to the POST that left can undo it: whoever gets hold of an old letter can lead nobody back."""
    try:
        pk = links.key(token, Purpose.UNSUBSCRIBE)
    except BadLink:
        return bad_link_page(request)
    if request.method != "POST":
        return render(request, "subscriptions/unsubscribe.html", {"pressed": PRESSED})
    now, undo_url = site_clock.now(), ""
    for reader in Subscriber.objects.filter(pk=pk):
        if leaving.leave(reader, now, by_our_page=PRESSED in request.POST):
            undo_url = links.make(reader, Purpose.COME_BACK, tokens.number(now))
    return render(request, "subscriptions/goodbye.html", {"undo_url": undo_url})


@csrf_exempt  # The token is the proof; some mail programs open pages where no cookie survives.
@form_methods
@from_link(Purpose.COME_BACK)
def come_back(request: HttpRequest, reader: Subscriber, left_at: int = 0) -> HttpResponse:
    """GET shows a button; POST undoes the departure that the token names. Again changes nothing, and says so."""
    if request.method != "POST":
        return render(request, "subscriptions/come_back.html")
    now = site_clock.now()
    back = leaving.come_back(reader.pk, tokens.moment(left_at), now)
    if back is None:
        return render(request, "subscriptions/come_back.html", {"is_over": True}, status=410)
    return render(request, "subscriptions/come_back.html", {"reader": back, "next_letter": back.next_letter_at(now)})
