"""Letters of recorded days, measured: REPLICA=<replica.py> REPLICA_DATA=<folder> python -m tests.recorded.letters

`--days 2026-08-14 2026-08-20` measures only these; `--screenshots FOLDER` also writes how they look at 360, 390 and
800 px, light, dark and forced dark. Of each day there are two letters: one of ten papers, and one of as many as a
reader may ask for. Says what is out of bounds, and ends with 1 then.
"""

import argparse
import logging
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from statistics import mean
from typing import Any

os.environ["TEST_DATABASE"] = "sqlite"  # before tests.servers reads it

import django

from tests.papers.text.tex.remnants import remnants
from tests.recorded import looking, parts
from tests.recorded.conftest import Replica, a_replica
from tests.recorded.looking import Link, Seen

DAYS = (
    *("2025-03-27", "2025-05-22", "2025-07-17", "2025-09-18", "2025-12-09"),
    *("2026-02-11", "2026-04-15", "2026-06-11", "2026-08-14", "2026-08-20"),
)
TEN = 10
MEAN_CARD, MEAN_SCREEN = 290, 2.5  # px a card at most, cards on the first screen at least: means of all letters of ten
MOST_HEIGHT = 3400  # px, of a letter of ten
LEAST_TARGET, LEAST_ANSWER = 24, 44  # px each way, of any link, and of those by which a reader answers
ANSWERS = {"More", "Less", "Save", "More like this", "Less like this"}
MOST_BYTES = {True: 45_000, False: 90_000}  # of the HTML part, decoded: of a letter of ten, and at the cap
MOST_COLUMNS = 76


@dataclass(frozen=True)
class Measured:
    """A letter, and how it stands on a phone."""

    letter: Any  # Written
    seen: Seen

    @cached_property
    def is_of_ten(self) -> bool:
        return bool(self.letter.cap == TEN)

    @cached_property
    def bytes_of_html(self) -> int:
        return len(self.letter.part("html").encode())

    @cached_property
    def longest_line(self) -> str:
        return parts.longest_line(self.letter.part("plain"))

    @cached_property
    def smallest(self) -> Link:
        return min(self.seen.links, key=_least_side)

    @cached_property
    def answers(self) -> list[Link]:
        return [link for link in self.seen.links if link.of_card and link.name in ANSWERS]

    @cached_property
    def reasons(self) -> list[tuple[str, bool]]:
        """The words that brought a paper, and whether its card shows them."""
        texts = {_folded(card.title): _folded(card.text) for card in self.seen.cards}
        return [(words, _folded(words) in texts[_folded(title)]) for title, words in self.letter.words.items()]

    @cached_property
    def remnants(self) -> list[str]:
        texts = (text for card in self.seen.cards for text in (card.title, *card.says))
        return [f"{kind} in: {text}" for text in texts for kind in remnants(text)]

    @cached_property
    def differences(self) -> list[str]:
        return parts.differences(self.letter.part("plain"), self.seen)

    def row(self) -> dict[str, str]:
        shown = [is_shown for _words, is_shown in self.reasons]
        smallest_answer = f"{min(map(_least_side, self.answers)):.0f}" if self.answers else "none"
        return {
            "day": str(self.letter.day),
            "papers": str(len(self.seen.cards)),
            "height": f"{self.seen.height:.0f}",
            "a card": f"{self.seen.mean_card:.0f}",
            "on the first screen": f"{self.seen.cards_on_first_screen:.1f}",
            "whole": str(self.seen.whole_cards_on_first_screen),
            "least link": f"{self.smallest.width:.0f}x{self.smallest.height:.0f}",
            "least answer": smallest_answer,
            "words seen": f"{sum(shown)}/{len(shown)}",
            "TeX": str(len(self.remnants)),
            "HTML": f"{self.bytes_of_html}",
            "message": f"{len(self.letter.content)}",
            "line": str(len(self.longest_line)),
            "same": "yes" if not self.differences else f"no: {len(self.differences)}",
        }

    def broken(self) -> Iterator[str]:
        """What is out of bounds."""
        if self.is_of_ten and self.seen.height > MOST_HEIGHT:
            yield f"{self.seen.height:.0f} px high, expected {MOST_HEIGHT} at most"
        if self.seen.width > looking.PHONE["width"]:
            yield f"{self.seen.width:.0f} px wide, expected {looking.PHONE['width']} at most"
        yield from _grouped("link", self.seen.links, LEAST_TARGET)
        yield from _grouped("answer", self.answers, LEAST_ANSWER)
        if overlapping := self.seen.overlapping():
            yield f"{len(overlapping)} pairs of links overlap, such as {overlapping[0]}"
        yield from (
            f"'{words}' is a reason that its card does not show" for words, is_shown in self.reasons if not is_shown
        )
        yield from self.remnants
        if self.bytes_of_html > MOST_BYTES[self.is_of_ten]:
            yield f"{self.bytes_of_html} bytes of HTML, expected {MOST_BYTES[self.is_of_ten]} at most"
        if (columns := len(self.longest_line)) > MOST_COLUMNS:
            yield f"a line of {columns} columns in the text, expected {MOST_COLUMNS} at most: {self.longest_line}"
        yield from self.differences


