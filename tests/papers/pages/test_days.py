"""The pages of days, of one list and of several."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from papers.models import Collection
from tests.factories import DAY, make_paper
from tests.papers.pages.samples import DAY_PAGE, text_of

pytestmark = pytest.mark.django_db


def test_a_day_keeps_the_order_of_its_source(body):
    make_paper(title="Second of the list", rank=2, votes=90)
    make_paper(title="First of the list", rank=1, votes=3)
    make_paper(title="Third of the list", rank=3, votes=50)

    page = body(DAY_PAGE)

    places = [page.index(f">{place} of the list<") for place in ("First", "Second", "Third")]
    assert places == sorted(places)


def test_a_day_says_its_date_and_how_many_papers_it_has(body):
    make_paper()
    make_paper()

    page = body(DAY_PAGE)

    assert "<title>Daily Papers · Thursday, 20 August 2026 ·" in page
    assert 'Daily Papers <span class="muted">2</span>' in page


def test_a_day_links_to_the_days_around_it_that_have_papers(body):
    for day in (17, 20, 24, 25):
        make_paper(listed_on=date(2026, 8, day))

    page = body(DAY_PAGE)

    assert 'rel="prev" href="/date/2026-08-17/"' in page
    assert 'rel="next" href="/date/2026-08-24/"' in page
    assert 'rel="next" href="/date/2026-08-25/"' not in page


def test_a_day_without_papers_says_so_and_links_to_the_nearest_days(body):
    make_paper(listed_on=DAY - timedelta(days=3))
    make_paper(listed_on=DAY + timedelta(days=4))

    page = body(DAY_PAGE)

    assert "Nothing was collected for this day. Nearest day with papers: Monday, 17 August 2026" in text_of(page)
    assert 'rel="prev" href="/date/2026-08-17/"' in page
    assert 'rel="next" href="/date/2026-08-24/"' in page


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (Collection.Outcome.NOTHING, "No papers were announced on this day."),
        (Collection.Outcome.NOTHING_YET, "No papers have been announced for this day yet."),
        (Collection.Outcome.FAILED, "This day’s list could not be read yet."),
    ],
)
def test_a_day_without_papers_says_why_when_it_is_on_record(body, outcome, sentence):
    Collection.objects.create(source="huggingface", day=DAY, outcome=outcome, collected_at=timezone.now())

    assert sentence in body(DAY_PAGE)


@pytest.mark.parametrize(
    "name", ["2026-02-30", "2026-13-01", "0000-01-01", "2026-8-1", "20260820", "yesterday", "٢٠٢٦-٠٨-٢٠"]
)
def test_a_date_that_does_not_exist_is_not_found(client, name):
    assert client.get(f"/date/{name}/").status_code == 404


def test_a_day_still_to_come_is_not_found(client):
    tomorrow = timezone.now().date() + timedelta(days=1)

    assert client.get(f"/date/{tomorrow}/").status_code == 404


def test_today_is_the_latest_day_that_has_papers(body):
    make_paper(title="Older", listed_on=DAY - timedelta(days=1))
    make_paper(title="Latest")

    page = body("/")

    assert "Latest" in page
    assert "Older" not in page
    assert f'<link rel="canonical" href="http://localhost:8000{DAY_PAGE}">' in page


def test_before_the_first_paper_today_says_that_papers_are_being_collected(body):
    assert "The first will be here within minutes" in body("/")


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (Collection.Outcome.FAILED, "None of the sources could be read yet."),
        (Collection.Outcome.NOTHING_YET, "No papers were announced on the days read so far."),
        (Collection.Outcome.NOTHING, "No papers were announced on the days read so far."),
    ],
)
def test_without_papers_today_promises_none_within_minutes_that_may_not_come(body, outcome, sentence):
    Collection.objects.create(source="huggingface", day=DAY, outcome=outcome, collected_at=timezone.now())

    page = body("/")

    assert sentence in page
    assert "within minutes" not in page


# --------------------------------------------------------------------------------------------- several lists of a day


def test_a_day_shows_the_daily_papers_and_links_to_what_arxiv_announced(body):
    make_paper(title="Of the day")
    make_paper(title="Announced", source="arxiv")

    page = body(DAY_PAGE)

    assert "Of the day" in page
    assert "Announced" not in page
    assert f'href="/date/{DAY}/arxiv/"' in page


def test_each_list_of_a_day_has_a_page(body):
    make_paper(title="Of the day")
    make_paper(title="Announced", source="arxiv")

    page = body(f"{DAY_PAGE}arxiv/")

    assert "Announced" in page
    assert "Of the day" not in page
    assert f'canonical" href="http://localhost:8000/date/{DAY}/arxiv/"' in page


def test_a_day_that_only_arxiv_announced_shows_that(body):
    make_paper(title="Announced", source="arxiv")

    assert "Announced" in body(DAY_PAGE)


def test_a_source_that_nobody_knows_has_no_list(client):
    assert client.get(f"{DAY_PAGE}unknown/").status_code == 404


def test_a_paper_that_was_only_replaced_that_day_is_not_on_its_list(body):
    paper = make_paper(title="Replaced", source="arxiv")
    paper.sightings.update(announced=False)

    assert "Replaced" not in body(f"{DAY_PAGE}arxiv/")


def test_a_long_list_comes_in_pages_and_keeps_its_ranks(body):
    for rank in range(1, 53):
        make_paper(title=f"Paper at {rank}.", rank=rank, source="arxiv")

    first, second = body(f"{DAY_PAGE}arxiv/"), body(f"{DAY_PAGE}arxiv/?page=2")

    assert "Paper at 50." in first
    assert "Paper at 51." not in first
    assert '<span class="rank">51</span>' in second
    assert "page 2 · " in second.partition("</title>")[0]


def test_the_first_page_is_the_latest_of_the_daily_papers_even_if_arxiv_is_ahead(body):
    make_paper(title="Of the day")
    make_paper(title="Announced", source="arxiv", listed_on=DAY + timedelta(days=1))

    assert "Of the day" in body("/")


def test_a_paper_that_was_never_announced_has_a_page(body):
    paper = make_paper(title="Looked up")
    paper.sightings.update(announced=False)

    assert "Looked up" in body(paper.get_absolute_url())


def test_an_empty_weekend_says_that_it_is_one(body):
    assert "it is a weekend or a holiday" in body("/date/2026-08-22/")
