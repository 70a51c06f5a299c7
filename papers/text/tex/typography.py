"""What is written with plain signs and meant otherwise: quotes, dashes, ties, scripts, and bold letters in Markdown.

Each expression reads any text once: what it looks for is short, or ends at the next sign of its kind.
"""

import re

from papers.text.tex.layout import scripted

HELD = "\ue000"  # stands for what is finished: a formula, an address, an escaped sign
WORD = rf"[^\W_]|{HELD}"

# A tie stands between two words. "~5%" is "about 5%", "5~10%" is a range, "/~user" a part of an address.
TIE = re.compile(r"(?<=[^\s~/(\[{<>=≈\"'“‘`*–—-])(?<!\d%)~(?=[^\s~])(?!(?<=\d~)[\d.]+(?!\w))(?!(?<=\d~)[\d.]+[%xX×])")
# Not one of code, such as --flag or i--.
DASH = re.compile(
    rf"(?:(?<={WORD})|(?<=[)\]}}%\"'”’.,!?*+°]))---?(?={WORD}|[(\[“‘\"'`+. ])|(?<=\s)---?(?=\s)|(?<=\w )---?(?=[A-Z])"
)
BOLD = re.compile(r"(?<![\w*\\])\*\*(?=[^\s*])([^*\n]{1,300}?)(?<=\S)\*\*(?!\*)")
ITALIC = re.compile(r"(?<![\w*\\)\]}^])\*(?=[^\W\d_])([^*\n]{1,120}?)(?<=[\w.)?!])\*(?![\w*])")
PART = re.compile(r"(?<![\w*\\)\]}^])\*([A-Z][a-z]{0,20})\*(?=[a-z])")  # *Sci*entific
QUOTE = re.compile(r"(?<!`)``(?!`)|(?<!')''(?!')|\"")
SINGLE_QUOTE = re.compile(r"(?<![`\w])`(?=[^\s`'])([^`\n]{1,100}?)(?<=\S)'(?![\w'])")

RAISED = re.compile(r"(?<=[^\W_)\]]|[)\]])\^([-−]?\d{1,4})(?![\d{^_]|[.,]\d)")
CIRCLE = re.compile(r"(?<=\d)\^(?:circ\b|∘)")
LOWERED = re.compile(r"(?<![^\s(,=+-])([^\W\d_])_(\d{1,3})(?![\w{^]|\.\d)")
SUBSCRIPT = re.compile(r"_(\d{1,3})")
ELEMENT = "H|He|Li|B|C|N|O|F|Ne|Na|Mg|Al|Si|P|S|Cl|K|Ca|Ti|V|Cr|Mn|Fe|Co|Ni|Cu|Zn|Ga|Ge|As|Se|Br|Zr|Mo|Ag|I|W|Pb"
COMPOUND = re.compile(rf"(?<![\w\\/.])(?:(?:{ELEMENT})(?:_\d{{1,2}})?){{2,9}}(?![\w{{^])")  # H_2O


def typeset(text: str) -> str:
    """The text as it would be printed."""
    if "*" in text:
        text = PART.sub(r"\1", ITALIC.sub(r"\1", BOLD.sub(r"\1", text)))
    if "''" in text or "`" in text:
        text = SINGLE_QUOTE.sub("‘\\1’", _quoted(text))
    if "~" in text:
        text = TIE.sub(" ", text)
    if "--" in text:
        text = DASH.sub(lambda found: "—" if "---" in found[0] else "–", text)
    if "^" in text:
        text = RAISED.sub(lambda found: scripted(found[1], "^", "")[0], CIRCLE.sub("°", text))
    if "_" in text:
        text = COMPOUND.sub(lambda found: SUBSCRIPT.sub(_lowered, found[0]), text)
        text = LOWERED.sub(lambda found: found[1] + scripted(found[2], "_", "")[0], text)
    return text


def _lowered(found: re.Match[str]) -> str:
    return scripted(found[1], "_", "")[0]


def _quoted(text: str) -> str:
    """With ``quotes'' as they are printed. Some people close them by \", some open them by ''."""
    opened, is_straight = 0, False

    def printed(found: re.Match[str]) -> str:
        nonlocal opened, is_straight
        before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
        if found[0] == "``":
            opened += 1
            return "“"
        if opened and before.strip():
            opened -= 1
            return "”"
        if found[0] == '"' or (is_straight and before.strip()):
            is_straight = not is_straight
            return '"'
        if before.isdigit():  # inches
            return found[0]
        if (not before or before in " ([") and after.strip():
            opened += 1
            return "“"
        return "”" if before.strip() else found[0]

    return QUOTE.sub(printed, text)
