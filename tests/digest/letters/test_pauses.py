"""What comes when a pause is over: one letter with the best of it. Nothing is lost, and nothing comes twice."""

from datetime import date, timedelta

import pytest

from digest import previewing
from digest.letters import planning
from digest.models import Given
from subscriptions.models import Letter, Subscriber
from tests.digest.letters.days import BEGINS, at, begun, both_parts, days, letter_of, live, paper_of, papers_in
from tests.factories import make_score, make_topic

pytestmark = pytest.mark.django_db
BACK = BEGINS + timedelta(days=10)


def paused(until: date = BACK, **fields: object) -> Subscriber:
    """A reader who follows one topic and got their last letter the day before BEGINS."""
    return begun(paused_until=until, **{"trending_muted_at": at(BEGINS)} | fields)


def test_the_first_letter_after_a_pause_is_the_best_of_it():
    topic = make_topic()
    reader = paused(topics=[topic.slug], cap=3)
    papers = [paper_of(day) for day in days(BEGINS, 10)]
    for paper, loudness in zip(papers, [0.6] * 3 + [1.0] * 2 + [0.6] * 4 + [0.8], strict=True):
        make_score(paper, topic, loudness)

    live(BEGINS, 11)

    assert papers_in(letter_of(reader, BACK)) == [papers[3].pk, papers[4].pk, papers[9].pk]


def test_it_says_so_in_both_parts():
    reader = paused(trending_muted_at=None)
    paper_of(BEGINS + timedelta(days=5))

    live(BEGINS, 11)

    for part in both_parts(letter_of(reader, BACK)):
        assert "Back from your pause: the best of 3 to 13 August." in " ".join(part.split())


def test_a_letter_that_comes_in_the_morning_names_the_days_before():
    reader = paused(trending_muted_at=None, hour=7, next_due_at=at(BEGINS, 7), read_up_to=at(BEGINS, 7))
    paper_of(BEGINS + timedelta(days=5))

    live(BEGINS, 11, hour=7)

    assert "the best of 3 to 12 August." in both_parts(letter_of(reader, BACK))[0]


def test_of_a_long_pause_it_is_the_best_of_the_last_fourteen_days():
    topic = make_topic()
    back = BEGINS + timedelta(days=40)
    reader = paused(back, topics=[topic.slug])
    too_old, old = paper_of(back - timedelta(days=15)), paper_of(back - timedelta(days=14))
    for paper in (too_old, old):
        make_score(paper, topic)

    live(BEGINS, 41)

    assert papers_in(letter_of(reader, back)) == [old.pk]
    assert "the best of 29 August to 12 September." in both_parts(letter_of(reader, back))[0]


def test_the_letters_before_and_after_repeat_nothing_and_each_slot_has_one():
    topic = make_topic()
    reader = begun(topics=[topic.slug], trending_muted_at=at(BEGINS))
    papers = [paper_of(day) for day in days(BEGINS, 12)]
    for paper in papers:
        make_score(paper, topic)
    live(BEGINS, 2)
    Subscriber.objects.update(paused_until=BACK)
    live(BEGINS + timedelta(days=2), 10)

    letters = Letter.objects.filter(subscriber=reader).order_by("key")

    brought = [papers_in(letter) for letter in letters if letter.state == Letter.State.PLANNED]
    assert [sorted(some) for some in brought] == [
        [papers[0].pk],
        [papers[1].pk],
        [paper.pk for paper in papers[2:11]],
        [papers[11].pk],
    ]
    assert [letter.key for letter in letters] == [day.isoformat() for day in days(BEGINS, 12)]
    assert Given.objects.count() == len(papers)


def test_the_letter_after_that_is_an_ordinary_one():
    reader = paused(trending_muted_at=None)
    for day in days(BEGINS, 12):
        paper_of(day)

    live(BEGINS, 12)

    assert "special" not in letter_of(reader, BACK + timedelta(days=1)).contents


def test_a_pause_in_which_no_letter_was_due_is_not_spoken_of():
    reader = paused(BEGINS, trending_muted_at=None)
    paper_of(BEGINS)

    live(BEGINS, 1)

    assert "special" not in letter_of(reader, BEGINS).contents


def test_who_ends_a_pause_before_its_time_gets_what_came_in_it_too():
    topic = make_topic()
    reader = paused(BACK + timedelta(days=100), topics=[topic.slug])
    paper = paper_of(BEGINS)
    make_score(paper, topic)
    live(BEGINS, 3)
    Subscriber.objects.update(paused_until=None)

    planning.tick(at(BEGINS + timedelta(days=3)))

    assert papers_in(letter_of(reader, BEGINS + timedelta(days=3))) == [paper.pk]


def test_what_came_while_the_site_was_down_for_too_long_waits_for_the_next_letter():
    topic = make_topic()
    reader = begun(topics=[topic.slug], trending_muted_at=at(BEGINS), days=[0, 3])
    paper = paper_of(BEGINS)
    make_score(paper, topic)
    live(BEGINS + timedelta(days=2), 2)

    missed, next_one = (letter_of(reader, BEGINS + timedelta(days=ahead)) for ahead in (0, 3))

    assert (missed.reason, papers_in(next_one)) == ("too late", [paper.pk])


def test_the_preview_during_a_pause_is_the_letter_after_it():
    topic = make_topic()
    reader = paused(topics=[topic.slug])
    for day in days(BEGINS, 10):
        make_score(paper_of(day), topic)
    live(BEGINS, 10)
    reader.refresh_from_db()
    previewing.drop_caches()

    preview = previewing.of_reader(reader, at(BACK))
    planning.tick(at(BACK))

    assert preview.special
    assert preview.letter.contents == letter_of(reader, BACK).contents
