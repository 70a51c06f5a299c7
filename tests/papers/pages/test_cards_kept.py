"""Cards are kept across pages, and are always those that would be made now."""

from datetime import date

import pytest
from cachetools import LRUCache
from django.template import Context, Template

from papers.models import Paper
from papers.search import understanding
from papers.templatetags import cards
from tests.factories import DAY, make_paper, make_score, make_topic

pytestmark = pytest.mark.django_db
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
    return lambda: monkeypatch.setattr(cards, "kept", LRUCache(0))


@pytest.mark.parametrize("address", LISTS)
def test_a_page_is_the_same_byte_for_byte_with_cards_kept_and_without(client, off, address):
    topic = make_topic(slug="post")
    for votes in (9, 0, 3):
        said = {"title": f"Letters <{votes}>", "organisation": "Harbour", "categories": ["cs.CL"], "votes": votes}
        make_score(make_paper(**said), topic)
    understanding.keep_up()
    warm = [client.get(other).content for other in LISTS for _ in range(2)]

    kept = client.get(address).content
    off()

    assert client.get(address).content == kept
    assert kept in warm


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
