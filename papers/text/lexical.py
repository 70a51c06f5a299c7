"""Words in common: what the terms of many texts say of one another, as numbers. Knows no rows.

A text's terms are the stems of its title, a full stop, and the stems of its abstract, with one space between. Whole
collections are worked on at once: a term is known by a 64-bit number made of its letters, the same in every process.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from papers.text.words import WORD, stems_of

Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]
Floats = NDArray[np.float32]

K1, B = 1.2, 0.75  # BM25's own, as everybody has them
AUTHOR = "@"  # begins the term of an author; those stand last
BREAK = "."  # stands between title and abstract: no pair of words reaches over it
BEGIN = "\n"  # stands before each text where many are taken apart at once
TOO_COMMON = 0.2  # of the texts; whatever more of them have says nothing of what is alike, and takes most of the time
FEW = 8  # times fewer sums than cells are written one by one
LONGEST = 200  # characters of a term; PostgreSQL's index takes none of more than 2046 bytes
SLOTS = 14  # bits: so few that all slots stay at hand, so many that few words fall into a slot by chance
PART = 1_000  # texts that are taken apart at a time, so that memory stays bounded
_FIRST = np.array([2 ** (8 * letters) - 1 for letters in range(9)], np.uint64)  # keeps so many letters of eight
_MIX = np.uint64(0x9E3779B97F4A7C15)
_IN_WORDS = np.ones(256, bool)  # by its first letter, whether it is a word; an empty one has none
_IN_WORDS[[0, *map(ord, (BEGIN, BREAK, AUTHOR))]] = False


def terms(title: str, abstract: str) -> str:
    """As Paper.terms keeps them, but for the authors. Never empty: an empty column says that nobody has looked yet."""
    stems = [*stems_of(WORD.findall(title)), BREAK, *stems_of(WORD.findall(abstract))]
    return " ".join([stem[:LONGEST] for stem in stems])


def author_term(name: str) -> str:
    """An author as one term, the same however the name is spaced and written in capitals: "@adaquill"."""
    return (AUTHOR + "".join(word.lower() for word in WORD.findall(name)))[:LONGEST]


def words_in(terms: str) -> str:
    """The terms without their authors: who wrote a text is not what it says."""
    return terms.partition(f" {AUTHOR}")[0]


def keys_of(text: bytes) -> Keys:
    """The number of each word of a text whose words have one space between."""
    return Words(text).keys()


class Words:
    """The words of a text that have one space between: where they begin, and their first eight letters as a number."""

    def __init__(self, text: bytes) -> None:
        letters = np.frombuffer(text, np.uint8)
        # From each letter on the next eight as one number: a word is read in as many steps as it has eights of them.
        self._eights = np.ndarray(len(text) + 1, "<u8", text + bytes(8), strides=1)
        spaces = np.flatnonzero(letters == ord(" "))
        self.begins = np.append(0, spaces + 1)
        self._sizes = np.append(spaces, len(letters)) - self.begins
        self.heads: Keys = self._eights[self.begins] & _FIRST[self._sizes.clip(max=8)]

    def keys(self, which: Ints | slice = slice(None)) -> Keys:
        """The number of each word, or of some of them."""
        keys, begins, left = _stirred(self.heads[which]), self.begins[which], self._sizes[which]
        unread, offset = np.flatnonzero(left > 8), 8
        while len(unread):
            more = self._eights[begins[unread] + offset] & _FIRST[(left[unread] - offset).clip(max=8)]
            keys[unread] = _stirred(keys[unread] ^ more)
            offset += 8
            unread = unread[left[unread] > offset]
        return keys

    def beginning_like(self, heads: Keys) -> Ints:
        """Which words may have one of these heads: all that have, and few others."""
        slots = np.zeros(2**SLOTS, bool)
        slots[_slot(heads)] = True
        return np.flatnonzero(slots[_slot(self.heads)])


def _slot(heads: Keys) -> Keys:
    return (heads * _MIX) >> np.uint64(64 - SLOTS)


def _stirred(keys: Keys) -> Keys:
    keys = (keys ^ (keys >> np.uint64(31))) * _MIX
    return keys ^ (keys >> np.uint64(29))


@dataclass(frozen=True)
class Rows:
    """A sparse matrix of texts and terms: in text `rows[i]` stands term `keys[i]`, with a weight."""

    count: int
    rows: Ints
    keys: Keys
    weights: Floats

    def times(self, weights: Floats) -> Rows:
        return Rows(self.count, self.rows, self.keys, self.weights * weights)

    def only(self, kept: NDArray[np.bool_]) -> Rows:
        return Rows(self.count, self.rows[kept], self.keys[kept], self.weights[kept])

    def unit(self) -> Rows:
        """With rows of length 1; an empty one stays empty."""
        squares = np.bincount(self.rows, self.weights.astype(np.float64) ** 2, minlength=self.count)
        lengths = np.sqrt(np.where(squares > 0, squares, 1))
        return self.times((1 / lengths[self.rows]).astype(np.float32))


class Texts:
    """Texts (their terms) taken apart into words. What takes time is done once it is asked for."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.count = len(texts)
        self._words = Words("".join([f"{BEGIN} {text} " for text in texts]).encode())
        self._is_word = _IN_WORDS[self._words.heads.astype(np.uint8)]
        self._firsts = np.flatnonzero(self._words.heads == np.uint64(ord(BEGIN)))
        counts = np.add.reduceat(self._is_word, self._firsts, dtype=np.float32) if texts else ()
        self.lengths: Floats = np.asarray(counts, np.float32)

    @cached_property
    def heads(self) -> Keys:
        return np.asarray(self._words.heads[self._is_word])

    @cached_property
    def keys(self) -> Keys:
        """Each word as a number, in order."""
        return np.asarray(self._all_keys[self._is_word])

    @cached_property
    def rows(self) -> Ints:
        """Which text each word stands in."""
        return self._rows_of(np.flatnonzero(self._is_word))

    @cached_property
    def pairs(self) -> Keys:
        """Each pair of neighbours as a number, in order."""
        return _pair(self._all_keys[self._together], self._all_keys[self._together + 1])

    @cached_property
    def pair_rows(self) -> Ints:
        return self._rows_of(self._together)

    @cached_property
    def _all_keys(self) -> Keys:
        return self._words.keys()

    @cached_property
    def _together(self) -> Ints:
        """The words that another follows: between two texts stands what is no word."""
        return np.flatnonzero(self._is_word[:-1] & self._is_word[1:])

    def _rows_of(self, places: Ints) -> Ints:
        return np.asarray(np.searchsorted(self._firsts, places, side="right") - 1)

    def bm25(self, asked: Asked, lexicon: Lexicon) -> Floats:
        """How much each text says of what is asked: BM25 over words and, times their weight, pairs of neighbours."""
        places = self._words.beginning_like(asked.heads)
        found, words = _found_in(asked.words, self._words.keys(places))
        places = places[found]
        rows = self._rows_of(places)
        told = self._told(rows, words, asked.times * lexicon.bm25(asked.words), lexicon)
        if not asked.pair_weight:
            return told
        together = np.diff(places) == 1
        keys = _pair(asked.words[words[:-1][together]], asked.words[words[1:][together]])
        found, pairs = _found_in(asked.pairs, keys)
        weights: Floats = asked.pair_weight * asked.pair_times * lexicon.bm25(asked.pairs)
        return told + self._told(rows[:-1][together][found], pairs, weights, lexicon)

    def _told(self, rows: Ints, terms: Ints, weights: Floats, lexicon: Lexicon) -> Floats:
        """What each text says of some terms: in text rows[i] stands the term that has weights[terms[i]]."""
        cells = np.bincount(rows * len(weights) + terms, minlength=self.count * len(weights))
        times = cells.reshape(self.count, len(weights)).astype(np.float32)
        relative = (1 - B + B * self.lengths / lexicon.length)[:, None]
        return np.asarray((times * (K1 + 1) / (times + K1 * relative)) @ weights)


