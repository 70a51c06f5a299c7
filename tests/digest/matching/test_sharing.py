"""Several interests in one letter: each that has papers is served, and the most specific reason is stated."""

from collections import Counter
from datetime import timedelta

import pytest

from digest.matching.choosing import Choice
from digest.matching.profiles import Query
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
TIDES = 3
ROBOTICS = Query("category", "cs.RO", "cs.RO")


def reasons(choice: Choice) -> list[str]:
    return [pick.query.name for pick in choice.for_you]


def test_each_interest_that_has_a_paper_gets_one_before_any_gets_a_third():
    papers = [candidate(number, topics={SPARSE: 1.0}, votes=99 - number) for number in range(20)]
    papers += [candidate(50, topics={ROBOTS: 0.5}), candidate(51, topics={TIDES: 0.5})]
    reader = profile(topic(SPARSE), topic(ROBOTS), topic(TIDES), cap=4, trending=False)

    assert Counter(reasons(one(reader, papers))) == {"Topic 1": 2, "Topic 2": 1, "Topic 3": 1}


def test_an_interest_whose_papers_speak_louder_of_another_gets_one_as_its_own():
    papers = [candidate(number, topics={SPARSE: 1.0, ROBOTS: 0.8}) for number in range(5)]

    assert set(reasons(one(profile(topic(SPARSE), topic(ROBOTS)), papers))) == {"Topic 1", "Topic 2"}


def test_an_interest_whose_best_paper_speaks_louder_of_another_gets_one_from_further_down():
    papers = [candidate(number, topics={SPARSE: 1.0}, votes=9) for number in range(20)]
    papers += [candidate(50, topics={SPARSE: 1.0, ROBOTS: 0.7}, votes=99), candidate(51, topics={ROBOTS: 0.6})]
    reader = profile(topic(SPARSE), topic(ROBOTS), cap=3, trending=False)

    assert Counter(reasons(one(reader, papers))) == {"Topic 1": 2, "Topic 2": 1}


def test_with_more_interests_than_places_the_best_papers_are_of_different_ones():
    papers = [candidate(number, topics={number % 4 + 1: 1.0}) for number in range(12)]
    reader = profile(*map(topic, (1, 2, 3, 4)), cap=3, trending=False)

    assert len(set(reasons(one(reader, papers)))) == 3


def test_a_broad_category_leaves_room_for_a_topic_and_is_the_weaker_reason():
    papers = [candidate(number, categories=("cs.RO",), votes=99) for number in range(20)]
    papers += [candidate(50, categories=("cs.RO",), topics={SPARSE: 1.0}), candidate(51, topics={SPARSE: 0.6})]

    choice = one(profile(ROBOTICS, topic(SPARSE), cap=5, trending=False), papers)

    assert for_you(choice)[:2] == [50, 51]
    assert reasons(choice) == ["Topic 1", "Topic 1", "cs.RO", "cs.RO", "cs.RO"]


def test_a_topic_that_is_only_named_aside_is_no_reason_for_a_paper_of_a_category():
    papers = [candidate(1, categories=("cs.RO",), topics={SPARSE: 0.2})]

    assert reasons(one(profile(ROBOTICS, topic(SPARSE)), papers)) == ["cs.RO"]


def test_whom_one_follows_comes_first_and_leaves_each_other_interest_a_place():
    papers = [candidate(number, organisation="Harbour Institute") for number in range(20)]
    papers.append(candidate(50, topics={SPARSE: 1.0}))
    follow = Query("organisation", "Harbour Institute", "Harbour Institute")

    choice = one(profile(follow, topic(SPARSE), cap=4, trending=False), papers)

    assert reasons(choice) == ["Harbour Institute"] * 3 + ["Topic 1"]


def test_over_a_week_each_kind_of_interest_is_served():
    """Two topics, two phrases, four papers, two authors, an organisation and a category."""
    known, words = space()
    examples = [
        Query("paper", f"arxiv:{number}", word, Text(word, "", terms(word, "")), paper=900 + number)
        for number, word in enumerate(("Bread", "Iron", "Glass", "Bread"))
    ]
    people = [Query("author", name, name) for name in ("Ada Quill", "Wei Zhang")]
    harbour = Query("organisation", "Harbour Institute", "Harbour Institute")
    asked = [topic(SPARSE), topic(ROBOTS), phrase("tide tables"), phrase("sour dough")]
    wanted = [*asked, *examples, *people, harbour, ROBOTICS]
    served: Counter[str] = Counter()
    for day in range(7):
        first, seen_at = day * 100, MONDAY + timedelta(days=day)
        papers = [candidate(first + number, seen_at=seen_at, categories=("cs.RO",)) for number in range(20)]
        papers += [candidate(first + 20 + number, seen_at=seen_at, topics={SPARSE: 1.0}) for number in range(8)]
        papers += [
            candidate(first + 30, seen_at=seen_at, topics={ROBOTS: 0.6}),
            candidate(first + 31, seen_at=seen_at, title="Sour dough"),
            candidate(first + 32, seen_at=seen_at, title="Printed tide tables"),
            candidate(first + 33, seen_at=seen_at, authors=(people[day % 2].value,)),
            candidate(first + 34, seen_at=seen_at, organisation="Harbour Institute"),
            candidate(first + 35, seen_at=seen_at, title="Bread"),
        ]
        pool = pool_with(papers, ["no"] * (len(papers) - 1) + ["bread"], known, words | {"no": words["bread"] * 0})
        (choice,) = choose([profile(*wanted, after=seen_at - timedelta(hours=1))], pool, [])
        served.update(pick.query.kind for pick in choice.for_you)

    assert set(served) == {"topic", "phrase", "paper", "author", "organisation", "category"}
