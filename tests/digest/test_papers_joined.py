"""What readers were given and said of a paper counts for the one that it is joined with."""

import pytest
from django.utils import timezone

from digest import papers_joined, saving
from digest.models import Saved
from papers.models import Paper
from subscriptions.interests.kinds import InterestSpec
from subscriptions.models import Subscriber
from tests.digest.saying import NOON, facts, place
from tests.factories import make_paper, make_reader

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def joined(reader: Subscriber, kept: Paper, gone: Paper) -> list[tuple[str, str, bool, str, list[str]]]:
    """What the reader has once the two papers are one."""
    papers_joined.move(kept.pk, gone.pk)
    return facts(reader)


def test_an_example_that_is_joined_away_is_an_example_by_its_other_key():
    reader, kept, gone = make_reader(), make_paper(), make_paper()
    reader.add_interest(InterestSpec("paper", gone.key, wanted=False), NOON)
    reader.add_interest(InterestSpec("phrase", gone.key))

    assert joined(reader, kept, gone) == [
        ("paper", kept.key, False, "feedback", []),
        ("phrase", gone.key, True, "chosen", []),
    ]


def test_an_example_by_both_keys_is_one():
    reader, kept, gone = make_reader(), make_paper(), make_paper()
    for paper in (kept, gone):
        reader.add_interest(InterestSpec("paper", paper.key))

    assert joined(reader, kept, gone) == [("paper", kept.key, True, "imported", [])]


@pytest.mark.parametrize("asked_of_the_kept", [True, False])
@pytest.mark.parametrize("wanted", [True, False])
def test_of_two_examples_that_become_one_what_was_asked_for_goes_before_what_was_learned(asked_of_the_kept, wanted):
    reader, kept, gone = make_reader(), make_paper(), make_paper()
    asked, learned = (kept, gone) if asked_of_the_kept else (gone, kept)
    reader.add_interest(InterestSpec("paper", asked.key, wanted))
    reader.add_interest(InterestSpec("paper", learned.key, not wanted), NOON)

    assert joined(reader, kept, gone) == [("paper", kept.key, wanted, "imported", [])]


@pytest.mark.parametrize("learned_at", [None, NOON])
@pytest.mark.parametrize("kept_is_wanted", [True, False])
def test_of_two_examples_as_good_as_each_other_the_wanted_one_stays(kept_is_wanted, learned_at):
    reader, kept, gone = make_reader(), make_paper(), make_paper()
    reader.add_interest(InterestSpec("paper", kept.key, kept_is_wanted), learned_at)
    reader.add_interest(InterestSpec("paper", gone.key, not kept_is_wanted), learned_at)

    [(_kind, key, wanted, *_rest)] = joined(reader, kept, gone)

    assert (key, wanted) == (kept.key, True)


def test_undo_after_joining_brings_back_what_was_chosen_by_the_key_that_stayed():
    reader, kept, gone = make_reader(), make_paper(), make_paper()
    reader.add_interest(InterestSpec("paper", gone.key))
    reader.add_interest(InterestSpec("paper", gone.key, wanted=False), NOON)

    papers_joined.move(kept.pk, gone.pk)
    reader.undo(InterestSpec("paper", kept.key, wanted=False))

    assert facts(reader) == [("paper", kept.key, True, "imported", [])]


def test_joining_leaves_other_readers_and_papers_alone():
    kept, gone, other = make_paper(), make_paper(), make_paper()
    ada, tomas = make_reader(), make_reader()
    for reader, paper in ((ada, gone), (tomas, kept), (tomas, other)):
        reader.add_interest(InterestSpec("paper", paper.key))

    papers_joined.move(kept.pk, gone.pk)

    assert [row.value for row in ada.interests.all()] == [kept.key]
    assert [row.value for row in tomas.interests.order_by("pk")] == [kept.key, other.key]


def test_the_link_of_a_paper_that_was_joined_away_opens_the_one_that_stayed(client):
    reader, gone = make_reader(), Paper(key="doi:10.1000/one")
    make_paper(title="What stayed", doi="10.1000/one")

    page = client.get(place(reader, gone))

    assert "What stayed" in page.text


def test_what_was_asked_for_by_a_title_counts_for_the_paper_that_is_found():
    first, second, paper = make_reader(), make_reader(), make_paper()
    first.add_interest(InterestSpec("paper", "title:Letters by Night", wanted=False))
    second.add_interest(InterestSpec("paper", "title:Letters by Night"))
    second.add_interest(InterestSpec("paper", paper.key))

    papers_joined.found("title:Letters by Night", paper.key)

    assert facts(first) == [("paper", paper.key, False, "imported", [])]
    assert facts(second) == [("paper", paper.key, True, "imported", [])]


@pytest.mark.parametrize("saved_both", [True, False])
def test_what_was_saved_by_either_is_saved_once_as_the_paper_that_stayed(saved_both):
    reader, other, kept, gone = make_reader(), make_reader(), make_paper(), make_paper()
    saving.save(reader, gone, NOON)
    saving.save(other, kept, NOON)
    if saved_both:
        saving.save(reader, kept, NOON)

    papers_joined.move(kept.pk, gone.pk)

    expected = [(reader.pk, kept.pk, NOON), (other.pk, kept.pk, NOON)]
    assert sorted(Saved.objects.values_list("subscriber", "paper", "saved_at")) == expected
