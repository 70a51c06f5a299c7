"""Readers, queries and papers as choosing sees them: a test states what matters to it."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from digest.matching import choosing, evidence
from digest.matching.choosing import Choice
from digest.matching.profiles import Candidate, CandidatePool, Profile, Query
from digest.matching.scoring import ReaderBatch
from papers.search.encoders import Text, unit
from papers.search.fits import Understanding
from papers.text.lexical import Lexicon
from papers.text.tokenizing import counted, terms

MONDAY = datetime(2026, 8, 17, 12, tzinfo=UTC)

SPARSE, ROBOTS = 1, 2  # topics


def topic(number: int) -> Query:
    return Query("topic", f"topic-{number}", f"Topic {number}", topic=number)


def phrase(words: str) -> Query:
    return Query("phrase", words, words, Text(words, "", terms(words, "")))


def candidate(
    paper: int,
    *,
    title: str = "",
    abstract: str = "",
    seen_at: datetime = MONDAY,
    topics: dict[int, float] | None = None,
    **fields: Any,
) -> Candidate:
    found = {number: (score, f"words of {number}") for number, score in (topics or {}).items()}
    return Candidate(paper, seen_at, topics=found, terms=terms(title, abstract), abstract=abstract, **fields)


def profile(*wanted: Query, cap: int = 10, trending: bool = True, **fields: Any) -> Profile:
    return Profile(reader=1, wanted=wanted, trending=trending, cap=cap, **fields)


def choose(profiles: list[Profile], pool: CandidatePool, trending: list[int]) -> list[Choice]:
    return choosing.choose(ReaderBatch(profiles, evidence.Findings(pool), trending))


def one(reader: Profile, candidates: list[Candidate], trending: list[int] | None = None) -> Choice:
    return choose([reader], CandidatePool(candidates), trending or [])[0]


def with_again(reader: Profile, candidates: list[Candidate], trending: list[int], again: list[int]) -> Choice:
    """`again`: papers that are trending again."""
    batch = ReaderBatch([reader], evidence.Findings(CandidatePool(candidates)), trending, again)
    return choosing.choose(batch)[0]


def for_you(choice: Choice) -> list[int]:
    return [pick.paper for pick in choice.for_you]


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
