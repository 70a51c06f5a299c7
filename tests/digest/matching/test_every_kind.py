"""Which papers a reader gets by each kind of interest, and by many of them together."""

from datetime import timedelta
from typing import Any

import pytest

from digest.matching import choosing, evidence, scoring
from digest.matching.profiles import CandidatePool, Query
from digest.matching.scoring import ReaderBatch
from papers.search.encoders import Text
from papers.text.tokenizing import terms
from tests.digest.matching.values import (
    MONDAY,
    ROBOTS,
    SPARSE,
    candidate,
    choose,
    for_you,
    one,
    phrase,
    pool_with,
    profile,
    space,
    topic,
)

pytestmark = pytest.mark.one_database


def test_a_phrase_of_ones_own_finds_the_papers_that_have_its_words_side_by_side():
    papers = [candidate(1, title="Walking robots on ice"), candidate(2, title="Robots that like walking")]

    choice = one(profile(phrase("walking robot"), trending=False), papers)

    assert for_you(choice) == [1]
    assert choice.for_you[0].reason == {"code": "phrase", "phrase": "walking robot"}


def test_what_a_followed_author_wrote_comes_first_whatever_else_there_is():
    papers = [*(candidate(number, topics={SPARSE: 1.0}, votes=99) for number in range(20))]
    papers.append(candidate(50, authors=("Tomas Brandt", "Ada  Quill")))

    choice = one(profile(topic(SPARSE), Query("author", "Ada Quill", "Ada Quill"), cap=3, trending=False), papers)

    assert for_you(choice)[0] == 50
    assert choice.for_you[0].reason == {"code": "author", "author": "Ada Quill"}


def test_a_namesake_in_another_field_is_not_the_author_followed():
    follow = Query("author", "Wei Zhang", "Wei Zhang", guard=("cs.CL",))
    papers = [candidate(1, authors=("Wei Zhang",), categories=("math.AG",))]
    papers.append(candidate(2, authors=("Wei Zhang",), categories=("cs.LG", "cs.CL")))

    assert for_you(one(profile(follow), papers)) == [2]


def test_an_exact_identity_is_followed_whatever_the_name_is_printed_as():
    follow = Query("author", "huggingface:ada", "huggingface:ada")
    papers = [candidate(1, authors=("A. Quill",), identities={"A. Quill": "huggingface:Ada"})]
    papers.append(candidate(2, authors=("Ada",)))

    assert for_you(one(profile(follow), papers)) == [1]


def test_an_organisation_is_followed_whatever_the_case_of_its_name():
    choice = one(
        profile(Query("organisation", "tidewater lab", "tidewater lab")), [candidate(1, organisation="Tidewater Lab")]
    )

    assert for_you(choice) == [1]


def test_a_category_brings_its_papers():
    papers = [candidate(1, categories=("cs.CL",)), candidate(2, categories=("cs.RO",))]

    assert for_you(one(profile(Query("category", "cs.RO", "cs.RO")), papers)) == [2]


@pytest.mark.parametrize(
    "unwanted", [topic(ROBOTS), phrase("cooking"), Query("author", "Ada Quill"), Query("category", "cs.RO")]
)
def test_what_is_unwanted_comes_in_neither_part_and_the_near_miss_says_so(unwanted: Query):
    paper = candidate(1, title="Cooking", topics={SPARSE: 1, ROBOTS: 1}, authors=("Ada Quill",), categories=("cs.RO",))

    choice = one(profile(topic(SPARSE), unwanted=(unwanted,)), [paper], trending=[1])

    assert (for_you(choice), choice.trending) == ([], [])
    assert choice.near_misses[0].lacked["code"] == "unwanted"


def test_a_paper_whose_votes_rose_since_the_last_letter_is_caught_late_and_labelled():
    before, since = MONDAY - timedelta(days=3), MONDAY + timedelta(hours=2)
    papers = [
        candidate(1, topics={SPARSE: 1}, seen_at=before, risen_at=since),
        candidate(2, topics={SPARSE: 1}, seen_at=before),
    ]

    choice = one(profile(topic(SPARSE), after=MONDAY, trending=False), papers)

    assert [(pick.paper, pick.rising_since) for pick in choice.for_you] == [(1, before.date())]
    contents = choice.contents()["for_you"][0]
    assert (contents["late"], contents["since"]) == (True, "2026-08-14")


def test_what_rose_before_the_last_letter_is_not_late_again():
    paper = candidate(1, topics={SPARSE: 1}, seen_at=MONDAY - timedelta(days=3), risen_at=MONDAY - timedelta(hours=1))

    assert for_you(one(profile(topic(SPARSE), after=MONDAY), [paper])) == []


