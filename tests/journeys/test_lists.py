"""What lists of papers have beyond links: a compact form, keys, abstracts in place; and that they can do without."""

import pytest
from playwright.sync_api import expect

from tests.journeys.visitor import Visitor

TITLES = ".papers .card h2 a"


def focused(visitor: Visitor) -> str:
    return str(visitor.page.evaluate("document.activeElement.textContent"))


def test_keys_walk_through_a_list_and_show_abstracts_until_they_are_switched_off(visitor):
    ada = visitor()
    page = ada.page
    ada.open("/")
    first, second = page.locator(TITLES).all_inner_texts()[:2]

    page.keyboard.press("j")
    page.keyboard.press("j")
    assert focused(ada) == second
    page.keyboard.press("k")
    assert focused(ada) == first
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search papers")).to_be_focused()
    page.keyboard.type("jk")  # into the box, where keys are letters
    expect(page.get_by_role("searchbox", name="Search papers")).to_have_value("jk")
    page.get_by_role("checkbox", name="Keys:").uncheck()
    page.reload()
    page.keyboard.press("j")
    assert focused(ada) != first


def test_o_opens_the_paper_that_j_came_to(visitor):
    ada = visitor()
    ada.open("/")
    title = ada.page.locator(TITLES).first.inner_text()

    ada.page.keyboard.press("j")
    ada.page.keyboard.press("o")

    ada.page.wait_for_url("**/paper/**")
    ada.sees(title)


def test_a_compact_list_stays_compact_on_the_next_page(visitor):
    ada = visitor()
    ada.open("/")
    abstracts = ada.page.locator(".papers .abstract")
    expect(abstracts.first).to_be_visible()

    ada.page.get_by_role("checkbox", name="Compact").check()
    expect(abstracts.first).to_be_hidden()
    ada.page.locator("nav.days a[rel=prev]").click()
    ada.page.wait_for_url("**/date/**")

    expect(ada.page.locator(".papers .abstract").first).to_be_hidden()


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, {"width": 390, "height": 844}])
def test_the_first_title_stands_high_on_the_first_screen(visitor, viewport):
    ada = visitor()
    ada.page.set_viewport_size(viewport)

    for address in ("/", "/topic/reasoning/"):
        ada.open(address)

        box = ada.page.locator(".papers .card :is(h2, h3) a").first.bounding_box()
        assert box is not None
        assert box["y"] <= (230 if viewport["width"] == 1280 else 420), address


def test_a_list_is_compact_without_scripts_too(visitor):
    ada = visitor(java_script_enabled=False)
    ada.open("/")

    ada.page.get_by_role("checkbox", name="Compact").check()

    expect(ada.page.locator(".papers .abstract").first).to_be_hidden()
    expect(ada.page.get_by_role("checkbox", name="Keys:")).to_be_hidden()
