"""No log shows the token of a link, whatever became of the link on its way to us."""

import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import requests
from django.core import signing
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from digest.logs import ClientErrors, WithoutTokens
from subscriptions.links import Purpose
from subscriptions.tokens import Signer
from tests import servers
from tests.paths import ROOT

pytestmark = pytest.mark.one_database
OLD = signing.dumps(7, salt="link:any")  # as version 0.1.0 made them
TOKEN = Signer("link:any", "a key").make([7])
PAPER = "/arxiv:2608.00001/"


def logged(text: str) -> str:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Not Found: %s", (text,), None)
    return WithoutTokens("{message}", style="{").format(record)


def every_character(text: str) -> str:
    return "".join(f"%{ord(character):02x}" for character in text)


def is_hidden(line: str) -> bool:
    """No part of a token, however it may be written, is in the line."""
    parts = [TOKEN, *OLD.split(":")]
    return not any(part in line or every_character(part) in line for part in parts)


@pytest.mark.parametrize("token", [TOKEN, OLD], ids=["ours", "of 0.1.0"])
@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize(
    "became",
    [
        lambda link: link,
        lambda link: f"https://papers.example.org{link}",
        lambda link: link.replace("/", "//"),
        lambda link: f"{link}?utm_source=letter",
        lambda link: link.rstrip("/") + "?utm_source=letter",
        lambda link: f"/start/?next={link}",
        lambda link: f"/start/?next={quote(link, safe='')}&more=1",
        lambda link: f"/start/?next={quote(quote(link, safe=''), safe='')}",
        lambda link: link.replace(":", "%3A"),
        lambda link: every_character(link),
        lambda link: "/" + every_character(link.strip("/").partition("/")[0]) + link[link.index("/", 1) :],
        lambda link: link.upper().replace(TOKEN.upper(), TOKEN).replace(OLD.upper(), OLD),
        lambda link: f"{{'path': '{link.lstrip('/')}'}}",
        lambda link: link.rstrip("/") + PAPER,
    ],
)
def test_a_links_token_is_not_logged(purpose: Purpose, became, token: str):
    line = logged(f'"GET {became(reverse(purpose.value, args=[token]))} HTTP/1.1" 404')

    assert "..." in line
    assert is_hidden(line), line


def test_what_follows_the_token_is_logged():
    assert logged(f"/feedback/{TOKEN}{PAPER}?x=1") == f"Not Found: /feedback/...{PAPER}?x=1"


@pytest.mark.parametrize("line", ["/papers/arxiv:2608.00001/", "manage.py migrate", "/manage/", "confirmed 3 readers"])
def test_other_lines_are_logged_as_they_are(line: str):
    assert logged(line) == f"Not Found: {line}"


def as_logged(name: str, level: int, status: int, trouble: BaseException | None = None) -> str:
    """The line, by the settings' own handler; empty: there is none."""
    record = logging.LogRecord(
        name, level, "", 0, "Said of a request", (), (type(trouble), trouble, None) if trouble else None
    )
    record.status_code = status
    [handler] = [one for one in logging.getLogger().handlers if any(isinstance(f, ClientErrors) for f in one.filters)]
    return handler.format(record) if handler.filter(record) else ""


@pytest.mark.parametrize("name", ["django.request", "django.security.csrf", "django.security.DisallowedHost"])
def test_what_clients_do_wrong_is_logged_as_information_in_one_line(name: str):
    line = as_logged(name, logging.ERROR, 400, ValueError("as a client wished"))

    assert re.fullmatch(rf"\S+ \S+ INFO {re.escape(name)}: Said of a request", line)


def test_what_we_do_wrong_is_logged_as_an_error_with_the_way_through_the_code():
    line = as_logged("django.request", logging.ERROR, 500, ValueError("our own"))

    assert " ERROR django.request: " in line
    assert "ValueError: our own" in line


def with_a_token(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
    """An address of each page of ours that takes a token."""
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from with_a_token(pattern, path)
        elif isinstance(pattern, URLPattern) and "token" in pattern.pattern.converters:
            yield path.replace("<str:token>", TOKEN).replace("<key:key>", PAPER.strip("/"))


def test_no_page_that_takes_a_token_is_forgotten():
    addresses = list(with_a_token(get_resolver()))

    assert len(addresses) > len(Purpose)
    assert [address for address in addresses if not is_hidden(logged(address))] == []


def test_what_operating_md_has_proxies_log_shows_no_token():
    masks = re.findall(r"\(\?:confirm[^)]+\)", (ROOT / "docs" / "operating.md").read_text())

    assert len(masks) == 2
    for mask in masks:
        masked = re.compile(rf"(?i)^(/+{mask}/+)[^/?]+")
        assert [one for one in with_a_token(get_resolver()) if not is_hidden(masked.sub(r"\1...", one))] == []


def test_the_access_log_and_what_django_says_of_a_page_show_no_token(tmp_path):
    port = servers.free_port()
    address = f"http://127.0.0.1:{port}"
    site = {"VAR_DIR": str(tmp_path), "DATABASE_URL": "", "SITE_URL": f"http://localhost:{port}", "DEBUG": "1"}
    environment = os.environ | site
    subprocess.run(
        [sys.executable, "manage.py", "migrate"], cwd=ROOT, env=environment, check=True, capture_output=True
    )
    command = [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    log = tmp_path / "log"
    with log.open("w") as file, subprocess.Popen(command, cwd=ROOT, env=environment, stderr=file) as server:
        try:
            asked(f"{address}/healthz")
            for path in (f"/manage/{TOKEN}/", f"//manage//{TOKEN}/", f"/m%61nage/{TOKEN}", f"/feedback/{TOKEN}/x"):
                asked(address + path)
        finally:
            server.terminate()

    said = log.read_text()
    assert '"GET //manage//.../ HTTP/1.1" 404' in said
    assert "Not Found: /manage//.../" in said, said
    assert is_hidden(said), said


def asked(address: str) -> None:
    """Once there is a server to ask; requests itself would tidy up the path."""
    with requests.Session() as session:
        session.trust_env = False
        prepared = session.prepare_request(requests.Request("GET", address))
        prepared.url = address
        for _ in range(300):
            try:
                session.send(prepared, timeout=30, allow_redirects=False)
                return
            except requests.ConnectionError:
                time.sleep(0.1)
    pytest.fail(f"nobody answers at {address}")
