"""How many questions the database is asked must not grow with the readers."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from digest.letters import planning
from subscriptions.models import Letter, Subscriber
from subscriptions.sending import draining, post
from tests.depth import DEEP
from tests.factories import make_paper, make_reader, make_score, make_topic

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
FEW, MANY = 3, 300 if DEEP else 60


def make_readers(count):
    """Readers who are due, with a topic each."""
    topic = make_topic()
    for paper in [make_paper() for _ in range(5)]:
        make_score(paper, topic)
    for _ in range(count):
        make_reader(topics=[topic.slug])


def queries(work):
    with CaptureQueriesContext(connection) as captured:
        done = work(NOW)
    return done, len(captured)


def test_planning_for_many_readers_asks_no_more_than_for_few():
    make_readers(FEW)
    for_few = queries(planning.tick)
    Subscriber.objects.all().delete()
    make_readers(MANY)

    for_many = queries(planning.tick)

    assert (for_few[0], for_many[0]) == (FEW, MANY)
    assert for_many[1] == for_few[1]


@pytest.mark.usefixtures("mailbox")
@pytest.mark.parametrize("kind", ["digest", "welcome"])
def test_sending_many_letters_in_a_chunk_asks_no_more_than_sending_few(settings, monkeypatch, kind):
    # Else how many are claimed at a time hangs on how fast they leave.
    monkeypatch.setattr(draining, "SMALLEST_CHUNK", MANY)
    settings.SENDER, settings.HANDOVER_CHUNK = "subscriptions.sending.senders.Files", MANY
    make_letters(kind, FEW)
    for_few = queries(post.drain)
    make_letters(kind, MANY)

    for_many = queries(post.drain)

    assert (for_few[0], for_many[0]) == (FEW, MANY)
    assert for_many[1] <= for_few[1]


def make_letters(kind, count):
    Subscriber.objects.all().delete()
    make_readers(count)
    planning.tick(NOW)
    Letter.objects.update(kind=kind)
    if kind == "welcome":
        Letter.objects.update(contents={})  # a welcome letter's papers are chosen when it is written
