"""BM25, the ranking that ours must beat. It shares nothing with ours, and so stays the same when ours changes."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import Stemmer
from numpy.typing import NDArray

K1, B = 1.2, 0.75
WORD = re.compile(r"[^\W_]+")
Numbers = NDArray[np.int64]


class Bm25:
    """All words of a corpus, stemmed and none left out. Documents are numbers, counted from 0."""

    def __init__(self, documents: Iterable[str]) -> None:
        self._stemmer = Stemmer.Stemmer("english")
        self._terms: dict[str, int] = {}  # by stem
        of_words: dict[str, int] = {}  # the same by word: most words were seen before
        counted = []  # each document's terms, each once, and how often it has them
        for document in documents:
            words = _words(document)
            for word in words:
                if word not in of_words:
                    of_words[word] = self._terms.setdefault(self._stemmer.stemWord(word), len(self._terms))
            counted.append(np.unique(np.array([of_words[word] for word in words], dtype=np.int64), return_counts=True))
        lengths = np.array([counts.sum() for _, counts in counted], dtype=float)
        self._many = len(counted)
        terms = _joined([terms for terms, _ in counted])
        order = np.argsort(terms, kind="stable")  # so that a term's documents follow one another
        self._documents = np.repeat(np.arange(self._many), [len(terms) for terms, _ in counted])[order]
        self._bounds = np.searchsorted(terms[order], np.arange(len(self._terms) + 1))
        counts = _joined([counts for _, counts in counted])[order].astype(float)
        norm = K1 * (1 - B + B * lengths / max(1.0, lengths.mean() if self._many else 1.0))
        self._weights = counts * (K1 + 1) / (counts + norm[self._documents])

    def ranked(self, query: str, among: Sequence[int] | None, most: int) -> Numbers:
        """The documents that share a word with the query, best first; equal ones as the corpus lists them."""
        scores = self.scores(query)
        pool = np.arange(self._many) if among is None else np.sort(np.array(among, dtype=np.int64))
        found = pool[scores[pool] > 0]
        return found[np.argsort(-scores[found], kind="stable")][:most]

    def scores(self, query: str) -> NDArray[np.float64]:
        """Each document's, with the weights of Robertson and Spärck Jones; one is added so that none is negative, as
        Lucene does."""
        scores = np.zeros(self._many)
        stems = self._stemmer.stemWords(_words(query))
        for term, times in Counter(self._terms[stem] for stem in stems if stem in self._terms).items():
            of_term = slice(self._bounds[term], self._bounds[term + 1])
            many = of_term.stop - of_term.start
            rarity = np.log(1 + (self._many - many + 0.5) / (many + 0.5))
            scores[self._documents[of_term]] += times * rarity * self._weights[of_term]
        return scores


def _words(text: str) -> list[str]:
    return WORD.findall(text.lower())


def _joined(parts: Sequence[Numbers]) -> Numbers:
    return np.concatenate([np.array([], dtype=np.int64), *parts])
