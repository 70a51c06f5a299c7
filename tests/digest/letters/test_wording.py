"""Why a paper is in a letter, in words that agree with how it was chosen."""

from datetime import UTC, datetime

import pytest

from digest.letters import wording
from digest.matching import choosing, scoring
from digest.matching.profiles import Candidate, CandidatePool, Profile, Query
from digest.matching.scoring import ReaderScores
from papers.search.encoders import Text
from papers.text import tokenizing

pytestmark = pytest.mark.one_database
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)


def scored(phrase: str, title: str) -> ReaderScores:
    """A reader of one phrase, and one paper."""
    query = Query("phrase", phrase, phrase, Text(phrase, "", tokenizing.terms(phrase, "")))
    paper = Candidate(1, NOON, terms=tokenizing.terms(title, ""))
    return next(scoring.score([Profile(1, (query,), trending=False, cap=5)], CandidatePool([paper])))


def reason(phrase: str, title: str) -> str:
    """Of the paper, which choosing must find to say the phrase."""
    (pick,) = choosing.choice(scored(phrase, title), []).for_you
    assert pick.hit
    return wording.reason({"reason": pick.reason}, title, "")


@pytest.mark.parametrize(
    ("phrase", "title", "words"),
    [
        ("RAG", "RAG for rags", "mentions “RAG”"),
        ("RAG", "Many RAGs", "mentions “RAGs” (you asked for “RAG”)"),
        ("RAG", "From rags to riches", "mentions “rags” (you asked for “RAG”)"),
        ("RAG", "A rag", "mentions “rag”"),
        ("rag", "RAG again", "mentions “RAG”"),
        (
            "SPARSE AUTOENCODERS",
            "On sparse autoencoding",
            "mentions “sparse autoencoding” (you asked for “SPARSE AUTOENCODERS”)",
        ),
        ("glass blowing", "Glass, blowing", "mentions the words of “glass blowing”, but not all together"),
    ],
)
def test_what_is_chosen_for_its_words_is_never_said_to_be_only_close_in_meaning(phrase: str, title: str, words: str):
    assert reason(phrase, title) == words


def test_a_paper_whose_text_no_longer_has_the_words_is_said_to_be_close_in_meaning():
    found = {"code": "phrase", "phrase": "glass blowing"}

    assert wording.reason({"reason": found}, "Iron", "casting") == "close in meaning to glass blowing"


def test_words_that_stand_all_over_a_title_are_said_aside_and_do_not_bring_a_paper():
    assert choosing.choice(scored("old glass blowing", "Old glass; glass blowing"), []).for_you == []


@pytest.mark.parametrize(
    ("votes", "hours", "times", "words"),
    [
        (23, 6, 4, "23 votes in 6 hours, 4 times what is usual in its field"),
        (23, 48, 2, "23 votes in 48 hours, twice what is usual in its field"),
        (1, 1, 1, "1 vote in an hour"),
        (0, 6, 0, ""),
    ],
)
def test_what_is_trending_says_how_fast_it_rose(votes: int, hours: int, times: int, words: str):
    found = {"code": "trending", "votes": votes, "hours": hours, "times": times}

    assert wording.reason({"reason": found}, "Of Tides", "") == words


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-08-17", "2026-08-17", "17 August"),
        ("2026-08-04", "2026-08-17", "4 to 17 August"),
        ("2026-07-28", "2026-08-10", "28 July to 10 August"),
        ("2026-12-28", "2027-01-10", "28 December 2026 to 10 January 2027"),
    ],
)
def test_days_are_named_as_briefly_as_can_be(first: str, last: str, said: str):
    assert wording.span(first, last) == said
