"""The pages of authors, organisations and categories."""

from datetime import date, timedelta

import pytest

from papers.search import understanding
from tests.factories import DAY, make_paper

pytestmark = pytest.mark.django_db


def test_an_authors_page_has_their_papers_alone_the_latest_first_however_the_name_is_written(body):
    make_paper(title="Older", authors=["Ada Quill"], published_on=date(2026, 8, 1))
    make_paper(title="Latest", authors=["Tomas Brandt", "Ada Quill"], published_on=date(2026, 8, 9))
    make_paper(title="Of another", authors=["Ada Quillon"])
    understanding.keep_up()

    page = body("/author/ada%20QUILL/")

    assert page.index(">Latest<") < page.index(">Older<")
    assert ">Of another<" not in page
    assert "<h1>Ada Quill</h1>" in page
    assert 'canonical" href="http://localhost:8000/author/Ada%20Quill/"' in page


def test_a_name_with_a_slash_and_signs_has_a_page(client):
    make_paper(authors=["Ada/Quill & <b>Sons</b>"])
    understanding.keep_up()

    page = client.get("/author/Ada/Quill%20&%20%3Cb%3ESons%3C/b%3E/")

    assert page.status_code == 200
    assert "<b>Sons" not in page.text


def test_an_organisations_page_has_its_papers_the_latest_first(body):
    make_paper(title="Older", organisation="Harbour Institute", listed_on=DAY - timedelta(days=1))
    make_paper(title="Latest", organisation="Harbour Institute")
    make_paper(title="Of another", organisation="Harbour")

    page = body("/organisation/Harbour%20Institute/")

    assert page.index(">Latest<") < page.index(">Older<")
    assert ">Of another<" not in page


def test_a_category_has_the_papers_of_thirty_days_that_name_it_among_theirs(body):
    make_paper(title="First", categories=["cs.RO"])
    make_paper(title="Second", categories=["cs.AI", "cs.RO"])
    make_paper(title="Elsewhere", categories=["cs.ROX"])
    make_paper(title="Too old", categories=["cs.RO"], listed_on=DAY - timedelta(days=30))

    page = body("/category/cs.RO/")

    assert [title for title in ("First", "Second", "Elsewhere", "Too old") if f">{title}<" in page] == [
        "First",
        "Second",
    ]


def test_a_category_in_other_capitals_leads_to_its_page(client):
    answer = client.get("/category/CS.ro/")

    assert (answer.status_code, answer.headers["Location"]) == (301, "/category/cs.RO/")


@pytest.mark.parametrize(
    "address",
    [
        "/author/Nobody/",
        "/author/%00/",
        "/author/@/",
        "/organisation/Nowhere/",
        "/category/nonsense/",
        "/category/%FF/",
    ],
)
def test_a_name_that_nobody_has_is_not_found_and_search_is_at_hand(client, address):
    answer = client.get(address)

    assert answer.status_code == 404
    assert 'role="search"' in answer.text
