"""What a reader would take for markup in a text that was decoded, and which words of its source are missing in it."""

import re
import unicodedata

REMNANTS = {
    "a command": re.compile(r"\\[A-Za-z]+|\\[^\w\s]|\{\\"),
    # Not "$5 or $6": a sum of money begins with a digit, and sums have words between them.
    "a formula": re.compile(r"\$(?:[^$\d\s]{1,4}|(?=\S)[^$]{0,400}[\\^_={}][^$]{0,400}(?<=\S))\$"),
    "quotes": re.compile(r"``|(?<=[^\W\d])''(?!')"),
    "an entity": re.compile(r"&(?:[a-z]{2,6}|#\w+);"),
    "a script": re.compile(r"[\^_]\{"),
    "a lost command": re.compile(r"\b(?:text(?:bf|it|tt|sc)|emph|math[a-z]{2,3})\{"),
    "Markdown": re.compile(r"(?<![\w*])\*\*\w[^*]*\*\*"),
}
# Commands are markup with their names; so are what they say of colours and places, and a link's label that is its
# address once more. One letter of a command may have been taken for an accent: \k{appa} is κ.
COMMANDS = re.compile(
    r"\\(?:textcolor|colorbox|color|label|ding|unicode|[vh]space|begin|end)\s*\{[^{}]*\}|\\[a-zA-Z]\s?\{[a-z]{2,}\}|\\[A-Za-z]+"
    r"|(?:text(?:bf|it|tt|sc|sf|rm)|emph|underline|math(?:bf|cal|bb|rm|sf|it))(?=\{)|\^\{?circ\b|&(?:amp;)*#?\w+;"
    r"|\b[Tt]his (?:https? )?(?:URL|url)|[Tt]his\\? https\\? URL"
)
WORD = re.compile(r"[A-Za-z0-9]+")


def remnants(text: str) -> list[str]:
    """What kinds of markup are left in it."""
    return [kind for kind, pattern in REMNANTS.items() if pattern.search(text)]


def missing_words(source: str, decoded: str) -> list[str]:
    """The words of the source, but for names of commands, whose letters are not in the decoded text."""
    plain = "".join(filter(str.isalnum, unicodedata.normalize("NFKD", decoded))).lower()
    return [word for word in WORD.findall(COMMANDS.sub(" ", source)) if word.lower() not in plain]
