"""The API, and the entries that it shares with the pages' data."""

import copy
import re
from datetime import date

import pytest

from papers.sources.base import Listing, Page, SourceError
from papers.sources.huggingface.api import daily as api
from papers.sources.huggingface.page import daily as props
from tests.papers.sources.huggingface.samples import ANSWER, DAY, IDS, PAGE, answer, first, ids, put, the_odd_one

pytestmark = pytest.mark.one_database

CODE = {"code": "https://github.com/tidewater-lab/lanterns"}
PROJECT = {"project": "https://lanterns.example.org/"}


def test_the_api_says_all_of_a_paper():
    assert api(ANSWER, DAY).listings[0] == Listing(
        key="arxiv:2609.99901",
        arxiv_id="2609.99901",
        title="Lanterns in the Fog: Finding Lost Tools in Long Agent Traces",
        abstract="We ask why an agent forgets a tool that it has used before, and show that n < 7 lanterns, small "
        "notes left in its own trace, bring 41% of lost tools back.",
        authors=["Ilse Vandermolen", "Tomás Quiroga-Reyes", "沈 小雨"],
        identities={"Ilse Vandermolen": "huggingface:ilse-v"},
        organisation="Tidewater Lab",
        published_on=date(2026, 9, 11),
        keywords=["agent traces", "tool use"],
        urls={"code": "https://github.com/tidewater-lab/lanterns", "project": "https://lanterns.example.org/"},
        votes=1234,
        comments=12,
        stars=152,
    )


def test_what_the_api_does_not_say_is_none():
    last = api(ANSWER, DAY).listings[-1]

    assert (last.organisation, last.keywords, last.urls, last.stars) == (None, None, None, None)
    assert (last.votes, last.comments) == (0, 0)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("paper.authors", "authors"),
        ("paper.publishedAt", "published_on"),
        ("paper.ai_keywords", "keywords"),
        ("paper.upvotes", "votes"),
        ("numComments", "comments"),
        ("paper.githubStars", "stars"),
    ],
)
def test_null_says_as_little_as_nothing(path, field):
    assert getattr(first(path, None), field) is None


def test_titles_abstracts_and_names_are_read_as_they_were_meant():
    listing = first("paper.title", r"S$^4$R: A {\em Lantern}")
    assert listing.title == "S⁴R: A Lantern"
    assert first("paper.summary", r"By 41\% of $n$ &lt; 7").abstract == "By 41% of n < 7"
    assert (first("paper.authors.0.name", r"Tom\'as Reyes").authors or [])[0] == "Tomás Reyes"


def test_an_entry_of_whose_title_nothing_is_left_but_markup_is_left_out():
    assert IDS[0] not in ids(api(answer(put("paper.title", r"{\em }")), DAY))


@pytest.mark.parametrize("reading", [api, props])
def test_of_authors_who_verified_their_claim_the_account_is_kept(reading):
    kept = [listing.identities for listing in reading(ANSWER if reading is api else PAGE, DAY).listings]

    assert kept == [
        {"Ilse Vandermolen": "huggingface:ilse-v"},
        {},
        {"Bram Fiskerstrand": "huggingface:Fiskerstrand.B"},
        {},
    ]


@pytest.mark.parametrize(
    "status", ["admin_assigned", "extracted_confirmed", "extracted_pending", "extracted_infirmed", "", None]
)
def test_an_account_that_is_not_verified_is_nobodys(status):
    assert first("paper.authors.0.status", status).identities == {}


def test_the_account_of_a_hidden_author_is_not_kept():
    assert first("paper.authors.0.hidden", True).identities == {}


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_authors_with_one_name_neither_is_identified(order):
    claimed = {"name": "Ilse Vandermolen", "user": {"user": "ilse-v"}, "status": "claimed_verified"}

    assert first("paper.authors", [claimed]).identities == {"Ilse Vandermolen": "huggingface:ilse-v"}
    assert first("paper.authors", [claimed, {"name": "Ilse Vandermolen"}][::order]).identities == {}


def test_an_account_may_be_named_in_another_place():
    assert first("paper.authors.0.user", {"name": "ilse-v"}).identities == {"Ilse Vandermolen": "huggingface:ilse-v"}


@pytest.mark.parametrize("name", ["", "ilse v", "../ilse", "ilse\n", "<b>", "i" * 97, "-ilse"])
def test_what_cannot_be_an_account_identifies_nobody(name):
    assert first("paper.authors.0.user", {"user": name}).identities == {}


def test_who_they_are_is_not_said_where_authors_are_not():
    assert first("paper.authors", None).identities is None


