"""Lines of a letter's text part, as those who read mail in a terminal set them."""

import re
from collections.abc import Iterator
from unicodedata import category, east_asian_width

WIDTH = 76  # columns; RFC 3676, 4.2, asks for at most 78, and leaves room for the ">" of an answer
BLANKS = re.compile(r"[ \t]{0,20}")
# No line shall begin with a separator, which belongs to what is before it, or with a dot, which mail servers double.
# Nor does one end at a blank that is not to be broken at.
WORD = r"[\S\u00a0\u202f]"
UNIT = re.compile(rf"{WORD}+(?:\s+[.·…–—|]{WORD}*){{0,3}}")


def wrapped(text: str) -> str:
    """In lines of at most WIDTH columns; a link is never broken, and is alone on a line that it makes longer. A line
    goes on under its first word. Again changes nothing, and lines wrapped apart are those of the whole."""
    return "\n".join(map(_wrapped_line, text.split("\n")))


def columns(text: str) -> int:
    """How many a terminal gives it."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def _wrapped_line(line: str) -> str:
    if columns(line) <= WIDTH:
        return line
    found = BLANKS.match(line)
    blanks = found[0] if found else ""
    lines = [""]
    for unit in _units(line, WIDTH - len(blanks)):
        longer = f"{lines[-1]} {unit}".lstrip(" ")
        if lines[-1] and columns(longer) > WIDTH - len(blanks):
            lines.append(unit)
        else:
            lines[-1] = longer
    return "\n".join(blanks + one for one in lines)


def _units(line: str, room: int) -> Iterator[str]:
    """What stays together. What has no room on any line is cut, but for links."""
    for unit in UNIT.findall(line):
        if columns(unit) <= room or "://" in unit:
            yield unit
        else:
            for word in unit.split():
                yield from _cut(word, room)


def _cut(word: str, room: int) -> Iterator[str]:
    piece = ""
    for character in word:
        if columns(piece + character) > room:
            yield piece
            piece = ""
        piece += character
    yield piece
