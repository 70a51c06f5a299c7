"""The records of the archive (OAI-PMH)."""

import re
from datetime import date

import pytest

from papers.sources.arxiv.archive import oai
from papers.sources.base import Listing, Page, SourceError
from tests.papers.sources.arxiv.samples import (
    DAY,
    OAI,
    changed,
    ids,
)

pytestmark = pytest.mark.one_database


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
