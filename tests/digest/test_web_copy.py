"""A letter's page of its own, to which the foot of the letter leads."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from digest.letters import web_copy
from digest.letters.composing import Parts
from subscriptions import letter_kinds, links
from subscriptions.links import BadLink, Purpose
from subscriptions.models import Letter, Subscriber
from tests.factories import make_letter, make_paper, make_reader, make_score, make_topic
from tests.subscriptions.test_views import every_row

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)  # a Thursday
WITH_PAPERS = ("digest", "welcome")


def make(kind: str = "digest", reader: Subscriber | None = None) -> Letter:
    topic = make_topic(name="Lamps")
    chosen, trending = make_paper(title="Glowworm", first_seen_at=NOON), make_paper(title="Tides", first_seen_at=NOON)
    make_score(chosen, topic, phrase="oil lamp")
    reason = {"code": "topic", "topic": topic.name, "phrase": "oil lamp", "score": 1.0}
    contents = {
        "for_you": [{"paper": chosen.pk, "reason": reason}],
        "trending": [{"paper": trending.pk}],
        "near_misses": [{"paper": make_paper(title="Ebbs").pk, "lacked": {"code": "cap", "cap": 1}}],
    }
    letter = make_letter(reader, kind=kind, key="2026-08-20", contents=contents)
    return Letter.objects.select_related("subscriber").get(pk=letter.pk)


def message(letter: Letter):
    return letter_kinds.of(letter.kind).compose([letter], NOON)[letter.pk].message()


def address(letter: Letter) -> str:
    """Where its text part leads to."""
    found = re.search(r"View in browser:\n(\S+)", message(letter).body)
    assert found
    return urlsplit(found[1]).path


# ------------------------------------------------------------------------------------------------------------ the link


@pytest.mark.parametrize("kind", WITH_PAPERS)
def test_both_parts_of_a_letter_with_papers_lead_to_its_page(kind, client):
    letter = make(kind)
    sent = message(letter)

    [(html, _type)] = sent.alternatives
    in_html = re.search(r'<a href="([^"]+)"[^>]*>View in browser</a>', html)

    assert in_html
    assert client.get(urlsplit(in_html[1]).path).status_code == 200
    assert client.get(address(letter)).status_code == 200


def test_joined_of_pieces_a_letter_leads_to_its_page_too(client):
    letter = make()
    content = letter_kinds.of("digest").compose([letter], NOON)[letter.pk].content()

    found = re.search(r"View in browser:\s+https?://[^/]+(/\S+)", content.replace(b"=\r\n", b"").decode())

    assert found
    assert client.get(found[1]).status_code == 200


@pytest.mark.parametrize("kind", ["confirm", "manage"])
def test_a_letter_without_papers_leads_to_no_page(kind):
    reader = make_reader(confirmed_at=None if kind == "confirm" else NOON)

    sent = message(make_letter(reader, kind=kind))

    assert "browser" not in sent.body
    assert "browser" not in sent.alternatives[0][0]


def test_a_welcome_letter_that_has_no_papers_leads_to_no_page():
    assert "browser" not in message(make_letter(make_reader(), kind="welcome")).body


# ------------------------------------------------------------------------------------------------------------ the page


def test_the_page_shows_the_sites_cards_under_the_letters_headings_with_its_reasons(client):
    letter = make()
    body = " ".join(message(letter).body.split())

    page = client.get(address(letter)).text.partition("<main")[2]

    shown = [
        page.index(words)
        for words in ("For you", 'class="reason"', "Glowworm", "Trending", "Tides", "Just missed", "Ebbs")
    ]
    assert shown == sorted(shown)
    reason = re.search(r'<p class="reason">(.*?)</p>', page)
    assert reason
    assert reason[1].replace("&#x27;", "'") in body
    assert page.count('<article class="card">') == 2
    assert '<time datetime="2026-08-20">Thursday, 20 August 2026</time>' in page
    assert "1 for you, 1 trending" in page


@pytest.mark.parametrize("kind", WITH_PAPERS)
def test_the_page_has_no_link_by_which_anything_could_be_changed(kind, client):
    letter = make(kind)

    page = client.get(address(letter)).text

    tokens = set(re.findall(r"\bJ[\w-]{29,}", page)) | set(re.findall(r"\w+:\w{6}:[\w-]{43}", page))
    assert tokens == set()
    assert '<form method="post"' not in page
    assert letter.subscriber
    assert letter.subscriber.address not in page


def test_the_page_is_kept_by_nobody_found_by_nobody_and_told_to_nobody(client):
    letter = make()
    there, gone = client.get(address(letter)), client.get("/letter/nothing/")

    for page in (there, gone):
        assert "no-store" in page.headers["Cache-Control"]
        assert "private" in page.headers["Cache-Control"]
        assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert '<meta name="robots" content="noindex, nofollow">' in page.text
        assert not page.cookies


def test_looking_at_the_page_changes_nothing(client):
    path = address(make())
    before = every_row()

    for look in (client.get, client.head):
        assert look(path).status_code == 200
    assert client.post(path).status_code == 405
    assert every_row() == before


def test_a_reader_who_left_no_longer_has_the_page(client):
    letter = make()
    path = address(letter)
    assert letter.subscriber
    letter.subscriber.unsubscribe(NOON)

    assert client.get(path).status_code == 404


@pytest.mark.parametrize("gone", ["letter", "reader", "papers"])
def test_a_page_whose_letter_reader_or_papers_are_gone_says_so_in_one_sentence(client, gone):
    letter = make()
    path = address(letter)
    assert letter.subscriber
    {"letter": letter.delete, "reader": letter.subscriber.delete, "papers": lambda: delete_papers(letter)}[gone]()

    page = client.get(path)

    assert page.status_code == 404
    assert "This email is no longer here" in page.text


def delete_papers(letter: Letter) -> None:
    Letter.objects.filter(pk=letter.pk).update(contents={"for_you": [], "trending": []})


# ----------------------------------------------------------------------------------------------------------- the token


def test_a_letters_token_opens_no_other_letter():
    one, other = make(), make()
    assert one.subscriber

    assert links.keys(token(one), Purpose.WEB_COPY) == (one.subscriber.pk, one.pk)
    assert token(one) != token(other)


def token(letter: Letter) -> str:
    return address(letter).split("/")[2]


def test_a_token_that_names_another_readers_letter_opens_nothing(client):
    mine, theirs = make(), make()
    assert mine.subscriber

    mixed = urlsplit(links.make(mine.subscriber, Purpose.WEB_COPY, theirs.pk)).path

    assert client.get(mixed).status_code == 404


@pytest.mark.parametrize("purpose", [Purpose.MANAGE, Purpose.UNSUBSCRIBE, Purpose.FEEDBACK, Purpose.CONFIRM])
def test_a_letters_token_opens_nothing_but_its_page(purpose):
    with pytest.raises(BadLink):
        links.follow(token(make()), purpose)


@pytest.mark.parametrize("spoiled", ["x", "%00", "é", "a:b:c", "AW" * 200])
def test_a_spoiled_address_is_not_found(client, spoiled):
    assert client.get(f"/letter/{spoiled}/").status_code == 404


def test_a_letter_of_another_kind_has_no_page(client):
    letter = make_letter(make_reader())
    assert letter.subscriber

    assert client.get(urlsplit(links.make(letter.subscriber, Purpose.WEB_COPY, letter.pk)).path).status_code == 404


def test_every_part_of_a_letter_has_its_heading_on_the_page():
    assert set(web_copy.HEADINGS) == set(Parts._fields)
