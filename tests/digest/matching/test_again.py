"""Old papers that are trending again: at most one in a letter, where there is room, and never as anything else."""

import pytest

from tests.digest.matching.values import ROBOTS, SPARSE, candidate, for_you, profile, topic, with_again

pytestmark = pytest.mark.one_database
NEW = list(range(100, 120))


def test_one_has_the_last_place():
    assert with_again(profile(cap=4), [], NEW, again=[7, 8]).trending == [100, 101, 102, 7]


def test_where_trending_has_no_more_places_than_are_kept_for_it_what_is_new_has_them():
    assert with_again(profile(cap=3), [], NEW, again=[7]).trending == NEW[:3]


def test_it_comes_where_nothing_new_is_left():
    assert with_again(profile(given=frozenset(NEW)), [], NEW, again=[7]).trending == [7]


@pytest.mark.parametrize("had", [{"given": frozenset({7})}, {"unwanted": (topic(ROBOTS),)}])
def test_one_that_the_reader_had_or_does_not_want_gives_way_to_the_next(had: dict[str, object]):
    old = candidate(7, topics={ROBOTS: 1}, is_old=True)

    assert with_again(profile(**had), [old], NEW[:2], again=[7, 8]).trending == [100, 101, 8]


def test_it_never_comes_for_what_it_says():
    old = candidate(7, topics={SPARSE: 1}, is_old=True)

    choice = with_again(profile(topic(SPARSE)), [old], [], again=[7])

    assert (for_you(choice), choice.trending) == ([], [7])


def test_whoever_muted_trending_gets_none():
    assert len(with_again(profile(topic(SPARSE), trending=False), [], [], again=[7])) == 0
