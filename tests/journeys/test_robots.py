"""A mail scanner that opens every link in a browser, where scripts run, and presses nothing."""

import sqlite3
from collections.abc import Iterable
from urllib.parse import urldefrag, urlsplit

import psycopg
import pytest
from playwright.sync_api import Error, FrameLocator

from tests.journeys.site import Site
from tests.journeys.steps import TOPICS, begins, opens_confirm_page, opens_preferences, signs_up
from tests.journeys.visitor import Visitor

TIMES = 3
NAMES_READERS = ("subscriptions_", "digest_given", "digest_saved", "django_", "auth_")  # what the clock leaves alone
LINKS = "[...document.querySelectorAll('a[href], form[action]')].map(one => one.href || one.action)"


def rows(site: Site) -> dict[str, list[str]]:
    """All of the tables that name readers, by a connection of our own, as Django refuses one beside Playwright."""
    is_sqlite = site.database_url.startswith("sqlite")
    connect = sqlite3.connect if is_sqlite else psycopg.connect
    catalogue = "SELECT name FROM sqlite_master WHERE type = 'table'"
    if not is_sqlite:
        catalogue = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    with connect(site.database_url.removeprefix("sqlite:///")) as connection:
        names = [name for (name,) in connection.execute(catalogue).fetchall()]
        own = [name for name in names if name.startswith(NAMES_READERS)]
        return {name: sorted(map(repr, connection.execute(f"SELECT * FROM {name}").fetchall())) for name in own}


def links_in(letter: FrameLocator) -> list[str]:
    """Asked for one by one: nothing runs in a letter's frame."""
    return [str(link.get_attribute("href")) for link in letter.locator("a[href]").all()]


def kind(address: str) -> str:
    """As far as addresses tell: all of /preferences/data/, two words of /feedback/TOKEN/less/KEY/."""
    words = urlsplit(address).path.strip("/").split("/")
    return "/".join(words if words[0] == "preferences" else words[0:3:2])


def looks(robot: Visitor, address: str) -> list[str]:
    """Three times; what the page leads to."""
    for _ in range(TIMES):
        robot.page.request.head(address)
        try:
            robot.page.goto(address)
        except Error as error:
            if "Download is starting" not in error.message:
                raise
            return []
    robot.page.wait_for_load_state("networkidle")
    return list(robot.page.evaluate(LINKS))


def looks_at_everything(robot: Visitor, links: Iterable[str]) -> set[str]:
    """At one page of each kind that there is; the kinds."""
    looked: set[str] = set()
    waiting = list(links)
    while waiting:
        address = urldefrag(waiting.pop(0)).url
        if address.startswith(robot.site.url) and kind(address) not in looked:
            looked.add(kind(address))
            waiting += looks(robot, address)
    robot.complaints.clear()  # the browser tells of answers of 405 and 410
    return looked


@pytest.mark.deep
@pytest.mark.parametrize("visitor", ["wide"], indirect=True)
def test_a_browser_that_opens_every_kind_of_link_and_page_three_times_changes_no_row(visitor):
    ada, tomas = visitor(), visitor()
    signs_up(tomas)
    links = links_in(tomas.opens_letter("Confirm your subscription"))
    signs_up(ada)
    opens_confirm_page(ada)
    welcome = begins(ada, TOPICS[0])
    links += links_in(welcome)
    opens_preferences(ada, welcome)
    ada.open("/preferences/data/")
    new = f"new.{ada.address}"
    ada.page.get_by_label("Your new email address").fill(new)
    ada.press("Change my address")
    links += links_in(ada.opens_letter("Your address at Paper Route is about to change"))
    links += links_in(Visitor(ada.page, ada.site, new).opens_letter("Confirm your new address at Paper Route"))
    before = rows(ada.site)

    kinds = looks_at_everything(ada, [*links, f"{ada.site.url}/preferences/"])

    assert {"block", "confirm", "keep-address", "letter", "manage", "new-address", "unsubscribe"} <= kinds
    assert {"feedback/less", "feedback/more", "feedback/save", "preferences", "preferences/data/erase"} <= kinds
    assert rows(ada.site) == before
