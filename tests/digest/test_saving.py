"""Papers that a reader saves: once each, not without end, until they are taken back or the reader is erased."""

from datetime import UTC, datetime, timedelta

import pytest

from digest import saving
from digest.models import Saved
from subscriptions.models import Subscriber
from tests.factories import make_paper, make_reader

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)


def saved(reader: Subscriber) -> list[tuple[int, datetime]]:
    return list(Saved.objects.filter(subscriber=reader).order_by("pk").values_list("paper", "saved_at"))


def test_a_paper_that_is_saved_again_stays_as_it_was_saved_first():
    reader, paper = make_reader(), make_paper()

    assert saving.save(reader, paper, NOON)
    assert saving.save(reader, paper, LATER)

    assert saved(reader) == [(paper.pk, NOON)]


def test_what_is_taken_back_tells_since_when_it_was_saved_and_again_tells_nothing():
    reader, paper, other = make_reader(), make_paper(), make_paper()
    saving.save(reader, paper, NOON)
    saving.save(reader, other, NOON)

    assert saving.take_back(reader, paper) == NOON
    assert saving.take_back(reader, paper) is None

    assert saved(reader) == [(other.pk, NOON)]


def test_a_list_is_one_readers_alone():
    ada, tomas, paper = make_reader(), make_reader(), make_paper()
    saving.save(ada, paper, NOON)
    saving.save(tomas, paper, LATER)

    saving.take_back(ada, paper)

    assert (saved(ada), saved(tomas)) == ([], [(paper.pk, LATER)])


def test_a_full_list_takes_no_other_paper_and_still_has_what_it_has(monkeypatch):
    monkeypatch.setattr(saving, "MOST_SAVED", 2)
    reader, papers = make_reader(), [make_paper() for _ in range(3)]

    assert [saving.save(reader, paper, NOON) for paper in papers] == [True, True, False]
    assert saving.save(reader, papers[0], LATER)

    assert saved(reader) == [(paper.pk, NOON) for paper in papers[:2]]


def test_who_leaves_and_comes_back_finds_what_was_saved():
    reader, paper = make_reader(), make_paper()
    saving.save(reader, paper, NOON)

    reader.unsubscribe(LATER)

    assert saved(reader) == [(paper.pk, NOON)]


def test_who_is_erased_leaves_nothing_saved():
    ada, tomas, paper = make_reader(), make_reader(), make_paper()
    for reader in (ada, tomas):
        saving.save(reader, paper, NOON)

    ada.delete()

    assert list(Saved.objects.values_list("subscriber", flat=True)) == [tomas.pk]
