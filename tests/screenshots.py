"""The pictures of README, of a site that has nothing but the sample edition: python -m tests.screenshots"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

os.environ["TEST_DATABASE"] = "sqlite"  # before tests.servers reads it

import django
import time_machine
from playwright.sync_api import Page, sync_playwright

from tests import chromium, clock, servers
from tests.paths import ROOT

FOLDER = ROOT / "docs"
MOST_BYTES = 200_000  # of a picture
PHONE, LAPTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 720}
PATIENCE = 60  # seconds until the site answers


def main() -> None:
    port = servers.free_port()
    site = f"http://localhost:{port}"
    os.environ |= {"SITE_URL": site, "PORT": str(port)}
    with time_machine.travel(clock.MOMENT):
        clock.tell_processes()
        django.setup()
        link = _reader()
        with (
            _running(port),
            sync_playwright() as playwright,
            chromium.started(playwright, "--disable-lcd-text") as browser,
        ):
            phone = browser.new_context(viewport=PHONE).new_page()
            phone.goto(f"{site}/letters/digest-daily/html/")
            _take(phone, FOLDER / "letter.png")
            laptop = browser.new_context(viewport=LAPTOP).new_page()
            laptop.goto(site)
            _take(laptop, FOLDER / "day.png")
            laptop.goto(link)
            laptop.get_by_role("button", name="Open my preferences").click()
            laptop.locator(".preview .paper").first.wait_for()
            _take(laptop, FOLDER / "preferences.png")


def _reader() -> str:
    """The sample edition and a reader of some of it; the link to the preferences."""
    from django.core.management import call_command
    from django.utils import timezone

    from digest.letters.samples import INTERESTS
    from papers import sample
    from subscriptions import links
    from subscriptions.links import Purpose
    from subscriptions.models import Subscriber

    call_command("migrate", verbosity=0)
    now = timezone.now()
    sample.publish(now)
    reader = Subscriber.objects.create(address="ada.quill@example.org", created_at=now, confirmed_at=now)
    reader.choose(INTERESTS)
    return links.make(reader, Purpose.MANAGE)


@contextmanager
def _running(port: int) -> Iterator[None]:
    """The pages, without the clock: nothing is collected, and no letter leaves."""
    command = [sys.executable, "manage.py", "runserver", "--noreload", "--nostatic", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + PATIENCE
        while not _answers(port):
            assert process.poll() is None, "expected the site to answer, it ended by itself"
            assert time.monotonic() < deadline, "expected the site to answer, it does not"
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    try:
        urlopen(f"http://localhost:{port}/about/", timeout=10).close()
    except URLError:
        return False
    return True


def _take(page: Page, file: Path) -> None:
    page.screenshot(path=file)
    size = file.stat().st_size
    print(f"{file.relative_to(ROOT)}: {size} bytes")
    assert size <= MOST_BYTES, f"expected a picture of {MOST_BYTES} bytes at most"


if __name__ == "__main__":
    main()
