"""Whether a dollar is money or opens a formula."""

import re

LONGEST, SHORT = 2_000, 4  # characters
MARKS = re.compile(r"[\\^_={}<>|]")
NAME = re.compile(r"\\[A-Za-z]+")
IN_A_SENTENCE = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,}+,? [^\W\d_]{2}|^(?:and|or|to|than|per)$")
CONJUNCTION = re.compile(r"\b(?:and|or|to|than|per|for)\b")
UNOPENED = re.compile(r"[^(\[{]*\)")
WITH_WORDS = re.compile(r"\\(?:text|mbox|emph|href|url|it\b|bf\b|em\b|hbox)")
# Some set words between dollars, as they come out slanted.
WORDS_IN_DOLLARS = re.compile(r"(?<![^\s(])\$(?P<words>[^\W\d_][\w ()-]{0,80}[\w)])\$(?!\w)")


def is_mathematics(text: str, opening: int, closing: int) -> bool:
    """Whether what stands between two dollars is a formula, and not between two sums of money."""
    if closing - opening > LONGEST:
        return False
    inside = text[opening + 1 : closing]
    content, before, after = inside.strip(), text[opening - 1 : opening], text[closing + 1 : closing + 2]
    if not content:
        return False
    if IN_A_SENTENCE.search(NAME.sub("+", content)) and not WITH_WORDS.search(content):
        return False
    is_sum = after.isdigit() and any(map(str.isdigit, content))
    is_plain = not MARKS.search(content)
    if len(content) <= SHORT and " " not in content and not before.isalnum():
        return not is_sum and (inside[0].isspace() or not content[0].isdigit() or content == inside)
    if (is_plain and CONJUNCTION.search(content)) or UNOPENED.match(content):
        return False
    if content[0].isdigit() and (after.isdigit() or (inside[-1].isspace() and is_plain)):
        return False
    if before.isalnum():  # S$^4$R, 2$\times$, AHI$>$5, but not US$ 5 or US$5/A$6
        return content[0] in "\\^_{" or not (" " in content or is_sum)
    return not (is_plain and inside[-1].isspace() and not inside[0].isspace())
