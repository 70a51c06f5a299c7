"""Mail programs and people alter links: what then still verifies works, else a page asks for the address."""

from urllib.parse import quote

import pytest

from subscriptions.links import Purpose
from tests.factories import make_reader
from tests.subscriptions.test_views import link

pytestmark = pytest.mark.django_db
PURPOSES = [Purpose.MANAGE, Purpose.UNSUBSCRIBE, Purpose.CONFIRM]


@pytest.mark.parametrize("behind", [">", ".", ")", "&gt;", "&amp;utm=1", ">)", "%3E", "%253E"])
@pytest.mark.parametrize("purpose", PURPOSES, ids=lambda one: one.name)
@pytest.mark.parametrize("where", ["before the last slash", "behind it"])
def test_what_follows_a_link_in_a_text_does_no_harm(client, purpose, behind, where):
    address = link(make_reader(), purpose)
    altered = address + behind if where == "behind it" else address.rstrip("/") + behind + "/"

    page = client.get(altered, follow=True)

    assert page.status_code == 200
    assert "<form" in page.text or "already subscribed" in page.text


def test_a_colon_may_be_written_as_three_characters_or_as_five(client):
    reader = make_reader()
    address = link(reader, Purpose.UNSUBSCRIBE)

    for written in (quote(quote(address)), quote(address)):
        assert client.get(written).status_code == 200


@pytest.mark.parametrize("altered", ["/manage/short/", "/manage/short", "/manage/short/>", "/unsubscribe/a/b/c"])
def test_one_that_was_cut_short_leads_to_a_page_that_asks_for_the_address(client, altered):
    page = client.get(altered, follow=True)

    assert page.status_code == 410
    assert 'name="address"' in page.text


def test_other_addresses_are_not_found_as_before(client):
    page = client.get("/no/such/page/")

    assert page.status_code == 404
    assert "Page not found" in page.text
