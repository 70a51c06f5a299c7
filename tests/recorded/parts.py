"""Whether a letter's text part and its HTML part say the same."""

import re
from collections.abc import Iterator

from papers.text import summary
from tests.recorded.looking import Card, Seen

ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:)\]/]")  # a slash at its end makes no difference
BETWEEN = " · "
FEWEST_WORDS = 4  # in a row, of what both must say; numbers, names and headings the parts may put otherwise


def longest_line(text: str) -> str:
    """Of those without links."""
    return max((line for line in text.splitlines() if not ADDRESS.search(line)), key=len)


def differences(text: str, seen: Seen) -> list[str]:
    """What one part says and the other does not: titles, reasons, sentences and links."""
    addresses, hrefs = set(ADDRESS.findall(text)), {link.address.rstrip("/") for link in seen.links}
    found = [f"link only in HTML: {one}" for one in sorted(hrefs - addresses)]
    found += [f"link only in text: {one}" for one in sorted(addresses - hrefs)]
    in_text, in_html = _letters(text), _letters(seen.text)
    said = (one for card in seen.cards for one in _said(card))
    found += [f"only in HTML: {one}" for one in said if _letters(one) not in in_text]
    return found + [f"only in text: {one}" for one in _lines(text) if _letters(one) not in in_html]


def _said(card: Card) -> Iterator[str]:
    yield card.title
    yield card.reason
    for one in card.says:
        yield from (one[start:end] for start, end in summary.sentences(one))


def _lines(text: str) -> Iterator[str]:
    """What stands in a row on a line without links. A sentence that both have has each of its lines in both."""
    for line in text.splitlines():
        if not ADDRESS.search(line):
            yield from (piece for piece in line.split(BETWEEN) if len(piece.split()) >= FEWEST_WORDS)


def _letters(text: str) -> str:
    """Letters and digits alone: the parts may differ in lines, quotes and brackets."""
    return "".join(filter(str.isalnum, text.casefold()))
