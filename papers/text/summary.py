"""What a paper did and found, in its abstract's own words: one or two of its sentences, chosen by rules.

No word is changed or added. Authors say in few ways what they did ("we propose", "this paper presents") and what came
of it ("experiments show", a number with a sign of percent), and the first comes before the second. The rules were read
off 160 abstracts in which two readers marked such sentences, and tested on 80 others (docs/benchmarks.md).
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

MOST_WORDS = 40  # of both sentences
OVER = 10  # words that a whole second sentence may have beyond that, rather than being cut
MOST_CHARACTERS = 600
FEWEST_OF_A_CLAUSE, FEWEST_OF_DONE = 8, 12
KEPT = 2_000  # in memory, with their abstracts: some 4 MB

Span = tuple[int, int]  # where a sentence, or what is shown of it, begins and ends

# ----------------------------------------------------------------------------------------------------------- sentences

NO_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|al|Fig|Eq|Sec|resp|cf|approx|No|Dr|Mr|Ms|St|Jr|w\.r\.t|a\.k\.a)|(?<![\w/])[A-Z])\.$"
)
# Some are run together: "of their contexts.In this paper".
END = re.compile(r"[.!?][\"')\]’”]*(?=\s+[\"'(\[“‘]?[^\sa-z])|(?<=[a-z]{3})\.(?=[A-Z][a-z]+ )")
BLANKS = re.compile(r"\s*")
LOOKED_BACK = 12  # characters, by which an abbreviation is known
# What is left hanging where a sentence ends after it: the beginning of a clause, or of a list.
HANGING = re.compile(
    r"(?:^|,\s|\bthat\s)(?:while|although|though|when|if|despite|compared|for|across)\b[^,;:]*$|"
    r"\b(?:such as|including|e\.g\.|given)\b[^;:]*$|;\s+with\b[^,;:]*$|"
    r"\b(?:in|into|of|for|by|to|with|from|at|on|under|through|during|upon|via|and|or|the|an?|that|than|as|is|are)$",
    re.IGNORECASE,
)
GOES_ON = re.compile(r",(?:\s+[^\s,.;:]+){1,4}(?:,|\s+(?:and|or)\b)", re.IGNORECASE)  # with the next of a list
LISTED = re.compile(r"\((?:\d|[ivx]+|[a-e])\)")  # the number of what is listed within a sentence
# What opens a sentence and leans on the one before it, which is not shown: up to the comma after it.
LEANS = re.compile(
    r"(?:(?:however|therefore|thus|hence|moreover|furthermore|additionally|in addition|consequently|accordingly|"
    r"notably|importantly|specifically|concretely|in particular|as a result|to this end|to that end|in response|"
    r"tow(?:ard|ards) this (?:end|goal)|for this purpose|instead|meanwhile|crucially|finally|in contrast|by contrast)|"
    r"(?:to|by|in|for|from|with|motivated|inspired|based|built|building|driven|guided|drawing|leveraging|using|given|"
    r"following|under|beyond|despite|as|against)\b(?=[^,.;:]{0,90}"
    r"\b(?:this|these|those|that|such|it|its|above|our (?:paper|work))\b)[^,.;:]{0,120}),\s+(?=\S)",
    re.IGNORECASE,
)
WORD = re.compile(r"\S+")
COMES_OF_IT = re.compile(  # the end of a sentence that says what something amounts to
    r",\s+(?:and )?(?=(?!including|using|during|regarding|depending)[a-z]{3,}ing\b|with an? )"
)
CLAUSE_END = re.compile(r"[,;:–—](?=\s)|\s(?=(?:which|while|whereas|thereby)\b)|(?<!ed)(?<!en)\s(?=by\b)")


def sentences(text: str) -> list[Span]:
    """Where each sentence begins and ends, its full stop included."""
    found, start, stop = [], len(text) - len(text.lstrip()), len(text.rstrip())
    for end in END.finditer(text, start, stop):
        if not NO_END.search(text, max(start, end.start() - LOOKED_BACK), end.start() + 1):
            found.append((start, end.end()))
            start = BLANKS.match(text, end.end()).end()  # type: ignore[union-attr]  # It matches nothing at all, too.
    return [*found, (start, stop)] if start < stop else found


# ---------------------------------------------------------------------------------------------------------------- cues

WORK = r"(?:paper|work|report|article|study|survey|manuscript|review|tutorial)"
OFTEN = r"(?:\w+ly |further |first |also |then |thus |instead |here )?"  # what may stand before a verb
DOES = (
    "propose|present|introduce|develop|describe|release|unveil|devise|build|construct|create|formulate|formalize|"
    "establish"
)
STUDIES = (
    "study|investigate|examine|explore|analy[sz]e|revisit|address|ask|benchmark|characterize|survey|review|derive|argue|"
    "identify|reformulate|reframe|train|collect|provide|offer|contribute|extend|leverage|adopt|use|design"
)
# What says that a sentence is about what was done, and how sure that is: the surest counts.
DONE = tuple(
    (re.compile(pattern, re.IGNORECASE), weight)
    for pattern, weight in (
        (rf"\bwe {OFTEN}(?:{DOES}|design|conduct|curate|announce|open-source)\b", 3.0),
        (rf"\b(?:this|our|the|the present) {WORK} {OFTEN}(?:{DOES}|{STUDIES}|studie|report)s?\b", 3.0),
        (r"\b(?:is|are) (?:introduced|proposed|presented|developed)\b", 2.0),
        (rf"\bin (?:this|our) {WORK}\b", 1.6),
        (rf"\bwe {OFTEN}(?:{STUDIES})\b", 1.6),
        (rf"\bwe {OFTEN}(?:show|demonstrate|find|report)\b", 0.9),
        (r"\bour (?:approach|method|framework|model|system|key|core|main|contribution)", 0.6),
    )
)
MADE = DONE[0][0]
BESIDE_IT = re.compile(  # what was done besides
    r"^(?:also|further(?:more)?|additionally|in addition|moreover|finally|second(?:ly)?|third(?:ly)?|then|next|beyond|"
    r"building (?:up)?on|based on|as a comparison)\b|"
    r"^to (?:\w+ )?(?:support|facilitate|evaluate|train|validate|assess|enhance|improve|bridge the gap in)\b|"
    r"\bwe (?:also|further|additionally|finally)\b",
    re.IGNORECASE,
)
FIGURE = re.compile(r"(?<![A-Za-z\d-])\d")
# What says that a sentence tells what was found: these add up.
FOUND = tuple(
    (re.compile(pattern, re.IGNORECASE), weight)
    for pattern, weight in (
        (
            r"\b(?:outperform|surpass|exceed|beat|improv|achiev|attain|reach|yield|reduc|boost|increas|accelerat|matches|"
            r"matching|match\b|gain|deliver|obtain|rank|raise|cut)\w*",
            1.0,
        ),
        (r"state-of-the-art|\bSOTA\b|\b(?:superior|competitive|comparable|best|stronger|consistent)", 0.7),
        (
            r"\b(?:results?|experiments?|evaluations?|findings|analys[ie]s|ablations?|studies|benchmarks?)\b[^.]{0,90}?"
            r"\b(?:show|demonstrat|reveal|indicat|suggest|confirm|highlight|validat|find)",
            1.3,
        ),
        (rf"\bwe {OFTEN}(?:find|show|demonstrate|observe|discover|reveal|uncover|prove)\b", 1.2),
        (r"(?<![\d.,])\d[\d.,]*+\s*+(?:%|x\b|×|points?\b|percent|-?fold|times\b)", 1.2),
        (r"\d", 0.3),
    )
)
# What refers to a sentence that may not be shown: "these three gaps", "together, these enable"
REFERS = re.compile(
    rf"\b(?:these|those|such)\b|\bthis (?!{WORK}|approach|method|framework|model|benchmark|dataset|system)",
    re.IGNORECASE,
)
VAGUE = re.compile(  # what nearly every abstract claims
    r"\b(?:superior|promising|strong|remarkable|excellent|impressive|effective\w*|efficien\w*|significant\w*|robust\w*|"
    r"substantial\w*)\b",
    re.IGNORECASE,
)
AVAILABLE = re.compile(
    r"\b(?:code|data(?:sets?)?|models?|weights|demo|project page|website|checkpoints)\b[^.]{0,200}"
    r"\b(?:available|released?|open-sourced?|public|found at|access)|https?://|\bgithub\b",
    re.IGNORECASE,
)
OUTLOOK = re.compile(  # what it may be good for, which authors say last
    r"\b(?:highlight|underscore|emphasi[sz]e|challenge|call for|urge|pave|lay|open|offer|provide|shed|improve)\w*\b"
    r"[^.]{0,60}\b(?:need|importance|potential|community|way|foundation|insights?|understanding|light|direction|tool|"
    r"avenues?|future|promise|nature|guidance)|\b(?:takes?|marks?|represents?)\b[^.]{0,20}\bstep\b",
    re.IGNORECASE,
)
OURS = re.compile(r"\b(?:we|our)\b", re.IGNORECASE)
NAMED_IN_TITLE = 4  # words at most, before a colon: the name of what was made
CUT = (
    0.5  # what it takes from a sentence's worth that it is not shown whole; of what was found twice without a figure,
)
FIGURE_LOST = 0.7  # and so much if one is in what is cut off
EACH_WORD_OVER = 0.03
WORTH_SHOWING = 0.8  # of what was found: below it one sentence is shown alone


def _done(text: str, title: str, place: float) -> float:
    """How surely a sentence, `place` (0 to 1) of the way through its abstract, says what was done."""
    name, colon, _ = title.partition(":")
    is_named = bool(colon) and len(name.split()) <= NAMED_IN_TITLE and name.lower() in text.lower()
    cue = max((weight for pattern, weight in DONE if pattern.search(text)), default=0.0)
    aside = 0.8 * bool(BESIDE_IT.search(text)) + 1.5 * bool(AVAILABLE.search(text))
    return cue + 0.9 * is_named - aside - 0.5 * place


def _found(text: str, place: float) -> float:
    """How surely a sentence says what was found. What comes early and is not ours is what others found."""
    cues = sum(weight for pattern, weight in FOUND if pattern.search(text))
    is_of_others = place < 0.3 and not OURS.search(text)
    aside = 2.5 * bool(AVAILABLE.search(text)) + 1.5 * bool(OUTLOOK.search(text)) + 1.5 * is_of_others
    aside += 0.3 * bool(REFERS.search(text))
    aside += -0.4 if FIGURE.search(text) else 0.6 * bool(VAGUE.search(text))
    return cues + 1.2 * place - aside - 1.0 * bool(MADE.search(text))


# ------------------------------------------------------------------------------------------------------------ choosing


def key_spans(abstract: str, title: str) -> list[Span]:
    """Where in the abstract it says what was done and, if it does, what was found: one or two sentences in its order,
    of some MOST_WORDS words; a long one may end with one of its clauses."""
    spans = sentences(abstract)
    if not spans:
        return []
    places = [number / len(spans) for number in range(len(spans))]
    did = [_done(abstract[start:end], title, place) for (start, end), place in zip(spans, places, strict=True)]
    spans = [(_begins(abstract, start, end), end) for start, end in spans]
    texts = [abstract[start:end] for start, end in spans]
    first = did.index(max(did))
    in_words = texts[first][: min(_end_of_word(texts[first], MOST_WORDS + OVER), MOST_CHARACTERS)]
    best, chosen = -1.0, [next(_shown(texts[first], MOST_WORDS), in_words), ""]
    second = 0
    # What was done is cut where that makes room for what was found.
    for done in _shown(texts[first], MOST_WORDS):
        is_cut = len(done) < len(texts[first])
        if is_cut and (_words(done) < FEWEST_OF_DONE or _done(done, title, places[first]) < did[first] - 1.0):
            continue  # It no longer says what was done.
        found = _best_found(texts, places, first, MOST_WORDS + OVER - _words(done))
        score = (found.score if found else WORTH_SHOWING) - CUT * is_cut
        if score > best:
            best, chosen = score, [done, found.part if found else ""]
            second = spans[found.number][0] + found.begins if found else 0
    starts = spans[first][0], second
    return sorted((start, start + len(text)) for start, text in zip(starts, chosen, strict=True) if text)


def _begins(abstract: str, start: int, end: int) -> int:
    """Where a sentence begins without what leans on the one before it, if as much is left as makes a clause."""
    leans = LEANS.match(abstract, start, end)
    return leans.end() if leans and _words(abstract[leans.end() : end]) >= FEWEST_OF_A_CLAUSE else start


class Found(NamedTuple):
    """What says what was found: how surely, which sentence it is of, from where in that on, and its words."""

    score: float
    number: int
    begins: int
    part: str


def _best_found(texts: Sequence[str], places: Sequence[float], first: int, most: int) -> Found | None:
    """The other sentence that says best what was found, in at most so many words."""
    others = [(number, text, 2.0 * (number < first)) for number, text in enumerate(texts) if number != first]
    found = [
        Found(_found(part, places[number]) - _cut(part, text, most) - early, number, 0, part)
        for number, text, early in others
        for part in islice(_shown(text, most), 2)
    ]
    found += [
        Found(_found(text, places[number]) - 2 * CUT - early, number, begins, text[begins:])
        for number, text, early in others
        for begins in _ends_with_figures(text, most)
    ]
    return max((one for one in found if one.score > WORTH_SHOWING), default=None)


def _ends_with_figures(text: str, most: int) -> list[int]:
    """Where the end of a sentence that is too long begins, if it says in figures what the rest says in words."""
    if _words(text) <= most:
        return []
    ends = [end.end() for end in COMES_OF_IT.finditer(text) if not FIGURE.search(text, 0, end.end())]
    return [end for end in ends[-1:] if FIGURE.search(text, end) and FEWEST_OF_A_CLAUSE <= _words(text[end:]) <= most]


def _cut(part: str, text: str, most: int) -> float:
    """What it takes from a sentence's worth that only this part of it is shown, or that it is long."""
    long = EACH_WORD_OVER * max(0, _words(part) - most + OVER)
    if len(part) == len(text):
        return long
    return long + (CUT if FIGURE.search(part) else 2 * CUT + FIGURE_LOST * bool(FIGURE.search(text, len(part))))


