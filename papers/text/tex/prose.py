"""Prose with TeX in it: accents, letters, escapes, fonts, links, and formulas among them."""

import re
from unicodedata import normalize

from papers.text.tex import commands, symbols
from papers.text.tex.decoded import Decoded, add_link
from papers.text.tex.groups import MOST_NESTED, Source
from papers.text.tex.layout import scripted
from papers.text.tex.mathematics import TAKING_ARGUMENTS, Formulas, Unknown
from papers.text.tex.money import WORDS_IN_DOLLARS, is_mathematics

PIECE = re.compile(
    r"(?P<url>(?:https?://|www\.)(?:[^\s{}$\\<>\"'`*|^]|\\[_%#&~$])+)"
    r"|\\verb\*?(?P<bar>[|!+])(?P<verbatim>[^|!+]{0,200})(?P=bar)"
    r"|\\(?P<name>[A-Za-z]+)"
    r"|(?P<shown>\$\$(?:[^$\\]++|\\.)++\$\$|\\\((?:[^\\]++|\\[^()])*+\\\)|\\\[(?:[^\\]++|\\[^][])*+\\\])"
    r"|\\(?P<sign>.)|(?P<dollar>\$)|(?P<open>\{)"
    r"|(?P<plain>(?:[^\\${hw]|h(?!ttps?://)|w(?!ww\.))+)|.",
    re.DOTALL,
)
SPACES = re.compile(r"\s*")
URL_ESCAPE = re.compile(r"\\(.)")
FURTHER = re.compile(r"[/{?&=]")  # Then the braces are the address's own, as in https://example.org/{id}/data.
LETTER = re.compile(r"[^\W\d_]")
LETTERS = re.compile(r"[^\W\d_]+")
BEGINS_WITH_COMMAND = re.compile(r"\{{1,3}\\")  # Any number of braces would be looked at from each of them.
OPTION = re.compile(r"\[[^][{}]*\]")
BOLD = re.compile(r"\{(?!eta\})(?:[^{}]{2}|.\}[a-z])")  # \b{R}anking is no R with a bar under it.
IN_A_NUMBER = re.compile(r"\{[=<>,.+-]\}")  # 1{,}697 and r{=}{-}0.1
EMPTY = re.compile(r"\{\}")
AFTER_LETTER = re.compile(r"\{\}| (?=[a-z])")  # People write "Gau\ss Institute" too, where they mean a space.
ESCAPES, SPACE_SIGNS, NO_SIGNS = "%&_#${}", " ,;:\n\t>", "!/-@"


