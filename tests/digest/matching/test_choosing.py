"""Which papers a reader gets. No rows: values in, choices out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from digest.matching import choosing, evidence, scoring
from digest.matching.choosing import Choice
from digest.matching.profiles import Candidate, CandidatePool, Profile, Query
from digest.matching.scoring import ReaderBatch
from papers.search.encoders import Text, unit
from papers.search.fits import Understanding
from papers.text.lexical import Lexicon
from papers.text.tokenizing import counted, terms

pytestmark = pytest.mark.one_database
MONDAY = datetime(2026, 8, 17, 12, tzinfo=UTC)
SPARSE, ROBOTS = 1, 2  # topics


def topic(number: int) -> Query:
    return Query("topic", f"topic-{number}", f"Topic {number}", topic=number)


def phrase(words: str) -> Query:
    return Query("phrase", words, words, Text(words, "", terms(words, "")))


def candidate(
    paper: int, *, title: str = "", seen_at: datetime = MONDAY, topics: dict[int, float] | None = None, **fields: Any
) -> Candidate:
    found = {number: (score, f"words of {number}") for number, score in (topics or {}).items()}
    return Candidate(paper, seen_at, topics=found, terms=terms(title, ""), **fields)


def profile(*wanted: Query, cap: int = 10, trending: bool = True, **fields: Any) -> Profile:
    return Profile(reader=1, wanted=wanted, trending=trending, cap=cap, **fields)


def choose(profiles: list[Profile], pool: CandidatePool, trending: list[int]) -> list[Choice]:
    return choosing.choose(ReaderBatch(profiles, evidence.Findings(pool), trending))


def one(reader: Profile, candidates: list[Candidate], trending: list[int] | None = None) -> Choice:
    return choose([reader], CandidatePool(candidates), trending or [])[0]


def for_you(choice: Choice) -> list[int]:
    return [pick.paper for pick in choice.for_you]


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


# ---------------------------------------------------------------------------------------------- every kind of interest


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

    assert [(pick.paper, pick.late) for pick in choice.for_you] == [(1, True)]
    assert choice.contents()["for_you"][0]["late"] is True


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


# ------------------------------------------------------------------------------------------------------------- meaning


def space(seed: int = 3) -> tuple[Understanding, Any]:
    """An understanding in which a text means what its first word says; and the directions of some words."""
    directions = unit(np.random.default_rng(seed).standard_normal((4, 16)).astype(np.float32))
    words = {"bread": directions[0], "iron": directions[1], "glass": directions[2]}

    class Words:
        dimensions = 16

        def encode(self, texts: Any) -> Any:
            return np.array([words.get(text.title.lower(), np.zeros(16)) for text in texts], np.float32)

    mean, whitening = np.zeros(16, np.float32), np.eye(16, dtype=np.float32)
    known = Understanding(1, Lexicon.of(counted(["."]), 1.0), Words(), mean, whitening, similarity_weight=1.6)
    return known, words


def pool_with(papers: list[Candidate], near: list[str], known: Understanding, words: Any) -> CandidatePool:
    """The papers mean the words given; the reference sample means this and that."""
    others = [candidate(1000 + number) for number in range(100)]
    usual = unit(np.random.default_rng(5).standard_normal((100, 16)).astype(np.float32))
    return CandidatePool(
        papers, others, known, np.concatenate([np.array([words[word] for word in near]), usual]).astype(np.float32)
    )


def test_a_paper_that_is_only_near_in_meaning_comes_if_it_is_above_the_bar_and_says_so():
    known, words = space()
    pool = pool_with([candidate(1), candidate(2)], ["bread", "iron"], known, words)

    (choice,) = choose([profile(phrase("bread"), trending=False)], pool, [])

    assert for_you(choice) == [1]
    assert choice.for_you[0].reason == {"code": "near", "to": "bread"}


def test_what_is_below_the_bar_is_a_near_miss_that_tells_both_numbers():
    known, words = space()
    between = unit((words["bread"] + 2.6 * words["iron"])[None])[0]
    pool = pool_with([candidate(1)], ["between"], known, words | {"between": between})

    (choice,) = choose([profile(phrase("bread"), trending=False)], pool, [])

    assert for_you(choice) == []
    lacked = choice.near_misses[0].lacked
    assert (lacked["code"], lacked["bar"]) == ("bar", 0.5)
    assert 0 < lacked["score"] < 0.5


def test_a_bar_of_ones_own_decides_what_comes_and_is_what_a_near_miss_tells():
    known, words = space()
    pool = pool_with([candidate(1)], ["bread"], known, words)
    usual, high = profile(phrase("bread"), trending=False), profile(phrase("bread"), trending=False, bar=9.0)

    choices = choose([usual, high], pool, [])

    assert [for_you(choice) for choice in choices] == [[1], []]
    assert choices[1].near_misses[0].lacked["bar"] == 0.75  # On the one scale for all, where the site's bar is a half.


def test_words_that_were_asked_for_bring_a_paper_whatever_the_bar():
    choice = one(profile(phrase("bread making"), bar=99.0), [candidate(1, title="Bread making")])

    assert for_you(choice) == [1]


def test_of_two_papers_that_say_the_same_one_comes():
    known, words = space()
    pool = pool_with([candidate(1, votes=3), candidate(2)], ["bread", "bread"], known, words)

    (choice,) = choose([profile(phrase("bread"), trending=False)], pool, [])

    assert for_you(choice) == [1]


def test_a_paper_that_fills_a_place_left_over_says_not_the_same_as_another_either():
    known, words = space()
    papers = [candidate(number, topics={SPARSE: 1.0}, votes=9) for number in range(1, 5)]
    papers.append(candidate(5, topics={ROBOTS: 0.6}))
    pool = pool_with(papers, ["bread", "iron", "glass", "salt", "salt"], known, words | {"salt": words["iron"] * -1})

    (choice,) = choose([profile(topic(SPARSE), topic(ROBOTS), cap=5, trending=False)], pool, [])

    assert not {4, 5} <= set(for_you(choice))


def test_a_paper_like_an_unwanted_one_is_pushed_down():
    known, words = space()
    papers = [candidate(1, topics={SPARSE: 1}, votes=50), candidate(2, topics={SPARSE: 1})]
    pool = pool_with(papers, ["bread", "iron"], known, words)
    unwanted = Query("paper", "arxiv:9", "Bread", Text("bread", "", terms("bread", "")), paper=9)

    (choice,) = choose([profile(topic(SPARSE), unwanted=(unwanted,), trending=False)], pool, [])

    assert for_you(choice) == [2, 1]


def test_without_a_reference_sample_only_words_bring_papers():
    choice = one(profile(phrase("bread making")), [candidate(1, title="Bread"), candidate(2, title="Bread making")])

    assert for_you(choice) == [2]
