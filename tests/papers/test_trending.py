"""The formula of what is trending: what it promises, and the pages that show it."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from statistics import median

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.matching import gathering
from papers import trending
from papers.models import Paper, Sighting, Signal
from papers.trending import ENOUGH, Course, Point, Ranking, decay, gain, rank
from tests.factories import make_paper

NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
TODAY = NOW.date()
HOUR = timedelta(hours=1)
_papers = count(1)


def course(votes: int = 0, *, hours: float = 30, paper: int | None = None, **fields: object) -> Course:
    """A paper that was listed so many hours ago and that nobody counted until now."""
    listed_at = NOW - hours * HOUR
    filled = {"first_on": listed_at.date(), "listed_on": listed_at.date(), "listed_at": listed_at}
    return Course(paper=paper or next(_papers), votes=votes, **filled | fields)  # type: ignore[arg-type]


def counted(*votes: tuple[float, int], **fields: object) -> Course:
    """A paper whose votes were counted so many hours ago, the last of them now."""
    points = tuple(Point(NOW - hours * HOUR, many) for hours, many in votes)
    return course(votes[-1][1], points=points, **fields)


def order(ranking: Ranking) -> list[int]:
    return [standing.paper for standing in ranking.trending]


def scores(*courses: Course, now: datetime = NOW) -> list[float]:
    """In the order of the papers, not in that of the ranking."""
    ranked = {standing.paper: standing.score for standing in rank(courses, now).trending}
    return [ranked[one.paper] for one in courses]


# --------------------------------------------------------------------------------------------------- votes an hour


@pytest.mark.one_database
def test_of_a_long_series_the_votes_of_the_recent_hours_count():
    paper = counted((90, 500), (49, 510), (20, 530), (0, 540), hours=100)

    assert gain(paper, NOW) == 30


@pytest.mark.one_database
def test_of_a_paper_listed_within_the_recent_hours_all_votes_count():
    assert gain(counted((20, 8), (0, 40), hours=30), NOW) == 40


@pytest.mark.one_database
def test_on_a_new_site_the_average_since_the_listing_stands_in():
    paper = counted((0, 100), hours=96)

    assert gain(paper, NOW) == 50


@pytest.mark.one_database
def test_where_counting_began_within_the_recent_hours_the_average_stands_in_for_the_hours_before():
    paper = counted((24, 80), (0, 100), hours=120)

    assert gain(paper, NOW) == 20 + 80 * (24 / 96)


@pytest.mark.one_database
def test_votes_taken_back_and_given_again_are_no_gain():
    paper = counted((80, 100), (60, 40), (0, 100), hours=100)

    assert gain(paper, NOW) == 0


@pytest.mark.one_database
def test_votes_of_before_the_listing_are_no_gain_since_then():
    assert gain(counted((40, 70), (0, 75), hours=30), NOW) == 5


@pytest.mark.one_database
def test_the_first_votes_of_a_day_are_divided_by_twelve_hours_at_least():
    (just_listed,) = rank([course(6, hours=0.5)], NOW).trending

    assert just_listed.votes_per_hour == 0.5


# ------------------------------------------------------------------------------------------------------- promises

VOTES = st.integers(-(2**31), 2**31 - 1)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # in UTC
DAYS = st.none() | st.dates(date(1990, 1, 1), date(2040, 1, 1))
CATEGORIES = st.sampled_from(["", "cs.CL", "cs.LG", "math.CO", "hep-th", ".", "cs"])
RECENT_HOURS = st.floats(0, 160)


@st.composite
def any_course(draw: st.DrawFn) -> Course:
    points = draw(st.lists(st.builds(Point, MOMENTS, VOTES), max_size=5))
    return Course(
        paper=next(_papers),
        listed_at=draw(MOMENTS),
        votes=draw(VOTES),
        comments=draw(VOTES),
        stars=draw(VOTES),
        points=tuple(sorted(points, key=lambda point: point.at)),
        category=draw(CATEGORIES),
        first_on=draw(DAYS),
        listed_on=draw(DAYS),
        seen_trending=draw(st.booleans()),
    )


@st.composite
def series(draw: st.DrawFn) -> Course:
    """A recent paper that was counted a few times since its listing, its votes going up and down."""
    hours = draw(RECENT_HOURS)
    moments = sorted(draw(st.lists(st.floats(0, hours), max_size=5)), reverse=True)
    votes = [(moment, draw(st.integers(0, 500))) for moment in moments]
    return counted(*votes, hours=hours) if votes else course(draw(st.integers(0, 500)), hours=hours)


@pytest.mark.one_database
@given(st.lists(any_course(), max_size=8))
def test_no_input_makes_a_number_negative_infinite_or_none_at_all(courses):
    ranking = rank(courses, NOW)

    for one in (*ranking.trending, *ranking.resurfacing):
        numbers = (one.gained, one.votes_per_hour, one.age, one.typical, one.times_typical, one.score)
        assert all(math.isfinite(number) and number >= 0 for number in numbers)


@pytest.mark.one_database
@given(st.lists(any_course(), max_size=8))
def test_no_old_paper_is_trending_and_no_paper_stands_in_both_lists(courses):
    ranking = rank(courses, NOW)

    first_on = {one.paper: one.first_on for one in courses}
    assert all(first_on[paper] is None or (TODAY - first_on[paper]).days <= 30 for paper in order(ranking))
    assert all((TODAY - first_on[standing.paper]).days > 30 for standing in ranking.resurfacing)


@pytest.mark.one_database
@given(series(), st.lists(series(), max_size=6), st.integers(0, 300))
def test_more_votes_never_lower_a_score_or_a_place(paper, others, more):
    before = rank([paper, *others], NOW)

    after = rank([replace(paper, votes=paper.votes + more), *others], NOW)

    assert order(after).index(paper.paper) <= order(before).index(paper.paper)
    assert score_of(paper, after) >= score_of(paper, before) * (1 - 1e-9)


@pytest.mark.one_database
@given(series(), st.lists(series(), max_size=6), st.integers(0, 300))
def test_votes_that_go_down_never_raise_a_score_or_a_place(paper, others, fewer):
    lower = max(0, paper.votes - fewer)
    before = rank([paper, *others], NOW)

    fallen = replace(paper, votes=lower, points=(*paper.points, Point(NOW, lower)))
    after = rank([fallen, *others], NOW)

    assert order(after).index(paper.paper) >= order(before).index(paper.paper)
    assert score_of(paper, after) <= score_of(paper, before) * (1 + 1e-9)


def score_of(paper: Course, ranking: Ranking) -> float:
    return next(standing.score for standing in ranking.trending if standing.paper == paper.paper)


@pytest.mark.one_database
@given(series(), st.floats(0, 200))
def test_time_without_new_votes_never_raises_votes_an_hour(paper, hours):
    before = rank([paper], NOW, timedelta(days=30)).trending[0]

    later = rank([paper], NOW + hours * HOUR, timedelta(days=30)).trending[0]

    assert later.votes_per_hour <= before.votes_per_hour * (1 + 1e-9)
    assert later.age >= before.age


@pytest.mark.one_database
@given(st.integers(1, 500), RECENT_HOURS, st.floats(0.01, 100))
def test_of_two_papers_with_the_same_votes_the_one_listed_later_stands_higher(votes, hours, earlier):
    late = course(votes, hours=hours, listed_on=TODAY, paper=2)
    early = course(votes, hours=hours + earlier, listed_on=TODAY, paper=1)

    assert order(rank([early, late], NOW)) == [2, 1]


@pytest.mark.one_database
@given(st.floats(0, 2000), st.floats(0.01, 2000))
def test_a_score_decays_with_age(age, more):
    assert decay(age + more) < decay(age) <= 1


@pytest.mark.one_database
def test_an_age_of_three_days_weighs_half():
    assert (decay(0), decay(72), decay(144)) == (1, 0.5, 0.25)


@pytest.mark.one_database
@given(st.lists(any_course(), max_size=8), st.randoms())
def test_the_order_of_the_rows_does_not_matter(courses, dice):
    shuffled = list(courses)
    dice.shuffle(shuffled)

    assert rank(shuffled, NOW) == rank(courses, NOW)


@pytest.mark.one_database
@pytest.mark.parametrize(
    "better",
    [{"comments": 1}, {"stars": 1}, {"listed_on": TODAY}],
    ids=["comments", "stars", "listed later"],
)
def test_where_votes_are_equal_the_rest_decides(better):
    same = {"hours": 30.0, "votes": 5}
    first, second = course(**same, paper=2, **better), course(**same, paper=1)

    assert order(rank([second, first], NOW)) == [2, 1]


@pytest.mark.one_database
def test_where_all_is_equal_the_paper_known_longer_comes_first():
    assert order(rank([course(5, paper=2), course(5, paper=1)], NOW)) == [1, 2]


@pytest.mark.one_database
def test_where_no_rate_is_known_votes_decide():
    silent = [counted((90, votes), (0, votes), hours=100) for votes in (3, 30, 12)]

    assert [standing.votes for standing in rank(silent, NOW).trending] == [30, 12, 3]


# --------------------------------------------------------------------------------------------------------- fields


def field_of(category: str, *votes: int) -> list[Course]:
    return [course(many, category=category) for many in votes]


@pytest.mark.one_database
@settings(max_examples=15)
@given(st.integers(2, 12), st.integers(1, 10))
def test_the_same_multiple_of_a_fields_typical_has_the_same_score_in_every_field(times, busier):
    """Of two fields of a thousand papers, one `busier` times as busy: but for the ENOUGH that stand for the site."""
    quiet, busy = field_of("math.CO", *[20] * 1000), field_of("cs.CL", *[20 * busier] * 1000)
    one, another = course(20 * times, category="math.CO"), course(20 * busier * times, category="cs.CL")

    ranking = rank([*quiet, *busy, one, another], NOW)

    assert score_of(one, ranking) == pytest.approx(score_of(another, ranking), rel=ENOUGH / 1000 * busier)
    standing = {standing.paper: standing for standing in ranking.trending}
    for paper in (one, another):
        found = standing[paper.paper]
        assert found.score == found.votes_per_hour / found.typical * decay(found.age)


@pytest.mark.one_database
def test_one_vote_more_makes_no_winner_of_a_small_field():
    crowd = field_of("cs.CL", *[10] * 100, 60)
    small = field_of("math.CO", 1, 1, 4)

    ranking = rank([*crowd, *small], NOW)

    assert ranking.trending[0].votes == 60
    assert score_of(small[2], ranking) < score_of(crowd[0], ranking)


@pytest.mark.one_database
@given(st.lists(st.integers(1, 500), min_size=1, max_size=30), st.lists(st.integers(1, 500), max_size=30))
def test_a_small_fields_typical_lies_between_its_own_median_and_the_sites(small, large):
    papers = field_of("hep-th", *small)
    courses = [*papers, *field_of("cs.CL", *large)]

    typical = {standing.field: standing.typical for standing in rank(courses, NOW).trending}["hep-th"]

    own, site = median(small) / 30, median([*small, *large]) / 30
    assert min(own, site) * (1 - 1e-9) <= typical <= max(own, site) * (1 + 1e-9)


@pytest.mark.one_database
def test_a_category_with_enough_papers_is_a_field_and_the_others_share_their_archive():
    papers = [*field_of("cs.CL", *[3] * ENOUGH), *field_of("cs.DB", 3, 3), *field_of("cs.OS", 3), *field_of("", 3)]

    ranking = rank(papers, NOW)

    assert {standing.field for standing in ranking.trending} == {"cs.CL", "cs", ""}


# ------------------------------------------------------------------------------------------------------ resurfacing

LONG_AGO = {"hours": 24.0 * 400, "first_on": date(2023, 9, 12)}


@pytest.mark.one_database
@pytest.mark.parametrize(
    "comes_back",
    [
        course(900, seen_trending=True, listed_on=None, **LONG_AGO),
        counted((30, 900), (0, 950), **LONG_AGO),
        course(900, hours=10, first_on=date(2023, 9, 12)),
    ],
    ids=["seen trending", "gaining votes", "listed anew"],
)
def test_an_old_paper_that_comes_back_is_resurfacing_and_not_trending(comes_back):
    ranking = rank([comes_back, course(1)], NOW)

    assert [standing.paper for standing in ranking.resurfacing] == [comes_back.paper]
    assert comes_back.paper not in order(ranking)


@pytest.mark.one_database
@pytest.mark.parametrize(
    "stays_away",
    [course(900, **LONG_AGO), counted((90, 900), (0, 900), **LONG_AGO), counted((1, 900), (0, 850), **LONG_AGO)],
    ids=["counted once", "counted twice", "losing votes"],
)
def test_an_old_paper_that_gains_nothing_is_in_neither_list(stays_away):
    assert rank([stays_away], NOW) == Ranking([], [])


@pytest.mark.one_database
def test_old_papers_that_return_are_ordered_by_their_recent_votes_alone():
    slow, fast = (counted((60, 900), (0, 900 + more), **LONG_AGO) for more in (10, 90))

    ranking = rank([slow, fast, course(5)], NOW)

    assert [standing.paper for standing in ranking.resurfacing] == [fast.paper, slow.paper]
    assert ranking.resurfacing[0].score == ranking.resurfacing[0].times_typical > 0


@pytest.mark.one_database
def test_old_papers_do_not_move_what_is_typical():
    recent = field_of("cs.CL", 3, 5, 9)
    crowd = [counted((60, 900), (0, 1900), category="cs.CL", **LONG_AGO) for _ in range(50)]

    assert rank([*recent, *crowd], NOW).trending == rank(recent, NOW).trending


@pytest.mark.one_database
def test_a_paper_listed_earlier_than_asked_for_is_in_neither_list():
    assert rank([course(50, hours=24 * 9)], NOW) == Ranking([], [])


# ---------------------------------------------------------------------------------------------- out of the tables


def seen_trending(paper: Paper, day: date = TODAY) -> None:
    Sighting.objects.create(paper=paper, source="huggingface-trending", day=day, rank=1, announced=False)


def count_votes(paper: Paper, *votes: tuple[float, int]) -> None:
    for hours, many in votes:
        Signal.objects.create(paper=paper, at=NOW - hours * HOUR, votes=many)


def the_ranking() -> Ranking:
    return rank(trending.gather(NOW), NOW)


@pytest.mark.django_db
def test_the_series_in_the_tables_is_the_one_that_counts():
    coming, gone = make_paper(votes=60, listed_on=date(2026, 8, 17)), make_paper(votes=90, listed_on=date(2026, 8, 17))
    count_votes(coming, (70, 5), (60, 10), (20, 30), (1, 60))
    count_votes(gone, (70, 80), (50, 90))

    standings = {standing.paper: standing for standing in the_ranking().trending}

    assert order(the_ranking()) == [coming.pk, gone.pk]
    assert (standings[coming.pk].gained, standings[gone.pk].gained) == (50, 0)
    assert standings[coming.pk].age == 84


@pytest.mark.django_db
def test_votes_that_were_higher_long_ago_are_not_gained_again():
    paper = make_paper(votes=100, listed_on=date(2026, 8, 16))
    count_votes(paper, (90, 100), (70, 40), (3, 100))

    assert the_ranking().trending[0].gained == 0


@pytest.mark.django_db
def test_a_site_installed_today_has_a_list_by_votes_since_the_listing():
    papers = {votes: make_paper(votes=votes, listed_on=date(2026, 8, 19)) for votes in (4, 90, 31)}
    for votes, paper in papers.items():
        count_votes(paper, (0.1, votes))

    assert order(the_ranking()) == [papers[90].pk, papers[31].pk, papers[4].pk]


@pytest.mark.django_db
def test_the_age_is_that_of_the_first_listing_by_the_best_source():
    paper = make_paper(votes=9, listed_on=date(2026, 8, 18))
    for source, day in (("arxiv", date(2026, 8, 6)), ("huggingface", date(2026, 8, 17)), ("arxiv", TODAY)):
        Sighting.objects.create(paper=paper, source=source, day=day, rank=1)
    Paper.objects.update(listed_on=TODAY)

    assert the_ranking().trending[0].age == 84


@pytest.mark.django_db
def test_a_paper_of_2023_seen_trending_is_resurfacing():
    old = of_2023()
    seen_trending(old)
    recent = make_paper(votes=2)

    ranking = the_ranking()

    assert order(ranking) == [recent.pk]
    assert [standing.paper for standing in ranking.resurfacing] == [old.pk]


def of_2023(**fields: object) -> Paper:
    paper = make_paper(votes=4000, listed_on=date(2023, 9, 13), published_on=date(2023, 9, 12), **fields)
    count_votes(paper, (100, 4000))
    return paper


@pytest.mark.django_db
def test_a_paper_of_2023_that_a_source_announces_today_is_resurfacing_however_many_votes_it_has():
    old = make_paper(votes=4000, published_on=date(2023, 9, 12))

    ranking = the_ranking()

    assert order(ranking) == []
    assert [standing.paper for standing in ranking.resurfacing] == [old.pk]


@pytest.mark.django_db
def test_a_paper_listed_long_ago_that_gains_votes_is_resurfacing():
    old, still = of_2023(), of_2023()
    count_votes(old, (4, 4050))
    Paper.objects.filter(pk=old.pk).update(votes=4050)

    ranking = the_ranking()

    assert [standing.paper for standing in ranking.resurfacing] == [old.pk]
    assert still.pk not in order(ranking)


@pytest.mark.django_db
def test_what_was_trending_elsewhere_days_ago_does_not_resurface():
    seen_trending(of_2023(), TODAY - timedelta(days=3))

    assert the_ranking() == Ranking([], [])


@pytest.mark.django_db
def test_what_is_seen_only_after_now_does_not_count():
    make_paper(votes=5, first_seen_at=NOW + HOUR)
    seen = make_paper(votes=54, listed_on=date(2026, 8, 16))
    count_votes(seen, (-1, 9))

    (standing,) = the_ranking().trending

    assert (standing.paper, standing.gained) == (seen.pk, 54 * 48 / 108)


@pytest.mark.django_db
def test_gathering_asks_as_much_for_many_papers_as_for_few():
    asked = []
    for many in (2, 40):
        for _ in range(many):
            paper = make_paper(votes=3)
            count_votes(paper, (60, 1), (2, 3))
            seen_trending(of_2023())
        with CaptureQueriesContext(connection) as captured:
            found = trending.gather(NOW)
        asked.append((len(found), len(captured)))

    assert asked == [(4, asked[0][1]), (84, asked[0][1])]


@pytest.mark.django_db
def test_of_papers_without_notice_only_so_many_are_considered(monkeypatch):
    monkeypatch.setattr(trending, "CONSIDERED", 3)
    voted = [make_paper(votes=votes) for votes in (1, 2)]
    for _ in range(5):
        make_paper()

    assert [one.paper for one in trending.gather(NOW)][:2] == [voted[1].pk, voted[0].pk]
    assert len(trending.gather(NOW)) == 3


@pytest.mark.django_db
def test_letters_take_their_trending_papers_by_the_formula():
    for _ in range(3):
        make_paper(votes=20, listed_on=date(2026, 8, 14))
    fresh = make_paper(votes=15, listed_on=TODAY)
    seen_trending(of_2023())

    ranked = gathering.trending(NOW)

    assert ranked[0] == fresh.pk
    assert len(ranked) == 4


# ---------------------------------------------------------------------------------------------------------- pages


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
    assert "12 hours old" in page


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

    assert "No paper of the last 7 days has got any votes yet." in page
    assert "Nobody noticed" not in page


@pytest.mark.django_db
def test_about_states_the_formula_with_the_numbers_that_the_code_has(body):
    page = body("/about/")

    assert "½<sup>age ÷ 72 h</sup>" in page
    assert "got in the last 48 hours" in page
    assert "more than 30 days ago" in page
    assert "Shown, not validated: there is no recorded series of votes to validate it against." in page


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

    assert "<script>" not in page
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
