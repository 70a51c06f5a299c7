import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from lxml import etree

from papers.sources import SOURCES, checks
from papers.sources.arxiv import QUERY_MANNERS, SOURCE
from papers.sources.arxiv.archive import oai, oai_address
from papers.sources.arxiv.categories import categories
from papers.sources.arxiv.feed import rss, rss_address
from papers.sources.arxiv.holidays import holidays
from papers.sources.arxiv.query import query, query_address
from papers.sources.base import Listing, Page, SourceError
from tests.factories import make_topic
from tests.paths import PAGES

RSS = (PAGES / "arxiv_rss.xml").read_bytes()
ATOM = (PAGES / "arxiv_atom.xml").read_bytes()
OAI = (PAGES / "arxiv_oai.xml").read_bytes()
QUERY = (PAGES / "arxiv_query.xml").read_bytes()
DAY = date(2026, 9, 14)
NO_XML = r"^expected a whole XML document in UTF-8, found none: "

FLAVOURS = pytest.mark.parametrize("feed", [RSS, ATOM], ids=["rss", "atom"])
READERS = {
    "rss": (RSS, lambda body: rss(body, DAY)),
    "atom": (ATOM, lambda body: rss(body, DAY)),
    "oai": (OAI, lambda body: oai(body, DAY)),
    "query": (QUERY, query),
}
EVERYWHERE = pytest.mark.parametrize(("sample", "read"), READERS.values(), ids=READERS)

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def ours(settings):
    """What we read of arXiv in these tests, so that no topics are asked for."""
    settings.ARXIV_CATEGORIES = ["cs.CL", "cs.LG"]
    return settings


def ids(page):
    return [listing.arxiv_id for listing in page.listings]


def changed(sample, old, new, times=-1):
    """The sample after something in it was replaced."""
    assert old in sample.decode()
    return sample.decode().replace(old, new, times).encode()


def first(body):
    return rss(body, DAY).listings[0]


def without_items(feed):
    return re.sub(rb"<(item|entry)>.*</\1>", b"", feed, flags=re.DOTALL)


def with_items(feed, number):
    """The feed with its second item so many times, each with an id of its own."""
    item = re.findall(rb"<item>.*?</item>|<entry>.*?</entry>", feed, re.DOTALL)[1]
    items = [item.replace(b"2609.99901", b"2609.%05d" % place) for place in range(number)]
    return re.sub(rb"<(item|entry)>.*</\1>", lambda found: b"".join(items), feed, flags=re.DOTALL)


# ------------------------------------------------------------------------------------------------------------- source


def test_arxiv_comes_after_the_curated_list():
    assert list(SOURCES)[:2] == ["huggingface", "arxiv"]


def test_addresses_are_those_of_the_sites_in_the_settings(ours):
    ours.ARXIV_RSS_URL = ours.ARXIV_API_URL = "http://127.0.0.1:8900"
    ours.ARXIV_OAI_URL = "http://127.0.0.1:8900/oai"
    ours.ARXIV_CATEGORIES = ["stat.ML", "cs.LG"]

    assert rss_address(DAY) == "http://127.0.0.1:8900/rss/cs.LG+stat.ML"
    assert oai_address(DAY) == (
        "http://127.0.0.1:8900/oai?verb=ListRecords&metadataPrefix=arXiv&from=2026-09-14&until=2026-09-14"
    )
    assert query_address(["2609.99901", "hep-th/9901007"]) == (
        "http://127.0.0.1:8900/api/query?id_list=2609.99901,hep-th/9901007&max_results=2"
    )


@pytest.mark.parametrize(
    ("wanted", "narrowed"),
    [
        (["cs.LG"], "cs:cs:LG"),
        (["cs"], "cs"),
        (["cs.LG", "cs.CL"], "cs"),
        (["cs", "cs.CL"], "cs"),
        (["math.PR"], "math:math:PR"),
        (["q-bio.NC", "q-bio.QM"], "q-bio"),
        (["quant-ph"], "physics:quant-ph"),
        (["hep-th"], "physics:hep-th"),
        (["astro-ph.CO"], "physics:astro-ph:CO"),
        (["astro-ph.CO", "astro-ph.GA"], "physics:astro-ph"),
        (["cond-mat.mtrl-sci"], "physics:cond-mat:mtrl-sci"),
        (["physics.optics"], "physics:physics:optics"),
        (["physics.optics", "physics.bio-ph"], "physics:physics"),
    ],
)
def test_a_harvest_is_narrowed_to_the_one_set_that_holds_all_categories(ours, wanted, narrowed):
    ours.ARXIV_CATEGORIES = wanted

    assert oai_address(DAY).partition("&set=")[2] == narrowed