def _found_in(wanted: Keys, keys: Keys) -> tuple[NDArray[np.bool_], Ints]:
    """Which of the keys are wanted, and where those stand among the wanted, which are sorted."""
    if not len(wanted):
        return np.zeros(len(keys), bool), np.empty(0, np.int64)
    places = np.searchsorted(wanted, keys).clip(max=len(wanted) - 1)
    found = wanted[places] == keys
    return found, places[found]


class Asked:
    """What somebody looks for, as words and pairs of neighbours."""

    def __init__(self, terms: str, pair_weight: float = 1.0) -> None:
        texts = Texts([terms])
        self.words, times = np.unique(texts.keys, return_counts=True)
        self.heads = texts.heads
        self.pairs, pair_times = np.unique(texts.pairs, return_counts=True)
        self.times, self.pair_times = times.astype(np.float32), pair_times.astype(np.float32)
        self.pair_weight = pair_weight


def _pair(first: Keys, second: Keys) -> Keys:
    return _stirred(first * np.uint64(3) + second)


def counted(texts: Sequence[str], pairs: bool = True) -> Rows:
    """How often each term stands in each text: single words, and pairs of neighbours. In the order of the terms."""
    return joined([counted_in(part, pairs) for part in in_parts(texts)])


def in_parts(texts: Sequence[str]) -> Iterator[Texts]:
    """PART texts at a time, taken apart. What becomes of each part is put together again by `joined`."""
    for begin in range(0, max(len(texts), 1), PART):
        yield Texts(texts[begin : begin + PART])


