"""A site of our own and a browser. Both last as long as this folder's tests: while Playwright is there its event loop
runs in this thread, in which Django then refuses to touch the database."""

import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, StorageState, expect, sync_playwright

from tests import chromium
from tests.journeys import site as sites
from tests.journeys.steps import begins, opens_confirm_page, opens_preferences, signs_up
from tests.journeys.visitor import SIZES, Visitor

numbers = count(1)  # of the visitors, each from a network of their own
SLOW = 20_000  # milliseconds until what should be on a page counts as missing, on a busy machine


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sites.Site]:
    with sites.running(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=SLOW)
    with sync_playwright() as playwright:
        browser = chromium.started(playwright)
        yield browser
        browser.close()


@pytest.fixture(params=["wide", pytest.param("narrow", marks=pytest.mark.deep)])
def visitor(request: pytest.FixtureRequest, site: sites.Site, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors, each with a browser profile and an address of their own; at the end all is still well."""
    made: list[Visitor] = []

    def make(at: sites.Site = site, **settings: Any) -> Visitor:
        number = next(numbers)
        address = {"X-Forwarded-For": f"10.{number // 256}.{number % 256}.1"}
        context = browser.new_context(viewport=SIZES[request.param], extra_http_headers=address, **settings)
        context.route(re.compile(r"/mailbox/"), _by_the_machine_itself)
        name = re.sub(r"\W+", "-", request.node.name).strip("-")
        made.append(Visitor(context.new_page(), at, f"{name}-{len(made)}@example.org"))
        return made[-1]

    yield make
    for one in made:
        one.page.context.close()
        assert one.complaints == []


@pytest.fixture(scope="module")
def session(request: pytest.FixtureRequest, site: sites.Site, browser: Browser) -> Iterator[StorageState]:
    """The cookie of a reader who has asked for nothing yet, as all tests of a file leave it."""
    with browser.new_context() as context:
        ada = Visitor(context.new_page(), site, f"{request.module.__name__.rpartition('.')[2]}@example.org")
        signs_up(ada)
        opens_confirm_page(ada)
        opens_preferences(ada, begins(ada))
        yield context.storage_state()


@pytest.fixture
def begun(visitor: Callable[..., Visitor], session: StorageState) -> Callable[..., Visitor]:
    """Makes a browser that is at the preferences."""

    def make(**settings: Any) -> Visitor:
        ada = visitor(storage_state=session, **settings)
        ada.open("/preferences/")
        ada.sees("Your preferences")
        return ada

    return make


def _by_the_machine_itself(route: Route) -> None:
    """The mailbox is shown to nobody whom a proxy speaks for."""
    route.continue_(
        headers={name: value for name, value in route.request.headers.items() if name != "x-forwarded-for"}
    )
