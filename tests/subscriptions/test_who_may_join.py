"""A site may be open to everybody, to addresses at some domains, or to whom it invites."""

from datetime import UTC, datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from digest.environment import SignUpRule
from subscriptions import answering, composing, signing_up
from subscriptions.composing import Skip
from subscriptions.models import Letter, LetterRequest, Subscriber, Suppression
from tests.factories import make_reader
from tests.subscriptions.test_views import errors

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
ADD = "/admin/subscriptions/subscriber/add/"


def addresses() -> list[str]:
    return sorted(LetterRequest.objects.values_list("address", flat=True))


@pytest.mark.parametrize("address", ["ada@uni.example", "ADA@UNI.EXAMPLE", "ada@cs.uni.example"])
def test_addresses_at_the_sites_domains_and_below_them_may_join(client, settings, address):
    settings.SIGNUP = SignUpRule(domains=("uni.example", "lab.example"))

    assert client.post("/subscribe/", {"address": address}).status_code == 302

    assert addresses() == [address.lower()]


@pytest.mark.parametrize("address", ["ada@example.org", "ada@notuni.example", "ada@uni.example.org"])
def test_others_are_told_which_addresses_may(client, settings, address):
    settings.SIGNUP = SignUpRule(domains=("uni.example", "lab.example"))

    page = client.post("/subscribe/", {"address": address})

    assert errors(page) == ["Enter an address at uni.example, lab.example: this site is for those who have one."]
    assert addresses() == []


def test_a_domain_of_the_local_network_may_join_where_the_site_names_it(client, settings):
    client.post("/subscribe/", {"address": "ada@lab.local"})
    before = addresses()
    settings.SIGNUP = SignUpRule(domains=("lab.local",))

    client.post("/subscribe/", {"address": "ada@lab.local"})

    assert (before, addresses()) == ([], ["ada@lab.local"])


def test_by_invitation_the_box_says_so_and_a_sign_up_is_not_taken(client, settings):
    settings.SIGNUP = SignUpRule(by_invitation=True)

    assert "by invitation" in client.get("/about/").text
    assert 'name="address"' not in client.get("/about/").text
    assert "by invitation" in client.post("/subscribe/", {"address": "ada@example.org"}).text
    assert addresses() == []


def test_by_invitation_readers_get_their_link_as_before(client, settings):
    reader = make_reader()
    settings.SIGNUP = SignUpRule(by_invitation=True)

    client.post("/my-link/", {"address": reader.address})
    answering.answer(NOON)

    assert Letter.objects.get().kind == "manage"


def test_whom_manage_invites_gets_an_email_that_says_it_is_an_invitation(settings, capsys):
    settings.SIGNUP = SignUpRule(by_invitation=True)

    call_command("invite", "Ada <ada@example.org>", "mailto:tomas@example.org")
    answering.answer(NOON)

    assert "Invited: 2." in capsys.readouterr().out
    letters = list(Letter.objects.order_by("subscriber__address"))
    assert [letter.subscriber.address for letter in letters] == ["ada@example.org", "tomas@example.org"]
    written = composing.confirm(letters, NOON)[letters[0].pk]
    assert not isinstance(written, Skip)
    assert "invites you" in str(written.message().body)


def test_what_is_no_address_is_named_and_nobody_is_invited():
    with pytest.raises(CommandError, match=r"^ADDRESS: Enter an email address .* Found 'tomas'. Nobody was invited.$"):
        call_command("invite", "ada@example.org", "tomas")
    assert addresses() == []


def test_who_asked_for_no_further_email_is_not_invited():
    Suppression.objects.suppress("ada@example.org", Suppression.Reason.WISH, NOON)

    with pytest.raises(CommandError, match="must not be written to"):
        call_command("invite", "tomas@example.org", "ada@example.org")
    assert addresses() == []


def test_the_admin_invites_in_the_same_way_and_keeps_no_record_of_it(admin_client, settings):
    settings.SIGNUP = SignUpRule(by_invitation=True)

    page = admin_client.post(ADD, {"addresses": "Ada <ada@example.org>\n\n mailto:tomas@example.org "}, follow=True)

    assert "Invited: 2." in page.text
    assert addresses() == ["ada@example.org", "tomas@example.org"]
    assert {one.brings["place"] for one in LetterRequest.objects.all()} == {signing_up.INVITATION}
    assert not Subscriber.objects.exists()
    assert not LogEntry.objects.exists()


def test_the_admin_says_who_cannot_be_invited_and_keeps_what_was_typed(admin_client):
    page = admin_client.post(ADD, {"addresses": "ada@example.org\ntomas"})

    assert "this has no @. Found &#x27;tomas&#x27;. Nobody was invited." in page.text
    assert "ada@example.org\ntomas" in page.text
    assert addresses() == []


def test_only_who_may_add_readers_invites(client):
    client.force_login(User.objects.create_user("helper", is_staff=True))

    assert client.post(ADD, {"addresses": "ada@example.org"}).status_code == 403
    assert addresses() == []


@pytest.mark.parametrize(
    "copied",
    [
        "<ada@example.org>",
        "Ada Quill <ada@example.org>",
        "mailto:ada@example.org",
        "MAILTO:ada@example.org?subject=Papers",
        "\u200bada@example.org\ufeff",
        "\u00a0ada@example.org\u00a0",
        " ada@example.org\n",
    ],
)
def test_an_address_is_understood_as_it_is_copied(client, copied):
    client.post("/subscribe/", {"address": copied})

    assert addresses() == ["ada@example.org"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("ada.example.org", "this has no @"),
        ("ada@example.org, tomas@example.org", "one email address alone"),
        ("ada@example.org tomas@example.org", "one email address alone"),
        ("ädä@example.org", "without accents"),
        ("ada@example", "like ada@example.org"),
    ],
)
def test_each_real_reason_has_a_sentence_of_its_own(client, typed, said):
    (error,) = errors(client.post("/subscribe/", {"address": typed}))

    assert said in error