@pytest.mark.parametrize("wanted", [["cs.LG", "stat.ML"], ["hep-th", "hep-ph"], ["cs.LG", "quant-ph"]])
def test_a_harvest_of_several_archives_is_of_all_of_arxiv(ours, wanted):
    ours.ARXIV_CATEGORIES = wanted

    assert "set=" not in oai_address(DAY)


@pytest.mark.django_db
def test_without_a_setting_the_categories_are_those_of_the_topics(ours):
    ours.ARXIV_CATEGORIES = []
    before = set(categories())

    make_topic(categories=["test.ZZ", "test.AA"])
    make_topic(categories=["test.AA", "hep-test"])
    make_topic()

    assert categories() == sorted(before | {"test.ZZ", "test.AA", "hep-test"})


def test_the_categories_of_the_settings_come_before_those_of_topics(ours):
    ours.ARXIV_CATEGORIES = ["stat.ML", "cs.CL", "cs.CL"]

    assert categories() == ["cs.CL", "stat.ML"]


def test_a_feed_shows_only_today_and_the_archive_any_day():
    assert [(reading.name, reading.live) for reading in SOURCE.readings] == [("rss", True), ("oai", False)]


def test_arxiv_is_asked_slowly_and_left_alone_after_a_refusal():
    assert (SOURCE.manners.spacing, SOURCE.manners.silence) == (timedelta(seconds=3), timedelta(minutes=10))
    assert SOURCE.records.manners == QUERY_MANNERS
    assert QUERY_MANNERS.budget == SOURCE.manners.budget
    assert SOURCE.manners.quiet is None


# ----------------------------------------------------------------------------------------------------------- holidays


def test_papers_are_expected_on_weekdays_that_follow_no_holiday():
    week = [date(2025, 5, 26) + timedelta(days=ahead) for ahead in range(7)]

    assert [SOURCE.calendar.announces(day) for day in week] == [True] * 5 + [False] * 2
    assert not SOURCE.calendar.announces(date(2025, 6, 20))


def test_a_day_begins_at_midnight_in_new_york():
    assert SOURCE.calendar.begins_at(DAY) == datetime(2026, 9, 14, 4, tzinfo=UTC)
    assert not SOURCE.calendar.is_late(DAY, datetime(2026, 9, 14, 9, 59, tzinfo=UTC))
    assert SOURCE.calendar.is_late(DAY, datetime(2026, 9, 14, 10, tzinfo=UTC))


def test_the_holidays_that_arxiv_gave_out_are_kept():
    assert date(2023, 12, 28) in holidays(2023)
    assert date(2023, 6, 15) in holidays(2023)
    assert sorted(holidays(2025)) == [
        date(2025, 1, 2),
        date(2025, 1, 21),
        date(2025, 6, 20),
        date(2025, 7, 7),
        date(2025, 9, 2),
        date(2025, 11, 28),
        date(2025, 12, 26),
    ]


def test_years_without_a_table_follow_the_rule():
    assert sorted(holidays(2026)) == [
        date(2026, 1, 2),
        date(2026, 1, 20),
        date(2026, 6, 22),  # The 19th is a Friday.
        date(2026, 7, 6),  # The 4th is a Saturday.
        date(2026, 9, 8),
        date(2026, 11, 27),
        date(2026, 12, 28),  # The 25th is a Friday.
    ]


@pytest.mark.parametrize("year", [1, *range(2020, 2060), 9999])
def test_holidays_are_weekdays_of_their_year(year):
    assert len(holidays(year)) >= 7
    assert {day.year for day in holidays(year)} == {year}
    assert {day.weekday() for day in holidays(year)} <= set(range(5))


