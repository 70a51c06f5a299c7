"""Search as users meet it: what is found, in which order, and that any text will do; the same on both databases."""

import random
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

import hypothesis
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given
from hypothesis import strategies as st

from papers import sample, storing
from papers.models import Fit, Paper
from papers.search import candidates, fits, ranking, understanding, vectors
from papers.search.encoders import Text
from papers.sources.base import Listing
from papers.text import tokenizing
from tests.factories import DAY, make_paper, make_score, make_topic

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh_memory():
    """Databases of other tests had the same keys."""
    candidates.drop_caches()


def paper(title: str, abstract: str = "", **fields: Any) -> Paper:
    return make_paper(title=title, abstract=abstract, **{"authors": []} | fields)


def found(query: str, **limits: Any) -> list[int]:
    return [one.paper for one in ranking.search(query, **limits)]


def titles(query: str) -> list[str]:
    return [Paper.objects.get(pk=key).title for key in found(query)]


# ------------------------------------------------------------------------------------------------------ what is found


def test_papers_are_found_by_words_of_their_titles_and_abstracts_whatever_the_endings():
    in_title, in_abstract, _ = paper("Sorting letters"), paper("Harbours", "A letter is sorted."), paper("Pigeons")
    understanding.keep_up()

    assert set(found("sorted letter")) == {in_title.pk, in_abstract.pk}


def test_the_exact_phrase_comes_before_the_words_apart():
    apart = paper("Models of a tide in a language", "A harbour, a lighthouse.")
    phrase = paper("Tides of a language model", "A harbour, a lighthouse.")
    also_apart = paper("Language of tides, a model", "A harbour, a lighthouse.")
    understanding.keep_up()

    assert found("language models")[0] == phrase.pk
    assert set(found("language models")) == {apart.pk, phrase.pk, also_apart.pk}


def test_of_equal_papers_the_later_one_comes_first():
    papers = [paper("Tides", "A harbour at night.") for _ in range(7)]
    understanding.keep_up()

    assert found("harbour") == [one.pk for one in reversed(papers)]


def test_a_word_with_an_apostrophe_is_found():
    one = paper("Don't ask O'Brien")
    understanding.keep_up()

    assert found("don't") == [one.pk]


def test_a_word_that_is_too_long_for_an_index_is_found_all_the_same():
    one = paper("é" * 5000)
    understanding.keep_up()

    assert found("é" * 5000) == [one.pk]


def test_a_paper_that_has_all_the_words_is_found_behind_thousands_that_have_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(candidates, "MOST_WITH_TERMS", 5)
    both = paper("Tides and pigeons")
    for number in range(40):
        paper("Tides" if number % 2 else "Pigeons")
    understanding.keep_up()
    understanding.refit("light", NOON)

    assert found("tides pigeons", most=3)[0] == both.pk


def test_among_some_papers_all_of_them_come_in_order_even_those_without_any_of_the_words():
    papers = [paper("Pigeons"), paper("Tides"), paper("Tides and harbours")]
    understanding.keep_up()
    fresh = paper("Not understood yet: tides")

    ranked = found("harbours", most=1, among=[fresh.pk, *(one.pk for one in papers), 10**9])

    assert ranked[0] == papers[2].pk
    assert sorted(ranked) == sorted([*(one.pk for one in papers), fresh.pk])
    assert sorted(found("?", among=ranked)) == sorted(ranked)


def test_papers_like_a_paper_have_that_paper_first():
    mine, near, far = paper("Sorting letters", "By hand."), paper("Letters, sorted", "By foot."), paper("Pigeons")
    understanding.keep_up()
    mine.refresh_from_db()

    ranked = [one.paper for one in ranking.similar([Text(mine.title, mine.abstract, mine.terms)])]

    assert ranked[:2] == [mine.pk, near.pk]
    assert far.pk not in ranked


def test_papers_like_several_papers_are_like_any_of_them_and_not_by_their_authors():
    paper("Pigeons", authors=["Ada Quill"])
    tides, letters = paper("Tides"), paper("Letters")
    understanding.keep_up()
    asked = [Text(title, "", f"{tokenizing.terms(title, '')} @adaquill") for title in ("Tides", "Letters")]

    assert {one.paper for one in ranking.similar(asked)} == {tides.pk, letters.pk}


# ---------------------------------------------------------------------------------------------------- what is said now


def listing(number: int = 1, **said: Any) -> Listing:
    arxiv_id = f"2608.{number:05}"
    return Listing(**{"key": f"arxiv:{arxiv_id}", "arxiv_id": arxiv_id, "title": f"Paper {number}"} | said)


