"""Words and their stems (Snowball). Knows no rows."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from threading import Lock

import Stemmer

from papers.text.tex.symbols import PLAIN

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_stemmer = Stemmer.Stemmer("english", 0)  # without a cache of its own: whole pieces are remembered
_stemming = Lock()  # a stemmer must not be used by two threads at once
NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")
ACCENTS = re.compile("[\u0300-\u036f]+")
WITHOUT_ACCENT = str.maketrans(  # letters that Unicode takes for whole
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
ASCII_PUNCTUATION = bytes(one for one in range(128) if not chr(one).isalnum())


def has_word(text: str) -> bool:
    return WORD.search(text) is not None


def folded(title: str) -> str:
    """Its letters and digits, without accents and in lower case: what two ways of writing a title have in common."""
    if title.isascii():  # as most are
        return title.lower().encode().translate(None, ASCII_PUNCTUATION).decode()
    plain = unicodedata.normalize("NFKD", title).casefold()
    return NEITHER_LETTER_NOR_DIGIT.sub("", unicodedata.normalize("NFKD", plain))


def unaccented(name: str) -> str:
    """A name in lower case as it is typed where a keyboard lacks its accents: Liò as lio, Søren as soren."""
    if name.isascii():
        return name.lower()
    plain = ACCENTS.sub("", unicodedata.normalize("NFKD", name.casefold()))
    return unicodedata.normalize("NFC", plain).translate(WITHOUT_ACCENT)


def title_key(title: str) -> str:
    """Short and the same for all ways of writing a title. Titles may share one by chance: compare them folded."""
    return hashlib.blake2b(folded(title).encode("utf-8", "replace"), digest_size=8).hexdigest()


def stems_of(words: Iterable[str]) -> list[str]:
    """Each word's stem, by Snowball's English stemmer (Porter2). H₂O is the word that H2O is."""
    lowered = [(word if word.isascii() else word.translate(PLAIN)).lower() for word in words]
    with _stemming:
        stems: list[str] = _stemmer.stemWords(lowered)
    return stems


STOP_WORDS = frozenset(  # Function words: they stand in every text, whatever it is about.
    stems_of(
        WORD.findall(
            """
    a about above after again against all also am among an and any are as at be because been before being below between
    both but by can cannot could did do does doing done down during each either for from further had has have having he
    her here hers him his how however i if in into is it its itself just may me might more most must my neither no nor
    not of off on once only onto or other others our ours out over own per rather s same shall she should since so some
    such than that the their theirs them themselves then there these they this those though through thus to too toward
    towards under until up upon us very via was we were what when where whether which while who whom whose why will
    with within without would yet you your yours
            """
        )
    )
)
