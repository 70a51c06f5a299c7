"""TeX in titles, abstracts and names becomes the letters that it stands for; mathematics stays as it was written.

Each expression below reads any text once: none of its parts can match the same stretch in two ways.
"""

import re
from unicodedata import normalize

ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
    "b": "\u0331",
    "t": "\u0361",
}
LETTERS = {
    "AA": "Å",
    "AE": "Æ",
    "DH": "Ð",
    "DJ": "Đ",
    "L": "Ł",
    "O": "Ø",
    "OE": "Œ",
    "SS": "ẞ",
    "TH": "Þ",
    "aa": "å",
    "ae": "æ",
    "dh": "ð",
    "dj": "đ",
    "i": "ı",
    "j": "ȷ",
    "l": "ł",
    "o": "ø",
    "oe": "œ",
    "ss": "ß",
    "th": "þ",
}
UNDER_ACCENTS = {"ı": "i", "ȷ": "j"}  # The accent takes the place of the dot.
SYMBOLS = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ϵ",
    "varepsilon": "ε",
    "zeta": "ζ",
    "eta": "η",
    "theta": "θ",
    "vartheta": "ϑ",
    "iota": "ι",
    "kappa": "κ",
    "lambda": "λ",
    "mu": "μ",
    "nu": "ν",
    "xi": "ξ",
    "pi": "π",
    "rho": "ρ",
    "sigma": "σ",
    "tau": "τ",
    "upsilon": "υ",
    "phi": "ϕ",
    "varphi": "φ",
    "chi": "χ",
    "psi": "ψ",
    "omega": "ω",
    "Gamma": "Γ",
    "Delta": "Δ",
    "Theta": "Θ",
    "Lambda": "Λ",
    "Xi": "Ξ",
    "Pi": "Π",
    "Sigma": "Σ",
    "Upsilon": "Υ",
    "Phi": "Φ",
    "Psi": "Ψ",
    "Omega": "Ω",
    "%": "%",
    "approx": "≈",
    "cdot": "·",
    "circ": "∘",
    "dots": "…",
    "ell": "ℓ",
    "equiv": "≡",
    "ge": "≥",
    "geq": "≥",
    "gg": "≫",
    "gtrsim": "≳",
    "infty": "∞",
    "ldots": "…",
    "le": "≤",
    "leftarrow": "←",
    "leftrightarrow": "↔",
    "leq": "≤",
    "lesssim": "≲",
    "ll": "≪",
    "mp": "∓",
    "ne": "≠",
    "neq": "≠",
    "nabla": "∇",
    "partial": "∂",
    "pm": "±",
    "rightarrow": "→",
    "Rightarrow": "⇒",
    "sim": "~",
    "simeq": "≃",
    "star": "⋆",
    "times": "×",
    "to": "→",
}

# A backslash and what follows it are one, so that neither \$ nor the second half of \\ begins or ends anything. What
# is between dollars ends at the next one, and what is in \(...\) or \[...\] holds no other opening.
PIECES = re.compile(
    r"(?P<shown>\$\$(?:[^$\\]++|\\.)++\$\$|\\\((?:[^\\]++|\\[^()])*+\\\)|\\\[(?:[^\\]++|\\[^][])*+\\\])"
    r"|\$(?P<inline>(?:[^$\\]++|\\.)*+)\$"
    r"|(?P<prose>(?:[^$\\]++|\\[^([])++)",
    re.DOTALL,
)
SIMPLE = re.compile(r" *(?:[<>=+-]|\\(?:[A-Za-z]+|%))? *(?:[+-]?\d[\d.,]*)? *(?:\\(?:[A-Za-z]+|%))? *", re.ASCII)
LONGEST_SIMPLE = 40  # characters
COMMAND = re.compile(r"\\([A-Za-z]+|%)")

PAIR = r"(?P<pair>\\\\)"  # a line break, which is left alone
LETTER_NAMES = "|".join(sorted(LETTERS, key=len, reverse=True))
LETTER = re.compile(
    # Spaces after a command belong to it, but people write "Gau\ss Institute" too, where they mean one.
    rf"{PAIR}|(?P<open>\{{)?\\(?P<name>{LETTER_NAMES})(?![A-Za-z])(?(open) ?\}}|(?:\{{\}}| (?=[a-z]))?)"
)
LATIN = "[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ]"
ACCENT = re.compile(
    rf"{PAIR}|(?P<open>\{{)?\\(?:(?P<sign>[`'^\"~=.]) ?|(?P<mark>[cvuHkrdbt])(?: |(?![A-Za-z])))"
    rf"(?:(?P<bare>{LATIN})|\{{ ?(?P<braced>{LATIN})(?P<second>(?<=\\t\{{.){LATIN})? ?\}})(?(open)\}})"
)
ESCAPE = re.compile(rf"{PAIR}|\\(?P<sign>[%&_#$])")


def to_unicode(text: str) -> str:
    """The text with its TeX accents, letters and escapes decoded; a text without a backslash comes back as it is.

    Mathematics and commands that we do not know stay as they were written, but for mathematics as plain as $\\alpha$.
    """
    return PIECES.sub(_piece, text) if "\\" in text else text


def _piece(found: re.Match[str]) -> str:
    """Mathematics as it was, but for a single symbol, or a number with its sign and unit; prose decoded."""
    inside = found["inline"]
    if inside is not None:
        names = COMMAND.findall(inside)
        is_plain = names and len(inside) <= LONGEST_SIMPLE and SIMPLE.fullmatch(inside)
        if is_plain and all(name in SYMBOLS for name in names):
            return COMMAND.sub(lambda command: SYMBOLS[command[1]], inside).replace(" ", "")
    if found["shown"] or inside is not None or "\\" not in found["prose"]:
        return found[0]
    text = LETTER.sub(_letter, found["prose"])
    for _ in range(2):  # The second time for those that carry two: \'{\^e}.
        text = ACCENT.sub(_accented, text)
    return ESCAPE.sub(lambda escape: escape["pair"] or escape["sign"], text)


def _letter(found: re.Match[str]) -> str:
    return found["pair"] or LETTERS[found["name"]]


def _accented(found: re.Match[str]) -> str:
    if found["pair"]:
        return found["pair"]
    letter = found["bare"] or found["braced"]
    accent = ACCENTS[found["sign"] or found["mark"]]
    return normalize("NFC", UNDER_ACCENTS.get(letter, letter) + accent + (found["second"] or ""))
