"""Out again and back, to another address, and away with everything: as a person does it."""

import json

import pytest
from playwright.sync_api import FrameLocator, expect

from tests.journeys.steps import begins, opens_confirm_page, opens_preferences, signs_up
from tests.journeys.visitor import Visitor

both_ways = pytest.mark.parametrize(
    "scripts", [True, pytest.param(False, marks=pytest.mark.deep)], ids=["", "without scripts"]
)
CONFIRM, WELCOME = "Confirm your subscription", "Welcome to Paper Route"


def leaves(visitor: Visitor, letter: FrameLocator) -> None:
    visitor.follows(letter.get_by_role("link", name="Unsubscribe"))
    visitor.sees("Unsubscribe")
    visitor.press("Unsubscribe")
    visitor.sees("You are unsubscribed")


def opens_data(visitor: Visitor) -> None:
    visitor.page.get_by_role("link", name="Your data and your address: export, erase, change").click()
    visitor.sees("Your data and your address")


@both_ways
def test_leaving_is_undone_and_who_has_left_comes_back_the_same_day(visitor, scripts):
    ada = visitor(java_script_enabled=scripts)
    signs_up(ada)
    opens_confirm_page(ada)
    welcome = begins(ada)

    leaves(ada, welcome)
    ada.press("Undo")
    ada.sees("You are subscribed again")
    ada.follows(ada.opens_letter(WELCOME).get_by_role("link", name="Change your topics, hour or days"))
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("This link does not work")
    ada.complaints.clear()  # the browser tells of each answer of 410
    leaves(ada, ada.opens_letter(WELCOME))

    signs_up(ada)
    ada.follows(ada.opens_letter(CONFIRM, 2).get_by_role("link", name="Confirm and start"))
    ada.sees("What would you like to read about?")
    ada.press("Confirm and start")
    ada.sees("You are subscribed")
    opens_preferences(ada, ada.opens_letter(WELCOME, 2))


@both_ways
def test_a_reader_takes_everything_along_has_another_address_and_erases_it_all(visitor, scripts):
    ada = visitor(java_script_enabled=scripts)
    signs_up(ada)
    opens_confirm_page(ada)
    opens_preferences(ada, begins(ada))

    opens_data(ada)
    with ada.page.expect_download() as download:
        ada.page.get_by_role("link", name="Download my data").click()
    held = json.loads(download.value.path().read_text())
    assert held["reader"]["address"] == ada.address
    assert {letter["kind"] for letter in held["letters"]} == {"confirm", "welcome"}

    old, new = ada.address, f"new.{ada.address}"
    ada.page.get_by_label("Your new email address").fill(new)
    ada.press("Change my address")
    ada.sees("Check your new inbox")
    ada.opens_letter("Your address at Paper Route is about to change")
    ada.address = new
    confirming = ada.opens_letter("Confirm your new address at Paper Route")
    ada.follows(confirming.get_by_role("link", name="Use this address"))
    ada.sees("Your new address")
    ada.press("Use this address")
    ada.sees("Your address is changed")

    ada.open("/my-link/")
    ada.page.get_by_label("Your email address").fill(new)
    ada.press("Send me my link")
    ada.sees("Check your inbox")
    opens_preferences(ada, ada.opens_letter("Your link to Paper Route"))
    opens_data(ada)
    ada.page.get_by_role("link", name="Erase everything…").click()
    ada.sees("Erase everything")
    ada.press("Erase everything")
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("Everything is erased")

    ada.open("/preferences/")
    ada.sees("Send me my link")
    ada.open("/mailbox/")
    expect(ada.page.get_by_role("main")).not_to_contain_text(old)
    expect(ada.page.get_by_role("main")).not_to_contain_text(new)
