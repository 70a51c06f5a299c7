"""A whole site that `manage.py run --now` begins at another moment, in processes of its own, and who subscribes."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TypeVar
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

from tests import servers
from tests.paths import ROOT

ADDRESS = "ada@example.org"
PATIENCE = 90  # seconds

T = TypeVar("T")


@dataclass(frozen=True)
class Site:
    url: str
    folder: Path

    def page(self, place: str, /, **posted: object) -> str:
        """What is shown there; with `posted`, once this form was sent."""
        where = place if place.startswith("http") else self.url + place
        body = urlencode(posted, doseq=True).encode() if posted else None
        with build_opener(ProxyHandler({})).open(where, body, timeout=30) as answer:
            return str(answer.read().decode())

    def letter(self, kind: str) -> EmailMessage:
        """The one letter of a kind, waited for."""
        [file] = waited_for(lambda: list(self.folder.glob(f"mail/{kind}-*.eml")))
        return message_from_bytes(file.read_bytes(), policy=policy.default)

    def subscribes(self, *topics: str) -> EmailMessage:
        """By the form and the link in the confirm letter, as a reader does; the welcome letter."""
        self.page("/subscribe/", address=ADDRESS)
        link = re.search(r"http://\S+/confirm/\S+", text_of(self.letter("confirm")))
        assert link
        self.page(link[0], topics=topics, zone="UTC", hour=7)
        return self.letter("welcome")


@contextmanager
def running(source: str, folder: Path, moment: str) -> Iterator[Site]:
    """The site, its sources at this address and its letters in files, from its first page on until Ctrl-C."""
    url, clean = f"http://localhost:{(port := servers.free_port())}", {**os.environ}
    for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL"):
        clean.pop(name, None)
    places = {"HUGGINGFACE_URL": source, "ARXIV_RSS_URL": source, "ARXIV_API_URL": source}
    environment = clean | places | {"ARXIV_OAI_URL": f"{source}/oai", "SITE_URL": url, "PORT": str(port)}
    command = [sys.executable, "-m", "tests.journeys.hastened", "--now", moment]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment | {"VAR_DIR": str(folder)}, stdout=log, stderr=log, process_group=0
        )
        site = Site(url, folder)
        try:
            waited_for(lambda: process.poll() is not None or _front_page(site))
            assert process.poll() is None, (folder / "log").read_text()
            yield site
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def text_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part
    return str(part.get_content())


def waited_for(look: Callable[[], T]) -> T:
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(0.1)
    return found


def _front_page(site: Site) -> str:
    try:
        return site.page("/")
    except URLError:  # nothing listens yet
        return ""
