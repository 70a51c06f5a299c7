"""Letters in a browser: how tall their cards are, what can be tapped, and how they look.

In the fonts of the machine, which fonts() names: where it has none of the widths of Helvetica, as a bare Debian, which
takes DejaVu Sans, letters are some 15% taller than on phones (`apt-get install fonts-liberation2` brings them).
"""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Playwright, sync_playwright

from tests import chromium

PHONE = {"width": 390, "height": 844}
WIDTHS = (360, 390, 800)
DARK_BY_FORCE = ("--force-dark-mode", "--enable-features=WebContentsForceDark")
LOOKS: dict[str, tuple[str, Sequence[str]]] = {  # colour scheme, and how the browser is started
    "light": ("light", ()),
    "dark": ("dark", ()),
    "forced-dark": ("light", DARK_BY_FORCE),
}
# A card's height has its margins. A link that is broken into lines which touch is as high as these together.
MEASURE = """() => {
  const visible = one => one.getClientRects().length > 0;
  const text = one => one ? one.innerText.replace(/\\s+/g, " ").trim() : "";
  const cards = [...document.querySelectorAll(".paper")].map(card => {
    const box = card.getBoundingClientRect(), style = getComputedStyle(card);
    return {
      top: box.top + scrollY, bottom: box.bottom + scrollY,
      height: box.height + parseFloat(style.marginTop) + parseFloat(style.marginBottom),
      title: text(card.querySelector("h3")), reason: text(card.querySelector(".reason")),
      says: [...card.querySelectorAll(".says, .quiet")].map(text), text: text(card),
    };
  });
  const links = [...document.querySelectorAll("a[href]")].filter(visible).map(link => {
    const boxes = [...link.getClientRects()], pieces = [];
    for (const box of boxes) {
      const last = pieces.at(-1);
      if (last && box.top > last.top && box.top - last.bottom < 2) {
        Object.assign(last, {bottom: box.bottom, width: Math.max(last.width, box.width)});
      } else pieces.push({top: box.top, bottom: box.bottom, width: box.width});
    }
    const sizes = pieces.map(one => [one.width, one.bottom - one.top]).sort((a, b) => Math.min(...b) - Math.min(...a));
    return {
      name: text(link), address: link.href, of_card: !!link.closest(".paper"),
      width: sizes[0][0], height: sizes[0][1],
      boxes: boxes.map(box => [box.left, box.top, box.right, box.bottom]),
    };
  });
  return {height: document.documentElement.scrollHeight, width: document.documentElement.scrollWidth, cards, links,
          text: text(document.body)};
}"""


@dataclass(frozen=True)
class Link:
    """Its size in CSS pixels, and the boxes that it is broken into: left, top, right, bottom."""

    name: str
    address: str
    of_card: bool
    width: float
    height: float
    boxes: list[list[float]]

    def overlaps(self, other: "Link") -> bool:
        """By a pixel or more: there a finger may meet either."""
        return any(
            min(a[2], b[2]) - max(a[0], b[0]) >= 1 and min(a[3], b[3]) - max(a[1], b[1]) >= 1
            for a in self.boxes
            for b in other.boxes
        )


@dataclass(frozen=True)
class Card:
    """Where it stands on the page, in CSS pixels, and what it says."""

    top: float
    bottom: float
    height: float
    title: str
    reason: str
    says: list[str]
    text: str

    def share_above(self, line: float) -> float:
        """How much of it stands above the line, 0 to 1."""
        return max(0.0, min(1.0, (line - self.top) / (self.bottom - self.top)))


@dataclass(frozen=True)
class Seen:
    """A letter as it stands on a phone."""

    height: float
    width: float
    cards: list[Card]
    links: list[Link]
    text: str

    @property
    def mean_card(self) -> float:
        return sum(card.height for card in self.cards) / max(1, len(self.cards))

    @property
    def cards_on_first_screen(self) -> float:
        return sum(card.share_above(PHONE["height"]) for card in self.cards)

    @property
    def whole_cards_on_first_screen(self) -> int:
        return sum(card.bottom <= PHONE["height"] for card in self.cards)

    def overlapping(self) -> list[tuple[str, str]]:
        pairs = ((one, two) for at, one in enumerate(self.links) for two in self.links[at + 1 :])
        return [(one.name, two.name) for one, two in pairs if one.overlaps(two)]


def fonts() -> str:
    """Which of the machine's stand for those that letters name."""
    program, named = shutil.which("fc-match"), ("Helvetica", "Georgia", "Times New Roman")
    if not program:
        return "fonts: whatever the machine has"
    found = (subprocess.run([program, "-f", "%{family[0]}", name], capture_output=True, text=True) for name in named)
    return "fonts: " + ", ".join(f"{name} is {one.stdout}" for name, one in zip(named, found, strict=True))


@contextmanager
def browser(playwright: Playwright, *options: str) -> Iterator[Browser]:
    browser = chromium.started(playwright, *options)
    yield browser
    browser.close()


def on_a_phone(pages: Sequence[str]) -> list[Seen]:
    with sync_playwright() as playwright, browser(playwright) as started:
        page = started.new_context(viewport=PHONE, is_mobile=True, device_scale_factor=1, offline=True).new_page()
        return [_seen(page, html) for html in pages]


def _seen(page: Any, html: str) -> Seen:
    page.set_content(html)
    found = page.evaluate(MEASURE)
    cards, links = [Card(**one) for one in found.pop("cards")], [Link(**one) for one in found.pop("links")]
    return Seen(**found, cards=cards, links=links)


def write_pictures(folder: Path, pages: dict[str, str]) -> None:
    """Each page, whole, in every width and look."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        for look, (scheme, options) in LOOKS.items():
            with browser(playwright, *options) as started:
                for width in WIDTHS:
                    size = {"width": width, "height": PHONE["height"]}
                    context = started.new_context(viewport=size, color_scheme=scheme, offline=True)
                    page = context.new_page()
                    for name, html in pages.items():
                        page.set_content(html)
                        page.screenshot(path=folder / f"{name}-{width}-{look}.png", full_page=True)
                    context.close()
