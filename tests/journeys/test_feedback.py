"""From a paper in the letter to "not this", and back again: as a person does it."""

import pytest
from playwright.sync_api import expect

from tests.journeys.steps import TOPICS, begins, opens_confirm_page, signs_up

PAGE = "Less like this"


def opens_feedback(visitor, letter, reason: str) -> None:
    """Of the first paper that came for this reason."""
    paper = letter.locator(".paper").filter(has_text=reason).first
    title = paper.get_by_role("heading", level=3).inner_text()
    visitor.follows(paper.get_by_role("link", name="Less", exact=True))
    visitor.sees(PAGE)
    expect(visitor.page.get_by_role("heading", level=2, name=title)).to_be_visible()


@pytest.mark.parametrize("scripts", [True, pytest.param(False, marks=pytest.mark.deep)], ids=["", "without scripts"])
def test_a_paper_of_the_letter_is_answered_with_less_and_not_this_and_all_of_it_undone(visitor, scripts):
    ada = visitor(java_script_enabled=scripts)
    page, notice = ada.page, ada.page.get_by_role("status")

    signs_up(ada)
    opens_confirm_page(ada)
    opens_feedback(ada, begins(ada, TOPICS[0]), TOPICS[0])
    expect(notice).to_have_count(0)

    ada.press("Less like this")
    expect(notice).to_contain_text("Done. This paper is an example of what you do not want.")
    ada.press("Undo")
    expect(notice).to_contain_text("Undone: everything is as it was before “Less like this”.")
    expect(page.get_by_role("button", name="Less like this", exact=True)).to_be_visible()

    ada.press(f"Not this topic: {TOPICS[0]}")
    expect(notice).to_contain_text(f"Done. You do not want papers about {TOPICS[0]}.")
    page.reload()  # The browser sends the same again.
    expect(notice).to_contain_text("Nothing changed: it was already so.")
    ada.press("Undo")
    expect(notice).to_contain_text("Undone")
    ada.sees(PAGE)

    ada.press("Follow Ada Quill")
    expect(notice).to_contain_text("Done. You follow Ada Quill.")
    ada.sees(PAGE)

    ada.press("Save this paper")
    expect(notice).to_contain_text("Done. This paper is in your saved papers.")
    ada.sees(PAGE)
    page.get_by_role("link", name="your preferences").click()
    ada.sees("Send me my link")
