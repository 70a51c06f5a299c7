"""How the atoms of a formula stand beside one another on a line: spaces, scripts, fractions, marks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from unicodedata import normalize

from papers.text.tex import symbols

ORDINALS = {"st", "nd", "rd", "th"}
TWO_LETTERS = re.compile(r"[^\W\d_]{2}")
WORD = re.compile(r"[A-Za-z]{3}")
SCRIPTS = "".join(sorted({*symbols.SUPERSCRIPTS.values(), *symbols.SUBSCRIPTS.values()} - set("⁽⁾₍₎")))
ONE_WORD = re.compile(rf"(?:[^\W_{SCRIPTS}]|\.)+′?|[∞⊥×+*′∨∧•#]")
WORD_BEGINS = re.compile(rf"[^_^′*{SCRIPTS}\u0300-\u036f]")
SIMPLE = re.compile(r"[\w.′∞*√\u0300-\u036f]+|√?\([^()]*\)|[|‖][\w.]+[|‖]")
SINGLE = re.compile(
    rf"√?(?:\d+(?:\.\d+)?|[A-Za-z]{{2,}}|\w(?:_[^\W_]+)?[\u0300-\u036f{SCRIPTS}′]*)|√?\([^()]*\)|[|‖][\w.]+[|‖]"
)


@dataclass(slots=True)
class Atom:
    """A part of a formula: its text, and what it is to its neighbours."""

    kind: str  # "ord", "op" (log, ∑), "bin", "rel", "open", "close", "punct" or "frac"
    text: str
    spaced: int = 0  # whether a space was written before it: 1, or 2 for a wide one
    wide: bool = False  # a relation by its name, which has spaces around it however it is written
    open_ended: bool = False  # ends in a script, to which what follows would seem to belong


TOUCHING = ("ord", "op", "frac", "open")
OPERANDS = ("ord", "op", "frac", "close")


def joined(atoms: Sequence[Atom]) -> str:
    """The line."""
    line = ""
    for place, (atom, after) in enumerate(zip_longest(atoms, atoms[1:])):
        before = atoms[place - 1] if place else None
        gap_before = before is not None and _gap(atoms, place)
        text = atom.text
        if atom.kind == "frac":
            touches = before is not None and (before.kind == "op" or (not gap_before and before.kind in OPERANDS))
            touches = touches or (after is not None and not _gap(atoms, place + 1) and after.kind in TOUCHING)
            text = f"({text})" if touches else text
        line += (" " if gap_before and not line.endswith(" ") and not text.startswith(" ") else "") + text
    return line


def _gap(atoms: Sequence[Atom], place: int) -> bool:
    """Whether there is space between the atom at this place and the one before it."""
    first, second = atoms[place - 1], atoms[place]
    if second.spaced > 1:
        return True
    if first.kind == "open" or second.kind in ("close", "punct"):
        return False
    for at in (place - 1, place):
        if atoms[at].kind in ("rel", "bin"):
            return _stands_between(atoms, at) and _is_wide(atoms, at)
    if second.kind == "op":
        return first.kind != "punct" or bool(second.spaced)
    if first.kind == "op":
        return second.kind != "open"
    if second.kind == "open":
        return bool(second.spaced) and first.kind == "punct"
    return bool(second.spaced) or (first.open_ended and second.text[:1].isalnum())


def _stands_between(atoms: Sequence[Atom], place: int) -> bool:
    """Whether a relation or operator has something on both sides, as in x > 5 and unlike -5."""
    is_led = place > 0 and atoms[place - 1].kind in OPERANDS
    return is_led and place + 1 < len(atoms) and atoms[place + 1].kind not in ("close", "punct")


def _is_wide(atoms: Sequence[Atom], place: int) -> bool:
    return atoms[place].wide or bool(atoms[place].spaced or atoms[place + 1].spaced)


def with_script(base: Atom, mark: str, script: str) -> Atom:
    """The base with what is raised (^) or lowered (_), by Unicode's own forms where it has all that are needed."""
    written = f"({base.text})" if base.kind == "frac" else base.text
    raised, is_plain = scripted(script, mark, written)
    kind = "ord" if base.kind in ("frac", "bin") and written else base.kind
    return Atom(kind, written + raised, base.spaced, base.wide, is_plain)


def scripted(script: str, mark: str, base: str) -> tuple[str, bool]:
    """A script as it stands after its base, and whether it is plain letters on the line."""
    forms, compact = symbols.SUPERSCRIPTS if mark == "^" else symbols.SUBSCRIPTS, script.replace(" ", "")
    if not compact:
        return "", False
    if compact[0] == "±":  # as a table gives a deviation
        return f"({compact})", False
    if mark == "^" and compact in symbols.RAISED:
        return symbols.RAISED[compact], False
    if mark == "^" and compact in ORDINALS and base[-1:].isdigit():
        return compact, False
    if all(letter in forms for letter in compact) and not WORD.search(compact):
        return "".join(forms[letter] for letter in compact), False
    if ONE_WORD.fullmatch(script) or (script[0] == "(" and script.find(")") == len(script) - 1):
        return mark + script, True
    return f"{mark}({script})", False


def fraction(above: str, below: str) -> Atom:
    above = above if SIMPLE.fullmatch(above) else f"({above})"
    return Atom("frac", above + "/" + (below if SINGLE.fullmatch(below) else f"({below})"))


def root(of: str, sign: str) -> Atom:
    return Atom("ord", sign + (of if SINGLE.fullmatch(of) and not TWO_LETTERS.match(of) else f"({of})"))


def marked(text: str, name: str) -> str:
    """A letter under its mark, such as x̂ or Ĥ₄, or several under a line. What is longer stands in hat(...)."""
    mark = symbols.MARKS[name]
    letters = normalize("NFC", text)
    if mark == "\u0305" and text.isalnum():
        return "".join(letter + mark for letter in text)
    if letters and not WORD_BEGINS.match(letters, 1):
        first = symbols.UNDER_ACCENTS.get(letters[0], letters[0])
        return normalize("NFC", first + mark) + letters[1:]
    return f"{name.removeprefix('wide').removeprefix('over')}({text})"


def grouped(atoms: Sequence[Atom]) -> Atom:
    """What stands in braces, as one atom."""
    return atoms[0] if len(atoms) == 1 else Atom("ord", joined(atoms))
