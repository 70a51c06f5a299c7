"""The feed of the latest announcement, in both flavours."""

import re
from datetime import date, timedelta

import pytest

from papers.sources.arxiv.feed import rss
from papers.sources.base import Listing, Page, SourceError
from tests.papers.sources.arxiv.samples import (
    ATOM,
    DAY,
    FLAVOURS,
    RSS,
    changed,
    first,
    ids,
    the_odd_one,
    with_items,
    without_items,
)

pytestmark = pytest.mark.one_database


@FLAVOURS
def test_a_feed_says_most_of_a_paper(feed):
    assert first(feed) == Listing(
        key="arxiv:2609.99901",
        arxiv_id="2609.99901",
        title="Lanterns in the Fog: Finding Lost Tools with α-Traces",
        abstract="We ask why an agent forgets a tool, and show that O(n²) lanterns bring 41% of lost tools back.",
        authors=["Ilse Vandermolen", "Tomás Quiroga-Reyes", "Jörg Østergård", "Ada Kettle Jr."],
        categories=["cs.CL", "cs.AI"],
        doi="10.99999/fog.2026.17",
    )


def test_both_flavours_say_the_same():
    assert rss(RSS, DAY) == rss(ATOM, DAY)


@FLAVOURS
def test_what_is_new_comes_first_and_is_alone_announced(feed):
    listed = [(listing.arxiv_id, listing.announced) for listing in rss(feed, DAY).listings]

    assert listed == [
        ("2609.99901", True),
        ("2609.99902", True),
        ("2609.99904", False),
        ("hep-th/9901007", False),
    ]


@pytest.mark.parametrize("kind", ["replace", "replace-cross", "new-absonly", "replace-absonly", "whatever", ""])
def test_any_other_kind_of_announcement_is_not_news(kind):
    body = changed(RSS, ">new<", f">{kind}<")

    assert {listing.arxiv_id: listing.announced for listing in rss(body, DAY).listings}["2609.99901"] is False


@FLAVOURS
def test_a_paper_that_is_in_a_feed_twice_counts_where_it_is_announced(feed):
    body = changed(feed, "2609.99904v3", "2609.99901v3")

    assert ids(rss(body, DAY)) == ["2609.99901", "2609.99902", "hep-th/9901007"]
    assert first(body).announced


@FLAVOURS
def test_a_feed_does_not_say_when_a_paper_was_published(feed):
    assert {listing.published_on for listing in rss(feed, DAY).listings} == {None}


@FLAVOURS
def test_markup_in_a_title_is_text_and_affiliations_are_left_out(feed):
    kettle = rss(feed, DAY).listings[1]

    assert kettle.title == "A Kettle Is All You Boil: <b>Bold</b> Claims & Steam"
    assert kettle.abstract == "Water boils sooner when it is watched. We measured it."
    assert kettle.authors == ["Maren Lindqvist", "Okko Fen III"]
    assert kettle.categories == ["stat.ML", "cs.LG", "math.ST"]
    assert kettle.doi is None


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("A. One,  B.   Two , ,", ["A. One", "B. Two"]),
        ("A. One, Jr., B. Two, III", ["A. One Jr.", "B. Two III"]),
        ("Jr., A. One", ["Jr.", "A. One"]),
        ("A. One (Lab (of Fog), Utrecht), B. Two", ["A. One", "B. Two"]),
        ("A. (Ann) One (not closed, B. Two", ["A. (Ann) One (not closed", "B. Two"]),
        ("Fog Team, :, A. One", ["Fog Team", "A. One"]),
        ("", None),
        (" , ,", None),
    ],
)
def test_authors_are_parted_by_commas(written, names):
    assert (
        first(
            changed(
                RSS, r"Ilse Vandermolen, Tom\'as Quiroga-Reyes,  J\"org {\O}sterg\r{a}rd, Ada Kettle, Jr.", written
            )
        ).authors
        == names
    )


def test_a_paper_may_have_many_authors():
    names = [f"Person {'abcdefghij'[number % 10]}{number}" for number in range(600)]

    assert first(changed(RSS, "Ilse Vandermolen", ", ".join(names))).authors[:600] == names


@pytest.mark.parametrize(
    ("written", "doi"),
    [
        ("10.99999/Fog.1", "10.99999/fog.1"),
        ("https://doi.org/10.99999/Fog.1", "10.99999/fog.1"),
        ("10.99999/fog.1, 10.99999/fog.2", "10.99999/fog.1"),
        (
            "10.1002/(SICI)1097-0258(19980815)17:15/16&lt;1661::AID-SIM968&gt;3.0.CO;2-2",
            "10.1002/(sici)1097-0258(19980815)17:15/16<1661::aid-sim968>3.0.co;2-2",
        ),
        ("to appear", None),
        ("10.99999/" + "9" * 300, None),
    ],
)
def test_a_doi_is_the_first_that_looks_like_one(written, doi):
    assert first(changed(RSS, "10.99999/Fog.2026.17", written)).doi == doi


@FLAVOURS
def test_the_feed_of_another_day_is_refused(feed):
    with pytest.raises(SourceError, match=r"^expected the feed of 2026-09-11, found one of '.*2026.*'$"):
        rss(feed, date(2026, 9, 11))


@FLAVOURS
def test_a_day_that_has_not_come_has_no_feed(feed):
    with pytest.raises(SourceError, match=r"^expected the feed of 2026-09-15, found one of"):
        rss(feed, date(2026, 9, 15))


