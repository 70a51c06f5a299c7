"""Lexical scores: document frequencies, IDF, TF-IDF and BM25. Text and numbers in, numbers out; knows no rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from papers.text.sparse import Bools, Floats, Ints, Keys, SparseMatrix, lookup
from papers.text.tokenizing import TokenizedTexts, bigram, counted_in, in_parts, keys_of
from papers.text.words import STOP_WORDS

K1, B = 1.2, 0.75  # BM25's own, as everybody has them
STOP_KEYS = np.sort(keys_of(" ".join(STOP_WORDS).encode()))
STOP_WORD_SHARE = 0.2  # of the texts; what more of them have tells no text from another, and takes most of the time


@dataclass(frozen=True)
class Lexicon:
    """Document frequencies, and how long texts are: learned once of a collection, then used for all others."""

    texts: int
    length: float  # words of a text, on average
    keys: Keys  # sorted; terms of one text alone are not kept
    in_texts: Ints  # how many texts have the term

    @classmethod
    def of(cls, counts: SparseMatrix, length: float) -> Lexicon:
        keys, in_texts = np.unique(counts.keys, return_counts=True)
        kept = in_texts > 1
        return cls(counts.count, length, keys[kept], in_texts[kept])

    @classmethod
    def learned(cls, texts: Sequence[str]) -> Lexicon:
        """The lexicon of a collection, whatever its size, in little memory."""
        keys, in_texts, words = np.empty(0, np.uint64), np.empty(0, np.int64), 0.0
        for part in in_parts(texts):
            found, times = np.unique(counted_in(part).keys, return_counts=True)
            keys, times = np.append(keys, found), np.append(in_texts, times)
            order = np.argsort(keys, kind="stable")
            keys = keys[order]
            firsts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
            in_texts = np.add.reduceat(times[order], firsts) if len(firsts) else times
            keys = keys[firsts]
            words += float(part.lengths.sum())
        kept = in_texts > 1
        return cls(len(texts), max(words / max(len(texts), 1), 1.0), keys[kept], in_texts[kept])

    def document_frequency(self, keys: Keys) -> Ints:
        """How many texts have each of these terms; one it does not know counts as in one."""
        if not len(self.keys):
            return np.ones(len(keys), np.int64)
        places = np.searchsorted(self.keys, keys).clip(max=len(self.keys) - 1)
        return np.where(self.keys[places] == keys, self.in_texts[places], 1)

    def idf(self, keys: Keys) -> Floats:
        """BM25's inverse document frequency (Robertson and Zaragoza 2009, in the form that is never negative)."""
        found = self.document_frequency(keys)
        idf: Floats = np.log1p((self.texts - found + 0.5).clip(min=0.5) / (found + 0.5)).astype(np.float32)
        return idf

    def tfidf(self, counts: SparseMatrix) -> SparseMatrix:
        """TF-IDF weights, sublinear in the count, rows of length 1; terms that most texts have are left out."""
        found = self.document_frequency(counts.keys)
        weights = (1 + np.log(counts.weights)) * (1 + np.log((1 + self.texts) / (1 + found)))
        common = found > max(STOP_WORD_SHARE * self.texts, 5)
        return counts.times((weights / counts.weights).astype(np.float32)).only(~common).unit()


class QueryTerms:
    """What is looked for, as words and bigrams with their counts. Stop words stand in bigrams alone, if there are
    other words."""

    def __init__(self, terms: str, bigram_weight: float = 1.0) -> None:
        texts = TokenizedTexts.of([terms])
        self.words, times = np.unique(texts.keys, return_counts=True)
        self.heads = texts.heads
        is_stop_word = np.isin(self.words, STOP_KEYS)
        if not is_stop_word.all():
            times[is_stop_word] = 0
        self.bigrams, bigram_times = np.unique(texts.bigrams, return_counts=True)
        self.times, self.bigram_times = times.astype(np.float32), bigram_times.astype(np.float32)
        self.bigram_weight = bigram_weight


@dataclass(frozen=True)
class Occurrences:
    """Where the words of a query stand in some texts: in which text, at which place, and which word it is."""

    query: QueryTerms
    texts: TokenizedTexts
    rows: Ints
    places: Ints
    words: Ints

    @classmethod
    def of(cls, query: QueryTerms, texts: TokenizedTexts) -> Occurrences:
        places, words = texts.find(query.words, query.heads)
        return cls(query, texts, texts.rows_of(places), places, words)

    def all_said(self) -> Bools:
        """Which texts have all words of the query, but for stop words."""
        said = np.zeros((self.texts.count, len(self.query.words)), bool)
        said[self.rows, self.words] = True
        return np.asarray(said[:, self.query.times > 0].all(axis=1))


def bm25(said: Occurrences, lexicon: Lexicon) -> Floats:
    """Each text's BM25 score over the query's words and, times their weight, its bigrams."""
    query, texts = said.query, said.texts
    scores = _bm25(said.rows, said.words, query.times * lexicon.idf(query.words), texts, lexicon)
    if not query.bigram_weight:
        return scores
    together = np.diff(said.places) == 1
    keys = bigram(query.words[said.words[:-1][together]], query.words[said.words[1:][together]])
    found, bigrams = lookup(keys, query.bigrams)
    weights: Floats = query.bigram_weight * query.bigram_times * lexicon.idf(query.bigrams)
    return scores + _bm25(said.rows[:-1][together][found], bigrams, weights, texts, lexicon)


def _bm25(rows: Ints, terms: Ints, weights: Floats, texts: TokenizedTexts, lexicon: Lexicon) -> Floats:
    """Each text's sum over some terms: in text rows[i] stands the term that has weights[terms[i]]."""
    cells = np.bincount(rows * len(weights) + terms, minlength=texts.count * len(weights))
    frequencies = cells.reshape(texts.count, len(weights)).astype(np.float32)
    return np.asarray(saturated(frequencies, texts.lengths[:, None], lexicon) @ weights)


def saturated(frequencies: Floats, lengths: Floats, lexicon: Lexicon) -> Floats:
    """BM25's share of a term's frequency in a text, which grows ever slower and counts for less in a long text."""
    relative = 1 - B + B * lengths / lexicon.length
    return np.asarray(frequencies * (K1 + 1) / (frequencies + K1 * relative))
