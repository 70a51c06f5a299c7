"""Somebody with a browser and an address of their own. Every page that they see is checked on the way."""

import re
import time
from dataclasses import dataclass, field
from urllib.request import ProxyHandler, build_opener

from playwright.sync_api import ConsoleMessage, FrameLocator, Locator, Page, Request, expect
from playwright.sync_api import TimeoutError as TookTooLong

from tests.journeys.site import Site

SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 390, "height": 844}}
WITHIN_A_MINUTE = 60
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@dataclass
class Visitor:
    page: Page
    site: Site
    address: str
    complaints: list[str] = field(default_factory=list)  # of the browser

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error in a script: {error}"))
        self.page.on("requestfailed", self._failed)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure == "net::ERR_ABORTED":  # Who leaves a page or types on stops what was on its way.
            return
        self.complaints.append(f"{request.url}: {request.failure}")

    # -------------------------------------------------------------------------------------------------------- acting

    def open(self, address: str) -> None:
        answer = self.page.goto(address if address.startswith("http") else self.site.url + address)
        assert answer is not None
        assert answer.status == 200, f"expected 200 from {address}, found {answer.status}"

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def unfold(self) -> None:
        """Open everything that is folded, and what is folded in that."""
        folded = self.page.locator("main details:not([open]) > summary:visible")
        while folded.count():
            folded.first.click()

    def tick(self, name: str) -> None:
        self.unfold()
        self.page.get_by_role("checkbox", name=name, exact=True).first.check()

    # --------------------------------------------------------------------------------------------------------- seeing

    def sees(self, heading: str) -> None:
        """The page of that heading, which fits any window and of which the browser complained about nothing."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        self._fits(f"the page {heading!r}")
        assert self.complaints == []

    def _fits(self, what: str) -> None:
        own = self.page.viewport_size
        assert own is not None
        self.page.wait_for_load_state()  # Before its style has come a page has another width.
        for name, size in sorted(SIZES.items(), key=lambda one: one[1] == own):
            self.page.set_viewport_size(size)
            assert self.page.evaluate(FITS), f"{what} is wider than a {name} window"

    def opens_letter(self, subject: str, number: int = 1) -> FrameLocator:
        """The how-manieth letter of this subject to this visitor in the local mailbox, waited for; the letter's own
        page, inside its frame."""
        deadline = time.monotonic() + WITHIN_A_MINUTE
        while self.letters(subject) < number:
            assert time.monotonic() < deadline, f"no letter {number} of {subject!r} to {self.address} within a minute"
            time.sleep(0.1)
        self.open("/mailbox/")
        self.sees("Local mailbox")
        row = self.page.get_by_role("listitem").filter(has_text=self.address).filter(has_text=subject)
        row.first.get_by_role("link").click()  # the latest
        self.sees_subject(subject)
        return self.page.frame_locator("iframe.letter")

    def follows(self, link: Locator) -> None:
        """A link in a letter's frame, as a person does: again, should nothing happen. A browser lets a frame lead its
        page elsewhere only for some seconds after a press, and on a busy machine they may be over."""
        here = self.page.url
        for _ in range(3):
            link.click()
            try:
                return self.page.wait_for_url(lambda url: url != here, timeout=10_000)
            except TookTooLong:
                continue
        raise AssertionError(f"expected a link to lead from {here} to another page")

    def letters(self, subject: str) -> int:
        """How many of this subject have come. Asked without showing a page, since the browser spends more on one than
        the site does."""
        with build_opener(ProxyHandler({})).open(f"{self.site.url}/mailbox/", timeout=30) as answer:
            rows = answer.read().decode().split("<li>")
        return sum(self.address in row and subject in row for row in rows)

    def sees_subject(self, subject: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(re.compile(re.escape(subject)))
        self._fits(f"the letter {subject!r}")
        assert self.complaints == []
