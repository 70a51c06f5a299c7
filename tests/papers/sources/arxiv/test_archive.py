"""The records of the archive (OAI-PMH)."""

import re
from datetime import date

import pytest

from papers.sources.arxiv.archive import oai, released, versions
from papers.sources.base import Listing, Page, SourceError
from tests.papers.sources.arxiv.samples import (
    DAY,
    OAI,
    VERSIONS,
    changed,
    ids,
    the_odd_one,
)

pytestmark = pytest.mark.one_database


def test_a_record_says_all_of_a_paper():
    assert oai(OAI, DAY).listings[0] == Listing(
        key="arxiv:2609.99901",
        arxiv_id="2609.99901",
        title="Lanterns in the Fog: Finding Lost Tools with α-Traces",
        abstract="We ask why an agent forgets a tool, and show that O(n²) lanterns bring 41% of lost tools back.",
        authors=["Ilse Vandermolen", "Tomás Quiroga-Reyes", "Ada Kettle Jr."],
        categories=["cs.CL", "cs.AI"],
        doi="10.99999/fog.2026.17",
        announced=False,
    )


def test_the_other_list_says_when_it_came_in_and_that_it_is_news():
    assert versions(VERSIONS, DAY).listings[0] == Listing(
        key="arxiv:2609.99901",
        arxiv_id="2609.99901",
        title="Lanterns in the Fog: Finding Lost Tools with α-Traces",
        published_on=date(2026, 9, 11),
        announced_on=DAY,
        unrevised=True,
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


def news(body):
    """Whether the first paper is news, when it came in and on whose list it was to be."""
    first = versions(body, DAY).listings[0]
    return first.announced, first.published_on, first.announced_on


def test_a_later_version_is_no_news_and_names_the_day_of_the_first():
    revised = versions(VERSIONS, DAY).listings[1]

    assert (revised.announced, revised.published_on) == (False, date(2026, 9, 1))
    assert revised.announced_on == date(2026, 9, 2)


def test_a_later_version_is_no_news_though_the_first_is_but_days_old():
    second = '</version><version version="v2"><date>Fri, 11 Sep 2026 17:00:00 GMT</date></version>'
    days_old = changed(VERSIONS, "Fri, 11 Sep 2026 09:30:00 GMT", "Wed, 09 Sep 2026 09:30:00 GMT")

    assert news(changed(days_old, "</version>", second, 1)) == (False, date(2026, 9, 9), date(2026, 9, 10))


def test_a_first_version_that_was_revised_since_is_still_news_on_its_own_day():
    second = '</version><version version="v2"><date>Fri, 11 Sep 2026 17:00:00 GMT</date></version>'

    assert news(changed(VERSIONS, "</version>", second, 1)) == (True, date(2026, 9, 11), DAY)


@pytest.mark.parametrize(
    ("submitted", "announced"),
    [
        ("Fri, 11 Sep 2026 18:00:00 GMT", True),  # by the schedule tomorrow's: the list knows better
        ("Wed, 09 Sep 2026 18:00:00 GMT", True),
        ("Fri, 04 Sep 2026 12:00:00 GMT", True),
        ("Thu, 03 Sep 2026 12:00:00 GMT", False),
        ("Thu, 01 Jan 2026 12:00:00 GMT", False),
    ],
)
def test_a_first_version_that_comes_late_is_news_for_a_week_after_its_own_day(submitted, announced):
    assert news(changed(VERSIONS, "Fri, 11 Sep 2026 09:30:00 GMT", submitted))[0] == announced


def of_the_day(arxiv_id, own_day, *, unrevised=True):
    return Listing(
        key=f"arxiv:{arxiv_id}",
        title="Lanterns",
        arxiv_id=arxiv_id,
        announced=own_day == DAY,
        announced_on=own_day,
        unrevised=unrevised,
    )


NEWS = [of_the_day(f"2609.{number}", DAY) for number in range(14_000, 14_050)]
MONTHS_AGO = date(2026, 6, 2)


@pytest.mark.parametrize(
    ("paper", "announced"),
    [
        (of_the_day("2609.13999", MONTHS_AGO), True),
        (of_the_day("2609.13001", MONTHS_AGO), True),  # let through an hour before the day's first
        (of_the_day("2609.12999", MONTHS_AGO), False),
        (of_the_day("2608.14020", MONTHS_AGO), False),
        (of_the_day("hep-th/9901007", MONTHS_AGO), False),
        (of_the_day("2609.14020", MONTHS_AGO, unrevised=False), False),
    ],
)
def test_a_paper_that_was_held_is_news_with_those_whose_numbers_are_near_its_own(paper, announced):
    found = released([*NEWS, paper], DAY)[-1]

    assert (found.announced, found.announced_on) == ((True, DAY) if announced else (False, MONTHS_AGO))


def test_one_number_out_of_order_lets_no_older_paper_in():
    found = released([of_the_day("2607.00001", DAY), *NEWS, of_the_day("2608.14020", MONTHS_AGO)], DAY)

    assert [one.key for one in found if not one.announced] == ["arxiv:2608.14020"]


def test_a_day_without_news_of_its_own_has_none_that_were_held():
    assert released([held := of_the_day("2609.13999", MONTHS_AGO)], DAY) == [held]


def test_no_paper_was_new_after_the_day_of_its_list():
    late = changed(VERSIONS, "Fri, 11 Sep 2026 09:30:00 GMT", "Mon, 14 Sep 2026 23:59:59 GMT")

    assert news(late) == (True, DAY, DAY)


def test_a_paper_is_published_on_the_day_it_is_in_greenwich():
    west = changed(VERSIONS, "Fri, 11 Sep 2026 09:30:00 GMT", "Thu, 10 Sep 2026 23:30:00 -0400")

    assert news(west)[1] == date(2026, 9, 11)


@pytest.mark.parametrize("moment", ["", "yesterday", "Fri, 99 Sep 2026", "31 Dec 9999"])
def test_a_first_version_without_a_moment_is_named_and_left_out(moment):
    page = versions(changed(VERSIONS, "Fri, 11 Sep 2026 09:30:00 GMT", moment), DAY)

    assert the_odd_one(page) == f"expected the first version's moment, found '{moment}' (paper 1 of the list)"
    assert ids(page) == ["2609.99904"]


def test_a_paper_without_versions_is_named():
    with pytest.raises(SourceError, match=r"^expected the first version's moment, found ''"):
        versions(re.sub(rb"<version .*?</version>", b"", VERSIONS), DAY)


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
        ("<datestamp>2026-09-14", "<datestamp>yesterday", "expected datestamp to begin with a date, found 'yesterday"),
        ("<datestamp>2026-09-14</datestamp>", "", "expected datestamp to begin with a date, found ''"),
        ("metadata>", "data>", "expected an element metadata, found none"),
        ("http://arxiv.org/OAI/arXiv/", "http://arxiv.org/OAI/other/", "expected an element arXiv, found none"),
        ("ListRecords>", "ListSets>", "expected an element ListRecords, found none"),
        ("http://www.openarchives.org/OAI/2.0/", "http://example.org/", "expected an OAI-PMH answer, found '{http"),
    ],
)
def test_a_harvest_that_cannot_be_read_is_named(old, new, message):
    with pytest.raises(SourceError, match=rf"^{message}"):
        oai(changed(OAI, old, new), DAY)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "<datestamp>2026-09-14",
            "<datestamp>yesterday",
            "expected datestamp to begin with a date, found 'yesterday'",
        ),
        ("<header>", "<head>", "expected an element header, found none"),
        ("<id>2609.99901</id>", "<id>99901</id>", "expected an id like 2608.16590, found '99901'"),
        ("<id>2609.99901</id>", "", "expected an id like 2608.16590, found ''"),
    ],
)
def test_a_record_that_cannot_be_read_is_named_and_left_out(old, new, message):
    body = changed(OAI, old, new, 1)
    page = oai(body.replace(b"</header>", b"</head>", 1) if new == "<head>" else body, DAY)

    assert the_odd_one(page) == f"{message} (paper 1 of the list)"
    assert ids(page) == ["2609.99904"]


@pytest.mark.parametrize("element", ["title", "abstract"])
def test_a_record_without_a_title_or_an_abstract_is_left_out(element):
    page = oai(re.sub(rf"<{element}>.*?</{element}>".encode(), b"", OAI, count=1, flags=re.DOTALL), DAY)

    assert re.match(rf"expected an? {element}, found an empty one \(paper 1 of the list\)", the_odd_one(page))
    assert ids(page) == ["2609.99904"]
