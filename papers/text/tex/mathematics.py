"""A formula becomes a line of text that reads as it was meant: S⁴R, O(n log n), ℝ^(n×d). It is converted wholly or not
at all."""

import re
from collections.abc import Callable
from unicodedata import normalize

from papers.text.tex import commands, symbols
from papers.text.tex.groups import MOST_NESTED, Source
from papers.text.tex.layout import Atom, fraction, grouped, joined, marked, root, with_script
from papers.text.tex.symbols import names

TOKEN = re.compile(
    r"\\(?P<name>[A-Za-z]+)|\\(?P<sign>.)|(?P<space>[\s~]+)|(?P<script>[\^_])|(?P<primes>['’]+)|(?P<open>\{)"
    r"|(?P<number>\d+(?:[.,]\d+)*)|:=|.",
    re.DOTALL,
)
SPACES = re.compile(r"\s*")
DELIMITER = re.compile(r"\s*\.?")
SINGLE_DIGIT = re.compile(r"\s*(\d)")
OPTION = re.compile(r"\[([^][]*)\]")

SYMBOL_KINDS = (
    dict.fromkeys(symbols.ORDINARY | commands.WORDS, "ord")
    | dict.fromkeys(symbols.RELATIONS, "rel")
    | dict.fromkeys(symbols.BINARIES, "bin")
    | dict.fromkeys(symbols.LARGE | symbols.FUNCTIONS, "op")
    | dict.fromkeys(symbols.OPENING, "open")
    | dict.fromkeys(symbols.CLOSING, "close")
)
CHARACTER_KINDS = (
    dict.fromkeys("=<>≤≥≈≡≠∈∉⊂⊆→←↔⇒⇔↦≪≫≲≳∼≃≅∝", "rel")
    | dict.fromkeys("+-−*±∓×·∘⊗⊕∪∩∧∨∖", "bin")
    | dict.fromkeys("([⟨⌈⌊", "open")
    | dict.fromkeys(")]⟩⌉⌋", "close")
    | dict.fromkeys(",;", "punct")
    | dict.fromkeys("∑∏∫", "op")
    | {":=": "rel"}
)
SIGNS = {"{": ("open", "{"), "}": ("close", "}"), "|": ("ord", "‖")} | {sign: ("ord", sign) for sign in "%&_#$"}
SPACE_SIGNS, SPACE_NAMES = set(",;: \n\t>"), names("quad qquad space thinspace enspace nobreakspace")
OUT_OF_PLACE = set('{}&`$\\"')

WITHOUT_MEANING = names("""
    displaystyle textstyle scriptstyle scriptsize small limits nolimits nonumber boldmath mathstrut strut xspace
    allowbreak relax em bf rm it cal sf tt sc frak bfseries itshape mathop mathbin mathrel mathord mathopen mathclose
    ensuremath left right middle big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm
""")
ARGUMENT_WITHOUT_MEANING = names("hspace vspace hphantom vphantom phantom label color tag")
FONTS = names("""
    mathcal mc mathscr mathfrak mathsc mathbf mathsf mathtt mathit mathnormal mathds mathpzc boldsymbol bm bold pmb
    boxed underline uline underbrace overbrace smash substack mathrm operatorname operatornamewithlimits
""")
ROMAN = names("mathrm operatorname operatornamewithlimits")
BLACKBOARD = names("mathbb mathbbm Bbb")
AROUND = {
    "norm": "‖‖",
    "abs": "||",
    "set": "{}",
    "ceil": "⌈⌉",
    "floor": "⌊⌋",
    "bigO": ("O(", ")"),
    "BigO": ("O(", ")"),
}
FRACTIONS = names("frac tfrac dfrac sfrac nicefrac cfrac")
BINOMIALS = names("binom tbinom dbinom")
STACKED = {"underset": "_", "overset": "^", "stackrel": "^"}
ROOTS = {"2": "√", "3": "∛", "4": "∜"}
WORDS = names("""
    text textrm textbf textit texttt textsc textsf textup textnormal textsl textmd mbox hbox fbox emph textsuperscript
    textsubscript href url textcolor
""")
TWO_ARGUMENTS = names("href textcolor")
TAKING_ARGUMENTS = WORDS | FONTS | ARGUMENT_WITHOUT_MEANING | BLACKBOARD | FRACTIONS | BINOMIALS | AROUND.keys()
TAKING_ARGUMENTS |= STACKED.keys() | symbols.MARKS.keys() | {"sqrt", "not", "pmod", "unicode"}
ARGUMENT = re.compile(r"\{[^{}]*\w")  # unlike {=}
CODE_POINT = re.compile(r"x?(?P<hex>[0-9A-Fa-f]{2,5})")
LETTER_IN_FONT = re.compile(r"(?:cal|c|mc|m?b|bf|bm|mb|mf|f|s)([A-Z])|(?:b|bf|bm|mb|v)([a-z])")


