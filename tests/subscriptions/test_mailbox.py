"""The local mailbox is shown to a browser on this machine, and to nobody for whom something else asks."""

import pytest
from django.urls import reverse

pytestmark = [pytest.mark.one_database, pytest.mark.django_db]
NAME = "confirm-2026-08-20-letter.eml"
PAGES = [
    reverse("subscriptions:mailbox"),
    reverse("subscriptions:mailbox_letter", args=[NAME]),
    reverse("subscriptions:mailbox_html", args=[NAME]),
]


@pytest.fixture(autouse=True)
def filed(mailbox):
    mailbox.mkdir()
    (mailbox / NAME).write_bytes(b"Subject: Confirm\r\nContent-Type: text/html\r\n\r\n<p>a-link-that-is-mine</p>")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_a_browser_on_this_machine_sees_it(client, page, peer):
    assert client.get(page, REMOTE_ADDR=peer).status_code == 200


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("peer", ["192.168.1.5", "172.17.0.1", "fd00::1", "::ffff:192.168.1.5", ""])
def test_a_browser_elsewhere_does_not(client, page, peer):
    answer = client.get(page, REMOTE_ADDR=peer)

    assert answer.status_code in (403, 404)
    assert NAME not in answer.text
    assert "a-link-that-is-mine" not in answer.text


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via", "X-Real-IP", "CF-Connecting-IP"]
)
def test_what_a_proxy_or_a_tunnel_on_this_machine_asks_for_is_not_shown(client, header):
    answer = client.get(PAGES[0], headers={header: "127.0.0.1"})

    assert answer.status_code == 403
    assert NAME not in answer.text
