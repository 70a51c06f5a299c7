"""What was announced stays announced, also where several write at once."""

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from papers import storing
from papers.models import Paper
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


def test_a_paper_on_a_list_of_changes_is_announced_if_it_never_was():
    store(listing(once=True), by="arxiv:oai")

    assert Paper.objects.get().listed_on == DAY


def test_a_paper_on_a_list_of_changes_is_not_announced_again():
    store(listing(), by="arxiv:rss")
    store(listing(once=True), by="arxiv:oai", day=NEXT_DAY)

    assert Paper.objects.get().listed_on == DAY
    assert not Paper.objects.listed(on=NEXT_DAY, by="arxiv")


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
