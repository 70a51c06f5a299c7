"""What was announced stays announced, also where several write at once."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from papers import storing
from papers.models import Collection, Paper, Sighting
from papers.sources.base import Listing
from tests.factories import make_topic
from tests.papers.storing.samples import DAY, MORNING, NEXT_DAY, listing, store

pytestmark = pytest.mark.django_db


def test_a_later_reading_of_the_same_day_takes_no_announcement_back():
    store(listing(1), listing(2), by="arxiv:rss")

    store(listing(1, announced=False), listing(2), by="arxiv:oai", now=MORNING + timedelta(hours=6))
    store(listing(2, announced=False), by="arxiv:query", now=MORNING + timedelta(hours=7))

    assert [paper.arxiv_id for paper in Paper.objects.listed(on=DAY, by="arxiv")] == ["2608.00001", "2608.00002"]
    assert set(Paper.objects.values_list("listed_on", flat=True)) == {DAY}


def read(*listings, day=NEXT_DAY):
    """The archive's list of a day was read, and had papers."""
    merged = storing.merge_day(listings, "arxiv", "oai", day, MORNING)
    said = {"outcome": "listed", "listed": max(merged.announced, 1), "collected_at": MORNING}
    Collection.objects.update_or_create(source="arxiv", day=day, defaults=said)


def announced_on(number=1):
    """The days on which the paper was announced, the latest as its own column has it."""
    paper = Paper.objects.get(arxiv_id=f"2608.{number:05}")
    days = sorted(paper.sightings.filter(announced=True).values_list("day", flat=True))
    assert paper.listed_on == max(days, default=None)
    return days


REVISED = {"announced": False, "announced_on": DAY}
HELD = {"announced": True, "announced_on": DAY}


def test_a_paper_that_was_revised_since_is_announced_on_its_own_day_once_that_was_read():
    read(listing(**REVISED))
    assert announced_on() == []

    read(day=DAY)

    assert announced_on() == [DAY]


def test_a_paper_that_was_revised_since_is_announced_on_its_own_day_that_was_read_before():
    read(day=DAY)

    read(listing(**REVISED))

    assert announced_on() == [DAY]


def test_a_paper_new_on_a_day_that_is_never_read_is_no_news_when_it_is_revised():
    read(listing(1, **REVISED), listing(2, announced_on=NEXT_DAY))

    assert (announced_on(1), announced_on(2)) == ([], [NEXT_DAY])


def test_a_first_version_that_comes_late_is_news_on_the_day_it_comes():
    read(listing(**HELD))

    assert announced_on() == [NEXT_DAY]


@pytest.mark.parametrize("days", [(DAY, NEXT_DAY), (NEXT_DAY, DAY)], ids=["oldest first", "latest first"])
def test_whichever_of_two_lists_is_read_first_their_papers_are_announced_on_the_same_days(days):
    lists = {
        DAY: [listing(1, announced_on=DAY)],
        NEXT_DAY: [listing(2, **REVISED), listing(3, **HELD), listing(4, announced_on=NEXT_DAY)],
    }
    for day in days:
        read(*lists[day], day=day)

    assert [announced_on(number) for number in (1, 2, 3, 4)] == [[DAY], [DAY], [DAY], [NEXT_DAY]]


def test_a_paper_that_was_news_before_is_not_announced_again():
    store(listing(), by="arxiv:rss")

    read(listing(**HELD), day=NEXT_DAY)
    read(listing(announced=False, announced_on=NEXT_DAY), day=NEXT_DAY + timedelta(days=1))

    assert announced_on() == [DAY]


def test_a_paper_that_the_feed_announced_late_is_not_announced_again_on_the_day_of_the_schedule():
    store(listing(), by="arxiv:rss", day=NEXT_DAY)

    read(listing(**REVISED), day=NEXT_DAY + timedelta(days=1))
    read(day=DAY)

    assert announced_on() == [NEXT_DAY]


def test_a_list_of_changes_that_is_read_again_changes_nothing():
    for _ in range(2):
        read(listing(1, **HELD), listing(2, **REVISED))
    read(day=DAY)
    before = list(Sighting.objects.order_by("pk").values())

    read(listing(1, **HELD), listing(2, **REVISED))

    assert list(Sighting.objects.order_by("pk").values()) == before
    assert (announced_on(1), announced_on(2)) == ([DAY], [DAY])


def test_a_paper_that_another_source_listed_is_announced_by_this_one_on_its_own_day():
    store(listing(), by="huggingface:api", day=NEXT_DAY)
    read(day=DAY)

    read(listing(**REVISED), day=NEXT_DAY)

    assert announced_on() == [DAY, NEXT_DAY]


def test_an_old_paper_that_is_revised_waits_for_no_day():
    read(listing(announced=False, announced_on=DAY - timedelta(days=60)))

    assert Sighting.objects.get().day == NEXT_DAY


def test_the_record_of_a_day_counts_the_papers_that_later_lists_brought():
    read(day=DAY)
    read(listing(1, **REVISED), listing(2, **REVISED))

    assert Collection.objects.get(day=DAY).listed == 2


def test_ranks_are_of_what_was_announced():
    store(listing(1, announced=False), listing(2), listing(3, announced=False), listing(4), by="arxiv:oai")

    shown = Paper.objects.listed(on=DAY, by="arxiv").values_list("arxiv_id", "rank")
    assert list(shown) == [("2608.00002", 1), ("2608.00004", 2)]


def test_another_reading_of_the_same_day_may_bring_newer_votes():
    store(listing(votes=10))
    store(listing(votes=50), by="huggingface:cards", now=MORNING + timedelta(hours=6))

    assert Paper.objects.get().votes == 50


def test_of_two_papers_with_the_doi_of_a_third_row_none_is_dropped():
    store(Listing(key="doi:10.1000/one", doi="10.1000/one", title="One"), by="another:list")

    store(listing(1, doi="10.1000/one"), listing(2, doi="10.1000/one"), by="arxiv:rss")

    assert set(Paper.objects.values_list("arxiv_id", flat=True)) == {"2608.00001", "2608.00002"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.one_database
def test_new_votes_keep_no_letter_waiting():
    """A letter that names a paper takes a lock that a change of a unique column would conflict with."""
    store(listing(votes=1))
    locked: list[Exception | None] = []

    with transaction.atomic():
        store(listing(votes=2))
        thread = threading.Thread(target=_lock_as_a_letter_does, args=[locked])
        thread.start()
        thread.join()

    assert locked == [None]


def _lock_as_a_letter_does(locked: list[Exception | None]) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '300ms'")
            cursor.execute("SELECT 1 FROM papers_paper FOR KEY SHARE")
        locked.append(None)
    except DatabaseError as error:
        locked.append(error)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.one_database
def test_several_processes_that_score_a_new_topic_at_once_do_not_collide():
    store(*(listing(number, abstract="On dictionary learning.") for number in range(40)))
    topic = make_topic(phrases=["dictionary learning"], scored_at=None)
    problems: list[Exception] = []
    together = threading.Barrier(4)

    threads = [threading.Thread(target=_score_and_close, args=[together, problems]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    assert topic.papers.count() == 40


def _score_and_close(together: threading.Barrier, problems: list[Exception]) -> None:
    try:
        together.wait()
        storing.score_edited_topics(MORNING)
    except DatabaseError as error:
        problems.append(error)
    finally:
        connection.close()
