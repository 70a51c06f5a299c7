"""A paper is saved from the letter, found in the list, removed, put back and taken along: as a person does it."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from subscriptions.interests import pasting
from tests.journeys.steps import begins, opens_confirm_page, opens_preferences, signs_up


@pytest.mark.parametrize("scripts", [True, pytest.param(False, marks=pytest.mark.deep)], ids=["", "without scripts"])
def test_a_paper_of_the_letter_is_saved_and_taken_along(visitor, scripts):
    ada = visitor(java_script_enabled=scripts)
    page, notice = ada.page, ada.page.get_by_role("status")

    signs_up(ada)
    opens_confirm_page(ada)
    paper = begins(ada).locator(".paper").first
    title = paper.get_by_role("heading", level=3).inner_text()
    ada.follows(paper.get_by_role("link", name="Save", exact=True))
    ada.sees("Save this paper")
    ada.press("Save this paper")
    expect(notice).to_contain_text("Done. This paper is in your saved papers.")
    page.get_by_role("link", name="See your saved papers").click()
    ada.sees("Send me my link")

    opens_preferences(ada, ada.opens_letter("Welcome to Paper Route"))
    page.get_by_role("link", name="1 saved paper").click()
    ada.sees("Saved papers")
    listed = page.get_by_role("heading", level=2, name=title)
    expect(listed).to_be_visible()
    page.get_by_role("button", name=f"Remove “{title}”").click()
    expect(notice).to_contain_text("Removed from your list")
    expect(listed).to_have_count(0)
    ada.press("Undo")
    expect(listed).to_be_visible()
    ada.sees("Saved papers")

    with page.expect_download() as taken:
        page.get_by_role("link", name="BibTeX").click()
    assert taken.value.suggested_filename == "saved-papers.bib"
    [item] = pasting.understand(Path(taken.value.path()).read_text()).items
    assert item.title == title
