"""Which papers a reader gets. No rows: values in, choices out."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.choosing import Choice, choose
from digest.profiles import Candidate, Profile

pytestmark = pytest.mark.one_database
MONDAY = datetime(2026, 8, 17, 12, tzinfo=UTC)
SPARSE, ROBOTS = 1, 2


def candidate(paper: int, *, votes: int = 0, seen_at: datetime = MONDAY, **scores: float) -> Candidate:
    topics = {"sparse": SPARSE, "robots": ROBOTS}
    return Candidate(
        paper, seen_at, votes, {topics[name]: (score, f"words of {name}") for name, score in scores.items()}
    )


def profile(*topics: int, cap: int = 10, trending: bool = True, **fields: object) -> Profile:
    return Profile(reader=1, topics=frozenset(topics), trending=trending, cap=cap, **fields)  # type: ignore[arg-type]


def one(reader: Profile, candidates: list[Candidate], trending: list[int] | None = None) -> Choice:
    return choose([reader], candidates, trending or [])[0]


def for_you(choice: Choice) -> list[int]:
    return [match.paper for match in choice.for_you]


def test_only_papers_that_match_a_topic_are_for_you():
    choice = one(profile(SPARSE), [candidate(1, sparse=1.0), candidate(2, robots=1.0), candidate(3)])

    assert for_you(choice) == [1]


def test_the_best_match_comes_first_and_votes_decide_between_equals():
    choice = one(
        profile(SPARSE), [candidate(1, sparse=0.6), candidate(2, sparse=1, votes=3), candidate(3, sparse=1, votes=9)]
    )

    assert for_you(choice) == [3, 2, 1]


def test_a_paper_of_two_wanted_topics_comes_once_with_the_better_reason():
    choice = one(profile(SPARSE, ROBOTS), [candidate(1, sparse=0.6, robots=0.9)])

    assert [(match.paper, match.topic, match.phrase) for match in choice.for_you] == [(1, ROBOTS, "words of robots")]


def test_a_reader_without_topics_gets_what_is_trending_alone():
    choice = one(profile(), [candidate(1, sparse=1)], trending=[2, 1])

    assert (for_you(choice), choice.trending) == ([], [2, 1])


def test_whoever_muted_trending_gets_none():
    choice = one(profile(SPARSE, trending=False), [candidate(1, sparse=1)], trending=[2])

    assert (for_you(choice), choice.trending) == ([1], [])


def test_a_paper_in_both_parts_stays_where_it_has_a_reason():
    choice = one(profile(SPARSE), [candidate(1, sparse=1)], trending=[1, 2])

    assert (for_you(choice), choice.trending) == ([1], [2])


def test_what_was_given_never_comes_again():
    choice = one(profile(SPARSE, given=frozenset({1, 2})), [candidate(1, sparse=1)], trending=[2, 3])

    assert (for_you(choice), choice.trending) == ([], [3])


def test_only_papers_first_seen_since_the_last_letter_are_for_you():
    old, new = candidate(1, sparse=1, seen_at=MONDAY), candidate(2, sparse=1, seen_at=MONDAY + timedelta(seconds=1))

    choice = one(profile(SPARSE, after=MONDAY), [old, new])

    assert for_you(choice) == [2]


def test_papers_of_a_letter_that_did_not_arrive_may_come_again():
    choice = one(profile(SPARSE, after=MONDAY, again=frozenset({1})), [candidate(1, sparse=1)])

    assert for_you(choice) == [1]


@pytest.mark.parametrize("cap", [1, 2, 3, 10, 30])
@pytest.mark.parametrize("topics", [(), (SPARSE,)])
def test_a_letter_never_holds_more_than_the_cap(cap: int, topics: tuple[int, ...]):
    papers = [candidate(number, sparse=1) for number in range(50)]

    choice = one(profile(*topics, cap=cap), papers, trending=list(range(100, 150)))

    assert len(choice) == cap


def test_what_the_cap_cut_off_is_a_near_miss():
    choice = one(profile(SPARSE, cap=1, trending=False), [candidate(1, sparse=1), candidate(2, sparse=0.6)])

    assert [match.paper for match in choice.near_misses] == [2]


def test_many_readers_are_chosen_for_at_once_each_for_themselves():
    choices = choose([profile(SPARSE), profile(ROBOTS)], [candidate(1, sparse=1), candidate(2, robots=1)], [])

    assert [for_you(choice) for choice in choices] == [[1], [2]]


def test_a_letter_keeps_reasons_as_a_code_with_parameters():
    choice = one(profile(SPARSE), [candidate(1, sparse=1)])

    contents = choice.contents({SPARSE: "Sparse autoencoders"})

    reason = {"code": "topic", "topic": "Sparse autoencoders", "phrase": "words of sparse", "score": 1}
    assert contents["for_you"] == [{"paper": 1, "reason": reason}]
