"""Tokenizing: texts as stemmed terms, terms and bigrams as 64-bit hashes, and their counts. Knows no rows.

A text's terms are the stems of its title, a full stop, and the stems of its abstract, with one space between. Whole
collections are worked on at once: a term is known by a hash of its letters, the same in every process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np

from papers.text.sparse import Floats, Ints, Keys, SparseMatrix, lookup, vstack
from papers.text.words import WORD, stems_of, unaccented

AUTHOR = "@"  # begins the term of an author; those stand last
BREAK = "."  # stands between title and abstract: no bigram reaches over it
TEXT_BEGIN = "\n"  # stands before each text where many are taken apart at once
BEFORE_A_TEXT = f" {TEXT_BEGIN} "
TERM_CHARACTERS = 200  # at most; PostgreSQL's index takes none of more than 2046 bytes
SLOT_BITS = 14  # so few that all slots stay at hand, so many that few words fall into a slot by chance
TEXTS_A_PART = 1_000  # that are taken apart at a time, so that memory stays bounded
_FIRST = np.array([2 ** (8 * letters) - 1 for letters in range(9)], np.uint64)  # keeps so many letters of eight
_MIX = np.uint64(0x9E3779B97F4A7C15)
_IN_WORDS = np.ones(256, bool)  # by its first letter, whether it is a word; an empty one has none
_IN_WORDS[[0, *map(ord, (TEXT_BEGIN, BREAK, AUTHOR))]] = False


def terms(title: str, abstract: str) -> str:
    """As Paper.terms keeps them, but for the authors. Never empty: an empty column says that nobody has looked yet."""
    stems = [*stems_of(WORD.findall(title)), BREAK, *stems_of(WORD.findall(abstract))]
    return " ".join([stem[:TERM_CHARACTERS] for stem in stems])


def author_term(name: str) -> str:
    """An author as one term, the same however the name is spaced, accented and written in capitals: "@adaquill"."""
    return (AUTHOR + "".join(WORD.findall(unaccented(name))))[:TERM_CHARACTERS]


def without_authors(terms: str) -> str:
    """The terms without their authors: who wrote a text is not what it says."""
    return terms.partition(f" {AUTHOR}")[0]


def keys_of(text: bytes) -> Keys:
    """The hash of each word of a text whose words have one space between."""
    return HashedWords(text).keys()


class HashedWords:
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
        """The hash of each word, or of some of them."""
        keys, begins, left = _stirred(self.heads[which]), self.begins[which], self._sizes[which]
        unread, offset = np.flatnonzero(left > 8), 8
        while len(unread):
            more = self._eights[begins[unread] + offset] & _FIRST[(left[unread] - offset).clip(max=8)]
            keys[unread] = _stirred(keys[unread] ^ more)
            offset += 8
            unread = unread[left[unread] > offset]
        return keys

    def maybe(self, heads: Keys) -> Ints:
        """Which words may have one of these heads, by a one-hash Bloom filter: all that have, and few others."""
        slots = np.zeros(2**SLOT_BITS, bool)
        slots[_slot(heads)] = True
        return np.flatnonzero(slots[_slot(self.heads)])


def _slot(heads: Keys) -> Keys:
    return (heads * _MIX) >> np.uint64(64 - SLOT_BITS)


def _stirred(keys: Keys) -> Keys:
    keys = (keys ^ (keys >> np.uint64(31))) * _MIX
    return keys ^ (keys >> np.uint64(29))


class TokenizedTexts:
    """Texts (their terms) taken apart into words. What takes time is done once it is asked for."""

    def __init__(self, begun: str) -> None:
        """All of them as one text, with BEFORE_A_TEXT before each."""
        self._words = HashedWords(begun.encode())
        self._is_word = _IN_WORDS[self._words.heads.astype(np.uint8)]
        self._firsts = np.flatnonzero(self._words.heads == np.uint64(ord(TEXT_BEGIN)))
        self.count = len(self._firsts)
        counts = np.add.reduceat(self._is_word, self._firsts, dtype=np.float32) if self.count else ()
        self.lengths: Floats = np.asarray(counts, np.float32)

    @classmethod
    def of(cls, texts: Iterable[str]) -> TokenizedTexts:
        return cls(BEFORE_A_TEXT.join(["", *texts]))

    @cached_property
    def heads(self) -> Keys:
        return np.asarray(self._words.heads[self._is_word])

    @cached_property
    def keys(self) -> Keys:
        """The hash of each word, in order."""
        return np.asarray(self._all_keys[self._is_word])

    @cached_property
    def rows(self) -> Ints:
        """Which text each word stands in."""
        return self.rows_of(np.flatnonzero(self._is_word))

    @cached_property
    def bigrams(self) -> Keys:
        """The hash of each bigram, a pair of neighbours, in order."""
        return bigram(self._all_keys[self._together], self._all_keys[self._together + 1])

    @cached_property
    def bigram_rows(self) -> Ints:
        return self.rows_of(self._together)

    @cached_property
    def _all_keys(self) -> Keys:
        return self._words.keys()

    @cached_property
    def _together(self) -> Ints:
        """The words that another follows: between two texts stands what is no word."""
        return np.flatnonzero(self._is_word[:-1] & self._is_word[1:])

    def find(self, keys: Keys, heads: Keys) -> tuple[Ints, Ints]:
        """Every place where one of these words stands, and which of them: sorted hashes, and the heads of the same."""
        places = self._words.maybe(heads)
        found, which = lookup(self._words.keys(places), keys)
        return places[found], which

    def rows_of(self, places: Ints) -> Ints:
        """Which text each of these places is in."""
        return np.asarray(np.searchsorted(self._firsts, places, side="right") - 1)


def bigram(first: Keys, second: Keys) -> Keys:
    return _stirred(first * np.uint64(3) + second)


def counted(texts: Sequence[str], bigrams: bool = True) -> SparseMatrix:
    """How often each term stands in each text: single words and bigrams. In the order of the terms."""
    return vstack([counted_in(part, bigrams) for part in in_parts(texts)])


def in_parts(texts: Sequence[str]) -> Iterator[TokenizedTexts]:
    """TEXTS_A_PART texts at a time, taken apart. What becomes of each part is put together again by `vstack`."""
    for begin in range(0, max(len(texts), 1), TEXTS_A_PART):
        yield TokenizedTexts.of(texts[begin : begin + TEXTS_A_PART])


def counted_in(texts: TokenizedTexts, bigrams: bool = True) -> SparseMatrix:
    """As `counted`, for texts that are taken apart already."""
    keys = np.concatenate((texts.keys, texts.bigrams)) if bigrams else texts.keys
    rows = np.concatenate((texts.rows, texts.bigram_rows)) if bigrams else texts.rows
    order = np.lexsort((rows, keys))
    keys, rows = keys[order], rows[order]
    is_first = np.append(True, (keys[1:] != keys[:-1]) | (rows[1:] != rows[:-1]))[: len(keys)]
    firsts = np.flatnonzero(is_first)
    times = np.diff(np.append(firsts, len(keys))).astype(np.float32)
    return SparseMatrix(texts.count, rows[firsts], keys[firsts], times)