def test_an_empty_answer_is_an_answer():
    assert api(b"[]", DAY) == Page([])


@pytest.mark.parametrize("summary", [None, "", " \n ", "\u200b"])
def test_a_paper_without_an_abstract_is_left_out(summary):
    page = api(answer(put("paper.summary", summary)), DAY)

    assert ids(page) == IDS[1:]
    assert the_odd_one(page) == "expected an abstract, found an empty one (paper 1 of the list)"


def test_text_comes_on_one_line_and_without_control_characters():
    listing = first("paper.title", "  Foggy\x00 \tLan\x1bterns\u2028of\x85\x9fUtrecht\ud800\n")

    assert listing.title == "Foggy Lanterns of Utrecht"
    assert first("paper.summary", "a\0 \n b").abstract == "a b"
    assert first("paper.authors.0.name", "Ilse\n\0Vandermolen").authors[0] == "Ilse Vandermolen"


def test_a_paper_listed_twice_keeps_its_first_place():
    def list_again(entries):
        entries.append(copy.deepcopy(entries[0]))
        entries[-1]["paper"]["upvotes"] = 5

    found = api(answer(list_again), DAY)

    assert ids(found) == IDS
    assert found.listings[0].votes == 1234


def test_the_organisation_may_stand_beside_the_paper_and_have_a_short_name_only():
    assert api(ANSWER, DAY).listings[1].organisation == "kettle-works"


def test_a_day_that_fills_an_answer_may_have_another(settings):
    settings.HUGGINGFACE_URL = "http://127.0.0.1:8900"

    def hundred(entries):
        entries[:] = [copy.deepcopy(entries[number % 4]) for number in range(100)]

    full = api(answer(hundred), DAY)

    assert full.next is not None
    assert full.next.format(number=1) == "http://127.0.0.1:8900/api/daily_papers?date=2026-09-14&limit=100&p=1"
    assert ids(full) == IDS
    assert api(answer(lambda entries: (hundred(entries), entries.pop())), DAY).next is None


@pytest.mark.parametrize("moment", ["2026-09-13T00:00:00.000Z", "", "today", "2026-09-1"])
def test_papers_of_another_day_are_refused(moment):
    one = answer(lambda entries: entries[2]["paper"].update(submittedOnDailyAt=moment))
    all_of_them = answer(lambda entries: [entry["paper"].update(submittedOnDailyAt=moment) for entry in entries])

    assert f"submittedOnDailyAt to be 2026-09-14, found '{moment}' (paper 3 " in the_odd_one(api(one, DAY))
    with pytest.raises(SourceError, match=rf"submittedOnDailyAt to be 2026-09-14, found '{moment}' \(paper 1 "):
        api(all_of_them, DAY)


