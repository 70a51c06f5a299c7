"""From the box on the front page to the first letter, to other interests, and out again: as a person does it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.steps import TOPICS, begins, opens_confirm_page, opens_preferences, signs_up

REASON = re.compile(r"matches .+: “(?P<phrase>.+)”")


@pytest.mark.parametrize("scripts", [True, False], ids=["", "without scripts"])
def test_an_address_alone_gets_what_is_trending(visitor, scripts):
    ada = visitor(java_script_enabled=scripts)

    signs_up(ada)
    opens_confirm_page(ada)
    letter = begins(ada)

    expect(letter.get_by_role("heading", level=2)).to_have_text(["Trending fastest rising first"], ignore_case=True)
    titles = letter.get_by_role("heading", level=3).all_inner_texts()
    assert 3 <= len(titles) == len(set(titles))
    assert set(titles) <= ada.site.abstracts.keys()


@pytest.mark.deep
def test_topics_bring_papers_with_the_words_that_are_the_reason(visitor):
    ada = visitor()

    signs_up(ada)
    opens_confirm_page(ada)
    letter = begins(ada, *TOPICS)

    expect(letter.get_by_role("heading", level=2)).to_contain_text(["For you", "Trending"], ignore_case=True)
    papers = letter.locator(".paper", has=ada.page.locator(".reason", has_text="matches")).all()
    assert papers
    for paper in papers:
        title = paper.get_by_role("heading", level=3).inner_text()
        found = REASON.fullmatch(paper.locator(".reason").inner_text())
        assert found
        assert found["phrase"] in f"{title} {ada.site.abstracts[title]}"


def test_preferences_are_changed_and_kept(visitor):
    ada = visitor()
    page = ada.page

    signs_up(ada)
    opens_confirm_page(ada)
    opens_preferences(ada, begins(ada, TOPICS[0]))
    ada.unfold()
    expect(page.get_by_role("checkbox", name=TOPICS[0]).first).to_be_checked()
    page.get_by_role("checkbox", name=TOPICS[0]).first.uncheck()
    ada.tick(TOPICS[1])
    page.get_by_label("Hour of your digest").select_option("19")
    page.get_by_role("checkbox", name="Sunday").uncheck()
    next_year = (datetime.now(UTC) + timedelta(days=365)).date().isoformat()
    page.get_by_label("Paused until").fill(next_year)
    ada.press("Save")

    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    ada.sees("Your preferences")
    ada.unfold()
    expect(page.get_by_role("checkbox", name=TOPICS[0]).first).not_to_be_checked()
    expect(page.get_by_role("checkbox", name=TOPICS[1]).first).to_be_checked()
    expect(page.get_by_label("Hour of your digest")).to_have_value("19")
    expect(page.get_by_role("checkbox", name="Sunday")).not_to_be_checked()
    expect(page.get_by_role("checkbox", name="Monday")).to_be_checked()
    expect(page.get_by_label("Paused until")).to_have_value(next_year)


@pytest.mark.deep
def test_leaving_takes_one_press_and_looking_at_the_link_none(visitor):
    ada = visitor()

    signs_up(ada)
    opens_confirm_page(ada)
    letter = begins(ada)
    way_out = letter.get_by_role("link", name="Unsubscribe").get_attribute("href")
    opens_preferences(ada, letter)
    ada.open(way_out)
    ada.sees("Unsubscribe")
    ada.open("/preferences/")
    ada.sees("Your preferences")
    ada.open(way_out)
    ada.press("Unsubscribe")
    ada.sees("You are unsubscribed")

    ada.open(way_out)
    ada.sees("Unsubscribe")
    ada.open("/preferences/")
    ada.sees("Send me my link")