# --------------------------------------------------------------------------------------------------------------- feeds


@FLAVOURS
def test_a_feed_says_most_of_a_paper(feed):
    assert first(feed) == Listing(
        key="arxiv:2609.99901",
        arxiv_id="2609.99901",
        title="Lanterns in the Fog: Finding Lost Tools with α-Traces",
        abstract="We ask why an agent forgets a tool, and show that $O(n^2)$ lanterns bring 41% of lost tools back.",
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
def test_an_item_that_cannot_be_read_is_named(old, new, message):
    with pytest.raises(SourceError, match=rf"^{re.escape(message)}.* \(paper 2 of the list\)$"):
        rss(changed(RSS, old, new), DAY)


def test_an_id_may_come_without_a_version():
    assert first(changed(RSS, "oai:arXiv.org:2609.99901v1", "oai:arXiv.org:2609.99901")).arxiv_id == "2609.99901"


def test_an_empty_abstract_is_none():
    text = r"We ask why an agent forgets a tool, and show that $O(n^2)$ lanterns bring 41\% of lost tools back."

    assert first(changed(RSS, text, " ")).abstract is None


def test_markup_that_was_not_escaped_leaves_its_text():
    body = changed(RSS, "Lanterns in the Fog", "<b>Lanterns</b> in<!-- the --><?the pi?> the <i>Fog</i>")

    assert first(body).title.startswith("Lanterns in the Fog: Finding")


def test_text_comes_on_one_line_and_without_control_characters():
    body = changed(RSS, "Lanterns in the Fog", "&#9;Lanterns\r\n in&#x2028;the&#x85;&#x9f;F&#x7f;og")

    assert first(body).title.startswith("Lanterns in the Fog: Finding")


# ------------------------------------------------------------------------------------------------------------- OAI-PMH


def test_a_record_says_all_of_a_paper():
    assert oai(OAI, DAY).listings[0] == Listing(
        key="arxiv:2609.99901",
        arxiv_id="2609.99901",
        title="Lanterns in the Fog: Finding Lost Tools with α-Traces",
        abstract="We ask why an agent forgets a tool, and show that $O(n^2)$ lanterns bring 41% of lost tools back.",
        authors=["Ilse Vandermolen", "Tomás Quiroga-Reyes", "Ada Kettle Jr."],
        categories=["cs.CL", "cs.AI"],
        doi="10.99999/fog.2026.17",
        published_on=date(2026, 9, 11),
        once=True,
    )


def test_records_that_were_deleted_or_are_of_other_categories_are_skipped():
    assert ids(oai(OAI, DAY)) == ["2609.99901", "2609.99904"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["cs"], ["2609.99901", "2609.99904"]),
        (["cs.AI"], ["2609.99901"]),
        (["hep-th"], ["hep-th/9901007"]),
        (["hep-th", "cs.LG"], ["2609.99904", "hep-th/9901007"]),
        (["c", "cs.A", "hep", "math"], []),
    ],
)
def test_an_archive_stands_for_all_that_is_under_it(ours, wanted, found):
    ours.ARXIV_CATEGORIES = wanted

    assert ids(oai(OAI, DAY)) == found


def test_a_young_paper_whose_record_was_updated_is_announced_unless_it_was_before():
    assert [(listing.announced, listing.once) for listing in oai(OAI, DAY).listings] == [(True, True)] * 2


@pytest.mark.parametrize(
    ("created", "announced"), [("2026-08-15", True), ("2026-08-14", False), ("0001-01-01", False)]
)
def test_an_old_paper_was_only_touched(created, announced):
    listing = oai(changed(OAI, "<created>2026-09-11", f"<created>{created}"), DAY).listings[0]

    assert (listing.announced, listing.published_on) == (announced, date.fromisoformat(created))


def test_a_harvest_may_go_on(ours):
    ours.ARXIV_OAI_URL = "http://127.0.0.1:8900/oai"

    following = oai(OAI, DAY).next

    assert following == "http://127.0.0.1:8900/oai?verb=ListRecords&resumptionToken=skip%3D%7B2000%7D%26day%3D14"
    assert following.format(number=1) == following


