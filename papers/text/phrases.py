"""Which topics a text speaks of, by their phrases, and the words that say so. Knows no rows."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.core.exceptions import ValidationError

from papers.text.words import WORD, stems_of, tokens

JOINS_WORDS = re.compile(r"[\s\-‐‑–]*")  # what may stand between two words of one phrase; a full stop may not
TITLE_SCORE = 1.0
ABSTRACT_SCORE = 0.6  # for the first phrase found there; each further one adds a tenth, up to 0.9
PIECES_KEPT = 2**17  # how many pieces of text are remembered; ten thousand papers have about as many
LONGEST_KEPT = 80  # characters of a piece; a longer one, such as a text without spaces, hardly comes twice
BREAKS = ".,:;()"  # some of what may not stand between words; a piece is first looked up without them


def list_of_phrases(value: object) -> None:
    """What a topic may hold. Raises ValidationError."""
    if not (isinstance(value, list) and all(isinstance(phrase, str) and tokens(phrase) for phrase in value)):
        raise ValidationError('Expected a list of phrases with a word in each, like ["dictionary learning", "RAG"].')


class Hit(NamedTuple):
    """A topic that a text speaks of: how much, 0 to 1, and the words of the text that say so."""

    topic: int
    score: float
    phrase: str


@dataclass(slots=True)
class Reading:
    """What a piece of text says: the topics it speaks of, and how a phrase may go on into and out of it."""

    found: tuple[tuple[int, str], ...] = ()  # topics, and the words of the piece that say so
    first: str | None = None  # the stem a phrase goes on with here; "" if with no word yet, None if it breaks off
    follow: frozenset[str] = frozenset()  # what `first` of the next piece may be for a phrase begun in this one


NOTHING = Reading()
ONLY_JOINS = Reading(first="")


class Readings(dict[str, Reading]):
    """What the pieces seen lately say: a text is mostly made of pieces that others had before it."""

    def __init__(self, read: Callable[[str], Reading]) -> None:
        super().__init__()
        self._read = read
        self._before: dict[str, Reading] = {}  # As full as this may be: what is common is taken over from there.

    def __missing__(self, piece: str) -> Reading:
        reading = self._before.get(piece) or self._made(piece)
        if len(self) >= PIECES_KEPT:
            self._before = dict(self)
            self.clear()
        if len(piece) <= LONGEST_KEPT:
            self[piece] = reading
        return reading

    def _made(self, piece: str) -> Reading:
        bare = piece.strip(BREAKS)
        return self._read(piece) if bare == piece else _between_breaks(self[bare], piece, bare)


def _between_breaks(bare: Reading, piece: str, text: str) -> Reading:
    """The reading of a piece that is a bare text with breaks before or after it."""
    if bare is NOTHING or bare is ONLY_JOINS:
        return NOTHING
    first = bare.first if piece.startswith(text) else None
    follow = bare.follow if piece.endswith(text) else NOTHING.follow
    return Reading(bare.found, first, follow) if bare.found or first or follow else NOTHING


class Branch:
    """Where phrases part that begin with the same stems."""

    def __init__(self) -> None:
        self.next: dict[str, Branch] = {}
        self.topics: set[tuple[int, str]] = set()  # whose phrase ends here; how it is written, if that matters

    def said(self, words: str) -> list[tuple[int, str]]:
        return [(topic, words) for topic, exact in self.topics if _as_written(words, exact)]


class Phrases:
    """Every topic's phrases at once: a text is walked through once, however many topics there are.

    A phrase matches whatever the endings of its words and with a hyphen for a space; one written all in capitals
    ("RAG") matches only in capitals, alone or with a plural s, unless `any_case`. What was read is remembered, so keep
    one of these rather than make one for each text. Threads may share it.
    """

    # A text is cut at its spaces. Most pieces are words seen before, so what they say is only looked up. A phrase of
    # several pieces is looked up in the same way, once it is known that the stems on both sides of a cut go together.
    # That knowledge only spares looking: what is found is always read from the whole text of those pieces.

    def __init__(self, phrases: Iterable[tuple[int, str]], *, any_case: bool = False) -> None:
        self._root, self._any_case = Branch(), any_case
        self._stems: set[str] = set()
        self._later_stems: set[str] = set()  # those with which a phrase may go on
        self._readings = Readings(self._read)
        for topic, phrase in phrases:
            self._add(topic, phrase)

    def hits(self, title: str, abstract: str) -> list[Hit]:
        """One hit a topic. Its phrase is taken from the text itself: the title's first, then the longest."""
        in_title, in_abstract = self._found(title), self._found(abstract)
        return [
            Hit(topic, TITLE_SCORE, _telling(in_title[topic]))
            if topic in in_title
            else Hit(topic, _score(in_abstract[topic]), _telling(in_abstract[topic]))
            for topic in sorted(in_title.keys() | in_abstract.keys())
        ]

    def _add(self, topic: int, phrase: str) -> None:
        if not (stems := stems_of(WORD.findall(phrase))):
            return
        branch = self._root
        for stem in stems:
            branch = branch.next.setdefault(stem, Branch())
        branch.topics.add((topic, phrase if phrase.isupper() and not self._any_case else ""))
        self._stems.update(stems)
        self._later_stems.update(stems[1:])

    def _found(self, text: str) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        pieces = text.split(" ")  # Not at any white space: what is joined again must be what the text says.
        follow = NOTHING.follow
        for place, reading in enumerate(map(self._readings.__getitem__, pieces)):
            if reading.first in follow:
                for topic, words in self._across(pieces, place - 1):
                    found.setdefault(topic, []).append(words)
            for topic, words in reading.found:
                found.setdefault(topic, []).append(words)
            follow = reading.follow
        return found

    def _across(self, pieces: list[str], begin: int) -> list[tuple[int, str]]:
        """The phrases that begin in one piece and end in a later one."""
        found: list[tuple[int, str]] = []
        so_far = self._readings[pieces[begin]]
        for end in range(begin + 1, len(pieces)):
            first = self._readings[pieces[end]].first
            if first not in so_far.follow:
                break
            if first:
                so_far = self._readings[" ".join(pieces[begin : end + 1])]
                found += so_far.found
        return found

    def _read(self, text: str) -> Reading:
        stems = stems_of(WORD.findall(text))
        if self._stems.isdisjoint(stems):  # as in most pieces that were never seen before
            return ONLY_JOINS if not stems and JOINS_WORDS.fullmatch(text) else NOTHING
        spans = [word.span() for word in WORD.finditer(text)]
        found, unfinished = self._begun(text, stems, spans)
        first = stems[0] if stems[0] in self._later_stems and _joined(text, 0, spans[0][0]) else None
        goes_on = unfinished and _joined(text, spans[-1][1], len(text))
        follow = frozenset({"", *unfinished}) if goes_on else NOTHING.follow
        return Reading(tuple(found), first, follow) if found or first or follow else NOTHING

    def _begun(
        self, text: str, stems: list[str], spans: list[tuple[int, int]]
    ) -> tuple[list[tuple[int, str]], set[str]]:
        """The phrases that reach from the first to the last piece of a text, and how those go on that do not end."""
        found: list[tuple[int, str]] = []
        unfinished: set[str] = set()
        first_ends, last_begins = len(text.partition(" ")[0]), text.rfind(" ")
        for first, (start, end) in enumerate(spans):
            if start > first_ends:
                break
            at, branch = first, self._root.next.get(stems[first])
            while branch:
                if branch.topics and end > last_begins:
                    found += branch.said(text[start:end])
                at += 1
                if at == len(stems):
                    unfinished.update(branch.next)
                    break
                if not _joined(text, end, spans[at][0]):
                    break
                end = spans[at][1]
                branch = branch.next.get(stems[at])
        return found, unfinished


def _joined(text: str, end: int, start: int) -> bool:
    return start == end or JOINS_WORDS.fullmatch(text, end, start) is not None


def _as_written(surface: str, exact: str) -> bool:
    return not exact or surface in (exact, f"{exact}s")


def _score(in_abstract: list[str]) -> float:
    distinct = len({words.lower() for words in in_abstract}) if len(in_abstract) > 1 else 1
    return min(0.9, ABSTRACT_SCORE + 0.1 * (distinct - 1))


def _telling(phrases: list[str]) -> str:
    return max(phrases, key=len)