def joined(parts: Sequence[Rows]) -> Rows:
    """The rows of one part below those of another, in the order of the terms."""
    if len(parts) == 1:
        return parts[0]
    firsts = np.cumsum([0, *(part.count for part in parts)])
    keys = np.concatenate([part.keys for part in parts])
    order = np.argsort(keys, kind="stable")
    rows = np.concatenate([part.rows + first for part, first in zip(parts, firsts[:-1], strict=True)])
    weights = np.concatenate([part.weights for part in parts])
    return Rows(int(firsts[-1]), rows[order], keys[order], weights[order])


def counted_in(texts: Texts, pairs: bool = True) -> Rows:
    """As `counted`, for texts that are taken apart already."""
    keys = np.concatenate((texts.keys, texts.pairs)) if pairs else texts.keys
    rows = np.concatenate((texts.rows, texts.pair_rows)) if pairs else texts.rows
    order = np.lexsort((rows, keys))
    keys, rows = keys[order], rows[order]
    is_first = np.append(True, (keys[1:] != keys[:-1]) | (rows[1:] != rows[:-1]))[: len(keys)]
    firsts = np.flatnonzero(is_first)
    times = np.diff(np.append(firsts, len(keys))).astype(np.float32)
    return Rows(texts.count, rows[firsts], keys[firsts], times)


@dataclass(frozen=True)
class Lexicon:
    """How rare each term is, and how long texts are: learned once of a collection, then used for all others."""

    texts: int
    length: float  # words of a text, on average
    keys: Keys  # sorted; terms of one text alone are not kept
    in_texts: Ints  # how many texts have the term

    @classmethod
    def of(cls, counts: Rows, length: float) -> Lexicon:
        keys, in_texts = np.unique(counts.keys, return_counts=True)
        kept = in_texts > 1
        return cls(counts.count, length, keys[kept], in_texts[kept])

    @classmethod
    def learned(cls, texts: Sequence[str]) -> Lexicon:
        """The lexicon of a collection, whatever its size, in little memory."""
        keys, in_texts, words = np.empty(0, np.uint64), np.empty(0, np.int64), 0.0
        for part in in_parts(texts):
            found, times = np.unique(counted_in(part).keys, return_counts=True)
            keys, in_texts = _added(np.append(keys, found), np.append(in_texts, times))
            words += float(part.lengths.sum())
        kept = in_texts > 1
        return cls(len(texts), max(words / max(len(texts), 1), 1.0), keys[kept], in_texts[kept])

    def found_in(self, keys: Keys) -> Ints:
        """How many texts have each of these terms; one it does not know counts as in one."""
        if not len(self.keys):
            return np.ones(len(keys), np.int64)
        places = np.searchsorted(self.keys, keys).clip(max=len(self.keys) - 1)
        return np.where(self.keys[places] == keys, self.in_texts[places], 1)

    def bm25(self, keys: Keys) -> Floats:
        """How much a term tells, as BM25 has it (Robertson and Zaragoza 2009, in the form that is never negative)."""
        found = self.found_in(keys)
        told: Floats = np.log1p((self.texts - found + 0.5).clip(min=0.5) / (found + 0.5)).astype(np.float32)
        return told

    def weighted(self, counts: Rows) -> Rows:
        """TF-IDF, sublinear in the count, rows of length 1; terms that most texts have are left out."""
        found = self.found_in(counts.keys)
        told = (1 + np.log(counts.weights)) * (1 + np.log((1 + self.texts) / (1 + found)))
        common = found > max(TOO_COMMON * self.texts, 5)
        return counts.times((told / counts.weights).astype(np.float32)).only(~common).unit()


def _added(keys: Keys, times: Ints) -> tuple[Keys, Ints]:
    """Each key once, with all of its times."""
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    firsts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
    return keys[firsts], np.add.reduceat(times[order], firsts) if len(firsts) else times


class Index:
    """A collection of texts, made ready to be compared with many others."""

    def __init__(self, texts: Sequence[str], lexicon: Lexicon | None = None) -> None:
        self.counts = counted(texts)
        single = counted(texts, pairs=False)
        self.lengths = np.bincount(single.rows, single.weights, minlength=len(texts)).astype(np.float32)
        mean = max(float(self.lengths.mean()), 1.0) if len(texts) else 1.0
        self.lexicon = lexicon or Lexicon.of(self.counts, mean)

    def __len__(self) -> int:
        return self.counts.count

    @cached_property
    def saturated(self) -> Postings:
        """What a term tells of a text, as BM25 has it: over all terms of what is asked, the sum is the score."""
        times, lengths = self.counts.weights, self.lengths[self.counts.rows]
        told = times * (K1 + 1) / (times + K1 * (1 - B + B * lengths / self.lexicon.length))
        return Postings(self.counts, (told * self.lexicon.bm25(self.counts.keys)).astype(np.float32))

    @cached_property
    def weighted(self) -> Postings:
        rows = self.lexicon.weighted(self.counts)
        return Postings(rows, rows.weights)

    def likeness(self, asked: Rows) -> Floats:
        """Texts asked (rows of Lexicon.weighted) x texts here: the cosine, 0 to 1."""
        return self.weighted.dot(asked)