def _shown(text: str, most: int) -> Iterator[str]:
    """A sentence in at most so many words: whole, and up to the end of a clause, the longest first."""
    if _words(text) <= most and len(text) <= MOST_CHARACTERS:
        yield text
    yield from _clauses(text, most)


def _clauses(text: str, most: int) -> Iterator[str]:
    """What a sentence says up to the end of a clause, in at most so many words, the longest first, but those that end
    within a list last. Parentheses stay whole, and no clause is left hanging."""
    ends = [end.start() for end in CLAUSE_END.finditer(text, 0, _end_of_word(text, most) + 1)]
    for end in sorted(ends, key=lambda end: (bool(GOES_ON.match(text, end)), -end)):
        part = text[:end].rstrip(" ,;:–—")
        is_closed = all(part.count(a) == part.count(b) for a, b in ("()", "[]")) and not HANGING.search(part)
        is_closed = is_closed and not (LISTED.search(part) and LISTED.search(text, end))
        if FEWEST_OF_A_CLAUSE <= _words(part) <= most and is_closed:
            yield part


def _end_of_word(text: str, number: int) -> int:
    """Where the word ends that has this number, from 1, or the last one."""
    return max((word.end() for word in islice(WORD.finditer(text), max(number, 0))), default=0)


def _words(text: str) -> int:
    return len(text.split())


def key_sentences(abstract: str, title: str) -> list[str]:
    """What key_spans finds, in words, each with a capital; an ellipsis stands where a sentence goes on, or where more
    was said before."""
    whole = sentences(abstract)
    starts, ends = {_begins(abstract, *span) for span in whole}, {end for _, end in whole}
    return [
        (abstract[start].upper() if start in starts else f"…\u00a0{abstract[start]}")
        + abstract[start + 1 : end]
        + ("" if end in ends else "\u00a0…")
        for start, end in key_spans(abstract, title)
    ]


@lru_cache(maxsize=KEPT)
def in_short(abstract: str, title: str) -> str:
    """The key sentences as one text. Found again without reading the abstract anew, which takes 2 ms: a page shows a
    hundred."""
    return " ".join(key_sentences(abstract, title))