@FLAVOURS
def test_the_empty_feed_of_a_weekend_is_an_answer_for_its_own_day(feed):
    body = without_items(feed)

    assert rss(body, DAY) == Page([])
    with pytest.raises(SourceError, match=r"^expected the feed of"):
        rss(body, DAY + timedelta(days=1))


def test_the_day_of_an_atom_feed_is_new_york_s():
    for moment, day in [
        ("2026-09-15T03:59:59+00:00", DAY),
        ("2026-09-14T04:00:00Z", DAY),
        ("2026-12-14T05:00:07.210943+00:00", date(2026, 12, 14)),
        ("2026-12-15T04:59:59Z", date(2026, 12, 14)),
    ]:
        assert len(rss(changed(ATOM, "2026-09-14T04:00:07.210943+00:00", moment), day).listings) == 4


@pytest.mark.parametrize(
    "moment",
    [
        "",
        "2026-09-14",
        "2026-09-14T04:00:07",
        "2026-09-31T04:00:00Z",
        "2026-09-14T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-09-14T04:00:00+99:99",
        "٢٠٢٦-09-14T04:00:00Z",
    ],
)
def test_an_atom_feed_that_says_no_day_is_refused(moment):
    with pytest.raises(SourceError, match=r"^expected the feed of 2026-09-14, found one of '"):
        rss(changed(ATOM, "2026-09-14T04:00:07.210943+00:00", moment), DAY)


@pytest.mark.parametrize(
    "moment",
    [
        "",
        "2026-09-14",
        "Mon, 31 Sep 2026 00:00:00 -0400",
        "Mon, 14 Smr 2026 00:00:00 -0400",
        "Mon, 14 Sep 0000 00:00:00 ",
    ],
)
def test_an_rss_feed_that_says_no_day_is_refused(moment):
    with pytest.raises(SourceError, match=r"^expected the feed of 2026-09-14, found one of '"):
        rss(changed(RSS, "Mon, 14 Sep 2026 00:00:00 -0400", moment), DAY)


@FLAVOURS
def test_an_error_that_looks_like_a_feed_is_refused(feed):
    body = changed(without_items(feed), "cs.CL, cs.LG updates on arXiv.org", "Feed error for query: cs.ZZ")

    with pytest.raises(SourceError, match=r"^expected a feed, found 'Feed error for query: cs.ZZ'$"):
        rss(body, DAY)


@FLAVOURS
def test_a_full_feed_is_refused_as_it_may_be_cut(feed):
    assert len(rss(with_items(feed, 1999), DAY).listings) == 1999
    with pytest.raises(SourceError, match=r"^expected fewer than 2000 items, found 2000: the feed may be cut$"):
        rss(with_items(feed, 2000), DAY)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("oai:arXiv.org:2609.99901v1", "2609.99901v1", "expected an id like oai:arXiv.org:2604.21952v1, found '26"),
        (
            "oai:arXiv.org:2609.99901v1",
            "oai:arXiv.org:2609.999v1",
            "expected an id like 2608.16590, found '2609.999v1'",
        ),
        ("oai:arXiv.org:2609.99901v1", "oai:arXiv.org:2609.99901v0", "expected an id like 2608.16590"),
        ("oai:arXiv.org:2609.99901v1", f"oai:arXiv.org:2609.99901v{'9' * 5000}", "expected an id like 2608.16590"),
        ("<arxiv:announce_type>new</arxiv:announce_type>", "", "expected an element announce_type, found none"),
        ("new \nAbstract: ", "new \n", "expected a text with Abstract: in it, found 'arXiv:2609.99901v1 Announce"),
        ("Lanterns in the Fog: Finding Lost Tools with $\\alpha$-Traces", " ", "expected a title, found an empty one"),
    ],
)
def test_an_item_that_cannot_be_read_is_named_and_left_out(old, new, message):
    page = rss(changed(RSS, old, new), DAY)

    assert re.match(rf"{re.escape(message)}.* \(paper 2 of the list\)$", the_odd_one(page))
    assert ids(page) == ["2609.99902", "2609.99904", "hep-th/9901007"]


def test_an_id_may_come_without_a_version():
    assert first(changed(RSS, "oai:arXiv.org:2609.99901v1", "oai:arXiv.org:2609.99901")).arxiv_id == "2609.99901"


def test_a_paper_with_an_empty_abstract_is_left_out():
    text = r"We ask why an agent forgets a tool, and show that $O(n^2)$ lanterns bring 41\% of lost tools back."

    page = rss(changed(RSS, text, " "), DAY)

    assert the_odd_one(page) == "expected an abstract, found an empty one (paper 2 of the list)"
    assert "2609.99901" not in ids(page)


def test_markup_that_was_not_escaped_leaves_its_text():
    body = changed(RSS, "Lanterns in the Fog", "<b>Lanterns</b> in<!-- the --><?the pi?> the <i>Fog</i>")

    assert first(body).title.startswith("Lanterns in the Fog: Finding")


def test_text_comes_on_one_line_and_without_control_characters():
    body = changed(RSS, "Lanterns in the Fog", "&#9;Lanterns\r\n in&#x2028;the&#x85;&#x9f;F&#x7f;og")

    assert first(body).title.startswith("Lanterns in the Fog: Finding")
