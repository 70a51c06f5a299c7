"""Texts from outside as they may be stored and shown: on one line, of bounded length, without what nobody sees."""

import re
import unicodedata

# What is white space is none of these: it becomes a space. Joiners (U+200C, U+200D) stay, as scripts and emoji need
# them, and so do the marks of direction (U+200E, U+200F), which reach no further than the letters beside them.
UNSEEN = re.compile(
    "["
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # control characters
    "\u202a-\u202e\u2066-\u2069"  # directions that would go on behind the text: overrides, embeddings, isolates
    "\xad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"  # of no width, tags
    "\ufffe\uffff\ud800-\udfff"  # no characters: XML does not take the first two, nothing takes lone surrogates
    "]"
)
SEEN = re.compile("[^ \u061c\u200c-\u200f\ufe00-\ufe0f]")  # Marks and joiners show nothing by themselves.
ELLIPSIS = "…"
JOINER = "\u200d"


def clean(text: str) -> str:
    """The text on one line, without the characters that nobody sees, or that databases do not take."""
    if text.isprintable() and "  " not in text:  # as most are
        return text.strip(" ")
    cleaned = " ".join(UNSEEN.sub("", text).split())
    return cleaned if SEEN.search(cleaned) else ""


def cut(text: str, longest: int) -> str:
    """The text, or as much of its beginning as fits before an ellipsis: whole words where they are not very long, and
    no letter without what is set upon it. At most `longest` characters in all."""
    if len(text) <= longest:
        return text
    earliest = longest - longest // 5
    end = text.rfind(" ", earliest, longest)
    if end < 0:
        end = longest - 1
        while end > earliest and (unicodedata.category(text[end])[0] == "M" or JOINER in text[end - 1 : end + 1]):
            end -= 1
    return text[:end].rstrip(" ,;:") + ELLIPSIS
