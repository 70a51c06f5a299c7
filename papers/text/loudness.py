"""How loudly a text says a phrase: in its title, early, again and again, or only aside. Knows no rows."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice

IN_TITLE = 1.0
ONCE, AGAIN, EARLY, ASIDE, MOST_IN_ABSTRACT = 0.4, 0.2, 0.1, -0.2, 0.8
EARLY_SENTENCES = 2  # where abstracts say what they are about
LOOKED_AT = 60  # characters on either side, by which a list is known
SENTENCE_END = re.compile(r"[.!?]\s+(?=[A-Z0-9\"“(])")
# Up to two words may stand between a comma and the phrase: "images, long video, and text".
LIST_BEFORE = re.compile(r"(?:(?:,|\b(?:such as|including|e\.g\.,?))|(?P<last>,?\s(?:and|or)))\s+(?:[\w-]+\s){0,2}$")
LIST_AFTER = re.compile(r"[\w-]*(?:\s[\w-]+){0,2}?(?:(?P<comma>,)|\s*\(|\.(?:\s|$)|;)")

Span = tuple[int, int]  # where words begin and end


def loudness(abstract: str, spans: Iterable[Span]) -> float:
    """Of what an abstract, and not the title, says at these places, 0 to 1. What overlaps is said once.

    An ordinal scale with made-up distances. Read one by one, of the papers that say a topic's phrase in the title most
    are about it, of those that say it once in the middle a quarter, and in a list or in parentheses one in eight.
    """
    places: list[Span] = []
    for start, end in sorted(spans):
        if places and start < places[-1][1]:
            places[-1] = places[-1][0], max(end, places[-1][1])
        else:
            places.append((start, end))
    if not places:
        return 0.0
    ended = SENTENCE_END.finditer(abstract, 0, places[0][0] + 1)  # up to its first letter, by which an end is known
    is_early = len(list(islice(ended, EARLY_SENTENCES))) < EARLY_SENTENCES
    is_aside = all(stands_aside(abstract, place) for place in places)
    said = ONCE + AGAIN * (len(places) - 1) + (ASIDE if is_aside else EARLY * is_early)
    return round(min(said, MOST_IN_ABSTRACT), 2)


def stands_aside(text: str, place: Sequence[int]) -> bool:
    """Whether it stands in parentheses or as one of a list, as what is named in passing does."""
    start, end = place
    if text.rfind("(", 0, start) > text.rfind(")", 0, start):
        return True
    after = LIST_AFTER.match(text[end : end + LOOKED_AT])  # This is known sooner, and mostly decides.
    before = LIST_BEFORE.search(text[max(0, start - LOOKED_AT) : start]) if after else None
    return bool(before and after and (before["last"] or after["comma"]))
