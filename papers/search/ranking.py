"""Search: by words and by meaning, in one ranking; and papers like a paper.

papers/search/candidates.py finds the papers that come into question; they are ranked here, so that both databases
give the same answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import F

from papers.models import Paper
from papers.search import candidates, understanding
from papers.search.candidates import Stored
from papers.search.encoders import Light, Text
from papers.search.understanding import Understanding
from papers.text import lexical, tokenizing
from papers.text.lexical import Lexicon, QueryTerms
from papers.text.sparse import Floats
from papers.text.words import WORD

LONGEST = 1_000  # characters of a query that are read
ARXIV_ID = re.compile(
    r"(?:arxiv:\s*|(?:https?://)?(?:(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)|(?:www\.)?huggingface\.co/papers)/)?"
    r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?/?(?:[?#].*)?",
    re.IGNORECASE | re.ASCII,
)
SHORT = 4  # words up to which a query is taken for a phrase
FEWEST_PAIRS = 0.25  # what pairs of neighbours count in the longest query
TRUST_IN_OTHERS = 1.6  # in what an encoder says that was trained on more than the site's papers, beside our own
NEIGHBOURS = 10
SMOOTHED = 300  # the best, or as many as are asked for up to MOST_SMOOTHED, are judged by their neighbours too
MOST_SMOOTHED = 1_000


@dataclass(frozen=True)
class Fusion:
    """How what texts say and what they mean are put together; each part is standardised over the candidates first."""

    pairs: float  # of pairs of neighbouring words, beside single words
    meaning: float  # of meaning, beside words
    smoothing: float  # of the neighbours' scores, in the end


@dataclass(frozen=True)
class Found:
    """A paper and how well it fits, in no particular unit."""

    paper: int
    score: float


def fusion(asked: Text | None, known: Understanding | None) -> Fusion:
    """For words, or None for a paper as example. One rule, whatever is asked: a short interest is a phrase, whose
    pairs of neighbours count in full; of a long one they are accidental, and its meaning says more."""
    trust = 1.0 if known is None or known.encoder is None or isinstance(known.encoder, Light) else TRUST_IN_OTHERS
    if asked is None:
        return Fusion(pairs=1.0, meaning=trust, smoothing=0.15)
    words = len(set(asked.terms.split(" ")) - {tokenizing.BREAK})
    pairs = max(FEWEST_PAIRS, min(1.0, SHORT / max(words, 1)))
    return Fusion(pairs=pairs, meaning=trust * (1 - pairs / 2), smoothing=0.35 - pairs / 4)


def search(query: str, most: int = 100, among: Sequence[int] | None = None) -> list[Found]:
    """The papers that fit the words best, best first; any text will do. With `among`, all of these papers in order."""
    text = readable(query)
    asked = Text(text, "", tokenizing.terms(text, ""))
    return _search(asked, asked, most, among) if among is not None or WORD.search(text) else []


def similar(papers: Sequence[Text], most: int = 100, among: Sequence[int] | None = None) -> list[Found]:
    """The papers most like what these texts say together; the paper itself is among them if it is stored."""
    asked = Text(
        ". ".join(one.title for one in papers),
        " ".join(one.abstract for one in papers),
        f" {tokenizing.BREAK} ".join(tokenizing.without_authors(one.terms) for one in papers),
    )
    return _search(asked, None, most, among)


def arxiv_id_in(query: str) -> str:
    """The arXiv id that this is, or is the address of, without its version; empty if it is something else."""
    found = ARXIV_ID.fullmatch(query.strip())
    return found[1] if found else ""


def paper_named(arxiv_id: str) -> Paper | None:
    archive, _, number = arxiv_id.lower().partition("/")
    # The old ids are written with and without their subject, cs.LG/0701001 as cs/0701001.
    spellings = {arxiv_id, arxiv_id.lower(), f"{archive.partition('.')[0]}/{number}"}
    return Paper.objects.filter(arxiv_id__in=spellings).order_by("pk").first()


def by_author(query: str, most: int = 100) -> list[int]:
    """The keys of the papers by an author of exactly this name, the latest first."""
    term = tokenizing.author_term(readable(query))
    if term == tokenizing.AUTHOR:
        return []
    found = Paper.objects.filter(pk__in=list(candidates.having([[term]], most)))
    return list(found.order_by(F("published_on").desc(nulls_last=True), "-pk").values_list("pk", flat=True))


def readable(query: str) -> str:
    """On one line, without what no database takes: NUL and lone surrogates."""
    return " ".join(query.replace("\x00", " ")[:LONGEST].encode(errors="ignore").decode().split())


# ------------------------------------------------------------------------------------------------------------- ranking


def _search(asked: Text, words: Text | None, most: int, among: Sequence[int] | None) -> list[Found]:
    known = understanding.current()
    meant = known.vectors([asked])[0] if known and known.encoder else None
    if among is None:
        stored = candidates.worth_ranking(asked, meant, known, most)
    else:
        stored, most = candidates.all_of(among, known), len(among)
    if not len(stored.keys):
        return []
    lexicon = known.lexicon if known else stored.own_lexicon
    scores = rank(asked, meant, stored, lexicon, fusion(words, known), most)
    # Of equals the later paper comes first; what arithmetic alone makes unequal is equal.
    best = np.lexsort((-stored.keys, -scores.round(4)))[:most]
    return [Found(int(stored.keys[place]), float(scores[place])) for place in best]


def rank(
    asked: Text, meant: Floats | None, stored: Stored, lexicon: Lexicon, fusion: Fusion, most: int = SMOOTHED
) -> Floats:
    """A score for each stored paper, of which so many are wanted."""
    words = standardised(lexical.bm25(QueryTerms(asked.terms, fusion.pairs), stored.texts, lexicon))
    if meant is None or not stored.vectors.shape[1] or not meant.any():
        return words
    scores = standardised(words + fusion.meaning * standardised(stored.vectors @ meant))
    return smoothed(scores, stored.vectors, fusion.smoothing, min(max(most, SMOOTHED), MOST_SMOOTHED))


def standardised(scores: Floats) -> Floats:
    """With mean 0 and deviation 1 over the candidates, so that scores of different kinds can be added."""
    spread = scores.std()
    return np.asarray((scores - scores.mean()) / (spread if spread > 1e-9 else 1), np.float32)


def smoothed(scores: Floats, vectors: Floats, share: float, most: int) -> Floats:
    """The best scores, each mixed with those of its nearest neighbours: alike papers are relevant together
    (score regularisation, Diaz 2005)."""
    best = np.argsort(-scores, kind="stable")[:most]
    if not share or len(best) <= NEIGHBOURS:
        return scores
    alike = vectors[best] @ vectors[best].T
    np.fill_diagonal(alike, -1)
    near = np.argpartition(-alike, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    weights = np.take_along_axis(alike, near, axis=1).clip(0)
    around = (scores[best][near] * weights).sum(1) / (weights.sum(1) + 1e-9)
    mixed = scores.copy()
    mixed[best] = (1 - share) * scores[best] + share * around
    return mixed


def forget() -> None:
    """Drop what is kept in memory, as when another database takes the place of this one."""
    candidates.forget()