@pytest.mark.parametrize("end", ["<resumptionToken/>", "<resumptionToken> </resumptionToken>", ""])
def test_a_harvest_ends_without_a_token(end):
    body = re.sub(rb"<resumptionToken.*</resumptionToken>", end.encode(), OAI)

    assert oai(body, DAY).next is None


def error_of_oai(code):
    body = re.sub(
        rb"<ListRecords>.*</ListRecords>", b'<error code="CODE">What went wrong</error>', OAI, flags=re.DOTALL
    )
    return body.replace(b"CODE", code.encode())


def test_a_day_without_records_is_an_answer():
    assert oai(error_of_oai("noRecordsMatch"), DAY) == Page([])


@pytest.mark.parametrize("code", ["badResumptionToken", "badArgument", "cannotDisseminateFormat", ""])
def test_any_other_error_of_the_archive_is_named(code):
    with pytest.raises(SourceError, match=rf"^expected records, found the error '{code}: What went wrong'$"):
        oai(error_of_oai(code), DAY)


def test_records_of_other_days_entirely_are_refused():
    with pytest.raises(
        SourceError, match=r"^expected records of 2026-09-15, found those of 2026-09-14 to 2026-09-14$"
    ):
        oai(OAI, date(2026, 9, 15))


def test_a_record_that_changed_again_belongs_to_its_new_day():
    body = changed(OAI, "<datestamp>2026-09-14", "<datestamp>2026-09-15", 1)

    assert ids(oai(body, DAY)) == ["2609.99904"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<created>2026-09-11</created>", "", r"expected created to begin with a date, found ''.* \(paper 1 of"),
        ("<created>2026-09-11<", "<created>2026-09-31<", "expected created to begin with a date, found '2026-09-31'"),
        ("<datestamp>2026-09-14", "<datestamp>yesterday", "expected datestamp to begin with a date, found 'yesterday"),
        ("<id>2609.99901</id>", "<id>99901</id>", "expected an id like 2608.16590, found '99901'"),
        ("<id>2609.99901</id>", "", "expected an id like 2608.16590, found ''"),
        ("<datestamp>2026-09-14</datestamp>", "", "expected datestamp to begin with a date, found ''"),
        ("<header status=", "<header/><header status=", "expected datestamp to begin with a date, found ''"),
        ("<record>", "<record/><record>", "expected an element header, found none"),
        ("metadata>", "data>", "expected an element metadata, found none"),
        ("http://arxiv.org/OAI/arXiv/", "http://arxiv.org/OAI/other/", "expected an element arXiv, found none"),
        ("ListRecords>", "ListSets>", "expected an element ListRecords, found none"),
        ("http://www.openarchives.org/OAI/2.0/", "http://example.org/", "expected an OAI-PMH answer, found '{http"),
    ],
)
def test_a_harvest_that_cannot_be_read_is_named(old, new, message):
    with pytest.raises(SourceError, match=rf"^{message}"):
        oai(changed(OAI, old, new), DAY)


# ----------------------------------------------------------------------------------------------------------- query API


def test_a_query_says_all_of_a_paper():
    lanterns, rivers = query(QUERY).listings

    assert lanterns == Listing(
        key="arxiv:2609.99901",
        arxiv_id="2609.99901",
        title="Lanterns in the Fog: Finding Lost Tools with α-Traces",
        abstract="We ask why an agent forgets a tool, and show that $O(n^2)$ lanterns bring 41% of lost tools back.",
        authors=["Ilse Vandermolen", "Tomás Quiroga-Reyes"],
        categories=["cs.CL", "cs.AI"],
        doi="10.99999/fog.2026.17",
        published_on=date(2026, 9, 11),
        announced=False,
    )
    assert (rivers.key, rivers.categories) == ("arxiv:hep-th/9901007", ["hep-th"])


def test_a_query_that_finds_nothing_is_an_answer():
    assert query(without_items(QUERY)) == Page([])


def test_a_paper_found_twice_is_one():
    assert ids(query(changed(QUERY, "hep-th/9901007v12", "2609.99901v1"))) == ["2609.99901"]