class Unknown(Exception):
    """The formula holds what has no plain form here."""


class Formulas:
    """The formulas of a source. What is prose in them, such as what is in \\text, is decoded by the function given: it
    is told where that begins and ends, and in how many groups it stands."""

    def __init__(self, source: Source, prose: Callable[[int, int, int], str]) -> None:
        self._source, self._text, self._prose = source, source.text, prose

    def to_unicode(self, begin: int, end: int, depth: int) -> str:
        """What is between these places, as one line; raises Unknown."""
        return joined(self._atoms(begin, end, depth))

    def command(self, begin: int, end: int, depth: int) -> tuple[str, int]:
        """The command that begins here, outside any formula, and where it ends; raises Unknown."""
        token = TOKEN.match(self._text, begin, end)
        if not token or token["name"] not in TAKING_ARGUMENTS:
            raise Unknown
        atoms, place = self._one(token, end, depth)
        return joined(atoms), place

    def _atoms(self, begin: int, end: int, depth: int) -> list[Atom]:
        if depth > MOST_NESTED:
            raise Unknown
        atoms: list[Atom] = []
        place, spaced = begin, 0
        while token := TOKEN.match(self._text, place, end):
            place = token.end()
            if token["space"] or token["name"] in SPACE_NAMES or token["sign"] in SPACE_SIGNS:
                spaced = 2 if token["name"] in ("quad", "qquad") else max(spaced, 1)
            elif mark := token["script"]:
                base = atoms.pop() if atoms and not spaced else Atom("ord", "", spaced)
                script, place = self._argument(place, end, depth)
                atoms.append(with_script(base, mark, joined(script)))
                spaced = 0
            elif primes := token["primes"]:
                base = atoms.pop() if atoms else Atom("ord", "")
                atoms.append(with_script(base, "^", "′" * len(primes)))
            else:
                found, place = self._one(token, end, depth)
                for atom in found[:1]:
                    after_space = self._text[token.start() - 1].isspace() and atom.kind in ("rel", "bin")
                    atom.spaced, spaced = max(atom.spaced, spaced, after_space), 0
                atoms += found
        return atoms

    def _one(self, token: re.Match[str], end: int, depth: int) -> tuple[list[Atom], int]:
        """What a token stands for, with its arguments if it has any, and where they end."""
        if name := token["name"]:
            place = self._after_spaces(token.end(), end)
            known = self._symbol(name, place, end)
            return known or self._with_arguments(name, token.start(), place, end, depth)
        if token["open"]:
            close = self._closing(token.start(), end)
            return [grouped(self._atoms(token.end(), close, depth + 1))], close + 1
        if sign := token["sign"]:
            if sign in "!/-":
                return [], token.end()
            if sign == "\\":
                return [Atom("punct", ";")], token.end()
            if sign not in SIGNS:
                raise Unknown
            return [Atom(*SIGNS[sign])], token.end()
        if token[0] in OUT_OF_PLACE:
            raise Unknown
        kind = CHARACTER_KINDS.get(token[0], "ord")
        return [Atom(kind, token[0], wide=kind == "rel" and not token[0].isascii())], token.end()

    def _symbol(self, name: str, place: int, end: int) -> tuple[list[Atom], int] | None:
        """What has no argument."""
        if name in SYMBOL_KINDS:
            kind = SYMBOL_KINDS[name]
            text = commands.WORDS.get(name) or symbols.FUNCTIONS.get(name) or symbols.SYMBOLS[name]
            return [Atom(kind, text, wide=kind == "rel")], place
        if name in WITHOUT_MEANING:
            is_side = name in ("left", "right", "middle") and place < end
            return [], place + (is_side and self._text[place] == ".")
        return None

    def _with_arguments(self, name: str, begin: int, place: int, end: int, depth: int) -> tuple[list[Atom], int]:
        if name not in TAKING_ARGUMENTS:
            return [self._of_authors_own(name, place, end)], place
        if name in WORDS:
            return self._words(name, begin, place, end, depth)
        if name in ROMAN and self._text.startswith("*", place, end):
            place += 1
        sign = "√"
        if name == "sqrt" and (option := OPTION.match(self._text, place, end)):
            sign, place = ROOTS.get(option[1].strip(), f"^({option[1].strip()})√"), option.end()
        atoms, place = self._argument(place, end, depth, single=name in FRACTIONS)
        if name == "sqrt":
            return [root(joined(atoms), sign)], place
        if name in FRACTIONS or name in STACKED or name in BINOMIALS:
            second, place = self._argument(place, end, depth, single=name in FRACTIONS)
            return [_of_two(name, joined(atoms), second)], place
        return [] if name in ARGUMENT_WITHOUT_MEANING else [_of_one(name, atoms)], place

    def _of_authors_own(self, name: str, place: int, end: int) -> Atom:
        """A command that an author made. \\cX is the letter in some font; of a longer one the name says what it is."""
        if found := LETTER_IN_FONT.fullmatch(name):
            return Atom("ord", found[1] or found[2])
        if ARGUMENT.match(self._text, place, end):
            raise Unknown
        return Atom("op" if len(name) > 1 else "ord", name)

    def _argument(self, place: int, end: int, depth: int, single: bool = False) -> tuple[list[Atom], int]:
        """A group, or the one token that stands for it: of a fraction a single digit."""
        place = self._after_spaces(place, end)
        if single and self._text[place : place + 1].isdigit():
            return [Atom("ord", self._text[place])], place + 1
        token = TOKEN.match(self._text, place, end)
        if not token or token["space"] or token["script"] or token["primes"] or depth > MOST_NESTED:
            raise Unknown
        if token["open"]:
            close = self._closing(place, end)
            return self._atoms(token.end(), close, depth + 1), close + 1
        # A long chain of commands without braces is nobody's formula, and would be followed from each of them.
        return self._one(token, end, depth + MOST_NESTED // 3)

    def _words(self, name: str, begin: int, place: int, end: int, depth: int) -> tuple[list[Atom], int]:
        """A command whose argument is prose."""
        for _ in range(2 if name in TWO_ARGUMENTS else 1):
            place = self._closing(self._after_spaces(place, end), end) + 1
        text = self._prose(begin, place, depth + 1)
        if "\\" in text:
            raise Unknown
        return [Atom("ord", text)], place

    def _after_spaces(self, place: int, end: int) -> int:
        found = SPACES.match(self._text, place, end)
        return found.end() if found else place

    def _closing(self, place: int, end: int) -> int:
        """Where the group that begins here ends."""
        close = self._source.closing.get(place, end)
        if close >= end:
            raise Unknown
        return close


def _of_one(name: str, atoms: list[Atom]) -> Atom:
    """What a command makes of its argument; raises Unknown."""
    text = joined(atoms)
    if name in ROMAN and len(text) > 2 and text.isalpha():
        return Atom("op", text)
    if name in FONTS:
        return grouped(atoms)
    if name in BLACKBOARD:
        return Atom("ord", "".join(symbols.BLACKBOARD.get(letter, letter) for letter in text))
    if name in symbols.MARKS:
        return Atom("ord", marked(text, name))
    if name in AROUND:
        opening, closing = AROUND[name]
        return Atom("ord", opening + text + closing)
    if name == "pmod":
        return Atom("ord", f"(mod {text})", spaced=1)
    if name == "not" and len(text) == 1:
        return Atom(atoms[0].kind, normalize("NFC", text + "\u0338"), wide=atoms[0].kind == "rel")
    if name == "unicode" and (found := CODE_POINT.fullmatch(text)) and chr(int(found["hex"], 16)).isprintable():
        return Atom("ord", chr(int(found["hex"], 16)))
    raise Unknown


def _of_two(name: str, first: str, second: list[Atom]) -> Atom:
    if name in FRACTIONS:
        return fraction(first, joined(second))
    if name in STACKED:
        return with_script(grouped(second), STACKED[name], first)
    return Atom("ord", f"({first} choose {joined(second)})")
