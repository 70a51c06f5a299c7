"""The pages that show it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_paper
from tests.papers.trending.samples import NOW, of_2023, seen_trending


@pytest.fixture
def at_noon(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def body(client, at_noon):
    return lambda address: client.get(address).content.decode()


@pytest.mark.django_db
def test_the_page_lists_what_is_trending_best_first_with_its_numbers(body):
    make_paper(title="Little noticed", votes=6)
    make_paper(title="Much noticed", votes=60, categories=["cs.CL"])

    page = body("/trending/")

    assert page.index("Much noticed") < page.index("Little noticed")
    assert "5.00 votes an hour" in page
    assert "typical of cs" in page
    assert "typical of papers without a category" in page
    assert "12&nbsp;hours old" in page


@pytest.mark.django_db
def test_the_page_shows_old_papers_apart(body):
    seen_trending(of_2023(title="Of long ago"))
    make_paper(title="Of today", votes=1)

    trending, resurfacing = body("/trending/").split('id="resurfacing"')

    assert "Of today" in trending
    assert "Of long ago" not in trending
    assert "Of long ago" in resurfacing


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/trending/", "/about/"])
def test_without_votes_the_page_says_so(body, address):
    make_paper(title="Nobody noticed")

    page = body(address)

    assert "No paper from the last 7 days has any votes yet." in page
    assert "Nobody noticed" not in page


@pytest.mark.django_db
def test_about_states_the_formula_with_the_numbers_that_the_code_has(body):
    page = body("/about/")

    assert "½<sup>age ÷ 72 h</sup>" in page
    assert "got in the last 48&nbsp;hours" in page
    assert "more than 30 days ago" in page
    assert (
        "This formula is shown but not validated: there is no recorded series of votes to validate it against." in page
    )


@pytest.mark.django_db
def test_about_shows_each_papers_own_numbers(body):
    make_paper(title="Much noticed", votes=60, categories=["cs.CL"])

    row = body("/about/").partition("Much noticed")[2].partition("</tr>")[0]

    shown = [cell.partition("</td>")[0].replace("<b>", "").replace("</b>", "") for cell in row.split('">')[1:]]
    assert shown == ["60", "5.00", "cs", "5.00", "12", "0.89"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/trending/", "/about/"])
def test_what_sources_say_is_text_on_these_pages_too(body, address):
    make_paper(title="<script>alert(1)</script>", votes=9, categories=["<b>cs</b>"])

    page = body(address)

    assert "<script>alert" not in page
    assert "<b>cs</b>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/trending/", "/about/"])
def test_pages_of_what_is_trending_ask_as_much_for_many_papers_as_for_few(client, at_noon, address):
    asked = []
    for many in (2, 30):
        for _ in range(many):
            make_paper(votes=3)
            seen_trending(of_2023())
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        asked.append(len(captured))

    assert asked[0] == asked[1] <= 12


@pytest.mark.django_db
def test_every_page_leads_to_what_is_trending_and_to_about(body):
    page = body("/topics/")

    assert 'href="/trending/"' in page
    assert 'href="/about/"' in page
