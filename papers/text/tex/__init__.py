"""TeX in titles, abstracts and names becomes the text that it stands for, in plain letters and the signs of Unicode.

Each expression here reads any text once: none of its parts can match the same stretch in two ways.
"""

import re

from papers.text.tex.prose import Prose

ENTITY = re.compile(
    r"&(?:amp;)*(?P<name>lt|gt|quot|apos|nbsp|amp);|&(?:amp;)*#(?P<number>\d{2,6}|x[0-9A-Fa-f]{2,5});", re.ASCII
)
ENTITIES = {"lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " ", "amp": "&"}
# What lost its backslash on the way
LOST = re.compile(
    r"(?<![\\A-Za-z])(text(?:bf|it|tt|sc|sf|rm)|emph|underline|math(?:bf|cal|bb|rm|sf|it))"
    r"(?=\{[^{}$]{0,300}(?:\{[^{}$]{0,300}\}[^{}$]{0,300}){0,9}\})"
)
# Escaped as in code: the model\'s, isn\'t. But it is an accent in a name such as Wo\'s.
APOSTROPHE = re.compile(
    r"(?<![\w\\}])(?P<word>\w{1,40})\\'(?P<ending>s|t|re|ve|ll|d|m)(?![\w\\{])"
    r"(?P<goes_on>(?= [a-z])(?! (?:and|et|has|in|is|was)\b))?"
)
# Likewise \"so-called\", unlike \"Uber and Schr\"odinger
QUOTED = re.compile(r'(?<![\w\\{])\\"(?=\w)([^\\"{}]{1,200})(?<=[\w.,?!)])\\"(?![\w\\{])')
LONGEST = 100_000  # characters; what is longer is no title and no abstract, and stays as it was written
MOST_TIMES = 4  # that what was decoded is looked at again, such as \\%, which was escaped twice
MARKUP = re.compile(r"[\\${`~^]|\w_\d|--|''|&(?:[a-z]|#)|\*\S")


def to_unicode(text: str) -> str:
    """The text as it was meant to be read. Decoding it again changes nothing, and nothing is lost but markup.

    Formulas become a line of text, wholly or not at all; what is not known stays as it was written.
    """
    if len(text) > LONGEST:
        return text
    decoded = text
    for _ in range(MOST_TIMES):
        before, decoded = decoded, _once(decoded)
        if decoded == before:
            return decoded
    return text


def _once(text: str) -> str:
    if not MARKUP.search(text):
        return text
    text = QUOTED.sub(r'"\1"', APOSTROPHE.sub(_apostrophe, ENTITY.sub(_meant, text)))
    return Prose(LOST.sub(r"\\\1", text)).to_unicode()


def _meant(found: re.Match[str]) -> str:
    if name := found["name"]:
        return ENTITIES[name]
    number = found["number"]
    meant = chr(int(number[1:], 16) if number[0] == "x" else int(number))
    return meant if meant.isprintable() else found[0]


def _apostrophe(found: re.Match[str]) -> str:
    word, ending = found["word"], found["ending"]
    may_be_name = ending == "s" and word[0].isupper() and word[1:].islower()
    return found[0] if may_be_name and found["goes_on"] is None else f"{word}'{ending}"
