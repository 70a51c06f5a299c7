"""Which papers a reader gets that are near in meaning, and which say the same."""

from dataclasses import replace

import numpy as np
import pytest

from digest.matching.profiles import CandidatePool, Query
from papers.search.encoders import Text, unit
from papers.text.tokenizing import terms
from subscriptions.models import Subscriber
from tests.digest.matching.values import (
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


def test_a_paper_that_is_only_near_in_meaning_comes_if_it_is_above_the_bar_and_says_so():
    known, words = space()
    pool = pool_with([candidate(1), candidate(2)], ["bread", "iron"], known, words)

    (choice,) = choose([profile(phrase("bread"), trending=False, bar=2.0)], pool, [])

    assert for_you(choice) == [1]
    assert choice.for_you[0].reason == {"code": "near", "to": "bread"}


def test_among_too_few_papers_to_tell_what_is_near_all_that_say_typed_words_plainly_come():
    known, words = space()
    papers = [candidate(number, title="Ovens", abstract="In them bread is baked.") for number in (1, 2, 3)]
    vectors = np.array([words[word] for word in ("bread", "glass", "iron")], np.float32)

    (choice,) = choose([profile(phrase("bread"), trending=False)], CandidatePool(papers, (), known, vectors), [])

    assert for_you(choice) == [1, 2, 3]


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
    low, high = profile(phrase("bread"), trending=False, bar=2.0), profile(phrase("bread"), trending=False, bar=7.5)

    choices = choose([low, high], pool, [])

    assert [for_you(choice) for choice in choices] == [[1], []]
    assert choices[1].near_misses[0].lacked["bar"] == 0.75  # On the one scale for all, where the site's bar is a half.


@pytest.mark.parametrize("bar", Subscriber.Bar.values)
def test_words_that_a_title_says_bring_a_paper_at_every_step_of_the_bar(bar: float):
    choice = one(profile(phrase("bread making"), bar=bar), [candidate(1, title="Bread making")])

    assert for_you(choice) == [1]


@pytest.mark.parametrize(("said", "comes"), [("of bread making", True), ("of ovens (as in bread making)", False)])
def test_a_phrase_said_in_earnest_brings_a_paper_and_one_said_aside_does_not(said: str, comes: bool):
    choice = one(profile(phrase("bread making")), [candidate(1, title="Kitchens", abstract=f"A study {said}.")])

    assert for_you(choice) == [1] * comes


def test_a_phrase_comes_for_once_said_where_the_terms_are_of_a_longer_text_than_the_abstract():
    paper = replace(
        candidate(1, title="Kitchens", abstract="A study of ovens (as in bread making)."), abstract="Ovens."
    )

    assert for_you(one(profile(phrase("bread making")), [paper])) == [1]


def test_a_phrase_said_aside_brings_a_paper_that_is_near_in_meaning():
    known, words = space()
    papers = [candidate(number, title="Kitchens", abstract="A study (of bread).") for number in (1, 2)]
    pool = pool_with(papers, ["bread", "iron"], known, words)

    (choice,) = choose([profile(phrase("bread"), trending=False)], pool, [])

    assert for_you(choice) == [1]


def test_a_paper_that_says_nothing_must_be_nearer_than_one_that_says_the_words():
    known, words = space()
    between = unit((words["bread"] + 0.5 * words["iron"])[None])[0]
    papers = [candidate(1, title="Kitchens", abstract="A study (of bread)."), candidate(2, title="Kitchens")]
    pool = pool_with(papers, ["between", "bread"], known, words | {"between": between})

    (choice,) = choose([profile(phrase("bread"), trending=False)], pool, [])

    assert for_you(choice) == [1]


def test_a_paper_that_is_like_what_is_typical_of_a_topic_comes_though_it_does_not_say_it():
    known, words = space()
    pool = pool_with([candidate(1), candidate(2)], ["bread", "iron"], known, words)
    with_typical = CandidatePool(pool.candidates, pool.reference, known, pool.vectors, {SPARSE: words["bread"]})

    choices = [choose([profile(topic(SPARSE), trending=False)], one, [])[0] for one in (pool, with_typical)]

    assert [for_you(choice) for choice in choices] == [[], [1]]


def test_a_paper_that_says_no_word_of_a_topic_is_compared_with_papers_that_do_and_not_with_its_description():
    known, words = space()
    described = Query(
        "topic", "topic-1", "Topic 1", Text("bread", "", terms("bread", ""), is_query=True), topic=SPARSE
    )
    pool = pool_with([candidate(1), candidate(2)], ["bread", "iron"], known, words)
    pool = CandidatePool(pool.candidates, pool.reference, known, pool.vectors, {SPARSE: words["iron"]})

    (choice,) = choose([profile(described, trending=False, bar=2.0)], pool, [])

    assert for_you(choice) == [2]


@pytest.mark.parametrize(("unsaid", "comes"), [(0.0, True), (-9.0, False)])
def test_how_much_nearer_a_paper_must_be_that_says_no_word_of_a_topic_is_the_encoders(unsaid: float, comes: bool):
    known, words = space()
    known = replace(known, unsaid=unsaid)
    pool = pool_with([candidate(1)], ["bread"], known, words)
    pool = CandidatePool(pool.candidates, pool.reference, known, pool.vectors, {SPARSE: words["bread"]})

    (choice,) = choose([profile(topic(SPARSE), trending=False)], pool, [])

    assert for_you(choice) == [1] * comes


def test_a_paper_that_says_a_topic_aside_is_compared_with_its_description_too():
    known, words = space()
    described = Query(
        "topic", "topic-1", "Topic 1", Text("bread", "", terms("bread", ""), is_query=True), topic=SPARSE
    )
    said = [candidate(number, topics={SPARSE: 0.2}) for number in (1, 2, 3)]
    pool = pool_with(said, ["bread", "iron", "glass"], known, words)
    pool = CandidatePool(pool.candidates, pool.reference, known, pool.vectors, {SPARSE: words["iron"]})

    (choice,) = choose([profile(described, trending=False)], pool, [])

    assert set(for_you(choice)) == {1, 2}


def test_of_papers_that_say_a_topic_in_the_title_or_again_and_again_the_nearest_goes_first():
    known, words = space()
    said = [candidate(1, topics={SPARSE: 1.0}, votes=9), candidate(2, topics={SPARSE: 0.8})]
    between = unit((words["bread"] + 0.5 * words["iron"])[None])[0]
    pool = pool_with(said, ["between", "bread"], known, words | {"between": between})
    pool = CandidatePool(pool.candidates, pool.reference, known, pool.vectors, {SPARSE: words["bread"]})

    (choice,) = choose([profile(topic(SPARSE), trending=False)], pool, [])

    assert for_you(choice) == [2, 1]


def test_of_two_papers_that_say_the_same_one_comes():
    known, words = space()
    pool = pool_with([candidate(1, votes=3), candidate(2)], ["bread", "bread"], known, words)

    (choice,) = choose([profile(phrase("bread"), trending=False, bar=2.0)], pool, [])

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