def test_one_interest_does_not_take_all_places_while_another_has_papers():
    papers = [candidate(number, topics={SPARSE: 1.0}, votes=9) for number in range(20)]
    papers += [candidate(number, topics={ROBOTS: 0.6}) for number in range(20, 25)]

    choice = one(profile(topic(SPARSE), topic(ROBOTS), cap=5, trending=False), papers)

    assert {pick.query for pick in choice.for_you} == {topic(SPARSE), topic(ROBOTS)}
    assert len(choice) == 5


def test_an_example_itself_is_never_given():
    example = Query("paper", "arxiv:1", "An example", Text("Robots", "", terms("Robots", "")), paper=1)

    assert for_you(one(profile(topic(SPARSE), example), [candidate(1, topics={SPARSE: 1})])) == []


@pytest.mark.parametrize("wanted", [True, False])
def test_a_paper_that_the_reader_named_is_not_given_as_trending_either(wanted: bool):
    named = Query("paper", "arxiv:1", "Named", Text("Robots", "", terms("Robots", "")), paper=1)
    reader = profile(named) if wanted else profile(topic(SPARSE), unwanted=(named,))

    assert one(reader, [candidate(1), candidate(2)], trending=[1, 2]).trending == [2]


def test_an_archive_stands_for_all_of_its_categories():
    papers = [candidate(1, categories=("cs.CL",)), candidate(2, categories=("math.AG",))]

    assert for_you(one(profile(Query("category", "cs", "cs")), papers)) == [1]


def test_an_archive_guards_an_author_for_all_of_its_categories():
    follow = Query("author", "Wei Zhang", "Wei Zhang", guard=("cs",))

    assert for_you(one(profile(follow), [candidate(1, authors=("Wei Zhang",), categories=("cs.LG",))])) == [1]


def test_readers_whose_interests_do_not_fit_into_memory_at_once_are_chosen_for_in_parts(monkeypatch: Any):
    papers = [candidate(number, topics={number: 1.0}) for number in range(20)]
    many = [profile(topic(number), trending=False) for number in range(20)]
    at_once = choose(many, CandidatePool(papers), [])

    monkeypatch.setattr(choosing, "CELLS_AT_ONCE", 50)

    assert choose(many, CandidatePool(papers), []) == at_once


def test_in_which_blocks_readers_and_interests_are_worked_on_changes_nothing(monkeypatch: Any):
    known, words = space()
    papers = [
        candidate(number, title="Bread making" if number % 3 else "Iron", topics={1: 0.7}) for number in range(9)
    ]
    pool = pool_with(papers, ["bread", "iron", "glass"] * 3, known, words)
    queries = [phrase("bread"), phrase("iron"), phrase("bread making"), topic(1), phrase("glass")]
    many = [profile(*queries[begin : begin + 3]) for begin in range(5)]
    at_once = choose(many, pool, [])

    monkeypatch.setattr(evidence, "QUERIES_A_BLOCK", 2)
    monkeypatch.setattr(scoring, "READERS_A_BLOCK", 2)

    assert choose(many, pool, []) == at_once


def test_what_was_found_for_others_before_and_which_papers_they_may_get_changes_nothing(monkeypatch: Any):
    known, words = space()
    papers = [
        candidate(number, title="Bread making" if number % 3 else "Iron", seen_at=MONDAY + timedelta(hours=number))
        for number in range(12)
    ]
    pool = pool_with(papers, ["bread", "iron", "glass"] * 4, known, words)
    queries = [phrase("bread"), phrase("iron"), phrase("bread making"), phrase("glass")]
    many = [
        profile(*queries[number % 3 : number % 3 + 2], after=MONDAY + timedelta(hours=hours), again=again)
        for number, (hours, again) in enumerate([(9, ()), (0, ()), (5, (2,)), (11, (1, 3)), (9, (0,)), (20, ())])
    ]
    alone = [choose([reader], pool, [4, 8])[0] for reader in many]

    findings = evidence.Findings(pool)
    in_turn = [choosing.choose(ReaderBatch([reader], findings, [4, 8]))[0] for reader in reversed(many)]
    monkeypatch.setattr(evidence, "CELLS_KEPT", 1)
    forgetful = evidence.Findings(pool)

    assert in_turn[::-1] == alone
    assert choose(many, pool, [4, 8]) == alone
    assert [choosing.choose(ReaderBatch([reader], forgetful, [4, 8]))[0] for reader in many] == alone