def test_an_error_of_the_query_api_is_named():
    body = changed(QUERY, "http://arxiv.org/abs/hep-th/9901007v12", "https://arxiv.org/api/errors#incorrect_id")
    body = body.replace(b"A river is a memory with a bed.", b"incorrect id format for abc")

    with pytest.raises(
        SourceError, match=r"^expected papers, found the error 'incorrect id format for abc' \(paper 2 "
    ):
        query(body)


def test_a_paper_may_be_called_error():
    assert query(changed(QUERY, "Rivers that Remember", "Error")).listings[1].title == "Error"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("http://arxiv.org/abs/hep-th/9901007v12", "http://example.org/abs/hep-th/9901007v12", "expected an id like"),
        ("<published>1999-01-04", "<published>soon", "expected published to begin with a date, found 'soon"),
        ("Rivers that Remember", "", "expected a title, found an empty one"),
    ],
)
def test_an_entry_that_cannot_be_read_is_named(old, new, message):
    with pytest.raises(SourceError, match=rf"^{message}.*\(paper 2 of the list\)$"):
        query(changed(QUERY, old, new))


# ------------------------------------------------------------------------------------------------------- hostile pages


@EVERYWHERE
def test_a_document_that_was_cut_off_is_refused_though_some_papers_are_whole(sample, read):
    for end in range(0, len(sample.rstrip()), 97):
        with pytest.raises(SourceError, match=NO_XML):
            read(sample[:end])


@EVERYWHERE
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b"\0",
        b"[]",
        b'{"papers": []}',
        b"Rate exceeded.",
        b"<html><head><title>arXiv</title><meta></head><body>Down<br></body></html>",
        b"<!doctype html><html></html>",
        b"<a>" * 100_000,
        b"<a>" * 300 + b"</a>" * 300,
        b"<a>" + b"a" * 10_000_100 + b"</a>",
    ],
    ids=lambda body: repr(body[:16]),
)
def test_what_is_no_xml_is_refused(sample, read, body):
    with pytest.raises(SourceError, match=NO_XML):
        read(body)


@EVERYWHERE
@pytest.mark.parametrize(
    "spoiler", [b"\xff", b"\xe9", b"\xed\xa0\x80", b"\xc0\x80", b"\0", b"\x0b", b"&#0;", b"&#xD800;"]
)
def test_spoiled_letters_are_refused(sample, read, spoiler):
    with pytest.raises(SourceError, match=NO_XML):
        read(sample.replace(b"that Remember", b"that " + spoiler))


@EVERYWHERE
@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_other_encodings_are_refused(sample, read, encoding):
    with pytest.raises(SourceError, match=NO_XML):
        read(sample.decode().replace("UTF-8", encoding).encode(encoding))


@EVERYWHERE
@pytest.mark.parametrize("claimed", ["ISO-8859-1", "UTF-7", "UTF-16", "no-such"])
def test_a_document_is_read_as_utf_8_whatever_it_claims(sample, read, claimed):
    assert read(sample.replace(b"'UTF-8'", f"'{claimed}'".encode())) == read(sample)


@EVERYWHERE
@pytest.mark.parametrize("other", [b"<html></html>", b"<rss2/>", b"<feed/>", b"<OAI-PMH/>", b"<a:b xmlns:a='c'/>"])
def test_another_kind_of_document_is_named(sample, read, other):
    with pytest.raises(SourceError, match=r"^expected an? .*, found '"):
        read(other)


def with_doctype(sample, declared, reference):
    head, _, rest = sample.partition(b"\n")
    return head + b"\n<!DOCTYPE x [" + declared + b"]>\n" + rest.replace(b"that Remember", reference)


@EVERYWHERE
def test_an_xml_bomb_is_refused(sample, read):
    bomb = b'<!ENTITY a0 "lol">' + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))

    with pytest.raises(SourceError, match=r"^expected XML without a document type, found one$"):
        read(with_doctype(sample, bomb, b"&a11;"))


