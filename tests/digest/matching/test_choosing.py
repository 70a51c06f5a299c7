"""Which papers a reader gets. No rows: values in, choices out."""

from datetime import timedelta

import pytest

from digest.matching.profiles import CandidatePool, Query
from tests.digest.matching.values import MONDAY, ROBOTS, SPARSE, candidate, choose, for_you, one, profile, topic

pytestmark = pytest.mark.one_database


def test_only_papers_that_match_a_topic_are_for_you():
    choice = one(
        profile(topic(SPARSE)), [candidate(1, topics={SPARSE: 1.0}), candidate(2, topics={ROBOTS: 1.0}), candidate(3)]
    )

    assert for_you(choice) == [1]


def test_the_best_match_comes_first_and_votes_decide_between_equals():
    choice = one(
        profile(topic(SPARSE)),
        [
            candidate(1, topics={SPARSE: 0.6}),
            candidate(2, votes=3, topics={SPARSE: 1}),
            candidate(3, votes=9, topics={SPARSE: 1}),
        ],
    )

    assert for_you(choice) == [3, 2, 1]


def test_a_paper_of_two_wanted_topics_comes_once_with_the_better_reason():
    choice = one(profile(topic(SPARSE), topic(ROBOTS)), [candidate(1, topics={SPARSE: 0.6, ROBOTS: 0.9})])

    assert [(pick.paper, pick.query, pick.phrase) for pick in choice.for_you] == [(1, topic(ROBOTS), "words of 2")]


def test_a_reader_without_topics_gets_what_is_trending_alone():
    choice = one(profile(), [candidate(1, topics={SPARSE: 1})], trending=[2, 1])

    assert (for_you(choice), choice.trending) == ([], [2, 1])


def test_whoever_muted_trending_gets_none():
    choice = one(profile(topic(SPARSE), trending=False), [candidate(1, topics={SPARSE: 1})], trending=[2])

    assert (for_you(choice), choice.trending) == ([1], [])


def test_a_paper_in_both_parts_stays_where_it_has_a_reason():
    choice = one(profile(topic(SPARSE)), [candidate(1, topics={SPARSE: 1})], trending=[1, 2])

    assert (for_you(choice), choice.trending) == ([1], [2])


def test_what_was_given_never_comes_again():
    choice = one(profile(topic(SPARSE), given=frozenset({1, 2})), [candidate(1, topics={SPARSE: 1})], trending=[2, 3])

    assert (for_you(choice), choice.trending) == ([], [3])


def test_only_papers_first_seen_since_the_last_letter_are_for_you():
    old, new = (
        candidate(1, seen_at=MONDAY, topics={SPARSE: 1}),
        candidate(2, seen_at=MONDAY + timedelta(seconds=1), topics={SPARSE: 1}),
    )

    choice = one(profile(topic(SPARSE), after=MONDAY), [old, new])

    assert for_you(choice) == [2]


def test_papers_of_a_letter_that_did_not_arrive_may_come_again():
    choice = one(profile(topic(SPARSE), after=MONDAY, again=frozenset({1})), [candidate(1, topics={SPARSE: 1})])

    assert for_you(choice) == [1]


@pytest.mark.parametrize("cap", [1, 2, 3, 10, 30])
@pytest.mark.parametrize("topics", [(), (topic(SPARSE),)])
def test_a_letter_never_holds_more_than_the_cap(cap: int, topics: tuple[Query, ...]):
    papers = [candidate(number, topics={SPARSE: 1}) for number in range(50)]

    choice = one(profile(*topics, cap=cap), papers, trending=list(range(100, 150)))

    assert len(choice) == cap


def test_what_the_cap_cut_off_is_a_near_miss():
    choice = one(
        profile(topic(SPARSE), cap=1, trending=False),
        [candidate(1, topics={SPARSE: 1}), candidate(2, topics={SPARSE: 0.6})],
    )

    assert [miss.paper for miss in choice.near_misses] == [2]


def test_many_readers_are_chosen_for_at_once_each_for_themselves():
    pool = CandidatePool([candidate(1, topics={SPARSE: 1}), candidate(2, topics={ROBOTS: 1})])

    choices = choose([profile(topic(SPARSE)), profile(topic(ROBOTS))], pool, [])

    assert [for_you(choice) for choice in choices] == [[1], [2]]


def test_a_letter_keeps_reasons_as_a_code_with_parameters():
    choice = one(profile(topic(SPARSE)), [candidate(1, topics={SPARSE: 1})])

    (item,) = choice.contents()["for_you"]

    assert item["reason"] == {"code": "topic", "topic": "Topic 1", "phrase": "words of 1"}
    assert 0 <= item["score"] <= 1