class Prose:
    """The prose of one text."""

    def __init__(self, text: str) -> None:
        self._source, self._text = Source(text), text
        self._formulas = Formulas(self._source, self._within_formula)

    def to_unicode(self) -> str:
        return self._decoded(0, len(self._text), 0).to_unicode()

    def _within_formula(self, begin: int, end: int, depth: int) -> str:
        decoded = self._decoded(begin, end, depth)
        if not decoded.is_whole:
            raise Unknown
        return decoded.to_unicode()

    def _decoded(self, begin: int, end: int, depth: int) -> Decoded:
        out = Decoded()
        if depth > MOST_NESTED:
            out.keep(self._text[begin:end])
            return out
        place = begin
        while piece := PIECE.match(self._text, place, end):
            place = piece.end()
            if piece["plain"]:
                out.add(piece["plain"])
            elif name := piece["name"]:
                place = self._command(out, name, piece.start(), end, depth)
            elif piece["bar"]:
                out.hold(piece["verbatim"])
            elif piece["url"]:
                place = self._address(out, piece["url"], place, end, depth)
            elif piece["shown"]:
                self._formula(out, piece.start(), place, 2, depth)
            elif piece["dollar"]:
                place = self._dollar(out, piece.start(), end, depth)
            elif piece["open"]:
                place = self._group(out, piece.start(), end, depth)
            elif sign := piece["sign"]:
                place = self._sign(out, sign, piece.start(), end, depth)
            else:
                out.add(piece[0])
        return out

    def _address(self, out: Decoded, written: str, place: int, end: int, depth: int) -> int:
        """An address, with the label that stands in braces behind it where its command was lost."""
        address, closing = URL_ESCAPE.sub(r"\1", written), self._source.closing.get(place, end)
        if closing >= end or FURTHER.match(self._text, closing + 1):
            out.hold(address)
            return place
        add_link(out, address, self._decoded(place + 1, closing, depth + 1))
        return closing + 1

    # -------------------------------------------------------------------------------------------------------- formulas

    def _formula(self, out: Decoded, begin: int, end: int, size: int, depth: int) -> None:
        """The formula between two marks of this size, wholly or as it was written."""
        if self._text[begin + size : end - size] == "~":  # which TeX takes for a space, and people for "about"
            out.hold("~")
            return
        try:
            out.hold(self._formulas.to_unicode(begin + size, end - size, depth))
        except Unknown:
            out.keep(self._text[begin:end])

    def _dollar(self, out: Decoded, place: int, end: int, depth: int) -> int:
        closing = self._source.next_dollar.get(place, end)
        if closing >= end or not is_mathematics(self._text, place, closing):
            if found := WORDS_IN_DOLLARS.match(self._text, place, end):
                out.add(found["words"])
                return found.end()
            out.add("$")
            return place + 1
        self._formula(out, place, closing + 1, 1, depth)
        return closing + 1

    def _group(self, out: Decoded, place: int, end: int, depth: int) -> int:
        """What stands in braces. They go where they are TeX's, and stay where they may be the author's own."""
        closing, text = self._source.closing.get(place, end), self._text
        if closing >= end:
            out.add("{")
            return place + 1
        before = text[place - 1 : place]
        if before in ("^", "_") and out.is_script_to_follow():
            try:
                script = self._formulas.to_unicode(place + 1, closing, depth)
            except Unknown:
                out.keep(text[place : closing + 1])
                return closing + 1
            out.parts[-1] = out.parts[-1][:-1]
            out.hold(scripted(script, before, text[place - 2 : place - 1])[0])
        elif BEGINS_WITH_COMMAND.match(text, place, closing):
            decoded = self._decoded(place + 1, closing, depth + 1)
            if decoded.is_whole:
                out.append(decoded)
            else:
                out.keep(text[place : closing + 1])
        elif IN_A_NUMBER.match(text, place) or (
            LETTERS.fullmatch(text, place + 1, closing)
            and (before.isalpha() or text[closing + 1 : closing + 2].isalpha())
        ):
            out.add(text[place + 1 : closing])
        else:
            out.add("{")
            return place + 1
        return closing + 1

    # ----------------------------------------------------------------------------------------------------------- signs

    def _sign(self, out: Decoded, sign: str, begin: int, end: int, depth: int) -> int:
        """A backslash with what is no letter of ASCII."""
        place = begin + 2
        if sign == "~" and self._text[place : place + 1].isdigit():
            out.hold("~")
        elif sign in symbols.ACCENTS:
            return self._accent(out, sign, begin, place, end, depth)
        elif sign in ESCAPES:
            out.hold(sign)
        elif sign in SPACE_SIGNS:
            out.add("" if out.parts and out.parts[-1].endswith(" ") else " ")
        elif sign == "\\" and self._text[place : place + 1] in ("%", "&", "_", "#", "$", " ", ""):
            # A line's end, or an escape that was escaped once more
            return begin + 1 if self._text[place : place + 1].strip() else place
        elif sign.isalpha():  # the letter has its accent already
            out.add(sign)
        elif sign not in NO_SIGNS:
            out.hold(f"\\{sign}")
        return place

    def _accent(self, out: Decoded, accent: str, begin: int, place: int, end: int, depth: int) -> int:
        """The letter under its accent; without a letter all stays as it was written."""
        place = self._skipped(SPACES, place, end)
        letter, after = "", place
        if self._text.startswith("{", place) and (closing := self._source.closing.get(place, end)) < end:
            decoded = self._decoded(place + 1, closing, depth + 1)
            letter, after = decoded.to_unicode().strip() if decoded.is_whole else "", closing + 1
            if len(letter) > 1 and accent + letter in symbols.SYMBOLS:
                out.add(symbols.SYMBOLS[accent + letter])  # Somebody's {\kappa} is \k{appa} in arXiv's abstracts.
                return after
            if after == place + 2 and accent in "^~":
                out.hold(accent)
                return after
        elif found := LETTER.match(self._text, place, end):
            letter, after = found[0], found.end()
        elif (found := PIECE.match(self._text, place, end)) and found["name"] in symbols.LETTERS:
            letter, after = symbols.LETTERS[found["name"]], self._skipped(AFTER_LETTER, found.end(), end)
        if not letter.isalpha() or len(letter) != 1 + (accent == "t" and len(letter) == 2):
            out.keep(self._text[begin:after] if letter else self._text[begin : begin + 2])
            return after if letter else begin + 2
        plain = symbols.UNDER_ACCENTS.get(letter, letter)
        out.add(normalize("NFC", plain[0] + symbols.ACCENTS[accent] + plain[1:]))
        return after

    # -------------------------------------------------------------------------------------------------------- commands

    # It is a choice of one of many.
    def _command(self, out: Decoded, name: str, begin: int, end: int, depth: int) -> int:
        """A command by its name, and where it ends with all that belongs to it."""
        place = begin + 1 + len(name)
        if name in symbols.LETTERS:
            out.add(symbols.LETTERS[name])
            return self._skipped(AFTER_LETTER, place, end)
        if name in symbols.ACCENTS and not (name == "b" and BOLD.match(self._text, place, end)):
            return self._accent(out, name, begin, place, end, depth)
        if name in commands.SILENT:
            place = self._skipped(EMPTY, place, end)
            return place if name == "xspace" else self._skipped(SPACES, place, end)
        if name in commands.IN_PROSE:
            is_degree = name == "deg" and self._text[max(0, begin - 2) : begin].rstrip("{")[-1:].isdigit()
            out.add("°" if is_degree else commands.IN_PROSE[name])
            return self._skipped(EMPTY, place, end)
        option_ends = self._skipped(OPTION, place, end) if name in commands.CITATIONS else place
        arguments = self._arguments(option_ends, end)
        if name in commands.ARGUMENTS and len(arguments) >= commands.ARGUMENTS[name]:
            arguments = arguments[: commands.ARGUMENTS[name]]
            self._with_arguments(out, name, place, arguments, depth)
            return arguments[-1][1] + 1
        if arguments and name in commands.LINKS | commands.COLOURS:  # its other argument is missing
            out.hold(self._text[slice(*arguments[0])] if name in commands.LINKS else "")
            return arguments[0][1] + 1
        if name in commands.ARGUMENTS and self._text.startswith("{", place, end):  # which nobody closed
            opening = commands.AROUND.get(name, ("",))[0]
            out.add(opening.lstrip() if out.ends_with(" ") else opening)
            return place + 1
        try:
            text, place = self._formulas.command(begin, end, depth)
        except Unknown:
            return self._unknown(out, name, begin, arguments, end)
        out.hold(text)
        return place

    # It is a choice of one of many.
    def _with_arguments(
        self, out: Decoded, name: str, place: int, arguments: list[tuple[int, int]], depth: int
    ) -> None:
        begin, end = arguments[-1]
        written = self._text[arguments[0][0] : arguments[0][1]]
        if name in commands.ADDRESSES:
            out.hold(URL_ESCAPE.sub(r"\1", written))
        elif name in commands.CITATIONS:
            out.add("[" if out.ends_with(" ~([") else " [")
            option = self._text[place : begin - 1].strip(" []")
            out.hold(f"{written}, {option}" if option else written)
            out.add("]")
        elif name in commands.REFERENCES or name in commands.SILENT_WITH_ARGUMENT:
            out.hold(written if name in commands.REFERENCES else "")
        elif name == "ding":
            out.hold(symbols.dingbat(written))
        else:
            decoded = self._decoded(begin, end, depth + 1)
            if name in commands.LINKS:
                add_link(out, URL_ESCAPE.sub(r"\1", written), decoded)
            elif name in commands.SCRIPTS:
                out.hold(scripted(decoded.to_unicode(), commands.SCRIPTS[name], "")[0])
            else:
                opening, closing = commands.AROUND.get(name, ("", ""))
                out.add(opening.lstrip() if out.ends_with(" ") else opening)
                out.append(decoded)
                out.add(closing)

    def _unknown(self, out: Decoded, name: str, begin: int, arguments: list[tuple[int, int]], end: int) -> int:
        """A command of the author's own. One that stands alone most often prints the name of what is presented."""
        place = begin + 1 + len(name)
        has_arguments = self._text.startswith("{", place) and any(first < last for first, last in arguments)
        before = self._text[begin - 1 : begin]
        is_known = name in commands.ARGUMENTS or name in TAKING_ARGUMENTS
        is_in_path = before.isalnum() or before in (":", "\\", "/", "_")
        if len(name) > 1 and not (is_known or has_arguments or is_in_path):
            out.add(name)
            return self._skipped(EMPTY, place, end)
        place = arguments[-1][1] + 1 if has_arguments else place
        out.keep(self._text[begin:place])
        return place

    # ---------------------------------------------------------------------------------------------------------- places

    def _skipped(self, what: re.Pattern[str], place: int, end: int) -> int:
        found = what.match(self._text, place, end)
        return found.end() if found else place

    def _arguments(self, place: int, end: int) -> list[tuple[int, int]]:
        """Where the groups that follow begin and end, within their braces: at most two."""
        arguments: list[tuple[int, int]] = []
        while len(arguments) < 2:
            opening = self._skipped(SPACES, place, end)
            closing = self._source.closing.get(opening, end)
            if closing >= end:
                break
            arguments.append((opening + 1, closing))
            place = closing + 1
        return arguments
