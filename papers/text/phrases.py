"""Phrase matching: the topics that a text speaks of, by a trie of stems, and the words that say so. Knows no rows."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, Self

from django.core.exceptions import ValidationError

from papers.text.loudness import IN_TITLE, Span, loudness
from papers.text.words import WORD, has_word, stems_of

JOINS_WORDS = re.compile(r"[\s\-‐‑–]*")  # what may stand between two words of one phrase
STOP_INSIDE = "."  # may too, if nothing else does, as in "Qwen2.5"; one beside a space ends a sentence
HYPHEN = re.compile(r"[-‐‑–]")
NAME = re.compile(r"[^\W_]+")
MOST_PIECES_CACHED = 2**17  # how many pieces of text are remembered; ten thousand papers have about as many
MOST_CHARACTERS_CACHED = 80  # characters of a piece; a longer one, such as a text without spaces, hardly comes twice
BREAKS = ".,:;()"  # some of what may not stand between words; a piece is first looked up without them


def list_of_phrases(value: object) -> None:
    """What a topic may hold. Raises ValidationError."""
    if not (isinstance(value, list) and all(isinstance(phrase, str) and has_word(phrase) for phrase in value)):
        raise ValidationError('Expected a list of phrases with a word in each, like ["dictionary learning", "RAG"].')
    for phrase in value:
        if '"' in phrase and not is_quoted(phrase):
            raise ValidationError(f"Expected quotes around the whole of a phrase or none, found {phrase}.")


def is_quoted(phrase: str) -> bool:
    """Whether it must be written as it is, whatever else has the same stems: '"diffractive"', '"LoRA"'."""
    return len(phrase) > 2 and phrase.startswith('"') and phrase.endswith('"') and phrase.count('"') == 2


class Spelling(NamedTuple):
    """How a phrase must be written where stems would mislead."""

    letters: str  # its words with a space between; in lower case: in any capitals
    is_quoted: bool

    @classmethod
    def of(cls, phrase: str) -> Self | None:
        quoted = is_quoted(phrase)
        return cls(" ".join(WORD.findall(phrase)), quoted) if quoted or phrase.isupper() else None

    def stands(self, text: str, start: int, end: int) -> bool:
        """Whether it does there, alone or with a plural s. What is quoted and has capitals is not part of a name."""
        written, forms = " ".join(WORD.findall(text[start:end])), (self.letters, f"{self.letters}s")
        if self.letters.islower():
            return written.lower() in forms
        return written in forms and not (self.is_quoted and _in_a_name(text, start, end))


def _in_a_name(text: str, start: int, end: int) -> bool:
    """Whether a hyphen joins it to a name, as in "OULU-NPU"; "NPU-based", "multi-NPU", "NPU-Based" have none."""
    before = re.search(r"[^\W_]+$", text[: start - 1]) if start and HYPHEN.match(text, start - 1) else None
    after = NAME.match(text, end + 1) if HYPHEN.match(text, end) else None
    # A plain word has no capitals after its first letter, which may be one; a single capital is a name.
    return any(
        one and not (one[0].islower() or (one[0][1:].islower() and one[0].isalpha())) for one in (before, after)
    )


class Hit(NamedTuple):
    """A topic that a text speaks of: how loudly, 0 to 1, and the words of the text that say so."""

    topic: int
    score: float
    phrase: str


class Found(NamedTuple):
    """A topic, and where its words begin and end in the piece that says so."""

    topic: int
    start: int
    end: int


@dataclass(slots=True)
class PieceMatch:
    """What matches in a piece of text: topics, and how a phrase may go on into and out of it."""

    found: tuple[Found, ...] = ()
    first: str | None = None  # the stem a phrase goes on with here; "" if with no word yet, None if it breaks off
    follow: frozenset[str] = frozenset()  # what `first` of the next piece may be for a phrase begun in this one


NOTHING = PieceMatch()
ONLY_JOINS = PieceMatch(first="")


class PieceMatches(dict[str, PieceMatch]):
    """A cache of two generations by piece: a text is mostly made of pieces that others had before it."""

    def __init__(self, read: Callable[[str], PieceMatch]) -> None:
        super().__init__()
        self._read = read
        self._before: dict[str, PieceMatch] = {}  # As full as this may be: what is common is taken over from there.

    def __missing__(self, piece: str) -> PieceMatch:
        match = self._before.get(piece) or self._made(piece)
        if len(self) >= MOST_PIECES_CACHED:
            self._before = dict(self)
            self.clear()
        if len(piece) <= MOST_CHARACTERS_CACHED:
            self[piece] = match
        return match

    def _made(self, piece: str) -> PieceMatch:
        text = piece.strip(BREAKS)
        if text == piece:
            return self._read(piece)
        bare = self[text]  # The rest follows from it: no phrase goes on over a break before or after it.
        if bare is NOTHING or bare is ONLY_JOINS:
            return NOTHING
        first = bare.first if piece.startswith(text) else None
        follow = bare.follow if piece.endswith(text) else NOTHING.follow
        before = piece.index(text)
        found = tuple(Found(topic, before + start, before + end) for topic, start, end in bare.found)
        return PieceMatch(found, first, follow) if found or first or follow else NOTHING


class TrieNode:
    """A node of the trie: where phrases part that begin with the same stems."""

    def __init__(self) -> None:
        self.next: dict[str, TrieNode] = {}
        self.topics: set[tuple[int, Spelling | None]] = set()  # whose phrase ends here; its spelling, if that matters

    def matching(self, text: str, start: int, end: int) -> list[Found]:
        """The topics of a phrase that ends here, if it is spelled as it must be."""
        return [
            Found(topic, start, end) for topic, exact in self.topics if not exact or exact.stands(text, start, end)
        ]


class Phrases:
    """Every topic's phrases at once: a text is walked through once, however many topics there are.

    A phrase matches whatever the endings of its words and with a hyphen for a space; one written all in capitals
    ("RAG") matches only in capitals, alone or with a plural s. One in double quotes matches these letters only, in any
    capitals if it has none ('"diffractive"'), alone or with a plural s; with capitals, not as part of a name ('"NPU"'
    in "OULU-NPU"). With `any_case` neither matters. A full stop inside a word ("Qwen2.5") is like a hyphen. What was
    read is remembered, so keep one of these rather than make one for each text. Threads may share it.
    """

    # A text is cut at its spaces. Most pieces are words seen before, so what they say is only looked up. A phrase of
    # several pieces is looked up in the same way, once it is known that the stems on both sides of a cut go together.
    # That knowledge only spares looking: what is found is always read from the whole text of those pieces.

    def __init__(self, phrases: Iterable[tuple[int, str]], *, any_case: bool = False) -> None:
        self._root = TrieNode()
        self._stems: set[str] = set()
        self._later_stems: set[str] = set()  # those with which a phrase may go on
        self._matches = PieceMatches(self._read)
        for topic, phrase in phrases:
            exact = None if any_case else Spelling.of(phrase)
            # A plural may have another stem than its singular: "VLMs" has no vowel, so its s is no ending.
            for form in (exact.letters, f"{exact.letters}s") if exact else (phrase,):
                stems, branch = stems_of(WORD.findall(form)), self._root
                for stem in stems:
                    branch = branch.next.setdefault(stem, TrieNode())
                if stems:
                    branch.topics.add((topic, exact))
                self._stems.update(stems)
                self._later_stems.update(stems[1:])

    def hits(self, title: str, abstract: str) -> list[Hit]:
        """One hit a topic. Its phrase is taken from the text itself: the title's first, then the longest."""
        in_title, in_abstract = self._found(title), self._found(abstract)
        found = []
        for topic in sorted(in_title.keys() | in_abstract.keys()):
            text, spans = (title, in_title[topic]) if topic in in_title else (abstract, in_abstract[topic])
            score = IN_TITLE if topic in in_title else loudness(abstract, spans)
            start, end = max(spans, key=lambda span: span[1] - span[0])
            found.append(Hit(topic, score, text[start:end]))
        return found

    def _found(self, text: str) -> dict[int, list[Span]]:
        """Topics, and where the text says their phrases."""
        found: dict[int, list[Span]] = {}
        pieces = text.split(" ")  # Not at any white space: what is joined again must be what the text says.
        follow, begin, before = NOTHING.follow, 0, 0  # where this piece begins, and the one before it
        for place, (piece, match) in enumerate(zip(pieces, map(self._matches.__getitem__, pieces), strict=True)):
            across = self._across(pieces, place - 1) if match.first in follow else ()
            for offset, some in ((before, across), (begin, match.found)):
                for topic, start, end in some:
                    found.setdefault(topic, []).append((offset + start, offset + end))
            follow, before, begin = match.follow, begin, begin + len(piece) + 1
        return found

    def _across(self, pieces: list[str], begin: int) -> list[Found]:
        """The phrases that begin in one piece and end in a later one."""
        found: list[Found] = []
        so_far = self._matches[pieces[begin]]
        for end in range(begin + 1, len(pieces)):
            first = self._matches[pieces[end]].first
            if first not in so_far.follow:
                break
            if first:
                so_far = self._matches[" ".join(pieces[begin : end + 1])]
                found += so_far.found
        return found

    def _read(self, text: str) -> PieceMatch:
        stems = stems_of(WORD.findall(text))
        if self._stems.isdisjoint(stems):  # as in most pieces that were never seen before
            return ONLY_JOINS if not stems and JOINS_WORDS.fullmatch(text) else NOTHING
        spans = [word.span() for word in WORD.finditer(text)]
        found, unfinished = self._begun(text, stems, spans)
        first = stems[0] if stems[0] in self._later_stems and _joined(text, 0, spans[0][0]) else None
        goes_on = unfinished and _joined(text, spans[-1][1], len(text))
        follow = frozenset({"", *unfinished}) if goes_on else NOTHING.follow
        return PieceMatch(tuple(found), first, follow) if found or first or follow else NOTHING

    def _begun(self, text: str, stems: list[str], spans: list[tuple[int, int]]) -> tuple[list[Found], set[str]]:
        """The phrases that reach from the first to the last piece of a text, and how those go on that do not end."""
        found: list[Found] = []
        unfinished: set[str] = set()
        first_ends, last_begins = len(text.partition(" ")[0]), text.rfind(" ")
        for first, (start, end) in enumerate(spans):
            if start > first_ends:
                break
            at, branch = first, self._root.next.get(stems[first])
            while branch:
                if branch.topics and end > last_begins:
                    found += branch.matching(text, start, end)
                at += 1
                if at == len(stems):
                    unfinished.update(branch.next)
                    break
                if not (_joined(text, end, spans[at][0]) or text[end : spans[at][0]] == STOP_INSIDE):
                    break
                end = spans[at][1]
                branch = branch.next.get(stems[at])
        return found, unfinished


def _joined(text: str, end: int, start: int) -> bool:
    return start == end or JOINS_WORDS.fullmatch(text, end, start) is not None
