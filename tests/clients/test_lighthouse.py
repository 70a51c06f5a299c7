"""Pages as Lighthouse has them on a phone, by the site's own web server."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import chromium, servers
from tests.clients import node
from tests.digest.serving.site import answer, prepare, serving

pytestmark = [pytest.mark.deep, pytest.mark.one_database, pytest.mark.xdist_group("web server")]
LEAST = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
LOOKS = 5  # The best counts: what else a machine does can only make a page slower.
LINKS = {kind: rf'href="(/{kind}/[^"?]+)"' for kind in ("date", "week", "month", "paper", "topic", "author")}
BY_DESIGN = {"/search/": "is-crawlable"}  # Pages of hits are kept from search engines.


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    if missing := node.missing():
        pytest.fail(missing, pytrace=False)
    folder = tmp_path_factory.mktemp("site")
    prepare(folder)
    with serving(folder) as port:
        yield port


def complaints(port: int, address: str, folder: Path) -> list[str]:
    """What Lighthouse gives too little for, and what it found there; or why it did not look."""
    command = [
        *(str(node.node()), node.FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"),
        *(f"http://localhost:{port}{address}", "--quiet", "--no-enable-error-reporting", "--output=json"),
        f"--only-categories={','.join(LEAST)}",
        f"--skip-audits={BY_DESIGN.get(address.partition('?')[0], '')}",
        f"--chrome-flags=--headless=new {' '.join(chromium.QUIET)}",
    ]
    environment = os.environ | {"CHROME_PATH": servers.chromium(), "TMPDIR": str(folder)}
    said = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    if said.returncode:  # On a busy machine it may give Chromium too little time to start.
        return [said.stderr]
    report = json.loads(said.stdout)
    given = {name: (round(100 * one["score"]), one["auditRefs"]) for name, one in report["categories"].items()}
    return [
        f"{name} {score}: {[ref['id'] for ref in audits if report['audits'][ref['id']]['score'] not in (1, None)]}"
        for name, (score, audits) in given.items()
        if score < LEAST[name]
    ]


def address(port: int, kind: str) -> str:
    """The first one of that kind that / or /topics/ leads to."""
    pages = [answer(port, page)[1] for page in ("/", "/topics/")]
    return next(link for page in pages for link in re.findall(LINKS[kind], page))


@pytest.mark.parametrize("page", ["/", "/search/?q=agents", "/trending/", "/topics/", "/feeds/", "/about/", *LINKS])
def test_lighthouse_has_nothing_against_a_page_on_a_phone(port: int, page: str, tmp_path: Path):
    place = page if page.startswith("/") else address(port, page)
    answer(port, place)  # From now on it is in memory, as it is for all but the first who ask.

    for _ in range(LOOKS):
        if not (found := complaints(port, place, tmp_path)):
            return
    pytest.fail(f"{place}: {found}")
