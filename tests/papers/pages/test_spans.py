"""The pages of weeks and months, the calendar, and what of a list is shown."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from tests.factories import DAY, make_paper, make_score, make_topic
from tests.papers.pages.samples import DAY_PAGE, text_of

pytestmark = pytest.mark.django_db

WEEK, MONTH = "/week/2026-W34/", "/month/2026-08/"


@pytest.mark.parametrize("address", [WEEK, MONTH])
def test_a_week_and_a_month_show_the_most_voted_of_their_papers_first_each_once(body, address):
    make_paper(title="Of Monday", listed_on=date(2026, 8, 17), votes=3)
    twice = make_paper(title="Of Thursday", votes=9)
    twice.sightings.create(source="huggingface", day=DAY + timedelta(days=1), rank=1)
    make_paper(title="Of July", listed_on=date(2026, 7, 31), votes=99)

    page = body(address)

    assert page.index("Of Thursday") < page.index("Of Monday")
    assert page.count(">Of Thursday<") == 1
    assert "Of July" not in page


@pytest.mark.parametrize(
    ("address", "words"),
    [(WEEK, "Daily Papers · Week 34, 17 Aug – 23 Aug 2026"), (MONTH, "Daily Papers · August 2026")],
)
def test_a_week_and_a_month_say_which_they_are(body, address, words):
    make_paper()

    page = body(address)

    assert words in page.partition("</title>")[0]
    assert words in text_of(page.partition("<h1>")[2].partition("</h1>")[0])
    assert f'canonical" href="http://localhost:8000{address}"' in page


@pytest.mark.parametrize(
    ("address", "before", "after"),
    [(WEEK, "/week/2026-W32/", "/week/2026-W36/"), (MONTH, "/month/2026-06/", "/month/2026-09/")],
)
def test_ways_lead_to_the_weeks_and_months_around_that_have_papers(body, address, before, after):
    for day in (date(2026, 6, 30), date(2026, 8, 5), DAY, date(2026, 9, 1)):
        make_paper(listed_on=day)

    page = body(address)

    assert f'rel="prev" href="{before}"' in page
    assert f'rel="next" href="{after}"' in page


def test_a_source_has_its_own_week(body):
    make_paper(title="Of the day")
    make_paper(title="Announced", source="arxiv")

    page = body(f"{WEEK}arxiv/")

    assert ">Announced<" in page
    assert ">Of the day<" not in page


@pytest.mark.parametrize(
    "address",
    ["/week/2026-W54/", "/week/2026-W00/", "/week/2026-34/", "/week/9999-W52/", "/month/2026-13/", "/month/0000-01/"],
)
def test_a_week_or_month_that_does_not_exist_is_not_found(client, address):
    assert client.get(address).status_code == 404


def test_a_week_still_to_come_is_not_found(client):
    year, week, _ = (timezone.now() + timedelta(days=7)).isocalendar()

    assert client.get(f"/week/{year}-W{week:02}/").status_code == 404


def test_an_empty_week_points_to_the_nearest_with_papers(body):
    make_paper()

    page = body("/week/2026-W33/")

    assert "No papers were listed in this time. Nearest week with papers: Week 34" in text_of(page)


# ------------------------------------------------------------------------------------------------------- the calendar


def test_the_calendar_leads_to_the_days_weeks_and_the_month_that_have_papers(body):
    make_paper()
    make_paper(listed_on=date(2026, 8, 3))

    calendar = body(DAY_PAGE).partition('<table class="calendar"')[2].partition("</table>")[0]

    for address in ("/month/2026-08/", "/week/2026-W34/", "/week/2026-W32/", "/date/2026-08-03/"):
        assert f'href="{address}"' in calendar
    assert f'href="{DAY_PAGE}" aria-current="page"' in calendar
    assert "/date/2026-08-04/" not in calendar
    assert "/week/2026-W33/" not in calendar


def test_the_calendar_of_a_source_stays_with_that_source(body):
    make_paper(source="arxiv")
    make_paper(listed_on=DAY - timedelta(days=1))

    calendar = body(f"{DAY_PAGE}arxiv/").partition('<table class="calendar"')[2].partition("</table>")[0]

    assert f'href="{DAY_PAGE}arxiv/"' in calendar
    assert "/date/2026-08-19/" not in calendar


# --------------------------------------------------------------------------------------------------- what is shown


@pytest.mark.parametrize("address", [DAY_PAGE, WEEK, MONTH])
def test_a_list_can_show_only_what_is_about_a_topic_or_has_code(body, address):
    post, tide = make_topic(slug="post", name="Post"), make_topic(slug="tide")
    make_score(make_paper(title="Letters", urls={"code": "https://example.org/code"}), post)
    make_score(make_paper(title="Stamps"), post)
    make_score(make_paper(title="Ebbs", urls={"code": "https://example.org/code"}), tide)

    shown = {
        query: [title for title in ("Letters", "Stamps", "Ebbs") if f">{title}<" in body(f"{address}?{query}")]
        for query in ("topic=post", "code=yes", "topic=post&code=yes")
    }

    assert shown == {
        "topic=post": ["Letters", "Stamps"],
        "code=yes": ["Letters", "Ebbs"],
        "topic=post&code=yes": ["Letters"],
    }


def test_the_topics_of_a_list_are_beside_it_with_how_many_papers_each_has(body):
    post = make_topic(slug="post", name="Post")
    make_score(make_paper(), post)
    make_score(make_paper(), post)
    make_score(make_paper(), make_topic(slug="tide", name="Tide"))

    rail = body(DAY_PAGE).partition('<aside class="rail"')[2]

    assert "Post 2 Tide 1" in text_of(rail)
    assert f'href="{DAY_PAGE}?topic=post"' in rail


def test_a_chosen_topic_can_be_let_go_of_and_stays_when_code_is_asked_for(body):
    make_score(make_paper(), make_topic(slug="post"))

    page = body(f"{DAY_PAGE}?topic=post")

    assert f'href="{DAY_PAGE}" aria-current="true"' in page.partition('<aside class="rail"')[2]
    assert f'href="{DAY_PAGE}?topic=post&amp;code=yes"' in page


def test_other_pages_of_what_is_shown_show_the_same(body):
    topic = make_topic(slug="post")
    for _ in range(51):
        make_score(make_paper(), topic)

    assert 'rel="next" href="?topic=post&amp;page=2"' in body(f"{DAY_PAGE}?topic=post")


@pytest.mark.parametrize("topic", ["unknown", "%00", "x" * 5000])
def test_a_list_of_a_topic_that_nobody_knows_is_not_found(client, topic):
    make_paper()

    assert client.get(f"{DAY_PAGE}?topic={topic}").status_code == 404
