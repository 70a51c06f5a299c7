"""From the box to a reader's own page by keyboard alone; and as axe reads that page, unfolded and with answers that
need correcting."""

import pytest
from playwright.sync_api import Locator, expect

from tests.accessibility import problems
from tests.journeys.visitor import Visitor

MOST_STEPS = 80  # of the Tab key, from the top of the page to its end


def goes_to(visitor: Visitor, place: Locator) -> None:
    """By the Tab key alone, to what then shows that it has the focus."""
    for _ in range(MOST_STEPS):
        visitor.page.keyboard.press("Tab")
        if place.evaluate("element => element === document.activeElement && element.matches(':focus-visible')"):
            return
    raise AssertionError(f"the Tab key does not lead to {place}")


@pytest.mark.parametrize("scripts", [True, pytest.param(False, marks=pytest.mark.deep)], ids=["", "without scripts"])
def test_topics_are_found_chosen_and_saved_by_keyboard_alone(begun, scripts):
    ada = begun(java_script_enabled=scripts)
    page, keyboard = ada.page, ada.page.keyboard
    topics = page.locator("details.part").filter(has=page.get_by_role("heading", name="Topics", exact=True)).first

    goes_to(ada, topics.locator("summary").first)
    keyboard.press("Enter")
    if scripts:
        goes_to(ada, topics.get_by_label("Find a topic"))
        keyboard.type("lip reading speech")
        expect(topics.get_by_role("status")).to_contain_text("No topic is called that")
        keyboard.press("Control+a")
        keyboard.type("RAG")
        expect(topics.get_by_role("status")).to_have_text("Topics found: 1")
        keyboard.press("Enter")  # which sends nothing
        box = topics.get_by_role("checkbox", name="Retrieval-augmented generation")
    else:
        goes_to(ada, topics.locator("details > summary").first)
        keyboard.press("Enter")
        box = topics.locator("details[open] input").first
    goes_to(ada, box)
    keyboard.press("Space")
    expect(box).to_be_checked()
    chosen = box.get_attribute("value")
    goes_to(ada, page.get_by_role("button", name="Save", exact=True))
    keyboard.press("Enter")

    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    first = topics.locator(f"input[value={chosen}]")
    expect(first).to_be_checked()
    ada.unfold()
    first.uncheck()
    ada.press("Save")
    ada.sees("Your preferences")


@pytest.mark.deep
@pytest.mark.parametrize("scripts", [True, pytest.param(False, marks=pytest.mark.deep)], ids=["", "without scripts"])
def test_from_the_box_to_preferences_that_are_saved_by_keyboard_alone(visitor, scripts):
    ada = visitor(java_script_enabled=scripts)
    page, keyboard = ada.page, ada.page.keyboard

    ada.open("/")
    goes_to(ada, page.get_by_role("textbox", name="Your email address"))
    keyboard.type(ada.address)
    keyboard.press("Enter")
    ada.sees(f"One more step: open the email we sent to {ada.address}")
    goes_to(ada, page.get_by_role("group", name="Topics").get_by_role("checkbox").first)
    keyboard.press("Space")
    goes_to(ada, page.get_by_role("button", name="Keep these"))
    keyboard.press("Enter")
    expect(page.get_by_text("Saved. It takes effect when you open the email.")).to_be_visible()
    ada.open(address_in(ada, "Confirm your subscription", "Confirm and start"))
    ada.sees("Confirm and start")
    goes_to(ada, page.get_by_role("button", name="Confirm and start"))
    keyboard.press("Enter")
    ada.sees("You are subscribed")
    ada.open(address_in(ada, "Welcome to Paper Route", "Change your topics, hour or days"))
    expect(page.get_by_role("button", name="Open my preferences")).to_be_focused()
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Last 30 days")).to_be_visible()
    goes_to(ada, page.get_by_label("In your own words"))
    keyboard.type("harbours without charts")
    goes_to(ada, page.get_by_role("button", name="Save", exact=True))
    keyboard.press("Enter")

    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    expect(page.get_by_label("In your own words")).to_have_value("harbours without charts")


def address_in(visitor: Visitor, subject: str, link: str) -> str:
    """Where a link of an email leads to, which a mail program would open."""
    return str(visitor.opens_letter(subject).get_by_role("link", name=link).get_attribute("href"))


def test_unfolded_with_errors_and_a_refused_preview_the_page_is_accessible(begun):
    ada = begun()
    page = ada.page

    ada.unfold()
    expect(page.locator(".preview [aria-busy]")).to_have_count(0)  # Meanwhile it is pale.
    assert problems(page) == []
    page.get_by_label("arXiv categories", exact=True).fill("cs.XX")
    expect(page.locator(".preview > .says")).to_contain_text("“cs.XX” is not one")
    assert problems(page) == []
    ada.complaints.clear()  # the browser tells of each answer of 400
    ada.press("Save")
    expect(page.get_by_role("alert")).to_contain_text("Nothing has been saved yet")
    page.get_by_role("alert").get_by_role("link", name="arXiv categories").click()
    expect(page.get_by_label("arXiv categories", exact=True)).to_be_in_viewport()
    page.get_by_label("arXiv categories", exact=True).fill("cs.YY")
    expect(page.locator(".preview > .says")).to_contain_text("“cs.YY” is not one")
    assert problems(page) == []
    ada.complaints.clear()
