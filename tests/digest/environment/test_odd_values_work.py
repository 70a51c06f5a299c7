"""With each odd value that is understood a site starts, is found where it says, and its letter can be answered."""

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests import servers
from tests.digest.environment.odd import PASSWORD, PUBLIC, UNDERSTOOD, Odd
from tests.digest.environment.test_odd_values import filled
from tests.paths import ROOT
from tests.relay import Relay, self_signed

pytestmark = [pytest.mark.one_database, pytest.mark.deep]
PATIENCE = 90  # seconds
EACH = list({(odd.name, odd.value): odd for odd in UNDERSTOOD}.values())
LOGINS = {
    "50%": ("ada@example.org", "50%"),
    "a@b:c": ("ada", "a@b:c"),
    "pw": ("ada", "pw"),
    PASSWORD: ("ada", PASSWORD),
}


def relay_of(odd: Odd, certificate: Path) -> Relay:
    """The mail server that an address is for."""
    if odd.name != "EMAIL_URL":
        return Relay()
    password = next((word for word in LOGINS if urlsplit(odd.value).username and word in decoded(odd.value)), "")
    is_bare = not password and "starttls=1" not in odd.value
    tls = None if is_bare or "starttls=0" in odd.value else certificate
    return Relay(tls, LOGINS.get(password), starttls=not odd.value.startswith("smtps"))


def decoded(address: str) -> str:
    return address if "%2F" not in address else f"smtp://ada:{PASSWORD}@"


class Visitor:
    """Asks a site as a browser does that was given its address; a proxy in front has done the TLS."""

    def __init__(self, url: str, port: int) -> None:
        self.parts, self.port = urlsplit(url), port

    def asks(self, path: str, **form: str) -> tuple[int, str]:
        host = self.parts.hostname or ""
        mine = host == "::1" or host.startswith("127.")
        where = host if mine else "::1" if ":" in host else "127.0.0.1"
        connection = http.client.HTTPConnection(where, self.port, timeout=30)
        headers = {"Host": self.parts.netloc, "X-Forwarded-Proto": self.parts.scheme, "X-Forwarded-For": "203.0.113.9"}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("POST" if form else "GET", path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


@contextmanager
def running(variables: dict[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    clean = {
        name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SITE_URL", "EMAIL_URL")
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.hastened"], cwd=ROOT, env=clean | variables,
            stdout=output, stderr=output, process_group=0,
        )  # fmt: skip
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def waited_for(look, process, log):
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if found := look():
                return found
        except OSError:  # nothing listens yet
            pass
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def letters_in(folder: Path) -> list[tuple[str, EmailMessage]]:
    found = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in folder.glob("mail/*.eml")]
    return [("", letter) for letter in found]


@pytest.mark.parametrize("odd", EACH, ids=str)
def test_a_site_starts_with_an_odd_value_and_its_letter_can_be_answered(odd: Odd, tmp_path: Path):
    port, certificate, log = servers.free_port(), self_signed(tmp_path), tmp_path / "log"
    with (
        relay_of(odd, certificate)
        if odd.besides or odd.name in ("EMAIL_URL", "DEFAULT_FROM_EMAIL")
        else nullcontext() as relay
    ):
        own = {"PORT": str(port), "TRUSTED_PROXIES": "127.0.0.0/8,::1", "SSL_CERT_FILE": str(certificate)}
        own |= {"SITE_URL": f"http://localhost:{port}", "VAR_DIR": str(tmp_path / "var"), **odd.besides}
        own |= {"EMAIL_URL": f"smtp://localhost:{relay.port}"} if relay else {}
        places = {"own": str(port), "folder": str(tmp_path), "port": str(relay.port) if relay else ""}
        variables = own | {odd.name: str(filled(odd.value, **places))}
        site = str(filled(odd.read, **places)) if odd.name == "SITE_URL" else own["SITE_URL"]
        visitor = Visitor(site, port)
        with running(variables, log) as process:
            waited_for(lambda: visitor.asks("/")[0] == 200, process, log)
            status, _page = visitor.asks("/subscribe/", address="ada@example.org")
            folder = Path(variables["VAR_DIR"])
            envelope, letter = waited_for(lambda: relay.took if relay else letters_in(folder), process, log)[0]
            body = letter.get_body(("plain",))
            assert body
            links = re.findall(r"https?://\S+/confirm/\S+", str(body.get_content()))
            answer, _page = visitor.asks(urlsplit(links[0]).path)

    assert status in (200, 302)
    assert answer == 200
    assert links[0].startswith(f"{site}/")
    assert letter["To"] == "ada@example.org"
    assert not relay or envelope == parseaddr(str(letter["From"]))[1]
    if odd.setting in ("", "DEFAULT_FROM_EMAIL") and odd.name in ("DEFAULT_FROM_EMAIL", "SITE_NAME"):
        assert parseaddr(str(letter["From"]))[1] in str(odd.read) + "letters@localhost"
    if odd.setting == "DATABASE":
        assert Path(str(filled(odd.read, **places))).is_file()


def test_a_public_site_is_what_these_are_beside():
    assert all(PUBLIC.items() <= odd.besides.items() for odd in UNDERSTOOD if odd.besides)
