"""Robots that look at all that emails lead to change nothing; what people can do who get hold of somebody's email."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.conf import settings as site
from django.db import transaction
from django.test import Client
from django.utils import timezone

from papers import site_clock
from subscriptions import gallery, private_feed
from subscriptions.links import Purpose
from subscriptions.models import Subscriber
from subscriptions.sending import post
from tests.depth import DEEP
from tests.digest.lives import live
from tests.digest.robots import links_of, looks_at_everything, paths, some
from tests.subscriptions.test_views import age_links, every_row

pytestmark = pytest.mark.django_db
MOST = None if DEEP else 1  # pages of a kind
WORD, STRANGER = "quiltmaker", "stranger@example.org"


@pytest.fixture
def reader(client, settings, mailbox) -> Subscriber:
    """Whose preferences are open in the client."""
    settings.SENDER = "subscriptions.sending.senders.Files"
    return live(client, WORD)


def sent(kind: str = "*") -> list[EmailMessage]:
    """All emails so far, of that kind."""
    files = sorted(site.MAIL_DIR.glob(f"{kind}-*.eml"))
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


@pytest.mark.parametrize("has_open_preferences", [True, pytest.param(False, marks=pytest.mark.deep)])
def test_looking_at_every_link_of_every_email_and_page_changes_no_row(client, reader, has_open_preferences):
    client.post("/subscribe/", {"address": STRANGER})  # whose link to confirm is still unused
    post.drain(site_clock.now() + timedelta(days=1))  # and the reader has asked for a link to the preferences
    emails = [*sent(), *(sample.message for sample in gallery.samples(timezone.now()))]  # of which some need nobody
    links = [link for email in emails for link in some(links_of(email), MOST)]
    private_feed.make(reader)
    reader.refresh_from_db()
    robot = client if has_open_preferences else Client()
    before = every_row()

    looked = looks_at_everything(robot, [*links, *private_feed.addresses(reader).values(), "/preferences/"], MOST)

    purposes = {purpose.value for purpose in Purpose} - {Purpose.COME_BACK, Purpose.FEEDBACK}  # which no email has
    assert purposes | {"more_like_this", "less_like_this", "save"} <= looked.keys()
    assert ("subscriptions:erase" in looked) == has_open_preferences
    assert every_row() == before


def named_links(email: EmailMessage) -> list[tuple[str, str]]:
    """What each link of the HTML part is called, and where it leads to on this site."""
    page = email.get_body(("html",))
    assert page
    found = re.findall(r'<a\b[^>]*href="([^"]+)"[^>]*>(.*?)</a>', page.get_content(), re.DOTALL)
    return [
        (re.sub("<[^>]+>", "", name).strip(), path) for link, name in found for path in paths([html.unescape(link)])
    ]


def presses(path: str, page: str) -> Iterator[tuple[str, dict[str, str]]]:
    """What a page's buttons would send, each to where; and the bare POST that a mail program sends by itself."""
    yield path, {}
    for tag, inside in re.findall(r"<form\b([^>]*)>(.*?)</form>", page, re.DOTALL):
        action = re.search(r'action="([^"]+)"', tag)
        given = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', inside))
        for button in re.findall(r"<button\b([^>]*)>", inside):
            own = dict([re.search(r'name="([^"]+)" value="([^"]*)"', button).groups()] if "name=" in button else [])
            yield html.unescape(action[1]) if action else path, given | {"address": STRANGER} | own


def done_by(path: str) -> set[str]:
    """The tables that change when somebody follows this link and presses what there is, and whether that opens the
    preferences; but for what needs no link: to enter an address, at which the site writes to that address alone."""
    visitor, before = Client(), every_row()
    page = visitor.get(path).text
    assert WORD not in page
    done: set[str] = set()
    for where, what in presses(path, page):
        with transaction.atomic():
            assert WORD not in visitor.post(where, what).text
            done |= {table for table, rows in every_row().items() if rows != before[table]}
            done |= {"the preferences"} if visitor.get("/preferences/").status_code == 200 else set()
            transaction.set_rollback(True)
    return done - {"subscriptions_letterrequest", "subscriptions_bucket"}


@pytest.mark.parametrize(
    ("days", "more"),
    [
        (8.01, {}),
        pytest.param(7, {"Change your topics, hour or days": {"the preferences"}}, marks=pytest.mark.deep),
    ],
)
def test_who_gets_hold_of_an_old_digest_unsubscribes_and_answers_for_its_papers_and_sees_nothing_of_its_reader(
    reader, monkeypatch, days, more
):
    [digest] = sent("digest")
    age_links(monkeypatch, days)

    found = named_links(digest)
    can = {name: done for name, path in (found if DEEP else dict(found).items()) if (done := done_by(path))}

    answers, leaving = {"subscriptions_interest", "digest_saved"}, {"subscriptions_subscriber", "subscriptions_letter"}
    assert can == {"More like this": answers, "Less": answers, "Save": answers, "Unsubscribe": leaving} | more