def store(*listings: Listing, by: str = "arxiv:rss", day: date = DAY) -> None:
    source, reading = by.split(":")
    storing.merge_papers(listings, source, reading, day, NOON)


def indexed() -> list[int]:
    """The rows of SQLite's index; PostgreSQL's is of the papers themselves."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rowid FROM papers_terms" if connection.vendor == "sqlite" else "SELECT 0 LIMIT 0")
        return [key for (key,) in cursor.fetchall()]


def test_a_changed_title_is_found_by_its_new_words_and_not_by_its_old():
    store(listing(title="Pigeons"))
    understanding.keep_up()
    store(listing(title="Lighthouses"))
    assert titles("pigeons") == titles("lighthouses") == []

    understanding.keep_up()

    assert titles("lighthouses") == ["Lighthouses"]
    assert titles("pigeons") == []


@pytest.mark.parametrize("changed", [{"title": "Tides"}, {"abstract": "Tides."}, {"authors": ["Tide"]}], ids=str)
def test_a_paper_that_says_something_else_is_to_be_understood_anew(changed: dict[str, Any]):
    store(listing(abstract="A", authors=["Ada"]))
    understanding.keep_up()

    store(listing(**{"abstract": "A", "authors": ["Ada"]} | changed))

    assert Paper.objects.get().terms == ""


def test_new_votes_leave_a_paper_understood():
    store(listing(title="Pigeons"))
    understanding.keep_up()

    store(listing(title="Pigeons", votes=7), by="huggingface:api")

    assert Paper.objects.get().votes == 7
    assert titles("pigeons") == ["Pigeons"]


def test_of_two_papers_that_were_joined_one_is_found():
    store(Listing(key="doi:10.1000/one", doi="10.1000/one", title="Pigeons at sea"), by="another:list")
    store(listing(title="Pigeons"))
    understanding.keep_up()
    assert len(found("pigeons")) == 2

    store(listing(title="Pigeons", doi="10.1000/one"))
    understanding.keep_up()

    assert found("pigeons") == [Paper.objects.get().pk]
    assert set(indexed()) <= {Paper.objects.get().pk}


def test_samples_that_were_removed_are_not_found():
    sample.publish(NOON)
    understanding.keep_up()
    assert found("sparse autoencoder")

    sample.remove()

    assert found("sparse autoencoder") == ranking.by_author("Ada Quill") == indexed() == []


def test_a_paper_whose_row_was_deleted_by_hand_is_not_found():
    one = paper("Pigeons", authors=["Ada Quill"])
    understanding.keep_up()
    Paper.objects.filter(pk=one.pk).delete()

    assert found("pigeons") == ranking.by_author("Ada Quill") == []


# --------------------------------------------------------------------------------------------------------- the meaning

SUBJECTS = [
    "tide harbour quay mooring pilot swell anchor buoy chart lighthouse current shoal",
    "pigeon wing feather loft flight nest migration homing breed flock ringing beak",
    "letter stamp envelope sorting postcode parcel delivery mailbox courier address seal ink",
    "loom warp weft thread shuttle weave cloth dye spindle linen pattern selvage",
]


def invented(count: int) -> list[Paper]:
    """Papers about four subjects, of words drawn with a fixed seed."""
    dice = random.Random(7)
    rows = []
    for number in range(count):
        words = SUBJECTS[number % len(SUBJECTS)].split()
        text = [dice.choice(words) for _ in range(20)] + [f"odd{dice.randrange(300)}" for _ in range(5)]
        dice.shuffle(text)
        title, abstract = " ".join(text[:5]), " ".join(text[5:])
        rows.append(Paper(key=f"test:{number}", title=title, abstract=abstract, first_seen_at=NOON))
    return Paper.objects.bulk_create(rows)


@pytest.fixture
def collection(monkeypatch: pytest.MonkeyPatch) -> list[Paper]:
    """Some hundred papers with vectors."""
    monkeypatch.setattr(fits, "FEWEST_PAPERS", 100)
    papers = invented(400)
    understanding.keep_up()
    understanding.refit("light", NOON)
    assert Fit.objects.get().dimensions
    return papers


def test_a_paper_near_in_meaning_is_found_without_the_word(collection: list[Paper]):
    by_key = {one.pk: one for one in collection}
    has_word = {one.pk for one in collection if "lighthouse" in f"{one.title} {one.abstract}".split()}

    ranked = found("lighthouse", most=100)

    near = [by_key[key] for key in ranked if key not in has_word]
    assert near
    assert sum(int(one.key.partition(":")[2]) % 4 == 0 for one in near) > 0.8 * len(near)


def test_a_paper_that_comes_later_is_near_in_meaning_too_and_what_it_said_before_is_forgotten(collection):
    found("lighthouse")  # All vectors are in memory now.
    late = paper("Mooring, swell and buoy", "Anchor, shoal and quay.")
    understanding.keep_up()
    assert late.pk in found("lighthouse", most=400)

    Paper.objects.filter(pk=late.pk).update(title="Loom, warp and weft", abstract="Thread and cloth.", terms="")
    understanding.keep_up()

    assert late.pk not in found("lighthouse", most=100)
    assert late.pk in found("spindle", most=400)


QUERIES = [
    "lighthouse",
    "homing pigeon",
    "sorting of letters",
    "odd17",
    "odd17 odd18 loom",
    "ship",
    "warp dye tide wing",
]


@pytest.mark.parametrize("query", QUERIES)
def test_the_index_gives_exactly_the_latest_papers_that_have_the_words(collection: list[Paper], query: str):
    """Counted here without any database, so that both find the same."""
    asked = sorted(words(query))
    texts = {key: set(terms.split()) for key, terms in Paper.objects.values_list("pk", "terms")}
    has_all = {key for key, terms in texts.items() if terms.issuperset(asked)}
    has_any = {key for key, terms in texts.items() if not terms.isdisjoint(asked)}

    for share in (0.0, 1.0):  # Of the papers: where most have the words, PostgreSQL reads the papers themselves.
        assert set(candidates.having([asked], 400, share)) == has_all
        assert set(candidates.having([[word] for word in asked], 400, share)) == has_any
        assert candidates.having([[word] for word in asked], 3, share) == sorted(has_any, reverse=True)[:3]


@pytest.mark.parametrize("query", QUERIES)
def test_what_is_found_is_what_ranking_by_brute_force_has_first(collection: list[Paper], query: str):
    known = fits.current()
    assert known
    rows = list(Paper.objects.order_by("pk").values_list("pk", "terms"))
    meant = known.vectors([Text(query, "", tokenizing.terms(query, ""))])[0]
    nearness = -(vectors.matrix([key for key, _ in rows], known.fit) @ meant)
    near = {rows[place][0] for place in nearness.argsort()[: candidates.MOST_NEAREST]} if meant.any() else set()
    has_any = {key for key, terms in rows if not words(query).isdisjoint(terms.split())}

    assert found(query, most=20) == found(query, among=sorted(near | has_any))[:20]


def words(query: str) -> set[str]:
    return set(tokenizing.terms(query, "").split()) - {tokenizing.BREAK}


# ------------------------------------------------------------------------------------------------------------ any text

HOSTILE = [
    "",
    "   ",
    "a" * 10_000,
    "word " * 2_000,
    " ".join(f"w{number}" for number in range(2_000)),
    '"',
    '"letter sorting"',
    "'",
    "AND",
    "OR NOT",
    "letter AND (sorting OR pigeon) NOT tide",
    "NEAR(letter sorting, 5)",
    "lett*",
    "terms:letter",
    "^letter",
    "+letter -sorting",
    "(((((",
    "letter & sorting | !tide <-> pigeon:*",
    ":*",
    "\\",
    "\\'; DROP TABLE papers_paper; --",
    "letter \\' sorting \\",
    "💌 📮",
    "\x00",
    "let\x00ter",
    "\ud800",
    "letter \udfff",
    "رسالة البريد",
    "\u202eretteL",
    "%",
    "%s %(name)s {0}",
    "a b c d e f g",
    "the of and to in",
    "@adaquill",
    "@",
    ".",
    "O'Brien's don't",
    "x" * 300 + "é" * 700,
    "٢٦٠٨.١٢٣٤٥",
    "\u2028\x85\x1c",
]


@pytest.fixture
def letters(db) -> None:
    paper("Sorting letters", "By hand, AND by foot.", authors=["Ada Quill", "Seán O'Brien"])
    understanding.keep_up()


@pytest.mark.parametrize("query", HOSTILE, ids=lambda query: repr(query)[:40])
@pytest.mark.usefixtures("letters")
def test_any_query_is_answered_by_a_page(client: Client, query: str):
    raw = quote(query.encode("utf-8", "surrogatepass"))

    answer = client.get(f"/search/?q={raw}")

    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1


@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=60))
@example(query="'a'" * 50)
@pytest.mark.usefixtures("letters")
def test_searching_for_any_text_is_no_error(query: str):
    assert isinstance(ranking.search(query), list)
    assert isinstance(ranking.by_author(query), list)
    assert isinstance(ranking.arxiv_id_in(query), str)


# ------------------------------------------------------------------------------------------------------------ the page


@pytest.mark.usefixtures("letters")
def test_the_page_shows_the_query_in_its_title_and_in_the_box_and_the_papers_as_cards(client: Client):
    page = client.get("/search/?q=sorted+%3Cletters%3E").text

    assert "<title>sorted &lt;letters&gt; · Search ·" in page
    assert 'name="q" value="sorted &lt;letters&gt;"' in page
    assert page.count('class="card"') == 1
    assert "1 paper, the best first" in page


@pytest.mark.usefixtures("letters")
def test_a_search_that_finds_nothing_says_so(client: Client):
    assert "Nothing was found." in client.get("/search/?q=pigeons").text


def test_results_come_in_pages_of_twenty_and_are_at_most_two_hundred(client: Client):
    Paper.objects.bulk_create(
        [Paper(key=f"test:{number}", title="Tides & ebb", first_seen_at=NOON) for number in range(210)]
    )
    understanding.keep_up()

    first, last = client.get("/search/?q=tides+%26+ebb").text, client.get("/search/?q=tides+%26+ebb&page=10").text

    assert "200 papers" in first
    assert first.count('class="card"') == last.count('class="card"') == 20
    assert 'rel="next" href="?q=tides%20%26%20ebb&amp;page=2"' in first
    assert 'rel="prev" href="?q=tides%20%26%20ebb&amp;page=9"' in last
    assert 'rel="next"' not in last


@pytest.mark.parametrize(
    "query",
    [
        "2608.16590",
        " 2608.16590v3 ",
        "arXiv:2608.16590",
        "https://arxiv.org/abs/2608.16590v2",
        "http://www.arxiv.org/pdf/2608.16590.pdf",
        "arxiv.org/html/2608.16590v1#S3",
        "https://huggingface.co/papers/2608.16590?utm=x",
    ],
)
def test_an_arxiv_id_or_address_leads_straight_to_its_paper(client: Client, query: str):
    one = make_paper(key="arxiv:2608.16590")

    answer = client.get("/search/", {"q": query})

    assert (answer.status_code, answer.headers["Location"]) == (302, one.get_absolute_url())


@pytest.mark.parametrize("query", ["hep-th/9901001", "HEP-TH/9901001v2", "hep-th.XX/9901001"])
def test_an_id_of_the_old_kind_leads_to_its_paper(client: Client, query: str):
    make_paper(key="arxiv:hep-th/9901001")

    assert client.get("/search/", {"q": query}).status_code == 302


def test_an_arxiv_id_that_is_not_here_is_said_to_be_not_here(client: Client):
    answer = client.get("/search/?q=arXiv:2608.99999v1")

    assert answer.status_code == 200
    assert "There is no paper 2608.99999 here." in answer.text


def test_an_authors_papers_come_first_the_latest_before_the_others(client: Client):
    paper("About Ada Quill", "Ada Quill and Ada Quill.")
    paper("Older", authors=["Ada Quill"], listed_on=DAY, published_on=date(2026, 8, 1))
    paper("Latest", authors=["ADA  QUILL", "Tomas Brandt"], published_on=date(2026, 8, 9))
    paper("Oldest", authors=["Tomas Brandt", "Ada Quill"], published_on=None)
    paper("Of another", authors=["Ada Quillon"])
    understanding.keep_up()

    page = client.get("/search/?q=ada+quill").text

    order = [
        page.index(text) for text in ("Papers by ada quill", ">Latest<", ">Older<", ">Oldest<", ">About Ada Quill<")
    ]
    assert order == sorted(order)
    assert ">Of another<" not in page


def test_the_page_asks_the_database_equally_often_for_few_papers_and_for_many(client: Client):
    topic = make_topic()
    papers = [paper("Tides", authors=["Tides"]) for _ in range(3)]
    understanding.keep_up()
    for_few = queries(client, "/search/?q=tides")
    papers += [paper("Tides", authors=["Tides"]) for _ in range(60)]
    for one in papers:
        make_score(one, topic)
    understanding.keep_up()

    assert queries(client, "/search/?q=tides") == for_few


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("address", ["/", "/topics/", "/search/", "/search/?q=tides", "/nowhere/"])
def test_every_page_has_a_search_box_that_says_what_it_is_for(client: Client, address: str):
    page = client.get(address).text

    assert '<form class="search" role="search" action="/search/">' in page
    assert '<label for="search-words" class="unseen">Search papers</label>' in page
