"""Whatever writes what public pages show says so, once it is committed; kept pages are valid until then."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from papers import storing
from papers.models import Collection, ContentVersion, Paper, Signal, Topic
from papers.search import understanding
from tests.factories import make_paper, make_topic
from tests.papers.collecting.samples import DAY, HUGGINGFACE, MORNING, collect, entry, lists
from tests.papers.storing.samples import listing, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def moved(django_capture_on_commit_callbacks):
    """Whether the version is another one after an act was committed."""

    def is_moved(act) -> bool:
        before = ContentVersion.objects.current()
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return ContentVersion.objects.current() != before

    return is_moved


def test_there_is_a_version_before_anything_was_written(moved):
    assert ContentVersion.objects.current() == 0
    assert moved(ContentVersion.objects.move)
    assert moved(ContentVersion.objects.move)
    assert ContentVersion.objects.count() == 1


def test_a_list_moves_it_and_the_same_list_again_does_not(moved):
    assert moved(lambda: store(listing(votes=3)))
    assert not moved(lambda: store(listing(votes=3)))
    assert moved(lambda: store(listing(votes=4), now=MORNING + timedelta(hours=1)))


def test_another_order_of_the_same_papers_moves_it(moved):
    first, second = listing(1), listing(2)
    store(first, second)

    assert moved(lambda: store(second, first))


def test_what_a_page_without_papers_says_moves_it(moved, far_end):
    assert moved(lambda: Collection.objects.claim(HUGGINGFACE.name, DAY, MORNING, timedelta(minutes=1)))
    assert moved(lambda: collect(now=MORNING))  # The far end answers nothing that could be read.
    assert not moved(lambda: collect(now=MORNING))
    lists(far_end)
    assert moved(lambda: collect(now=MORNING))


def test_a_day_that_is_read_whole_moves_it(moved, far_end):
    lists(far_end, entry(1))

    assert moved(collect)


def test_removed_papers_move_it(moved):
    make_paper(key="sample:1", source="sample")

    assert moved(lambda: storing.delete_papers(Paper.objects.samples()))
    assert not moved(lambda: storing.delete_papers(Paper.objects.samples()))


def test_an_edited_topic_moves_it_and_again_when_papers_were_scored_by_it(moved, admin_client, settings):
    make_paper(title="On ferries", listed_on=DAY)
    topic = make_topic(slug="boats")
    change = f"/{settings.ADMIN_PATH}/papers/topic/{topic.pk}/change/"
    said = {
        "name": "Boats",
        "group": "Of a test",
        "description": "Afloat",
        "categories": "[]",
        "phrases": '["ferries"]',
    }

    assert moved(lambda: admin_client.post(change, said))
    assert Topic.objects.get(pk=topic.pk).name == "Boats"
    assert moved(lambda: storing.score_edited_topics(MORNING))
    assert not moved(lambda: storing.score_edited_topics(MORNING))


@pytest.mark.parametrize("page", ["{pk}/delete/", ""])
def test_a_topic_that_is_deleted_moves_it(moved, admin_client, settings, page):
    pk = make_topic().pk
    address = f"/{settings.ADMIN_PATH}/papers/topic/{page.format(pk=pk)}"
    said = {"action": "delete_selected", "_selected_action": pk, "post": "yes"}

    assert moved(lambda: admin_client.post(address, said))
    assert not Topic.objects.filter(pk=pk).exists()


def test_papers_that_can_be_found_from_now_on_move_it(moved):
    make_paper()

    assert moved(understanding.keep_up)
    assert not moved(understanding.keep_up)


def test_another_fit_moves_it(moved):
    make_paper()
    understanding.keep_up()

    assert moved(lambda: understanding.refit("light", MORNING))


def test_thinner_curves_of_votes_move_it(moved):
    paper = make_paper()
    for hours in (1, 2):
        Signal.objects.create(paper=paper, at=MORNING + timedelta(hours=hours), votes=hours)

    assert moved(lambda: storing.thin_signals(MORNING + timedelta(days=9)))
    assert not moved(lambda: storing.thin_signals(MORNING + timedelta(days=9)))


def test_what_is_rolled_back_moves_nothing(moved):
    @transaction.atomic
    def fail() -> None:
        store(listing())
        transaction.set_rollback(True)

    assert not moved(fail)
    assert not Paper.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_it_moves_after_the_commit_and_not_before():
    with transaction.atomic():
        store(listing())
        assert ContentVersion.objects.current() == 0

    assert ContentVersion.objects.current() > 0


@pytest.mark.django_db(transaction=True)
def test_where_it_cannot_be_moved_what_was_written_stays_written():
    def refuse(execute, sql, parameters, many, context):
        if "contentversion" in sql:
            raise DatabaseError("away")
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(refuse):
        store(listing())

    assert Paper.objects.count() == 1
