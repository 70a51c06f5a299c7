"""Between the box and the first digest: asking again, confirming twice, never having asked; who may join at all."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.journeys import site as sites
from tests.journeys.steps import TOPICS, begins, opens_confirm_page, opens_preferences, signs_up
from tests.journeys.visitor import Visitor

CONFIRM, WELCOME = "Confirm your subscription", "Welcome to Paper Route"
A_MINUTE = 61_000  # milliseconds, in which the site sends no email again
both_ways = pytest.mark.parametrize(
    "scripts", [True, pytest.param(False, marks=pytest.mark.deep)], ids=["", "without scripts"]
)


@pytest.fixture(scope="module")
def by_invitation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sites.Site]:
    with sites.running(tmp_path_factory.mktemp("invite"), "by_invitation", SIGNUP="invite") as site:
        yield site


@pytest.fixture(scope="module")
def of_a_domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sites.Site]:
    with sites.running(tmp_path_factory.mktemp("domain"), "of_a_domain", SIGNUP="domains:uni.example") as site:
        yield site


def enters(visitor: Visitor, address: str) -> None:
    visitor.page.get_by_role("textbox", name="Your email address").fill(address)
    visitor.press("Subscribe")


@both_ways
def test_whoever_never_asked_has_the_address_blocked_and_gets_nothing_more(visitor, scripts):
    tomas = visitor(java_script_enabled=scripts)
    signs_up(tomas)
    tomas.follows(tomas.opens_letter(CONFIRM).get_by_role("link", name="I didn’t request this: block further email"))
    tomas.sees("Block further email")

    tomas.press("Block further email")

    tomas.sees("This address is blocked")
    signs_up(tomas)
    blocked, tomas.address = tomas.address, tomas.address.replace("@", "-next@")
    signs_up(tomas)
    tomas.opens_letter(CONFIRM)  # Requests are answered in their order, so the other one is answered, too.
    tomas.address = blocked
    assert tomas.letters(CONFIRM) == 0


@pytest.mark.deep
def test_the_email_is_sent_again_after_a_minute_and_brings_what_was_chosen_meanwhile(visitor):
    both = [visitor(java_script_enabled=scripts) for scripts in (True, False)]  # who wait the same minute
    for ada in both:
        ada.open("/")
        enters(ada, ada.address)
        ada.press("Send the email again")
        expect(ada.page.get_by_text("It was sent less than a minute ago.")).to_be_visible()

    both[-1].page.wait_for_timeout(A_MINUTE)

    for ada in both:
        ada.page.bring_to_front()
        ada.tick(TOPICS[0])
        ada.press("Send the email again")
        ada.sees(f"One more step: open the email we sent to {ada.address}")
        expect(ada.page.get_by_text("Sent again, if this address may get another one today.")).to_be_visible()
        ada.follows(ada.opens_letter(CONFIRM, 2).get_by_role("link", name="Confirm and start"))
        ada.sees("Confirm and start")
        expect(ada.page.get_by_role("main")).to_contain_text(f"Your topics: {TOPICS[0]}")
        begins(ada)


@pytest.mark.deep
@both_ways
def test_confirming_in_two_tabs_begins_once(visitor, scripts):
    ada = visitor(java_script_enabled=scripts)
    signs_up(ada)
    opens_confirm_page(ada)
    second = Visitor(ada.page.context.new_page(), ada.site, ada.address)
    second.open(ada.page.url)
    ada.page.bring_to_front()
    begins(ada, TOPICS[0])

    second.page.bring_to_front()
    second.press("Confirm and start")

    second.sees("You are already subscribed")
    expect(second.page.get_by_role("main")).to_contain_text("This link has already been used. Nothing was changed.")
    ada.page.bring_to_front()
    opens_preferences(ada, ada.opens_letter(WELCOME))
    ada.unfold()
    expect(ada.page.get_by_role("checkbox", name=TOPICS[0]).first).to_be_checked()
    assert ada.letters(WELCOME) == 1


@both_ways
def test_signing_out_everywhere_leaves_no_link_and_no_browser_open_but_the_way_out(visitor, scripts):
    ada, elsewhere = visitor(java_script_enabled=scripts), visitor(java_script_enabled=scripts)
    signs_up(ada)
    opens_confirm_page(ada)
    opens_preferences(ada, begins(ada))
    elsewhere.address = ada.address
    opens_preferences(elsewhere, elsewhere.opens_letter(WELCOME))

    ada.page.get_by_role("link", name="Sign out everywhere and disable old links").click()
    ada.sees("Sign out everywhere")
    ada.press("Sign out and disable old links")

    ada.sees("You are signed out everywhere")
    for browser in (ada, elsewhere):
        browser.open("/preferences/")
        browser.sees("Send me my link")
    elsewhere.follows(elsewhere.opens_letter(WELCOME).get_by_role("link", name="Change your topics, hour or days"))
    expect(elsewhere.page.get_by_role("heading", level=1)).to_have_text("This link does not work")
    elsewhere.complaints.clear()  # the browser tells of each answer of 410
    elsewhere.follows(elsewhere.opens_letter(WELCOME).get_by_role("link", name="Unsubscribe"))
    elsewhere.press("Unsubscribe")
    elsewhere.sees("You are unsubscribed")


@pytest.mark.deep
@both_ways
def test_by_invitation_nobody_signs_up_and_who_is_invited_begins(visitor, by_invitation, scripts):
    ada = visitor(by_invitation, java_script_enabled=scripts)
    for page in ("/", "/subscribe/"):
        ada.open(page)
        expect(ada.page.get_by_role("textbox", name="Your email address")).to_have_count(0)
        expect(ada.page.get_by_text("This site sends its digests by invitation.")).to_be_visible()

    by_invitation.manage("invite", ada.address)

    letter = ada.opens_letter(CONFIRM)
    expect(letter.get_by_text("invites you")).to_be_visible()
    opens_confirm_page(ada)
    opens_preferences(ada, begins(ada, TOPICS[0]))


@pytest.mark.deep
@both_ways
def test_a_domains_own_subscribe_and_others_are_told_who_may(visitor, of_a_domain, scripts):
    ada = visitor(of_a_domain, java_script_enabled=scripts)
    ada.open("/")

    enters(ada, ada.address)

    expect(ada.page.locator("#id_address_error")).to_have_text(
        "Enter an address at uni.example: this site is for those who have one."
    )
    expect(ada.page.get_by_role("textbox", name="Your email address")).to_have_value(ada.address)
    ada.sees("Get trending papers in your email inbox!")
    ada.address = ada.address.replace("example.org", "cs.uni.example")
    enters(ada, ada.address)
    ada.sees(f"One more step: open the email we sent to {ada.address}")
    opens_confirm_page(ada)
    begins(ada)
