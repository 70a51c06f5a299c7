"""Hostile and broken pages, one by one, through a real web server: each is one sentence in the day's record, the day
stays due, nothing is half-stored, and other sources go on. One odd paper spoils no list."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import escape
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from papers import collecting
from papers.models import Collection, Host, Paper, Sighting
from papers.sources import SOURCES, web
from papers.sources.base import Manners
from subscriptions.models import Letter
from subscriptions.sending import post
from tests.factories import make_letter
from tests.farend import FarEnd

pytestmark = pytest.mark.django_db
AT_ONCE = Manners("far end", timedelta(0))
HUGGINGFACE = replace(SOURCES["huggingface"], manners=AT_ONCE)
ARXIV = replace(SOURCES["arxiv"], manners=AT_ONCE)
DAY = date(2026, 8, 20)
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)


@pytest.fixture
def far_end(settings: Settings) -> Iterator[FarEnd]:
    with FarEnd() as far_end:
        settings.HUGGINGFACE_URL = settings.ARXIV_RSS_URL = far_end.url
        settings.ARXIV_OAI_URL = f"{far_end.url}/oai"
        settings.ARXIV_CATEGORIES = ["cs.CL"]
        yield far_end


def entry(number: int = 1, **fields: Any) -> dict[str, Any]:
    paper = {
        "id": f"2608.{number:05}",
        "title": "Invented",
        "summary": "On letters.",
        "submittedOnDailyAt": f"{DAY}T00:00:00.000Z",
        "upvotes": 3,
    }
    return {"paper": paper | fields}


def answer(*entries: dict[str, Any]) -> bytes:
    return json.dumps(list(entries)).encode()


def item(number: int = 1, title: str = "Invented", **other: str) -> str:
    creator = other.get("creator", "Ada Quill")
    return (
        f"<item><title>{title}</title><description>arXiv:2608.{number:05}v1 Announce Type: new \nAbstract: On letters."
        f"</description><guid>oai:arXiv.org:2608.{number:05}v1</guid><category>cs.CL</category>"
        f"<arxiv:announce_type>new</arxiv:announce_type><dc:creator>{creator}</dc:creator></item>"
    )


def feed(*items: str, day: str = "Thu, 20 Aug 2026", prolog: str = "") -> bytes:
    spaces = 'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    head = f"<title>cs.CL updates on arXiv.org</title><pubDate>{day} 00:00:00 -0400</pubDate>"
    return f'{prolog}<rss {spaces} version="2.0"><channel>{head}{"".join(items)}</channel></rss>'.encode()


BOMB = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
SECRET = '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
WAF = {"status": 202, "headers": {"x-amzn-waf-action": "challenge"}, "body": b"<html><script></script></html>"}

# What every address of the source answers, and what the sentence in the record says of it.
HUGGINGFACE_PAGES: dict[str, tuple[dict[str, Any], str]] = {
    "a challenge for browsers": (WAF, "found 202 with a challenge for browsers"),
    "a redesign": ({"body": b'{"papers": [], "next": null}'}, "expected a JSON array of papers, found an object"),
    "a body cut short": ({"body": answer(entry()), "keeps_back": 40}, "found ProtocolError"),
    "half of a body": ({"body": answer(entry(1), entry(2))[:90]}, "found no JSON"),
    "too large a body": ({"body": answer(entry()) + b" " * (web.LARGEST_BODY + 1)}, "at most 20971520 bytes"),
    "another day": (
        {"body": answer(entry(submittedOnDailyAt="2026-08-19T00:00:00Z"))},
        "to be 2026-08-20, found '2026-08-19",
    ),
    "a day to come": ({"status": 400, "body": b'{"error": "date is in the future"}'}, "expected 200"),
    "invalid UTF-8": ({"body": answer(entry()).replace(b"Invented", b"\xff\xfe")}, "found no JSON"),
    "nothing": ({"body": b""}, "found no JSON"),
    "noise": ({"body": bytes(range(256)) * 16}, "found no JSON"),
    "another host": (
        {"status": 302, "headers": {"Location": "https://example.org/"}},
        "within its host, found example.org",
    ),
    "a number beyond all": ({"body": answer(entry(upvotes=10**30))}, "expected a count of at most"),
    "no title": ({"body": answer(entry(title="\x00 "))}, "expected a title, found an empty one"),
    "depths": ({"body": b"[" * 100_000}, "found no JSON"),
    "an error page": ({"status": 503, "body": b"<html>"}, "found 503"),
    "silence": ({"hangs_up": True}, "expected an answer from"),
}
ARXIV_PAGES: dict[str, tuple[dict[str, Any], str]] = {
    "a bomb": ({"body": feed(item(title="&b;"), prolog=BOMB)}, "without a document type"),
    "a file of ours": ({"body": feed(item(title="&a;"), prolog=SECRET)}, "without a document type"),
    "half of a feed": ({"body": feed(item(1), item(2))[:-120]}, "expected a whole XML document"),
    "a body cut short": ({"body": feed(item()), "keeps_back": 40}, "found ProtocolError"),
    "too large a body": ({"body": feed(item()) + b" " * (web.LARGEST_BODY + 1)}, "at most 20971520 bytes"),
    "another day": ({"body": feed(item(), day="Wed, 19 Aug 2026")}, "2026-08-20"),
    "a day to come": ({"body": feed(item(), day="Fri, 21 Aug 2026")}, "2026-08-20"),
    "invalid UTF-8": ({"body": feed(item()).replace(b"Invented", b"\xff\xfe")}, "expected a whole XML document"),
    "a page": ({"body": b"<!DOCTYPE html><html><body>Maintenance</body></html>"}, "expected"),
    "noise": ({"body": bytes(range(256)) * 16}, "expected a whole XML document"),
    "a feed of errors": ({"status": 400, "body": feed()}, "expected 200"),
    "another host": (
        {"status": 302, "headers": {"Location": "https://example.org/"}},
        "within its host, found example.org",
    ),
    "too many items": ({"body": feed(*(item(number) for number in range(2000)))}, "the feed may be cut"),
    "an error page": ({"status": 503}, "found 503"),
}


def serve(far_end: FarEnd, source: str, page: dict[str, Any]) -> None:
    daily = f"/api/daily_papers?date={DAY}&limit=100"
    paths = {"huggingface": [daily, f"/papers/date/{DAY}"], "arxiv": ["/rss/cs.CL", "/oai"]}
    for path in paths[source]:
        far_end.answers(path, **page)


@pytest.mark.parametrize("page", HUGGINGFACE_PAGES)
def test_a_hostile_page_of_daily_papers_is_a_sentence_and_no_paper(far_end: FarEnd, page: str):
    served, sentence = HUGGINGFACE_PAGES[page]
    serve(far_end, "huggingface", served)

    _expect_a_sentence_and_no_paper(collecting.collect(HUGGINGFACE, DAY, NOON), sentence)


@pytest.mark.parametrize("page", ARXIV_PAGES)
def test_a_hostile_page_of_arxiv_is_a_sentence_and_no_paper(far_end: FarEnd, page: str):
    served, sentence = ARXIV_PAGES[page]
    serve(far_end, "arxiv", served)

    _expect_a_sentence_and_no_paper(collecting.collect(ARXIV, DAY, NOON), sentence)


def _expect_a_sentence_and_no_paper(collected: collecting.Collected, sentence: str) -> None:
    row = Collection.objects.get()
    assert collected.failed
    assert sentence in row.error
    assert "\n" not in row.error
    assert row.next_try_at is not None
    assert not Paper.objects.exists()
    assert not Sighting.objects.exists()


@pytest.mark.parametrize("source", [HUGGINGFACE, ARXIV], ids=lambda source: source.name)
def test_a_site_that_takes_too_long_is_given_up(far_end: FarEnd, source: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(web, "PIECE_SECONDS", 0.2)
    serve(far_end, source.name, {"body": answer(entry()), "waits": 2})

    collected = collecting.collect(source, DAY, NOON)

    assert collected.unavailable
    assert "found ReadTimeout" in Collection.objects.get().error


@pytest.mark.parametrize("source", [HUGGINGFACE, ARXIV], ids=lambda source: source.name)
def test_a_body_that_trickles_for_ever_is_given_up(far_end: FarEnd, source: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(web, "BODY_SECONDS", 0.3)
    serve(far_end, source.name, {"body": b"[" + b" " * 400 + b"]", "pieces": 40, "pause": 0.05})

    assert collecting.collect(source, DAY, NOON).unavailable
    assert "in time, found only a part" in Collection.objects.get().error


# --------------------------------------------------------------------------------------------- strange, but no mistake


def test_html_in_a_title_is_text(far_end: FarEnd):
    serve(far_end, "huggingface", {"body": answer(entry(title="<script>alert(1)</script> & <b>bold</b>"))})
    serve(far_end, "arxiv", {"body": feed(item(2, title="&lt;b&gt;Bold&lt;/b&gt; &amp;amp; more"))})

    collecting.collect(HUGGINGFACE, DAY, NOON)
    collecting.collect(ARXIV, DAY, NOON)

    assert set(Paper.objects.values_list("title", flat=True)) == {
        "<script>alert(1)</script> & <b>bold</b>",
        "<b>Bold</b> & more",
    }


def test_nul_bytes_and_lone_surrogates_are_left_out(far_end: FarEnd):
    serve(far_end, "huggingface", {"body": answer(entry(title="In\x00ven\ud800ted", summary="A\x00b\x1f"))})

    collecting.collect(HUGGINGFACE, DAY, NOON)

    assert Paper.objects.values_list("title", "abstract").get() == ("Invented", "Ab")


def test_six_hundred_authors_are_all_kept(far_end: FarEnd):
    names = [f"Author {chr(65 + number % 26)}{chr(97 + number // 26)}" for number in range(600)]
    serve(far_end, "huggingface", {"body": answer(entry(authors=[{"name": name} for name in names]))})
    serve(far_end, "arxiv", {"body": feed(item(2, creator=", ".join(names)))})

    collecting.collect(HUGGINGFACE, DAY, NOON)
    collecting.collect(ARXIV, DAY, NOON)

    assert [len(authors) for authors in Paper.objects.values_list("authors", flat=True)] == [600, 600]


def test_megabytes_of_abstract_authors_and_keywords_make_no_page_of_megabytes(far_end: FarEnd, client: Client):
    names = [f"Ada Quill {number} {'of the Harbour ' * 40}" for number in range(5_000)]
    long = entry(summary="Of letters. " * 400_000, authors=[{"name": name} for name in names], ai_keywords=names)
    serve(far_end, "huggingface", {"body": answer(long)})

    collecting.collect(HUGGINGFACE, DAY, NOON)

    paper = Paper.objects.get()
    assert (len(paper.abstract), len(paper.authors), paper.authors[-1]) == (19_995, 2_000, "…")
    assert len(client.get(paper.get_absolute_url()).content) < 600_000
    assert len(client.get(f"/date/{DAY}/").content) < 100_000


def test_negative_votes_are_none(far_end: FarEnd):
    serve(far_end, "huggingface", {"body": answer(entry(upvotes=-5))})

    collecting.collect(HUGGINGFACE, DAY, NOON)

    assert Paper.objects.get().votes == 0


# What is odd about one of fifteen entries, and what the ledger says of it.
ODD_ENTRIES: dict[str, tuple[dict[str, Any], str]] = {
    "no title": (entry(3, title=None), "expected paper.title, found none"),
    "an empty title": (entry(3, title=" \x08"), "expected a title, found an empty one"),
    "no abstract": (entry(3, summary=None), "expected an abstract, found an empty one"),
    "an empty abstract": (entry(3, summary="\u200b"), "expected an abstract, found an empty one"),
    "no id": (entry(3, id="tide"), "expected an id like 2608.16590, found 'tide'"),
    "another shape": ({"papers": []}, "expected paper, found none"),
    "votes in words": (entry(3, upvotes="many"), "expected paper.upvotes to be a whole number, found a string"),
    "a date in words": (entry(3, publishedAt="soon"), "expected paper.publishedAt to begin with a date, found 'soon'"),
    "another day": (
        entry(3, submittedOnDailyAt="2026-08-19T00:00:00Z"),
        "expected paper.submittedOnDailyAt to be 2026-08-20, found '2026-08-19T00:00:00Z'",
    ),
}
ODD_ITEMS: dict[str, tuple[str, str]] = {
    "an empty title": (item(3, title="&#8; "), "expected a title, found an empty one"),
    "no title": (item(3).replace("<title>Invented</title>", ""), "expected a title, found an empty one"),
    "an empty abstract": (item(3).replace("On letters.", ""), "expected an abstract, found an empty one"),
    "no abstract": (
        item(3).replace("Abstract: On letters.", ""),
        "expected a text with Abstract: in it, found 'arXiv:2608.00003v1 Announce Type: new'",
    ),
    "no id": (
        item(3).replace("oai:arXiv.org:2608.00003v1", "tide"),
        "expected an id like oai:arXiv.org:2604.21952v1, found 'tide'",
    ),
    "no kind": (
        item(3).replace("arxiv:announce_type>", "arxiv:kind>"),
        "expected an element announce_type, found none",
    ),
}


@pytest.mark.parametrize("odd", ODD_ENTRIES)
@pytest.mark.parametrize("reading", ["api", "props"])
def test_an_odd_entry_of_daily_papers_is_left_out_and_the_others_are_kept(far_end: FarEnd, reading: str, odd: str):
    spoiled, sentence = ODD_ENTRIES[odd]
    entries = [spoiled if number == 3 else entry(number) for number in range(1, 16)]
    if reading == "api":
        serve(far_end, "huggingface", {"body": answer(*entries)})
    else:
        far_end.answers("/api/daily_papers", 503)
        data = escape(json.dumps({"dateString": str(DAY), "dailyPapers": entries}))
        far_end.answers(f"/papers/date/{DAY}", body=f'<p data-target="DailyPapers" data-props="{data}">'.encode())

    _expect_all_but_the_third(collecting.collect(HUGGINGFACE, DAY, NOON), reading, sentence)


def test_an_odd_card_is_left_out_and_the_others_are_kept(far_end: FarEnd):
    card = '<article><h3><a href="/papers/2608.{number:05}">{title}</a></h3></article>'
    cards = "".join(card.format(number=number, title="Invented" * (number != 3)) for number in range(1, 16))
    far_end.answers("/api/daily_papers", 503)
    page = f"<html><title>Daily Papers - August 20, 2026</title>{cards}</html>"
    far_end.answers(f"/papers/date/{DAY}", body=page.encode())

    collected = collecting.collect(HUGGINGFACE, DAY, NOON)

    _expect_all_but_the_third(collected, "cards", "expected a title, found an empty one")


@pytest.mark.parametrize("odd", ODD_ITEMS)
def test_an_odd_item_of_arxivs_feed_is_left_out_and_the_others_are_kept(far_end: FarEnd, odd: str):
    spoiled, sentence = ODD_ITEMS[odd]
    items = [spoiled if number == 3 else item(number) for number in range(1, 16)]
    serve(far_end, "arxiv", {"body": feed(*items)})

    _expect_all_but_the_third(collecting.collect(ARXIV, DAY, NOON), "rss", sentence)


def _expect_all_but_the_third(collected: collecting.Collected, reading: str, sentence: str) -> None:
    row = Collection.objects.get()
    assert (row.outcome, row.reading, row.listed) == (Collection.Outcome.LISTED, reading, 14)
    assert row.left_out == f"1 of 15 left out: {sentence} (paper 3 of the list)"
    assert str(collected).endswith(f": 14 listed, 14 new, 0 updated; {row.left_out}")
    assert set(Paper.objects.values_list("arxiv_id", flat=True)) == {
        f"2608.{number:05}" for number in range(1, 16) if number != 3
    }
    assert row.next_try_at is not None


@pytest.mark.parametrize("control", ["\x00", "\x08", "\x1b"])
def test_a_control_character_in_one_title_is_dropped_and_nothing_left_out(far_end: FarEnd, control: str):
    raw = answer(entry(1), entry(2)).replace(b"Invented", f"In{control}vented".encode(), 1)
    serve(far_end, "huggingface", {"body": raw})
    serve(far_end, "arxiv", {"body": feed(item(3, title=f"In{control}vented"), item(4, title="In&#8;ven&#x1B;ted"))})

    rows = [collecting.collect(source, DAY, NOON).collection for source in (HUGGINGFACE, ARXIV)]

    assert [(row.listed, row.left_out) for row in rows] == [(2, ""), (2, "")]
    assert set(Paper.objects.values_list("title", flat=True)) == {"Invented"}


def test_a_list_of_which_more_than_one_in_ten_is_odd_is_another_kind_of_list(far_end: FarEnd):
    odd = [entry(number, title="") for number in (1, 2)]
    serve(far_end, "huggingface", {"body": answer(*odd, *map(entry, range(3, 20)))})

    collected = collecting.collect(HUGGINGFACE, DAY, NOON)

    _expect_a_sentence_and_no_paper(collected, "expected a title, found an empty one (paper 1 of the list)")
    assert len(far_end.requests) > 1  # Its other readings were asked.


def test_one_in_ten_may_be_odd(far_end: FarEnd):
    odd = [entry(number, title="") for number in (1, 2)]
    serve(far_end, "huggingface", {"body": answer(*odd, *map(entry, range(3, 21)))})

    row = collecting.collect(HUGGINGFACE, DAY, NOON).collection

    assert row.listed == 18
    assert row.left_out == (
        "2 of 20 left out: expected a title, found an empty one (paper 1 of the list); "
        "expected a title, found an empty one (paper 2 of the list)"
    )


def test_of_a_few_one_may_be_odd(far_end: FarEnd):
    serve(far_end, "huggingface", {"body": answer(entry(1, title=""), entry(2))})

    assert collecting.collect(HUGGINGFACE, DAY, NOON).collection.listed == 1


def test_of_many_odd_papers_the_first_three_are_explained(far_end: FarEnd):
    odd = [entry(number, title="") for number in range(1, 6)]
    serve(far_end, "huggingface", {"body": answer(*odd, *map(entry, range(6, 60)))})

    row = collecting.collect(HUGGINGFACE, DAY, NOON).collection

    assert row.left_out.startswith("5 of 59 left out: ")
    assert row.left_out.endswith("(paper 3 of the list); and 2 more")


def test_a_second_page_that_fails_leaves_nothing_of_the_first(far_end: FarEnd):
    far_end.answers(f"/api/daily_papers?date={DAY}&limit=100", body=answer(*map(entry, range(100))))
    far_end.answers("/api/daily_papers", 500)
    far_end.answers(f"/papers/date/{DAY}", 500)

    assert collecting.collect(HUGGINGFACE, DAY, NOON).failed
    assert not Paper.objects.exists()


# ---------------------------------------------------------------------------------------------------------- the others


def test_one_source_that_fails_holds_up_neither_the_other_nor_the_letters(far_end: FarEnd, mailbox: Any):
    serve(far_end, "huggingface", {"body": b"<html>"})
    serve(far_end, "arxiv", {"body": feed(item())})
    letter = make_letter(at=NOON)

    results = [collecting.collect(source, DAY, NOON).failed for source in (HUGGINGFACE, ARXIV)]
    post.drain(NOON)

    assert results == [True, False]
    assert Letter.objects.get(pk=letter.pk).state == Letter.State.SENT


def test_a_feed_that_is_cut_is_made_up_for_by_the_archive(far_end: FarEnd):
    far_end.answers("/rss/cs.CL", body=feed(item(1), item(2))[:-100])
    versions = "<version version='v1'><date>Wed, 19 Aug 2026 09:00:00 GMT</date></version>"
    authors = "<authors><author><keyname>Quill</keyname><forenames>Ada</forenames></author></authors>"
    for form, part in (("arXiv", authors), ("arXivRaw", versions)):
        record = (
            "<record><header><identifier>oai:arXiv.org:2608.00001</identifier><datestamp>2026-08-20</datestamp>"
            f'</header><metadata><{form} xmlns="http://arxiv.org/OAI/{form}/"><id>2608.00001</id>{part}'
            "<title>Invented</title><categories>cs.CL</categories><abstract>On letters.</abstract>"
            f"</{form}></metadata></record>"
        )
        answered = (
            f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>{record}</ListRecords></OAI-PMH>'
        )
        asked = f"/oai?verb=ListRecords&metadataPrefix={form}&from={DAY}&until={DAY}&set=cs:cs:CL"
        far_end.answers(asked, body=answered.encode())

    collected = collecting.collect(ARXIV, DAY, NOON)

    assert (collected.collection.reading, collected.new) == ("oai", 1)
    assert Paper.objects.get().authors == ["Ada Quill"]


def test_after_arxivs_first_refusal_nothing_of_it_is_asked_for_ten_minutes(far_end: FarEnd):
    serve(far_end, "arxiv", {"status": 429, "body": b"Rate exceeded."})
    polite = replace(SOURCES["arxiv"], manners=replace(SOURCES["arxiv"].manners, spacing=timedelta(0)))

    collected = collecting.collect(polite, DAY, NOON)

    assert collected.unavailable
    assert [request.path for request in far_end.requests] == ["/rss/cs.CL"]
    assert Host.objects.get(host="arxiv.org").silent_until is not None
