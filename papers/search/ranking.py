"""Hybrid search: BM25 and the cosine similarity of vectors, fused into one ranking; and papers like a paper.

papers/search/candidates.py retrieves the papers that come into question; they are ranked here, so that both databases
give the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from django.db.models import F

from papers import identifiers
from papers.models import Paper
from papers.search import candidates, fits
from papers.search.candidates import SearchCandidates
from papers.search.encoders import Text
from papers.search.fits import Understanding
from papers.text import lexical, tex, tokenizing
from papers.text.lexical import Lexicon, Occurrences, QueryTerms
from papers.text.sparse import Bools, Floats
from papers.text.words import WORD

MOST_QUERY_CHARACTERS = 1_000  # that are read
PHRASE_WORDS = 4  # up to which a query is taken for a phrase
LEAST_BIGRAM_WEIGHT = 0.25  # in the longest query, beside single words
NEIGHBOURS = 10  # whose scores smooth a paper's
SMOOTHED = 300  # the best are judged by their neighbours too,
NEIGHBOURHOOD = 1_000  # which are looked for among so many of the best
NEAR = 3.0  # deviations above how near papers usually are: what says not all of the words fits from there on
LEAST_SPREAD = 0.06  # that these deviations are taken to have: to words of which little is known no paper is near


@dataclass(frozen=True)
class Fusion:
    """How lexical and semantic scores are fused, as a weighted sum; each is standardised over the candidates first."""

    bigrams: float  # weight of bigrams, beside single words
    similarity: float  # weight of the cosine similarity, beside the lexical score
    smoothing: float  # share of the neighbours' scores, in the end


class SearchResult(NamedTuple):
    """A paper and how well it fits, in no particular unit; and whether it fits, or is merely what comes closest."""

    paper: int
    score: float
    fits: bool = True


def fusion(query: Text | None, known: Understanding | None) -> Fusion:
    """For words, or None for a paper as example. One rule, whatever is asked: a short query is a phrase, whose bigrams
    count in full; of a long one they are accidental, and its vector says more."""
    weight, smoothing = (known.similarity_weight, known.smoothing) if known else (1.0, 1.0)
    if query is None:
        return Fusion(bigrams=1.0, similarity=weight, smoothing=0.15 * smoothing)
    words = len(set(query.terms.split(" ")) - {tokenizing.BREAK})
    bigrams = max(LEAST_BIGRAM_WEIGHT, min(1.0, PHRASE_WORDS / max(words, 1)))
    return Fusion(bigrams=bigrams, similarity=weight * (1 - bigrams / 2), smoothing=smoothing * (0.35 - bigrams / 4))


def search(query: str, most: int = 100, among: Sequence[int] | None = None) -> list[SearchResult]:
    """The papers that fit the words best, best first; any text will do. With `among`, all of these papers in order."""
    text = tex.to_unicode(readable(query))  # People ask for a title as it was written, such as "M^3Eval".
    wanted = Text(text, "", tokenizing.terms(text, ""), is_query=True)
    return _search(wanted, wanted, most, among) if among is not None or WORD.search(text) else []


def similar(papers: Sequence[Text], most: int = 100, among: Sequence[int] | None = None) -> list[SearchResult]:
    """The papers most like what these texts say together; the paper itself is among them if it is stored."""
    wanted = Text(
        ". ".join(one.title for one in papers),
        " ".join(one.abstract for one in papers),
        f" {tokenizing.BREAK} ".join(tokenizing.without_authors(one.terms) for one in papers),
    )
    return _search(wanted, None, most, among)


def like(paper: Paper, vector: Floats, known: Understanding, most: int) -> list[int]:
    """The keys of the papers most like one that has this vector, best first, itself not among them: as `similar` ranks
    them. None for a vector of zeros."""
    if not vector.any():
        return []
    text = Text(paper.title, paper.abstract, tokenizing.without_authors(paper.terms))
    papers = candidates.worth_ranking(text, vector, known)
    best = _ranked(text, vector, papers, fusion(None, known), known, most + 1)
    return [one.paper for one in best if one.paper != paper.pk][:most]


def arxiv_id_in(query: str) -> str:
    """The arXiv id that this is, or is the address of, without its version; empty if it is something else."""
    return identifiers.arxiv_id_asked_for(query) or ""


def paper_named(arxiv_id: str) -> Paper | None:
    return Paper.objects.filter(arxiv_id=arxiv_id).first()


def by_author(query: str, most: int = 100) -> list[int]:
    """The keys of the papers by an author of exactly this name, the latest first."""
    term = tokenizing.author_term(readable(query))
    if term == tokenizing.AUTHOR:
        return []
    found = Paper.objects.filter(pk__in=list(candidates.having([[term]], most)))
    return list(found.order_by(F("published_on").desc(nulls_last=True), "-pk").values_list("pk", flat=True))


def readable(query: str) -> str:
    """On one line, without what no database takes: NUL and lone surrogates."""
    return " ".join(query.replace("\x00", " ")[:MOST_QUERY_CHARACTERS].encode(errors="ignore").decode().split())


# ------------------------------------------------------------------------------------------------------------- ranking


def _search(query: Text, words: Text | None, most: int, among: Sequence[int] | None) -> list[SearchResult]:
    known = fits.current()
    vector = known.vectors([query])[0] if known and known.encoder else None
    if among is None:
        papers = candidates.worth_ranking(query, vector, known)
    else:
        papers, most = candidates.all_of(among, known), len(among)
    return _ranked(query, vector, papers, fusion(words, known), known, most)


def _ranked(
    query: Text,
    vector: Floats | None,
    papers: SearchCandidates,
    fusion: Fusion,
    known: Understanding | None,
    most: int,
) -> list[SearchResult]:
    if not len(papers.keys):
        return []
    lexicon = known.lexicon if known else papers.own_lexicon
    said = Occurrences.of(QueryTerms(query.terms, fusion.bigrams), papers.texts)
    scores = rank(said, vector, papers, lexicon, fusion)
    # Of equals the later paper comes first; what arithmetic alone makes unequal is equal.
    best = np.lexsort((-papers.keys, -scores.round(4)))[:most]
    # To an example all are merely the closest, none says all of its words.
    fits = fitting(said, vector, papers) if query.is_query else np.ones(len(scores), bool)
    return [*map(SearchResult, papers.keys[best].tolist(), scores[best].tolist(), fits[best].tolist())]


def fitting(said: Occurrences, vector: Floats | None, papers: SearchCandidates) -> Bools:
    """Which candidates say all words of the query, but for stop words, or are near to it in meaning."""
    fits = said.all_said()
    if vector is None or not len(papers.others) or not vector.any():
        return fits
    usual = papers.others @ vector
    return np.asarray(fits | (papers.vectors @ vector > usual.mean() + NEAR * max(usual.std(), LEAST_SPREAD)))


def rank(
    said: Occurrences, vector: Floats | None, papers: SearchCandidates, lexicon: Lexicon, fusion: Fusion
) -> Floats:
    """A score for each candidate."""
    scores = standardised(lexical.bm25(said, lexicon))
    if vector is None or not papers.vectors.shape[1] or not vector.any():
        return scores
    scores = standardised(scores + fusion.similarity * standardised(papers.vectors @ vector))
    return smoothed(scores, papers.vectors, fusion.smoothing)


def standardised(scores: Floats) -> Floats:
    """Z-scores: mean 0 and deviation 1 over the candidates, so that scores of different kinds can be added."""
    spread = scores.std()
    return np.asarray((scores - scores.mean()) / (spread if spread > 1e-9 else 1), np.float32)


def smoothed(scores: Floats, vectors: Floats, share: float) -> Floats:
    """Score regularisation (Diaz 2005): the best scores, each mixed with those of its nearest neighbours, as similar
    papers are relevant together."""
    around = np.argsort(-scores, kind="stable")[:NEIGHBOURHOOD]
    if not share or len(around) <= NEIGHBOURS:
        return scores
    best = around[:SMOOTHED]
    similarities = vectors[best] @ vectors[around].T
    np.fill_diagonal(similarities, -1)
    far = similarities < np.partition(similarities, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS, None]
    weights = np.where(far, 0, similarities).clip(0)
    theirs = weights @ scores[around] / (weights.sum(1) + 1e-9)
    mixed = scores.copy()
    mixed[best] = (1 - share) * scores[best] + share * theirs
    return mixed
