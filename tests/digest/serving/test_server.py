"""The web server beside clients that hold it up, and how it comes to its end."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.depth import sampled
from tests.digest.serving import site
from tests.digest.serving.site import PAGES, environment, pages_answered, prepare, serving, status, waited_for
from tests.paths import ROOT
from tests.servers import free_port

pytestmark = [pytest.mark.one_database, pytest.mark.xdist_group("web server")]
HOST = b"Host: localhost\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
POST = b"POST /subscribe/ HTTP/1.1\r\n" + HOST + FORM
PIPELINED = (b"GET / HTTP/1.1\r\n" + HOST + b"\r\n") * 200
HOLDING_UP = {  # what each client sends before it falls silent
    "a length and no body": POST + b"Content-Length: 5000\r\n\r\n",
    "a part of a body": POST + b"Content-Length: 5000\r\n\r\naddress=",
    "a part of a chunk": POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nad",
    "the wish to be asked for its body": POST + b"Expect: 100-continue\r\nContent-Length: 5000\r\n\r\n",
    "a part of its headers": b"GET / HTTP/1.1\r\n" + HOST,
    "many requests whose answers it does not read": PIPELINED,
    "nothing": b"",
    "a large form": POST.replace(b"/subscribe/", b"/preferences/") + b"Content-Length: 9000000\r\n\r\nx",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    prepare(folder)
    return folder


@pytest.fixture(scope="module")
def port(folder):
    with serving(folder) as port:
        yield port


@pytest.fixture
def clients(port):
    """To make so many, that each send this and fall silent."""
    made = []

    def hold_up(count, sent):
        for _ in range(count):
            client = socket.create_connection(("127.0.0.1", port), timeout=site.PATIENCE)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.sendall(sent)
            made.append(client)
        return made

    yield hold_up
    for client in made:
        client.close()


@pytest.mark.parametrize("what", HOLDING_UP)
def test_pages_are_answered_beside_clients_that_hold_up_the_server(what, port, clients):
    clients(20, HOLDING_UP[what])

    assert pages_answered(port) == len(PAGES)


@pytest.mark.deep
@pytest.mark.parametrize("count", [200, 1500])
@pytest.mark.parametrize("what", [what for what in HOLDING_UP if "answers" not in what])  # Those keep it busy.
def test_pages_are_answered_beside_many_clients_that_hold_up_the_server(what, count, port, clients):
    clients(count, HOLDING_UP[what])

    assert pages_answered(port) == len(PAGES)


@pytest.mark.deep
@pytest.mark.parametrize("what", [what for what in HOLDING_UP if "answers" not in what])
def test_who_holds_up_the_server_is_hung_up_on(what, port, clients):
    for client in clients(4, HOLDING_UP[what]):
        while client.recv(4096):
            continue


@pytest.mark.deep
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the option")
def test_who_does_not_read_is_hung_up_on(port, clients):
    def connections():
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return sum(local.endswith(f":{port:04X}") and state == "01" for _, local, _, state, *_ in rows)

    clients(20, PIPELINED)
    site.PATIENCE = 100

    waited_for(lambda: connections() == 0)


def test_a_form_waits_little_for_a_lock_and_pages_are_answered_meanwhile(port, folder):
    other = sqlite3.connect(folder / "paper-route.sqlite3", isolation_level=None, timeout=site.PATIENCE)
    other.execute("BEGIN IMMEDIATE")
    try:
        with ThreadPoolExecutor() as threads:
            typed = f"address=ada%40example.org&topics=agents{'&zone=UTC' * 3}"
            asked = threads.submit(site.answer, port, "/subscribe/", typed)
            answered = pages_answered(port)
            status, text = asked.result()
    finally:
        other.execute("ROLLBACK")
        other.close()

    assert answered == len(PAGES)
    assert status == 503
    assert 'name="address" value="ada@example.org"' in text


@pytest.mark.parametrize("ended", sampled(["manage.py run", "its web server"], "manage.py run"))
def test_who_is_killed_leaves_no_web_server_on_the_port(ended, folder):
    port = free_port()
    run = subprocess.Popen(
        [sys.executable, "manage.py", "run"],
        cwd=ROOT,
        env=environment(folder, port) | {"REDIS_URL": "redis://127.0.0.1:9/0"},  # so that it serves pages alone
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        waited_for(lambda: status(port, "/healthz") == 200)
        [server] = children(run.pid)
        os.kill(run.pid if ended == "manage.py run" else server, signal.SIGKILL)
        run.wait(timeout=site.PATIENCE)

        waited_for(lambda: is_free(port))
    finally:
        run.kill()
        run.wait()


def children(pid):
    rows = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    return [int(child) for child, parent in map(str.split, rows.splitlines()) if int(parent) == pid]


def is_free(port):
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False


def test_what_another_process_writes_is_shown_instead_of_the_page_in_memory(folder, port):
    removes = "from papers import storing; from papers.models import Paper; "
    removes += "storing.delete_papers(Paper.objects.filter(key='sample:1'))"
    assert all("Letterbox" in site.answer(port, "/")[1] for _ in range(2))

    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", removes]
    subprocess.run(command, cwd=ROOT, env=environment(folder, port), check=True)

    waited_for(lambda: "Letterbox" not in site.answer(port, "/")[1])
