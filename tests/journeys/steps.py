"""What most journeys begin with: signing up, confirming, opening the preferences."""

from playwright.sync_api import FrameLocator

from tests.journeys.visitor import Visitor

TOPICS = ("Long context and memory", "Multilingual models and translation")


def signs_up(visitor: Visitor) -> None:
    visitor.open("/")
    visitor.page.get_by_role("textbox", name="Your email address").fill(visitor.address.upper())
    visitor.press("Subscribe")
    visitor.sees(f"One more step: open the email we sent to {visitor.address}")
    visitor.page.get_by_role("link", name="open the local mailbox").click()
    visitor.sees("Local mailbox")


def opens_confirm_page(visitor: Visitor) -> None:
    letter = visitor.opens_letter("Confirm your subscription")
    visitor.follows(letter.get_by_role("link", name="Confirm and start"))
    visitor.sees("What would you like to read about?")


def begins(visitor: Visitor, *topics: str) -> FrameLocator:
    """The welcome letter."""
    for topic in topics:
        visitor.tick(topic)
    visitor.press("Confirm and start")
    visitor.sees("You are subscribed")
    return visitor.opens_letter("Welcome to Paper Route")


def opens_preferences(visitor: Visitor, letter: FrameLocator) -> None:
    visitor.follows(letter.get_by_role("link", name="Change your topics, hour or days"))
    visitor.sees("Your preferences")
    visitor.press("Open my preferences")
    visitor.sees("Your preferences")
