"""What a reader may do with what is held of them: leave and come back, erase it all, have another address.

No GET changes anything: mail scanners follow every link."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from papers import site_clock
from subscriptions import erasing, leaving, links, mailbox, moving, signing_up, tokens
from subscriptions.cross_site import from_anywhere
from subscriptions.forms import AddressForm, NewAddressForm
from subscriptions.links import BadLink, Purpose
from subscriptions.models import Subscriber
from subscriptions.visits import bad_link_page, form_methods, from_link, of_fresh_visit, of_visit

PRESSED = "leave"  # what the button of our own page to leave by sends; a mail program's one click does not


# --------------------------------------------------------------------------------------------------------- signing out


@form_methods
@of_visit
def sign_out(request: HttpRequest, reader: Subscriber) -> HttpResponse:
    """GET shows a button; POST ends every visit in every browser, and all links of letters so far but those to leave
    by."""
    if request.method != "POST":
        return render(request, "subscriptions/sign_out.html")
    reader.end_links()
    request.session.flush()
    return render(request, "subscriptions/sign_out.html", {"done": True, "form": AddressForm()})


# ------------------------------------------------------------------------------------------------------------- leaving


@from_anywhere  # Mail programs unsubscribe with a bare POST (RFC 8058), web mail from its own site;
@csrf_exempt  # the token is the proof.
@never_cache
@form_methods
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button; POST leaves. Answers 200 to any well-signed token, reader there or not, for ever. Only the
    answer to the POST that left can undo it: whoever gets hold of an old letter can lead nobody back."""
    try:
        pk = links.key(links.repaired(token, Purpose.UNSUBSCRIBE), Purpose.UNSUBSCRIBE)
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
@never_cache
@form_methods
def block(request: HttpRequest, token: str) -> HttpResponse:
    """For whoever never asked for a confirm letter. GET shows a button; POST removes all that there is of the address,
    and writes to it no more: a keyed hash stays. Whose address it was, is unknown once there is nothing of it."""
    try:
        pk = links.key(links.repaired(token, Purpose.BLOCK), Purpose.BLOCK)
    except BadLink:
        return bad_link_page(request)
    if request.method != "POST":
        return render(request, "subscriptions/block.html")
    found = Subscriber.objects.filter(pk=pk).first()
    if found:
        erasing.block(found, site_clock.now())
    return render(request, "subscriptions/block.html", {"done": True, "is_gone": found is None})


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


# ---------------------------------------------------------------------------------------------------- data and address


@form_methods
@of_fresh_visit
def data(request: HttpRequest, reader: Subscriber) -> HttpResponse:
    """What is held can be taken away or erased here. A POST asks for another address; the answer is the same whatever
    address that is."""
    form = NewAddressForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "subscriptions/data.html", {"form": form, "reader": reader})
    address = form.cleaned_data["address"]
    if address == reader.address:
        form.add_error("address", gettext("Your digests go to this address already."))
        return render(request, "subscriptions/data.html", {"form": form, "reader": reader})
    moving.ask(reader, address, site_clock.now())
    context = {"asked": address, "reader": reader, "mailbox_url": mailbox.url()}
    return render(request, "subscriptions/address_asked.html", context)


@require_POST
@of_visit
def fresh_link(request: HttpRequest, reader: Subscriber) -> HttpResponse:
    """Mails a link that is fresh enough for this."""
    signing_up.send_link(reader.address, request.path, site_clock.now())
    return redirect("subscriptions:check_inbox")


@form_methods
@of_fresh_visit
def erase(request: HttpRequest, reader: Subscriber) -> HttpResponse:
    """GET says what is erased and what stays; POST erases, or has it done once no letter is on its way."""
    if request.method != "POST":
        return render(request, "subscriptions/erase.html", {"reader": reader})
    is_gone = erasing.ask(reader, site_clock.now())
    request.session.flush()
    return render(request, "subscriptions/erased.html", {"is_gone": is_gone})


@csrf_exempt  # The token is the proof.
@form_methods
@from_link(Purpose.MOVE)
def move(request: HttpRequest, reader: Subscriber, pk: int = 0) -> HttpResponse:
    """The link in the letter to a new address. GET shows a button; POST has letters come there from now on."""
    letter = moving.letter_of(reader, pk, "address")
    if letter is None or not reader.is_reading:
        return bad_link_page(request, is_dead=True)
    if request.method != "POST":
        return render(request, "subscriptions/move.html", {"address": letter.new_address})
    context = {"address": letter.new_address, "moved": moving.move(reader, letter), "pressed": True}
    return render(request, "subscriptions/move.html", context, status=200 if context["moved"] else 409)


@csrf_exempt  # The token is the proof.
@form_methods
@from_link(Purpose.STAY)
def stay(request: HttpRequest, reader: Subscriber, pk: int = 0) -> HttpResponse:
    """The link in the letter to the address that a reader had when another was asked for. GET shows a button; POST has
    letters come there as before, and ends every other link and visit."""
    letter = moving.letter_of(reader, pk, "moving")
    if letter is None or not reader.is_reading:
        return bad_link_page(request, is_dead=True)
    if request.method != "POST":
        return render(request, "subscriptions/stay.html", {"address": letter.contents["own"]})
    context = {"address": letter.contents["own"], "stayed": moving.stay(reader, letter), "pressed": True}
    return render(request, "subscriptions/stay.html", context, status=200 if context["stayed"] else 409)
