"""The cards of the page."""

import re
from datetime import date

import pytest

from papers.sources.base import Listing, SourceError
from papers.sources.huggingface.cards import daily as cards
from tests.papers.sources.huggingface.samples import DAY, IDS, PAGE, ids, page, the_odd_one

pytestmark = pytest.mark.one_database


def test_cards_say_what_they_show():
    lanterns, kettle, rivers, sheep = cards(PAGE, DAY).listings

    assert lanterns == Listing(
        key="arxiv:2609.99901",
        arxiv_id="2609.99901",
        title="Lanterns in the Fog: Finding Lost Tools in Long Agent Traces",
        abstract="We ask why an agent forgets a tool that it has used before.",
        organisation="Tidewater Lab",
        published_on=date(2026, 9, 11),
        votes=1200,
        comments=12,
    )
    assert kettle.facts() == {
        "arxiv_id": "2609.99902",
        "title": "A Kettle Is All You Boil",
        "votes": 38,
        "comments": 1,
    }
    assert rivers.title == 'Slow Maps & Fast Rivers: Routing Under "Late" Knowledge'
    assert rivers.organisation is None  # Faces are not an organisation.
    assert sheep.votes == 0


def test_titles_and_abstracts_are_read_as_they_were_meant():
    shown = cards(page("A Kettle Is All You Boil", r"A $k$-Kettle \&amp; more", times=9), DAY).listings[1]

    assert shown.title == "A k-Kettle & more"


@pytest.mark.parametrize(
    ("shown", "votes"), [("-", 0), ("7", 7), ("1k", 1000), ("1.96k", 1960), (" 12\n", 12), ("2147483.6k", 2147483600)]
)
def test_numbers_are_read_as_people_read_them(shown, votes):
    assert cards(page(">38<", f">{shown}<"), DAY).listings[1].votes == votes


@pytest.mark.parametrize("shown", ["many", "", "1.2.3", "-1", "k", "٣", "1e9", "9999999k", "9" * 400])
def test_a_number_that_cannot_be_read_is_named(shown):
    found = the_odd_one(cards(page(">38<", f">{shown}<"), DAY))

    assert re.match(r"expected a .*, found .*\(paper 2 of the list\)$", found)


@pytest.mark.parametrize(
    ("day", "shown", "published"),
    [
        (date(2026, 9, 14), "Sep 11", date(2026, 9, 11)),
        (date(2026, 9, 14), "Published on Sep 11", date(2026, 9, 11)),
        (date(2026, 9, 14), "September 11, 2026", date(2026, 9, 11)),
        (date(2026, 9, 14), "May 3", date(2026, 5, 3)),
        (date(2026, 9, 14), "Sep 14", date(2026, 9, 14)),
        (date(2026, 9, 14), "Sep 15", date(2025, 9, 15)),
        (date(2026, 1, 5), "Dec 30", date(2025, 12, 30)),
        (date(2026, 1, 5), "Dec 30, 2023", date(2023, 12, 30)),
        (date(2025, 1, 6), "Feb 29", date(2024, 2, 29)),
    ],
)
def test_a_date_without_a_year_is_the_latest_that_has_come(day, shown, published):
    body = page(">Sep 11<", f">{shown}<").replace(b"September 14 -", f"{day:%B} {day.day} -".encode())

    assert cards(body, day).listings[0].published_on == published


@pytest.mark.parametrize("shown", ["yesterday", "", "Sep 31", "Feb 29", "Smarch 13", "11", "Sep 11, 0000"])
def test_a_date_that_cannot_be_read_is_named(shown):
    found = the_odd_one(cards(page(">Sep 11<", f">{shown}<"), DAY))

    assert found.startswith("expected a date like Aug 17 in a card's time, found '")


def test_a_submitter_is_never_taken_for_an_organisation():
    badge = '<a href="/pat"><img alt="pat" src="/a.svg"> Pat</a>'
    above = page("Submitted by\n", badge, 9)
    below = page(
        '<div class="flex"><a href="/papers', f'<div>Submitted by {badge}</div><div class="flex"><a href="/papers'
    )

    assert [listing.organisation for listing in cards(above, DAY).listings] == ["Tidewater Lab", None, None, None]
    assert [listing.organisation for listing in cards(below, DAY).listings] == ["Tidewater Lab", None, None, None]


def test_an_empty_abstract_on_a_card_is_none():
    body = page("We ask why an agent forgets a tool that it has used before.", " ", 9)

    assert cards(body, DAY).listings[0].abstract is None


def test_a_card_without_counts_says_none():
    body = page("shadow-alternate", "votes", 9).replace(b"#community", b"#talk")

    assert {(listing.votes, listing.comments) for listing in cards(body, DAY).listings} == {(None, None)}


TITLE = "<title>Daily Papers - September 14 - Hugging Face</title>"
HEADER = '<main><time datetime="{}T00:00:00.000Z"><span>Sep</span><span>14</span></time>'


@pytest.mark.parametrize(
    "sayings",
    [
        TITLE,
        "<title>Daily Papers - Sep 14, 2026</title>",
        HEADER.format("2026-09-14"),
        HEADER.format("2026-09-11") + HEADER.format("2026-09-14"),
        TITLE + '<time datetime="P1D">a day</time>',
    ],
)
def test_a_page_that_says_its_day_is_believed(sayings):
    assert ids(cards(page(TITLE, sayings), DAY)) == IDS


@pytest.mark.parametrize(
    ("sayings", "found"),
    [
        ("<title>Daily Papers - Hugging Face</title>", "no date"),
        ("", "no date"),
        (
            "<article><h3><a href=/papers/2609.99905>A</a></h3><time datetime=2026-09-14>Sep 1</time></article>",
            "no date",
        ),
        ("<title>Daily Papers - September 11</title>", "2026-09-11"),
        ("<title>Daily Papers - September 14, 2025</title>", "2025-09-14"),
        ("<title>Daily Papers - September 20, 2026</title>", "2026-09-20"),
        (HEADER.format("2026-09-11"), "2026-09-11"),
        (TITLE + HEADER.format("2025-09-14"), "2025-09-14"),  # The title names no year, so it cannot overrule.
    ],
)
def test_a_page_that_does_not_say_the_day_is_refused(sayings, found):
    with pytest.raises(SourceError, match=f"^expected the page to say that it is 2026-09-14, found {found}$"):
        cards(page(TITLE, sayings), DAY)


def test_a_page_without_cards_is_never_a_success():
    with pytest.raises(SourceError, match=r"^expected an element article, found none$"):
        cards(page("article", "section", 99), DAY)


def test_a_page_that_was_cut_off_is_refused_though_some_cards_are_whole():
    with pytest.raises(SourceError, match=r"^expected a whole page, found one that ends before </html>$"):
        cards(PAGE[: PAGE.rindex(b"Sheep with Sparse")], DAY)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<h3", "<h4", r"expected an element h3 a\[href\], found none"),
        ('line-clamp-3">A Kettle Is All You Boil', '">', "expected a title, found an empty one"),
        ('<a href="/papers/2609.99902" class="line', '<a href="/p/2609.99902" class="line', "expected an id like"),
    ],
)
def test_a_card_that_cannot_be_read_is_named_and_left_out(old, new, message):
    found = cards(page(old, new), DAY)

    assert re.match(rf"{message}.*\(paper [12] of the list\)$", the_odd_one(found))
    assert len(ids(found)) == len(IDS) - 1