class Postings:
    """By term, which texts have it, and its weight there."""

    def __init__(self, counts: Rows, weights: Floats) -> None:
        # Rows that were counted are in the order of their terms already.
        self.count, self.rows, self.weights = counts.count, counts.rows, weights
        self.keys, self.starts = np.unique(counts.keys, return_index=True)
        self.ends = np.append(self.starts[1:], len(counts.keys)).astype(np.int64)

    def dot(self, asked: Rows) -> Floats:
        """Asked x texts here: the sum over common terms of weight x weight."""
        product = np.zeros((asked.count, self.count), np.float32)
        if not (len(self.keys) and len(asked.keys)):
            return product
        places, lengths = self._find(asked.keys)
        # A row after the other, as what was written to last is nearest; one's terms stay in their order.
        known = np.argsort(asked.rows, kind="stable")
        known = known[lengths[known] > 0]
        rows, places, weights = asked.rows[known], places[known], asked.weights[known]
        for part in _parts(lengths[known]):
            self._add(product, rows[part], places[part], weights[part])
        return product

    def with_all(self, asked: Rows) -> tuple[Ints, Ints]:
        """Which of the texts asked has all of its terms in which text here: the rows of both, in order."""
        if not (len(self.keys) and len(asked.keys)):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        places, lengths = self._find(asked.keys)
        order = np.lexsort((lengths, asked.rows))  # Of each text the rarest term first: only where that one stands,
        rows, places, lengths = asked.rows[order], places[order], lengths[order]  # the others are looked for.
        firsts = np.flatnonzero(np.append(True, rows[1:] != rows[:-1]))
        terms = np.diff(np.append(firsts, len(rows)))
        texts = self.rows[_stretches(self.starts[places[firsts]], lengths[firsts])]
        firsts, terms = np.repeat(firsts, lengths[firsts]), np.repeat(terms, lengths[firsts])
        wanted = places[_stretches(firsts, terms)] * self.count + np.repeat(texts, terms)
        found = np.searchsorted(self._cells, wanted).clip(max=len(self._cells) - 1)
        here = np.bincount(np.repeat(np.arange(len(texts)), terms), self._cells[found] == wanted, len(texts)) == terms
        return rows[firsts[here]], texts[here]

    @cached_property
    def _cells(self) -> Ints:
        """Each term and text in which it stands as one number, in order."""
        cells: Ints = np.repeat(np.arange(len(self.keys)), self.ends - self.starts) * self.count + self.rows
        return cells

    def _find(self, keys: Keys) -> tuple[Ints, Ints]:
        """Each term's place here and in how many texts it stands. There must be terms here."""
        places = np.searchsorted(self.keys, keys).clip(max=len(self.keys) - 1)
        return places, np.where(self.keys[places] == keys, self.ends[places] - self.starts[places], 0)

    def _add(self, product: Floats, rows: Ints, places: Ints, weights: Floats) -> None:
        starts, lengths = self.starts[places], self.ends[places] - self.starts[places]
        entries = _stretches(starts, lengths)
        cells = np.repeat(rows * self.count, lengths) + self.rows[entries]
        values = np.repeat(weights, lengths) * self.weights[entries]
        flat = product.reshape(-1)
        first, last = int(rows.min()) * self.count, (int(rows.max()) + 1) * self.count
        if len(cells) * FEW < last - first:
            np.add.at(flat, cells, values)
        else:
            flat[first:last] += np.bincount(cells - first, values, minlength=last - first).astype(np.float32)


def _stretches(starts: Ints, lengths: Ints) -> Ints:
    """Each start and the numbers that follow it, so many as are asked for."""
    begun = np.cumsum(lengths) - lengths
    entries: Ints = np.arange(lengths.sum()) - np.repeat(begun - starts, lengths)
    return entries


def _parts(lengths: Ints, most: int = 2_000_000) -> list[slice]:
    """Cut a list of posting lists into stretches of some millions of entries, so that memory stays bounded."""
    totals = np.cumsum(lengths)
    borders = np.searchsorted(totals, np.arange(most, int(totals[-1]) if len(totals) else 0, most))
    edges = np.unique(np.concatenate(([0], borders, [len(lengths)])))
    return [slice(int(begin), int(end)) for begin, end in pairwise(edges)]
