"""Pages and letters as axe reads them, in light and in dark colours."""

import re

import pytest
from playwright.sync_api import expect

from tests.accessibility import IN_A_LETTER, problems
from tests.depth import DEEP
from tests.journeys.steps import begins, opens_confirm_page, opens_preferences, signs_up
from tests.journeys.visitor import Visitor

SCHEMES = ["light", pytest.param("dark", marks=pytest.mark.deep)]
PAGES = [
    "/trending/",
    "/topics/",
    "/topic/reasoning/",
    "/search/?q=harbours",
    "/author/Ada%20Quill/",
    "/organisation/Harbour%20Institute/",
    "/feeds/",
    "/about/",
    "/status/",
    "/privacy/",
    "/subscribe/",
    "/my-link/",
    "/check-inbox/",
]
LOCAL = ["/mailbox/", "/letters/", "/letters/digest-daily/"]


def assert_accessible(visitor: Visitor) -> None:
    assert {visitor.page.url: problems(visitor.page)} == {visitor.page.url: []}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_days_page_and_a_papers_page_are_accessible(visitor, scheme: str):
    ada = visitor(color_scheme=scheme)

    ada.open("/")
    assert_accessible(ada)
    ada.page.locator(".card h2 a, .card h3 a").first.click()
    assert_accessible(ada)


@pytest.mark.deep
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("address", [*PAGES, *LOCAL])
def test_every_page_is_accessible(visitor, address: str, scheme: str):
    ada = visitor(color_scheme=scheme)

    ada.open(address)

    assert_accessible(ada)


@pytest.mark.deep
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_pages_of_a_reader_are_accessible(visitor, scheme: str):
    ada = visitor(color_scheme=scheme)

    signs_up(ada)
    opens_confirm_page(ada)
    assert_accessible(ada)
    opens_preferences(ada, begins(ada))
    expect(ada.page.locator(".preview [aria-busy]")).to_have_count(0)  # Meanwhile it is pale.
    assert_accessible(ada)
    for address in ("/preferences/data/", "/preferences/data/erase/", "/preferences/feed/"):
        ada.open(address)
        assert_accessible(ada)
    for answer in ("More like this", "Less", "Save"):
        letter = ada.opens_letter("Welcome to Paper Route")
        letter.get_by_role("link", name=answer, exact=True).first.click()
        ada.page.wait_for_url("**/feedback/**")
        assert_accessible(ada)
    ada.press("Save this paper")
    assert_accessible(ada)
    ada.open("/saved/")
    assert_accessible(ada)


@pytest.mark.deep
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_pages_on_the_way_in_and_out_are_accessible(visitor, scheme: str):
    ada = visitor(color_scheme=scheme)
    page = ada.page
    ada.open("/")
    page.get_by_role("textbox", name="Your email address").fill(ada.address)
    ada.press("Subscribe")
    assert_accessible(ada)
    ada.press("Send the email again")
    expect(page.get_by_text("It was sent less than a minute ago.")).to_be_visible()
    assert_accessible(ada)
    ada.follows(ada.opens_letter("Confirm your subscription").get_by_role("link", name="block further email"))
    assert_accessible(ada)
    opens_confirm_page(ada)
    opens_preferences(ada, begins(ada))
    ada.open("/preferences/data/")
    page.get_by_label("Your new email address").fill(f"new.{ada.address}")
    ada.press("Change my address")
    ada.sees("Check your new inbox")
    assert_accessible(ada)
    new = Visitor(page, ada.site, f"new.{ada.address}")
    new.follows(new.opens_letter("Confirm your new address").get_by_role("link", name="Use this address"))
    assert_accessible(ada)
    ada.open("/preferences/sign-out/")
    assert_accessible(ada)
    ada.press("Sign out and disable old links")
    ada.sees("You are signed out everywhere")
    assert_accessible(ada)
    for link, shown in (
        ("Change your topics, hour or days", "This link does not work"),
        ("Unsubscribe", "Unsubscribe"),
    ):
        ada.follows(ada.opens_letter("Welcome to Paper Route").get_by_role("link", name=link))
        expect(page.get_by_role("heading", level=1)).to_have_text(shown)
        assert_accessible(ada)
        ada.complaints.clear()  # the browser tells of each answer of 410
    ada.press("Unsubscribe")
    ada.sees("You are unsubscribed")
    assert_accessible(ada)
    ada.press("Undo")
    ada.sees("You are subscribed again")
    assert_accessible(ada)
    page.goto(f"{ada.site.url}/nothing-here/")
    assert_accessible(ada)
    ada.complaints.clear()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_letter_is_accessible(visitor, scheme: str):
    ada = visitor(color_scheme=scheme)
    names = re.findall(r'href="/letters/([a-z-]+)/"', ada.page.request.get(f"{ada.site.url}/letters/").text())

    for name in names if DEEP else ["digest-daily"]:
        ada.page.set_content(ada.page.request.get(f"{ada.site.url}/letters/{name}/html/").text())
        assert {name: problems(ada.page, IN_A_LETTER)} == {name: []}
