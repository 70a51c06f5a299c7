"""A reader's own digest as a feed. How it is made and removed: tests/subscriptions/test_private_feed.py."""

import gzip
import json
import re
from datetime import timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from digest import exporting, why
from digest.letters import planning
from digest.models import Given
from papers.feeds import MOST_BYTES
from papers.models import Paper
from subscriptions import private_feed
from subscriptions.models import Letter, Subscriber
from subscriptions.sending import post
from tests.atom import faults
from tests.digest.world import due_reader
from tests.factories import make_letter, make_paper, make_reader, make_score, make_topic
from tests.sink import Sink
from tests.subscriptions.test_views import NOON, every_row, travel

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
State = Letter.State


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch):
    travel(monkeypatch, NOON)


def make_due(**fields) -> Subscriber:
    """A reader with a feed, whose hour strikes now, and some papers for them and for everybody."""
    topic = make_topic(name="Lamps")
    for number in range(3):
        made = make_paper(title=f"Lamp {number}", listed_on=NOON.date(), first_seen_at=NOON - HOUR, votes=number)
        make_score(made, topic, 0.7 + number / 10, phrase="lamp")
        make_paper(title=f"Tide {number}", listed_on=NOON.date(), first_seen_at=NOON - HOUR, votes=10 * number)
    return due_reader(**{"feed_key": 2**61, "topics": [topic.slug]} | fields)


