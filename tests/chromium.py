"""How the tests start a Chromium."""

from playwright.sync_api import Browser, Playwright

from tests import servers

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def started(playwright: Playwright, *options: str) -> Browser:
    return playwright.chromium.launch(executable_path=servers.chromium(), args=[*QUIET, *options])
