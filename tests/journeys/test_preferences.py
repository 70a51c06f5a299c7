"""Interests of every kind are added and taken away, what that changes is seen at once, and why not is answered."""

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.visitor import Visitor

TOPIC = "Long context and memory"
FIELDS = {
    "In your own words": "harbours without charts",
    "Authors": "Ada Quill",
    "Organisations": "Harbour Institute",
    "arXiv categories": "cs.CL",
}


def letter(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("complementary", name="Your next digest")


def saves(visitor: Visitor) -> None:
    visitor.press("Save")
    visitor.sees("Your preferences")


@pytest.mark.parametrize("scripts", [True, pytest.param(False, marks=pytest.mark.deep)], ids=["", "without scripts"])
def test_interests_of_each_kind_are_added_and_taken_away_again(begun, scripts):
    ada = begun(java_script_enabled=scripts)
    page = ada.page

    ada.tick(TOPIC)  # which unfolds all parts of the form
    for label, text in FIELDS.items():
        page.get_by_label(label, exact=True).fill(text)
    title = next(iter(ada.site.abstracts))
    page.get_by_label("Add papers").fill(title)
    saves(ada)
    ada.unfold()
    for label, text in FIELDS.items():
        expect(page.get_by_label(label, exact=True)).to_have_value(text)
        page.get_by_label(label, exact=True).fill("")
    expect(page.get_by_role("checkbox", name=TOPIC).first).to_be_checked()
    page.get_by_role("checkbox", name=TOPIC).first.uncheck()
    page.get_by_role("checkbox", name=f"Remove {title}").check()
    saves(ada)

    ada.unfold()
    for label in FIELDS:
        expect(page.get_by_label(label, exact=True)).to_have_value("")
    expect(page.get_by_role("checkbox", name=TOPIC).first).not_to_be_checked()
    expect(page.get_by_role("checkbox", name=f"Remove {title}")).to_have_count(0)


def test_every_change_is_seen_in_the_next_letter_at_once_and_not_saved(begun):
    ada = begun()
    page = ada.page

    expect(letter(ada)).to_contain_text("Your next digest is due on")
    page.get_by_label("In your own words").fill("harbours without charts")
    expect(letter(ada)).to_contain_text("paper a day over the last 14 days")
    ada.unfold()
    page.get_by_label("arXiv categories", exact=True).fill("nonsense")
    expect(letter(ada).get_by_role("status")).to_contain_text(
        "Enter an arXiv category like cs.CL: “nonsense” is not one."
    )
    expect(letter(ada)).to_contain_text("paper a day over the last 14 days")
    page.get_by_label("arXiv categories", exact=True).fill("")
    expect(letter(ada).get_by_role("status")).to_be_empty()
    ada.complaints.clear()  # the browser tells of each answer of 400
    ada.open("/preferences/")

    expect(page.get_by_label("In your own words")).to_have_value("")
    ada.sees("Your preferences")


def test_when_the_site_does_not_answer_the_last_letter_stays_and_says_so(begun):
    ada = begun()
    page = ada.page
    expect(letter(ada)).to_contain_text("Your next digest is due on")

    page.route("**/preferences/preview/**", lambda route: route.abort())
    page.get_by_label("In your own words").fill("harbours without charts")

    expect(letter(ada).get_by_role("status")).to_contain_text("This could not be updated")
    expect(letter(ada)).to_contain_text("Your next digest is due on")
    ada.complaints.clear()  # the browser tells of what we cut off


def test_without_scripts_a_button_shows_the_letter_and_keeps_what_was_typed(begun):
    ada = begun(java_script_enabled=False)
    page = ada.page

    page.get_by_label("In your own words").fill("harbours without charts")
    ada.press("Preview")

    ada.sees("Your preferences")
    expect(page.get_by_label("In your own words")).to_have_value("harbours without charts")
    expect(letter(ada)).to_contain_text("paper a day over the last 14 days")
    ada.open("/preferences/")
    expect(page.get_by_label("In your own words")).to_have_value("")


@pytest.mark.parametrize("scripts", [True, pytest.param(False, marks=pytest.mark.deep)], ids=["", "without scripts"])
def test_why_a_paper_came_is_answered(begun, scripts):
    ada = begun(java_script_enabled=scripts)
    page = ada.page

    page.get_by_role("link", name="Why a paper is in your digest, or not").click()
    ada.sees("Why a paper is in your digest, or not")
    page.get_by_label("A paper’s title, arXiv ID or address").fill("2001.00001")
    ada.press("Explain")
    expect(page.get_by_role("alert")).to_contain_text("This paper is not here")
    ada.open("/")
    address = page.get_by_role("link", name="arXiv", exact=True).first.get_attribute("href")
    ada.open("/why/")
    page.get_by_label("A paper’s title, arXiv ID or address").fill(address)
    ada.press("Explain")

    ada.sees("Why a paper is in your digest, or not")
    expect(page.get_by_role("main")).to_contain_text("it was trending")