def _least_side(link: Link) -> float:
    return min(link.width, link.height)


def _grouped(what: str, links: Sequence[Link], least: int) -> Iterator[str]:
    if small := [link for link in links if _least_side(link) < least]:
        one = min(small, key=_least_side)
        size = f"{one.width:.1f} x {one.height:.1f}"
        yield f"{len(small)} of {len(links)} {what}s below {least} px, the least {size}: '{one.name}'"


def _folded(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").replace("‘", "'").split())


def main() -> int:
    options = _options()
    django.setup()
    logging.disable(logging.INFO)  # Each letter that was sent would have a line.
    with a_replica() as replica:
        letters = [letter for of_day in _written(options.days, replica) for letter in of_day]
    seen = looking.on_a_phone([letter.part("html") for letter in letters])
    measured = [Measured(*both) for both in zip(letters, seen, strict=True)]
    print(looking.fonts())
    for title, is_of_ten in (("ten papers", True), ("as many as may be", False)):
        print(f"\nLetters of {title} at {looking.PHONE['width']} px:")
        _print_table([one.row() for one in measured if one.is_of_ten == is_of_ten])
    broken = [*_broken_means([one.seen for one in measured if one.is_of_ten]), *_broken(measured)]
    print("\n".join(["", *broken]) if broken else "\nall within bounds")
    if options.screenshots:
        pages = {f"{letter.day}-{letter.cap}": letter.part("html") for letter in letters}
        looking.write_pictures(options.screenshots, pages)
    return 1 if broken else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.recorded.letters")
    parser.add_argument("--days", nargs="+", type=date.fromisoformat, default=[*map(date.fromisoformat, DAYS)])
    parser.add_argument("--screenshots", type=Path, metavar="FOLDER")
    if not os.environ.get("REPLICA") or not os.environ.get("REPLICA_DATA"):
        parser.error("set REPLICA to the path of replica.py and REPLICA_DATA to the folder of recorded days")
    return parser.parse_args()


def _written(days: Sequence[date], replica: Replica) -> Iterator[list[Any]]:
    from django.conf import settings

    from tests.recorded import writing

    settings.HUGGINGFACE_URL = settings.ARXIV_RSS_URL = settings.ARXIV_API_URL = replica.url
    settings.ARXIV_OAI_URL = f"{replica.url}/oai"
    return writing.letters(days, lambda day, hour: replica.steer("/__clock", today=str(day), hour=hour))


def _broken_means(of_ten: Sequence[Seen]) -> Iterator[str]:
    card, screen = mean(one.mean_card for one in of_ten), mean(one.cards_on_first_screen for one in of_ten)
    print(f"\nmean of {len(of_ten)} letters of ten: {card:.0f} px a card, {screen:.2f} cards on the first screen")
    if card > MEAN_CARD:
        yield f"{card:.0f} px a card, expected {MEAN_CARD} at most"
    if screen < MEAN_SCREEN:
        yield f"{screen:.2f} cards on the first screen, expected {MEAN_SCREEN} at least"


def _broken(measured: Sequence[Measured]) -> Iterator[str]:
    """What is out of bounds, once, and in which letters."""
    where = defaultdict(list)
    for one in measured:
        for what in one.broken():
            where[what].append(f"{one.letter.day} of {len(one.seen.cards)}")
    for what, letters in where.items():
        yield f"{what} [{', '.join(letters) if len(letters) < len(measured) else f'all {len(letters)} letters'}]"


def _print_table(rows: Sequence[dict[str, str]]) -> None:
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in rows[0]}
    print("  ".join(f"{name:>{width}}" for name, width in widths.items()))
    for row in rows:
        print("  ".join(f"{row[name]:>{width}}" for name, width in widths.items()))


if __name__ == "__main__":
    sys.exit(main())
