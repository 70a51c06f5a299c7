"""The scaled shape as docker-compose.yml starts it."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
import yaml
from django.db import connection

from subscriptions.models import Letter
from tests import servers
from tests.benchmarks.far_end import far_end
from tests.clock import AHEAD
from tests.factories import make_letter
from tests.farend import FarEnd
from tests.journeys.site import publish
from tests.paths import ROOT
from tests.sink import Sink

pytestmark = pytest.mark.one_database
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
PATIENCE = 60  # seconds until what a test waits for counts as lost
TO_STOP = 30  # seconds
LETTERS, A_REPLY = 300, 0.04  # seconds: far more letters than a worker could send before it is killed
PUBLIC = {
    "SITE_URL": "https://papers.example.org",
    "SECRET_KEY": "nothing-that-anyone-could-guess-" * 2,
    "EMAIL_URL": "smtp://127.0.0.1:9",
    "DEFAULT_FROM_EMAIL": "letters@papers.example.org",
    "CONTACT": "you@example.org",
}
NOWHERE = "redis://127.0.0.1:9/0"


# ------------------------------------------------------------------------------------- the processes and how they are


class Machine:
    """Runs what the services of docker-compose.yml run, here and with the environment of a test."""

    def __init__(self, folder, **variables):
        self.folder, self.port = folder, servers.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        of_the_container = {"PATH": path, "HOSTNAME": socket.gethostname(), "PYTHONUNBUFFERED": "1"}
        var = {"VAR_DIR": str(folder / "var"), "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3"}
        site = {"PORT": str(self.port), "SITE_URL": f"http://localhost:{self.port}"}
        self.environment = os.environ | of_the_container | var | site | variables
        self.processes = {}

    def starts(self, service, name=""):
        name = name or service
        (self.folder / name).mkdir()
        command = shlex.split(SERVICES[service]["command"].replace("0.0.0.0", "127.0.0.1"))
        with self._log(name).open("wb") as log:
            self.processes[name] = subprocess.Popen(
                self._here(command, name), cwd=ROOT, env=self.environment, stdout=log, stderr=log, process_group=0
            )

    def is_well(self, service):
        """What Docker would find."""
        kind, *test = SERVICES[service]["healthcheck"]["test"]
        command = ["/bin/sh", "-c", test[0].replace("$$", "$")] if kind == "CMD-SHELL" else test
        # Beat's looks at how old a file is, which goes by the machine's clock.
        environment = self.environment | ({AHEAD: ""} if service == "beat" else {})
        checked = subprocess.run(
            self._here(command, service), cwd=ROOT, env=environment, capture_output=True, timeout=PATIENCE
        )
        return checked.returncode == 0

    def wait_until(self, happened, what):
        deadline = time.monotonic() + PATIENCE
        while not (answer := happened()):
            assert time.monotonic() < deadline, f"Waited {PATIENCE} seconds for {what}.\n{self.said()}"
            ended = [name for name, process in self.processes.items() if process.poll() is not None]
            assert not ended, f"{ended} ended by themselves.\n{self.said()}"
            time.sleep(0.1)
        return answer

    def said(self):
        return "\n".join(f"--- {log.stem}\n{log.read_text()[-3000:]}" for log in sorted(self.folder.glob("*.log")))

    def stop(self):
        """Ends all as Docker does; how each ended, None where it had to be killed."""
        for process in self.processes.values():
            process.terminate()
        deadline = time.monotonic() + TO_STOP
        ended = {name: _ended(process, deadline) for name, process in self.processes.items()}
        self.processes = {}
        return ended

    def _here(self, command, name):
        """Each container has a /tmp of its own."""
        return [part.replace("/tmp/", f"{self.folder / name}/") for part in command]

    def _log(self, name):
        return self.folder / f"{name}.log"


def _ended(process, deadline):
    try:
        return process.wait(max(0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


@contextmanager
def machine(folder, **variables):
    made = Machine(folder, **variables)
    try:
        yield made
    finally:
        made.stop()


def get(address, **headers):
    try:
        with requests.Session() as session:
            session.trust_env = False
            return session.get(address, headers=headers, timeout=10, allow_redirects=False)
    except requests.ConnectionError:  # nothing listens yet
        return None


def post(address, fields, **headers):
    with requests.Session() as session:
        session.trust_env = False
        return session.post(address, data=fields, headers=headers, timeout=10)


def link_in(message, path):
    text = message.get_body(("plain",)).get_content()
    [found] = set(re.findall(rf"http://\S+/{path}/\S+", text))
    return found


def is_open(port):
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


# ------------------------------------------------------------------------------------------------------ what it is for


def test_the_processes_of_compose_take_a_reader_from_signing_up_to_one_welcome_letter(tmp_path):
    with FarEnd() as far_end, Sink() as sink:
        titles = publish(far_end, datetime.now(UTC).date())
        variables = {
            "DATABASE_URL": servers.database_url("scaled"),
            "REDIS_URL": servers.redis_url(),
            "EMAIL_URL": f"smtp://{sink.host}:{sink.port}",
            "HUGGINGFACE_URL": far_end.url,
        }
        with machine(tmp_path, **variables) as site:
            site.starts("web")
            site.wait_until(lambda: get(f"{site.url}/healthz"), "the database to be migrated")
            for service in ("letters", "collecting", "beat"):
                site.starts(service)
            site.starts("beat", "second beat")
            site.wait_until(lambda: any(title in get(f"{site.url}/").text for title in titles), "the first papers")

            answer = post(f"{site.url}/subscribe/", {"address": "ada@example.org"})
            assert answer.url == f"{site.url}/subscribe/next/"
            site.wait_until(lambda: sink.accepted, "the letter to confirm")
            link = link_in(sink.accepted[0][1], "confirm")
            assert link.startswith(site.environment["SITE_URL"])
            assert post(link, {"zone": "UTC", "hour": "7"}).status_code == 200
            site.wait_until(lambda: len(sink.accepted) > 1, "the welcome letter")
            until = time.monotonic() + 6  # Long enough for either beat to have every due letter sent once more.

            not_well = [service for service in ("web", "letters", "collecting", "beat") if not site.is_well(service)]
            time.sleep(max(0, until - time.monotonic()))
            ended = site.stop()

            assert not_well == []
            assert set(ended.values()) == {0}, site.said()
            assert not is_open(site.port)
    assert sink.recipients == ["ada@example.org", "ada@example.org"]
    assert any(title[:40] in sink.accepted[1][1]["Subject"] for title in titles)


@pytest.mark.deep
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_asked_to_stop_finishes_what_is_on_the_wire_and_begins_nothing_more(tmp_path):
    for _ in range(LETTERS):
        make_letter(at=datetime.now(UTC))
    states = Letter.objects.filter(kind="manage").order_by().values_list("state", flat=True)
    here = connection.settings_dict
    with far_end(A_REPLY) as sink:
        variables = {
            "DATABASE_URL": f"postgresql://{here['USER']}@{here['HOST']}:{here['PORT']}/{here['NAME']}",
            "REDIS_URL": servers.redis_url(),
            "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
            "SENDER_CONNECTIONS": "1",
            "HANDOVER_CHUNK": "5",
        }
        with machine(tmp_path, **variables) as site:
            site.starts("letters")
            site.starts("beat")
            site.wait_until(lambda: states.filter(state="sent").exists(), "the first letters to be sent")
            sent = states.filter(state="sent").count()

            ended = site.stop()

    assert ended["letters"] == 0
    assert set(states) == {"sent", "planned"}
    assert states.filter(state="sent").count() - sent <= 3 * 5  # two chunks handed over, and the last one's outcomes


def test_pages_are_served_and_sign_ups_taken_behind_a_proxy_while_redis_is_down(tmp_path):
    with machine(tmp_path, **PUBLIC, REDIS_URL=NOWHERE, TRUSTED_PROXIES="127.0.0.0/8") as site:
        site.starts("web")
        by_https = {"Host": "papers.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
        site.wait_until(lambda: get(f"{site.url}/healthz", **by_https), "the database to be migrated")

        assert site.is_well("web")
        assert get(f"{site.url}/", **by_https).status_code == 200
        assert get(f"{site.url}/", Host="papers.example.org").headers["Location"] == "https://papers.example.org/"
        assert get(f"{site.url}/", Host="another.example.org").status_code == 400
        asked = post(f"{site.url}/subscribe/", {"address": "ada@example.org"}, **by_https)
        assert asked.url == f"{site.url}/subscribe/next/"
        assert asked.status_code == 200
        assert site.stop() == {"web": 0}
