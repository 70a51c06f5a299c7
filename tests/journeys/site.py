"""A whole site as `manage.py run` serves it, somewhat hastened, with a far end that lists invented papers."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from papers.sources import calendar, huggingface
from papers.sources.huggingface.api import MOST_ENTRIES
from tests import servers
from tests.farend import FarEnd
from tests.paths import ROOT

DAYS_WITH_PAPERS = 7
LOOKS_BACK = timedelta(days=50)  # a little further than the site asks
PATIENCE = 90  # seconds for the site to collect its first days, and to stop
WORDS = (  # what an invented paper is about, in words that topics look for
    ("Lanterns for a Long Context", "We keep notes beside the context window, so that nothing said early is lost."),
    ("Ferries between Forty Languages", "Machine translation into low-resource languages by way of their neighbours."),
    ("The Weight of a Question", "We set how long a chain of thought may become before the question is read twice."),
    (
        "Harbours without Charts",
        "Where nobody has measured the sea floor, <em>soundings</em> & guesses such as x<y help.",
    ),
)


@dataclass(frozen=True)
class Site:
    url: str
    abstracts: dict[str, str]  # of every paper of the far end, by title
    database_url: str
    environment: dict[str, str]

    def manage(self, *words: str) -> None:
        """As whoever runs the site does beside it: python manage.py ..."""
        subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=self.environment, check=True)


def invented(day: date) -> list[dict[str, str]]:
    """The day's papers: title and abstract of each."""
    return [{"title": f"{title}, {day:%j}", "summary": abstract} for title, abstract in WORDS]


def answer(day: date, papers: list[dict[str, str]]) -> bytes:
    """The papers in the shape of the API's answer for a day."""
    entries = [
        {
            "paper": {
                "id": f"{day:%y%m}.{day.day * 100 + number:05}",
                "authors": [{"name": "Ada Quill", "hidden": False}, {"name": "Tomás Brandt", "hidden": False}],
                "publishedAt": f"{day}T00:00:00.000Z",
                "submittedOnDailyAt": f"{day}T00:00:00.000Z",
                "upvotes": 90 - number,
                "organization": {"name": "harbour", "fullname": "Harbour Institute"},
                **paper,
            },
            "numComments": number,
        }
        for number, paper in enumerate(papers)
    ]
    return json.dumps(entries).encode()


def publish(far_end: FarEnd, today: date) -> dict[str, str]:
    """Have the far end list papers on the latest weekdays and none on those before; all abstracts by title."""
    # Tomorrow as well: the tests may run over midnight.
    days = list(calendar.days(today - LOOKS_BACK, today + timedelta(days=1)))
    with_papers = [day for day in reversed(days) if huggingface.SOURCE.calendar.announces(day)][:DAYS_WITH_PAPERS]
    abstracts = {}
    for day in days:
        papers = invented(day) if day in with_papers else []
        far_end.answers(f"/api/daily_papers?date={day}&limit={MOST_ENTRIES}", body=answer(day, papers))
        abstracts |= {paper["title"]: paper["summary"] for paper in papers}
    return abstracts


@contextmanager
def running(folder: Path, database: str = "journeys", **variables: str) -> Iterator[Site]:
    """The site, with these further variables, from its first answer until Ctrl-C; raises unless it then ends well and
    lets go of its port."""
    port = servers.free_port()
    url, database_url = f"http://localhost:{port}", servers.database_url(database)
    with FarEnd() as far_end, (folder / "log").open("wb") as log:
        abstracts = publish(far_end, datetime.now(UTC).date())
        environment = os.environ | {
            "VAR_DIR": str(folder / "var"),
            "DATABASE_URL": database_url,
            "PORT": str(port),
            "SITE_URL": url,
            "TRUSTED_PROXIES": "127.0.0.0/8",  # Limits are by network, and each visitor says to come from another.
            "HUGGINGFACE_URL": far_end.url,
            **variables,
        }
        command = [sys.executable, "-m", "tests.journeys.hastened"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, process_group=0)
        try:
            _wait_for_our_own(process, url, abstracts, folder / "log")
            yield Site(url, abstracts, database_url, environment)
        finally:
            code = _stop(process)
    assert code == 0, f"expected exit code 0 after Ctrl-C, found {code}:\n{(folder / 'log').read_text()}"
    assert not _is_open(port), "expected the web server to end with the site, found its port still open"


def _wait_for_our_own(process: "subprocess.Popen[bytes]", url: str, abstracts: dict[str, str], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while (page := _page(url)) is None:
        said = log.read_text()
        assert process.poll() is None, f"the site ended by itself; it said:\n{said}"
        assert time.monotonic() < deadline, f"the site does not answer; it said:\n{said}"
        time.sleep(0.05)
    assert any(title in page for title in abstracts), f"expected a site of our own at {url}, found:\n{page[:500]}"


def _page(url: str) -> str | None:
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=10) as response:
            return str(response.read().decode())
    except URLError:  # nothing listens yet
        return None


def _stop(process: "subprocess.Popen[bytes]") -> int:
    process.send_signal(signal.SIGINT)
    try:
        return process.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.wait()


def _is_open(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
