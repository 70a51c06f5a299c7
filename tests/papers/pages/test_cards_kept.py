"""Cards, calendars and entries of feeds are kept, and are always those that would be made now."""

from datetime import date, timedelta

import pytest
from cachetools import LRUCache
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from papers import feeds, spans
from papers.feeds import LONG_AGO
from papers.models import Paper
from papers.search import understanding
from papers.templatetags import cards
from papers.views import calendars
from tests.factories import DAY, make_paper, make_score, make_topic

pytestmark = pytest.mark.django_db
YESTERDAY = DAY - timedelta(days=1)
FEEDS = [f"/feed.{form}" for form in ("atom", "json")]
LISTS = [
    *(f"/date/{DAY}/", "/", "/week/2026-W34/", "/month/2026-08/", "/topic/post/", "/trending/", "/search/?q=letters"),
    *("/author/Ada%20Quill/", "/organisation/Harbour/", "/category/cs.CL/"),
]
OTHER = {  # A value of each column that a paper does not have at first.
    "title": "Other",
    "abstract": "Something else was found.",
    "authors": ["Wei Zhang"],
    "organisation": "Elsewhere",
    "categories": ["cs.RO"],
    "urls": {"code": "https://example.org/code"},
    "published_on": date(2025, 1, 2),
    "votes": 77,
    "comments": 5,
    "stars": 8,
    "on_hugging_face": False,
    "arxiv_id": None,
    "key": "arxiv:2608.99999",
}


@pytest.fixture
def off(monkeypatch):
    """Nothing is kept from here on."""

    def keep_nothing() -> None:
        for kept in (cards.cards, feeds.kept):
            monkeypatch.setattr(kept, "kept", LRUCache(0))

    return keep_nothing


@pytest.mark.parametrize("address", [*LISTS, *FEEDS])
def test_a_page_is_the_same_byte_for_byte_with_cards_kept_and_without(client, off, address):
    topic = make_topic(slug="post")
    for votes in (9, 0, 3):
        said = {"title": f"Letters <{votes}>", "organisation": "Harbour", "categories": ["cs.CL"], "votes": votes}
        make_score(make_paper(**said), topic)
    understanding.keep_up()
    warm = [client.get(other).content for other in [*LISTS, *FEEDS] for _ in range(2)]

    kept = client.get(address).content
    off()

    assert client.get(address).content == kept
    assert kept in warm


@pytest.mark.parametrize("address", [*LISTS, *FEEDS])
def test_more_papers_take_no_more_queries(client, off, address):
    topic = make_topic(slug="post")

    def queries_with(papers: int) -> int:
        for _ in range(papers):
            make_score(make_paper(title="Letters", organisation="Harbour", categories=["cs.CL"], votes=9), topic)
        understanding.keep_up()
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    off()

    assert queries_with(2) == queries_with(3)


def shown(paper: Paper, **context) -> str:
    return Template("{% load cards %}{% card paper rank=rank level=level %}").render(
        Context({"rank": None, "level": 2, "paper": paper} | context)
    )


@pytest.mark.parametrize("column", OTHER)
def test_what_changes_of_a_paper_changes_its_card(off, column):
    paper = make_paper(votes=1)
    before = shown(paper)

    setattr(paper, column, OTHER[column])
    after = shown(paper)
    off()

    assert after == shown(paper)
    assert after != before


@pytest.mark.parametrize("shape", [{"rank": 3}, {"level": 3}, {"span": type("Span", (), {"first": date(2025, 1, 1)})}])
def test_each_shape_of_a_card_is_another_one(off, shape):
    paper = make_paper(published_on=date(2025, 1, 2))
    before = shown(paper)

    after = shown(paper, **shape)
    off()

    assert after == shown(paper, **shape)
    assert after != before


def test_another_name_of_a_topic_is_on_the_card():
    topic = make_topic(name="Boats")
    make_score(make_paper(), topic)
    assert "Boats" in shown(Paper.objects.with_chips().get())

    topic.name = "Ferries"
    topic.save()

    assert "Ferries" in shown(Paper.objects.with_chips().get())


def test_a_card_is_made_once(monkeypatch):
    paper = make_paper()
    first = shown(paper)
    monkeypatch.setattr(cards, "get_template", None)

    assert shown(paper) == first


# ------------------------------------------------------------------------------------------------------------ calendar


@pytest.mark.parametrize("other", [{"shown": spans.day(YESTERDAY)}, {"source": "huggingface"}], ids=str)
def test_each_span_and_list_has_another_calendar(off, other):
    asked = {"shown": spans.day(DAY), "listed": [DAY]} | other
    before = calendars.drawn(spans.day(DAY), [DAY])

    after = calendars.drawn(**asked)
    off()

    assert after == calendars.drawn(**asked)
    assert after != before


def test_a_day_with_its_first_papers_is_in_the_calendar_at_once(client):
    make_paper()
    before = client.get(f"/date/{DAY}/").text

    make_paper(listed_on=YESTERDAY)
    after = client.get(f"/date/{DAY}/").text

    assert f"/date/{YESTERDAY}/" not in before
    assert f"/date/{YESTERDAY}/" in after.partition('id="calendar"')[2]


# --------------------------------------------------------------------------------------------------------------- feeds

SHOWN_IN_FEEDS = set(OTHER) - {"votes", "comments", "stars"}


def entry(paper: Paper, form, **fields) -> bytes:
    [announced] = feeds.announced([paper])
    return form(feeds.Feed("Papers", "/", "", [announced._replace(**fields)]))


@pytest.fixture
def listed() -> Paper:
    make_score(make_paper(), make_topic(name="Boats"))
    return Paper.objects.with_chips().get()


@pytest.mark.parametrize("form", [feeds.atom, feeds.json_feed])
@pytest.mark.parametrize("column", sorted(SHOWN_IN_FEEDS))
def test_what_changes_of_a_paper_changes_its_entry(off, listed, form, column):
    before = entry(listed, form)

    setattr(listed, column, OTHER[column])
    after = entry(listed, form)
    off()

    assert after == entry(listed, form)
    assert after != before


@pytest.mark.parametrize("form", [feeds.atom, feeds.json_feed])
@pytest.mark.parametrize("other", [{"reason": "Because"}, {"id": "urn:1"}, {"at": LONG_AGO}], ids=str)
def test_each_reason_id_and_moment_makes_another_entry(off, listed, form, other):
    before = entry(listed, form)

    after = entry(listed, form, **other)
    off()

    assert after == entry(listed, form, **other)
    assert after != before


@pytest.mark.parametrize("form", [feeds.atom, feeds.json_feed])
def test_another_name_of_a_topic_or_another_site_is_in_an_entry(listed, form, settings):
    before = entry(listed, form)

    listed.chips = [listed.chips[0]._replace(name="Ferries")]
    settings.SITE_URL = "https://papers.example.org"

    assert b"Boats" in before
    assert b"Ferries" in entry(listed, form)
    assert b"https://papers.example.org/paper/" in entry(listed, form)


def test_an_entry_is_made_once_for_each_language(listed, monkeypatch):
    first = entry(listed, feeds.atom)
    monkeypatch.setattr(feeds, "render_to_string", None)

    assert entry(listed, feeds.atom) == first
    with pytest.raises(TypeError), override("fr"):
        entry(listed, feeds.atom)