def test_old_answers_do_not_say_their_day():
    body = answer(lambda entries: [entry["paper"].pop("submittedOnDailyAt") for entry in entries])

    assert ids(api(body, DAY)) == IDS


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"papers": []}', "an object"),
        (b"null", "null"),
        (b"NaN", "a fraction"),
        (b'"papers"', "a string"),
        (b"true", "true or false"),
        (b"", "no JSON"),
        (b"[", "no JSON"),
        (b"<html></html>", "no JSON"),
        (b"\xff\xfe[", "no JSON"),
        (b"9" * 5000, "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (ANSWER[: len(ANSWER) // 2], "no JSON"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_not_an_array_of_papers_is_named(body, found):
    with pytest.raises(SourceError, match=f"^expected a JSON array of papers, found {found}"):
        api(body, DAY)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("paper", [], "expected paper to be an object, found an array"),
        ("paper", None, "expected paper, found none"),
        ("paper.id", None, "expected paper.id, found none"),
        ("paper.id", 2609.99901, "expected paper.id to be a string, found a fraction"),
        ("paper.title", None, "expected paper.title, found none"),
        ("paper.title", " \0 ", "expected a title, found an empty one"),
        ("paper.summary", ["a"], "expected paper.summary to be a string, found an array"),
        ("paper.authors", {"0": "a"}, "expected paper.authors to be an array, found an object"),
        ("paper.authors.1", "a", r"expected paper.authors\[\] to be an object, found a string"),
        ("paper.authors.1.name", None, r"expected paper.authors\[\].name, found none"),
        ("paper.authors.1.hidden", "no", r"expected paper.authors\[\].hidden to be true or false, found a string"),
        ("paper.authors.0.user", "a", r"expected paper.authors\[\].user to be an object, found a string"),
        ("paper.authors.0.user.user", 7, r"expected paper.authors\[\].user.user to be a string, found a whole number"),
        ("paper.authors.0.status", [], r"expected paper.authors\[\].status to be a string, found an array"),
        ("paper.organization", "a", "expected paper.organization to be an object, found a string"),
        ("paper.organization.fullname", 1, "expected paper.organization.fullname to be a string, found a whole"),
        ("paper.publishedAt", 1789, "expected paper.publishedAt to be a string, found a whole number"),
        ("paper.publishedAt", "soon", "expected paper.publishedAt to begin with a date, found 'soon'"),
        ("paper.publishedAt", "2026-02-30", "expected paper.publishedAt to begin with a date, found '2026-02-30'"),
        ("paper.publishedAt", "20260911", "expected paper.publishedAt to begin with a date, found '20260911'"),
        ("paper.submittedOnDailyAt", 1, "expected paper.submittedOnDailyAt to be a string, found a whole number"),
        ("paper.ai_keywords", "a, b", "expected paper.ai_keywords to be an array, found a string"),
        ("paper.ai_keywords.0", 7, r"expected paper.ai_keywords\[\] to be a string, found a whole number"),
        ("paper.githubRepo", False, "expected paper.githubRepo to be a string, found true or false"),
        ("paper.upvotes", "many", "expected paper.upvotes to be a whole number, found a string"),
        ("paper.upvotes", 12.0, "expected paper.upvotes to be a whole number, found a fraction"),
        ("paper.upvotes", True, "expected paper.upvotes to be a whole number, found true or false"),
        ("paper.upvotes", 2**31, "expected a count of at most 2147483647, found 2147483648"),
        ("numComments", [], "expected numComments to be a whole number, found an array"),
        ("paper.githubStars", {}, "expected paper.githubStars to be a whole number, found an object"),
    ],
)
def test_a_field_of_another_kind_is_named_and_its_paper_left_out(path, value, message):
    page = api(answer(put(path, value)), DAY)

    assert re.match(rf"{message}.*\(paper 1 of the list\)$", the_odd_one(page))
    assert ids(page) == IDS[1:]


def test_an_entry_that_is_no_object_is_named():
    with pytest.raises(SourceError, match="expected each entry to be an object, found a string"):
        api(b'["2609.99901"]', DAY)


@pytest.mark.parametrize(
    "text", ["2609.999", "2609.999011", "260999901", "2609.99901\n", "2609.99901v2", "٢٦٠٩.٩٩٩٠١", ""]
)
def test_an_id_that_is_not_of_arxiv_is_refused(text):
    assert "expected an id like 2608.16590, found '" in the_odd_one(api(answer(put("paper.id", text)), DAY))


def test_an_error_is_short_whatever_came():
    assert len(the_odd_one(api(answer(put("paper.id", "0" * 10_000)), DAY))) < 200


def test_a_count_below_zero_is_zero():
    assert first("paper.upvotes", -3).votes == 0


@pytest.mark.parametrize(
    ("path", "typed", "urls"),
    [
        (
            "paper.projectPage",
            "http://lanterns.example.org:5000/",
            {**CODE, "project": "http://lanterns.example.org:5000/"},
        ),
        (
            "paper.projectPage",
            " https://lanterns.example.org/en\n",
            {**CODE, "project": "https://lanterns.example.org/en"},
        ),
        ("paper.projectPage", "https://arxiv.org/pdf/2609.99901", CODE),
        ("paper.projectPage", "https://huggingface.co/papers/2609.99901", CODE),
        ("paper.projectPage", "javascript:alert(1)", CODE),
        ("paper.projectPage", "https://lanterns.example.org/\x07", CODE),
        ("paper.projectPage", "", CODE),
        ("paper.projectPage", None, CODE),
        ("paper.githubRepo", "https://github.com/tidewater-lab/ \nlanterns", {**CODE, **PROJECT}),
        ("paper.githubRepo", "http://github.com/tidewater-lab/lanterns", {**CODE, **PROJECT}),
        ("paper.githubRepo", "https://github.com/tidewater-lab/our lanterns", PROJECT),
    ],
)
def test_addresses_are_mended_or_left_out(path, typed, urls):
    assert first(path, typed).urls == urls


def test_of_addresses_of_which_none_can_be_linked_to_it_is_said_that_there_are_none():
    def only_the_paper_itself(entries):
        del entries[0]["paper"]["githubRepo"]
        entries[0]["paper"]["projectPage"] = "https://arxiv.org/abs/2609.99901"

    assert api(answer(only_the_paper_itself), DAY).listings[0].urls == {}