@EVERYWHERE
def test_nothing_outside_a_document_is_fetched(sample, read, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")

    with pytest.raises(SourceError, match=r"^expected XML without a document type, found one$"):
        read(with_doctype(sample, f'<!ENTITY e SYSTEM "{secret.as_uri()}">'.encode(), b"&e;"))


@EVERYWHERE
def test_an_entity_that_was_not_declared_is_refused(sample, read):
    with pytest.raises(SourceError, match=NO_XML):
        read(sample.replace(b"that Remember", b"that R&eacute;member"))


@FLAVOURS
def test_a_feed_without_its_namespaces_is_refused(feed):
    with pytest.raises(SourceError, match=r"^expected "):
        rss(feed.replace(b' xmlns:arxiv="http://arxiv.org/schemas/atom"', b""), DAY)


@EVERYWHERE
def test_an_error_is_short_and_on_one_line_whatever_came(sample, read):
    with pytest.raises(SourceError) as caught:
        read(b"<" + b"\xc3\xa9" * 10_000 + b" xmlns='&#10;" + b"a" * 10_000 + b"'/>")

    assert len(str(caught.value)) < 250
    assert str(caught.value).isprintable()


# ------------------------------------------------------------------------------------------------- whatever may come


def holds(read, body):
    """The promise: SourceError and nothing else, or listings that can be stored."""
    try:
        found = read(body)
    except SourceError as error:
        complaint, listings = str(error), []
    else:
        complaint, listings = "", found.listings
    assert complaint.isprintable()
    for listing in listings:
        assert listing.title
        assert listing.key == f"arxiv:{checks.arxiv_id(listing.arxiv_id)}"
        texts = [listing.title, listing.abstract, listing.doi, *(listing.authors or []), *(listing.categories or [])]
        assert all(text == checks.clean(text) for text in texts if text is not None)
        "".join(text or "" for text in texts).encode()


@st.composite
def spoiled(draw, sample):
    """The sample with a few bytes changed, cut out or put in, or cut off."""
    body = bytearray(sample)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(body)))
        end = start + draw(st.integers(0, 40))
        body[start:end] = draw(st.binary(max_size=4) | st.sampled_from([b"<", b"&#", b"&lt;", b"</", b"<!--", b"]]>"]))
    return bytes(body[: draw(st.integers(0, len(body)))]) if draw(st.booleans()) else bytes(body)


@st.composite
def rearranged(draw, sample):
    """Whole XML: the sample with elements deleted, doubled or moved, and texts and attributes replaced."""
    root = etree.fromstring(sample)
    # What XML can hold: the reader is never handed another text.
    texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=12).map(
        lambda text: re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)
    ) | st.sampled_from(
        ["9" * 5000, "2026-09-14", "oai:arXiv.org:2609.99909v2147483648", r"\'{\i}$\alpha$", "Abstract:"]
    )
    for _ in range(draw(st.integers(1, 5))):
        elements = list(root.iter("*"))[1:]
        element = elements[draw(st.integers(0, len(elements) - 1))] if elements else root
        match draw(st.sampled_from(["delete", "double", "text", "attribute", "nest", "comment"])):
            case "delete" if elements:
                element.getparent().remove(element)
            case "double" if elements:
                element.addnext(etree.fromstring(etree.tostring(element)))
            case "text":
                element.text = draw(texts)
            case "attribute":
                element.set(draw(st.sampled_from(["term", "code", "status"])), draw(texts))
            case "nest":
                element.append(etree.fromstring(etree.tostring(elements[0] if elements else root)))
            case "comment":
                element.insert(0, draw(st.sampled_from([etree.Comment("a"), etree.ProcessingInstruction("a", "b")])))
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


@pytest.mark.parametrize("name", READERS)
def test_a_spoiled_answer_is_refused_in_one_way(name):
    sample, read = READERS[name]

    @examples(max_examples=120)
    @given(body=spoiled(sample))
    def check(body):
        holds(read, body)

    check()


@pytest.mark.parametrize("name", READERS)
def test_an_answer_of_another_build_is_refused_in_one_way(name):
    sample, read = READERS[name]

    @examples(max_examples=120)
    @given(body=rearranged(sample))
    def check(body):
        holds(read, body)

    check()
