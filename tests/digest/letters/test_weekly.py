"""The letter of a week: the best of all its days by interest, and what was trending in it."""

from datetime import date, timedelta

import pytest

from digest import previewing
from digest.letters import planning
from papers.models import Signal
from subscriptions.models import Subscriber
from tests.digest.letters.days import BEGINS, at, begun, both_parts, days, letter_of, live, paper_of, papers_in
from tests.factories import make_score, make_topic

pytestmark = pytest.mark.django_db
MONDAY = BEGINS + timedelta(days=7)


def weekly(**fields: object) -> Subscriber:
    """Their last letter came on Monday, and so does their next."""
    moments = {"next_slot": MONDAY, "next_due_at": at(MONDAY), "last_slot": BEGINS, "read_up_to": at(BEGINS)}
    return begun(**{"cadence": "weekly", "days": [0]} | moments | fields)


def voted(day: date, *votes: tuple[int, int], **fields: object):
    """A paper with so many votes so many hours after its listing."""
    paper = paper_of(day, votes=votes[-1][1], **fields)
    for hours, many in votes:
        Signal.objects.create(paper=paper, at=at(day, 0) + timedelta(hours=hours), votes=many)
    return paper


def test_the_best_of_the_whole_week_come_in_order_up_to_the_cap():
    topic = make_topic()
    reader = weekly(topics=[topic.slug], trending_muted_at=at(BEGINS), cap=3)
    papers = [paper_of(day) for day in days(BEGINS + timedelta(days=1), 7)]
    for paper, loudness in zip(papers, (0.7, 0.5, 0.5, 1.0, 0.5, 0.5, 0.6), strict=True):
        make_score(paper, topic, loudness)

    live(BEGINS + timedelta(days=1), 7)

    assert papers_in(letter_of(reader, MONDAY)) == [papers[3].pk, papers[0].pk, papers[6].pk]


def test_trending_is_what_was_trending_in_the_week_not_at_its_end():
    reader, daily = weekly(), begun(next_slot=MONDAY, next_due_at=at(MONDAY), read_up_to=at(MONDAY, 0))
    of_tuesday = voted(BEGINS + timedelta(days=1), (6, 100), (30, 300))
    of_sunday = voted(MONDAY - timedelta(days=1), (6, 5), (30, 12))

    planning.tick(at(MONDAY))

    assert papers_in(letter_of(reader, MONDAY)) == [of_tuesday.pk, of_sunday.pk]
    assert papers_in(letter_of(daily, MONDAY)) == [of_sunday.pk, of_tuesday.pk]


def test_a_daily_reader_who_wants_mondays_alone_gets_what_was_trending_in_the_week_too():
    reader = weekly(cadence="daily")
    of_tuesday = voted(BEGINS + timedelta(days=1), (6, 100), (30, 300))
    of_sunday = voted(MONDAY - timedelta(days=1), (6, 5), (30, 12))

    planning.tick(at(MONDAY))

    assert papers_in(letter_of(reader, MONDAY)) == [of_tuesday.pk, of_sunday.pk]


def test_after_a_pause_it_is_what_was_trending_in_all_of_it():
    reader = begun(paused_until=BEGINS + timedelta(days=12))
    early = voted(BEGINS, (6, 100), (30, 300))
    late = voted(BEGINS + timedelta(days=11), (6, 5), (30, 12))

    live(BEGINS, 13)

    assert papers_in(letter_of(reader, BEGINS + timedelta(days=12))) == [early.pk, late.pk]


def test_a_paper_that_rose_in_the_week_comes_late():
    topic = make_topic()
    reader = weekly(topics=[topic.slug], trending_muted_at=at(BEGINS))
    for votes in range(1, 11):
        paper_of(BEGINS, votes=votes)
    risen = voted(BEGINS - timedelta(days=2), (6, 2), (4 * 24, 60))
    make_score(risen, topic)

    planning.tick(at(MONDAY))

    assert [(one["paper"], one["late"]) for one in letter_of(reader, MONDAY).contents["for_you"]] == [(risen.pk, True)]


@pytest.mark.parametrize(("hour", "said"), [(7, "The week of 3 to 9 August."), (18, "The week of 4 to 10 August.")])
def test_it_says_which_week_it_is_of(hour: int, said: str):
    reader = weekly(hour=hour, next_due_at=at(MONDAY, hour), read_up_to=at(BEGINS, hour))
    paper_of(BEGINS + timedelta(days=3))

    planning.tick(at(MONDAY, hour))

    for part in both_parts(letter_of(reader, MONDAY)):
        assert said in part


def test_a_first_letter_of_a_few_days_is_not_called_a_week():
    reader = weekly(read_up_to=at(MONDAY - timedelta(days=3), 6), hour=7, next_due_at=at(MONDAY, 7))
    paper_of(MONDAY - timedelta(days=1))

    planning.tick(at(MONDAY, 7))

    assert "The best of 7 to 9 August." in both_parts(letter_of(reader, MONDAY))[0]


def test_the_preview_of_a_weekly_letter_is_that_letter():
    topic = make_topic()
    reader = weekly(topics=[topic.slug])
    for day in days(BEGINS, 8):
        make_score(voted(day, (6, 9), (30, 20)), topic)
        voted(day, (6, 30 - day.day))
    previewing.drop_caches()

    preview = previewing.of_reader(reader, at(MONDAY))
    planning.tick(at(MONDAY))

    assert preview.letter.contents == letter_of(reader, MONDAY).contents