def with_letter(count: int = 2, reader: Subscriber | None = None, **fields) -> Subscriber:
    """A reader with a feed who had a digest of so many papers."""
    reader = reader or make_reader(feed_key=2**61)
    items = [{"paper": make_paper(title=f"Lamp {number}").pk} for number in range(count)]
    contents = {"for_you": items[: count // 2], "trending": items[count // 2 :]}
    filled = {"kind": "digest", "key": "2026-08-20", "at": NOON, "contents": contents, "state": State.SENT}
    make_letter(reader, **filled | fields)
    return reader


def path(reader: Subscriber, form: str = "atom") -> str:
    return urlsplit(private_feed.addresses(reader)[form]).path


def entries(reader: Subscriber) -> list[dict[str, str]]:
    """The entries of the Atom feed: title, id, moment, and what they say."""
    found = ElementTree.fromstring(Client().get(path(reader)).content).findall(f"{ATOM}entry")
    return [
        {name: entry.findtext(ATOM + name) or "" for name in ("title", "id", "updated", "content")} for entry in found
    ]


def titles(reader: Subscriber) -> list[str]:
    return [entry["title"] for entry in entries(reader)]


def emailed(sink: Sink) -> list[str]:
    """The papers that came by email, the last email first, in the order in which each has them."""
    keys = []
    for _recipient, message in reversed(sink.accepted):
        page = BeautifulSoup(message.get_body(("html",)).get_content(), "html.parser")
        keys += [found[1] for link in page.select("h3 a[href]") if (found := re.search("/paper/(.+?)/", link["href"]))]
    given = set(Given.objects.values_list("paper__key", flat=True))
    return [key for key in dict.fromkeys(keys) if key in given]


def keys(reader: Subscriber) -> list[str]:
    """The papers of the feed, by where its entries lead."""
    found = ElementTree.fromstring(Client().get(path(reader)).content).iterfind(f"{ATOM}entry/{ATOM}link")
    return [urlsplit(link.attrib["href"]).path.split("/")[2] for link in found]


# ---------------------------------------------------------------------------------------------------- what it brings


def test_the_feed_is_the_emails_paper_by_paper_the_last_one_first(sink):
    reader = make_due()
    planning.tick(NOON)
    post.drain(NOON)
    for title in ("Buoy", "Beacon"):
        make_paper(title=title, listed_on=NOON.date() + DAY, first_seen_at=NOON + HOUR, votes=50)
    planning.tick(NOON + DAY)
    post.drain(NOON + DAY)

    assert len(sink.accepted) == 2
    assert len(emailed(sink)) == Given.objects.count() >= 5
    assert keys(reader) == emailed(sink)
    as_json = json.loads(Client().get(path(reader, "json")).content)
    assert [urlsplit(item["url"]).path.split("/")[2] for item in as_json["items"]] == emailed(sink)


def test_who_wants_the_feed_alone_gets_no_email_and_the_same_papers(sink):
    with_emails, alone = make_due(), due_reader(feed_key=2**60, feed_only=True)
    alone.choose_topics(with_emails.topics())

    planning.tick(NOON)
    post.drain(NOON)

    assert sink.recipients == [with_emails.address]
    assert titles(alone) == titles(with_emails) != []
    assert alone.letters.get().state == State.FEED


def test_it_is_valid_and_a_json_feed_has_what_it_must():
    reader = with_letter(3)
    empty = make_reader(feed_key=2**60)

    for one in (reader, empty):
        assert faults(Client().get(path(one)).content) == []
        said = json.loads(Client().get(path(one, "json")).content)
        assert said.keys() >= {"version", "title", "items"}


def test_what_came_by_the_feed_alone_does_not_come_again(sink):
    reader = make_due(feed_only=True)
    planning.tick(NOON)
    came = titles(reader)
    assert came
    Subscriber.objects.update(feed_only=False)
    make_paper(title="Beacon", listed_on=NOON.date() + DAY, first_seen_at=NOON + HOUR, votes=50)

    planning.tick(NOON + DAY)
    post.drain(NOON + DAY)

    assert len(emailed(sink)) >= 1
    assert not {Paper.objects.get(key=key).title for key in emailed(sink)} & set(came)


def test_who_has_no_feed_gets_emails_whatever_else_their_row_says(sink):
    reader = make_due(feed_key=0, feed_only=True)

    planning.tick(NOON)
    post.drain(NOON)

    assert sink.recipients == [reader.address]


def test_nothing_new_is_no_digest_in_a_feed_either():
    reader = due_reader(feed_key=2**61, feed_only=True)

    planning.tick(NOON)

    assert reader.letters.get().state == State.SKIPPED
    assert titles(reader) == []


@pytest.mark.parametrize("state", sorted(set(State) - {State.SENT, State.FEED}))
def test_what_did_not_come_or_not_yet_is_not_in_it(state):
    assert titles(with_letter(state=state)) == []


def test_papers_that_nearly_came_and_those_that_are_gone_are_not_in_it():
    reader = with_letter(2)
    contents = reader.letters.get().contents
    near = {"paper": make_paper(title="Nearly").pk, "lacked": {"code": "cap", "cap": 1}}
    Letter.objects.update(contents=contents | {"near_misses": [near]})
    Paper.objects.get(title="Lamp 1").delete()

    assert titles(reader) == ["Lamp 0"]


def test_the_first_email_of_all_is_in_it_and_other_readers_papers_are_not():
    reader = with_letter(1, kind="welcome")
    with_letter(1, make_reader(feed_key=2**60))

    assert len(entries(reader)) == 1


def test_papers_of_a_digest_are_a_second_apart_so_that_who_sorts_by_date_keeps_their_order():
    reader = with_letter(3)

    moments = [entry["updated"] for entry in entries(reader)]

    assert moments == [f"2026-08-20T{moment}+00:00" for moment in ("12:00:00", "11:59:59", "11:59:58")]


def test_an_entry_stays_the_same_one_when_votes_and_digests_come():
    reader = with_letter(1)
    [before] = entries(reader)
    Paper.objects.update(votes=99)

    with_letter(1, reader, key="2026-08-21", at=NOON + DAY)

    assert entries(reader)[1] == before


def test_an_entry_is_another_one_than_that_of_a_public_feed_as_some_readers_show_each_in_one_feed_alone():
    reader = with_letter(3)

    own, public = ids(path(reader)), ids("/feed.atom")

    assert len(set(own)) == len(set(public)) == 3
    assert not set(own) & set(public)


def ids(address: str) -> list[str | None]:
    return [
        name.text for name in ElementTree.fromstring(Client().get(address).content).iterfind(f"{ATOM}entry/{ATOM}id")
    ]


def test_reasons_are_said_only_if_that_is_wanted(sink):
    reader = make_due()
    planning.tick(NOON)
    post.drain(NOON)
    [(_to, message)] = sink.accepted
    said = "matches Lamps"
    assert said in " ".join(message.get_body(("plain",)).get_content().split())

    assert not any(said in entry["content"] for entry in entries(reader))
    Subscriber.objects.update(feed_reasons=True)
    assert said in entries(reader)[0]["content"]


def test_a_feed_of_long_papers_has_as_many_as_readers_take():
    reader = with_letter(120)
    Paper.objects.update(abstract="Tides & ebbs. " * 400)

    for form in ("atom", "json"):
        body = Client().get(path(reader, form)).content
        assert MOST_BYTES * 0.9 < len(body) <= MOST_BYTES


# -------------------------------------------------------------------------------------------------- how it is answered


@pytest.mark.parametrize("form", ["atom", "json"])
def test_whoever_has_it_already_gets_304_until_something_new_comes(client, form):
    reader = with_letter()
    first = client.get(path(reader, form))
    has = {"If-None-Match": first.headers["ETag"], "If-Modified-Since": first.headers["Last-Modified"]}

    for name, value in has.items():
        again = client.get(path(reader, form), headers={name: value})
        assert (again.status_code, again.content) == (304, b"")
    with_letter(1, reader, key="2026-08-21", at=NOON + DAY)
    for name, value in has.items():
        assert client.get(path(reader, form), headers={name: value}).status_code == 200


def test_it_is_sent_packed_to_who_takes_that_and_304_as_well(client):
    reader = with_letter(9)
    plain = client.get(path(reader))
    packs = {"Accept-Encoding": "gzip"}

    packed = client.get(path(reader), headers=packs)
    again = client.get(path(reader), headers=packs | {"If-None-Match": packed.headers["ETag"]})

    assert gzip.decompress(packed.content) == plain.content
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("form", ["atom", "json"])
def test_it_is_kept_for_nobody_else_found_by_nobody_and_told_to_nobody(client, form):
    reader = with_letter()
    there = client.get(path(reader, form))

    assert there.headers["Cache-Control"] == "private, no-cache"
    assert there.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert there.headers["Referrer-Policy"] == "no-referrer"
    assert not there.cookies


@pytest.mark.parametrize("form", ["atom", "json"])
def test_it_names_neither_its_reader_nor_its_address(client, form):
    reader = with_letter()

    said = client.get(path(reader, form)).text

    assert reader.address not in said
    assert path(reader).split("/")[2] not in said
    assert str(reader.feed_key) not in said


def test_the_feeds_of_two_readers_are_two_feeds():
    one, other = with_letter(0), with_letter(0, make_reader(feed_key=2**60))

    assert name_of(one) == name_of(one) != name_of(other)


def name_of(reader: Subscriber) -> str | None:
    return ElementTree.fromstring(Client().get(path(reader)).content).findtext(f"{ATOM}id")


@pytest.mark.parametrize("form", ["atom", "json"])
def test_a_feed_that_was_removed_says_so_in_one_sentence(client, form):
    reader = with_letter()
    old = path(reader, form)

    private_feed.remove(reader)

    answer = client.get(old)
    assert answer.status_code == 410
    assert "Its reader removed it, gave it a new address or left" in answer.text
    assert "Lamp" not in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("address", ["/my-feed/nothing/", "/my-feed/nothing/feed.json", "/my-feed/%00/"])
def test_what_never_was_a_feed_is_not_found(client, address):
    answer = client.get(address)

    assert answer.status_code == 404
    assert "There is no feed here" in answer.text


def test_reading_it_changes_nothing(client):
    reader = with_letter()
    before = every_row()

    for look in (client.get, client.head):
        assert look(path(reader)).status_code == 200
    assert client.post(path(reader)).status_code == 405
    assert every_row() == before


# ------------------------------------------------------------------------------------------------ what the site says


def test_what_is_held_of_a_reader_names_the_feed():
    reader = with_letter()

    assert exporting.of(reader, NOON)["feed"] == private_feed.addresses(reader)
    assert exporting.of(make_reader(), NOON)["feed"] == {}


def test_why_says_that_a_paper_is_in_the_feed():
    reader = make_due(feed_only=True)
    planning.tick(NOON)
    paper = Paper.objects.get(title="Lamp 2")

    assert why.explain(reader, paper.key, NOON).ledger[0].startswith("In your feed since 20 August 2026: ")
