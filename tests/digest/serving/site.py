"""The site by its own web server, in processes of its own, on SQLite with the sample edition."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.paths import ROOT
from tests.servers import free_port

PATIENCE = 60  # seconds
PAGES = ("/", "/trending/", "/topics/", "/about/", "/search/?q=agents", "/subscribe/", "/status/", "/healthz")
PUBLISH = "from django.utils import timezone; from papers import sample; sample.publish(timezone.now())"


def environment(folder: Path, port: int) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return clean | {"VAR_DIR": str(folder), "PORT": str(port), "SITE_URL": f"http://localhost:{port}"}


def prepare(folder: Path) -> None:
    for arguments in (["migrate", "--verbosity", "0"], ["shell", "--verbosity", "0", "--command", PUBLISH]):
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=ROOT, env=environment(folder, 8000), check=True)


@contextmanager
def serving(folder: Path, port: int = 0) -> Iterator[int]:
    """The port, once pages are served."""
    port = port or free_port()
    command = [sys.executable, "-m", "digest.serving.server", "127.0.0.1", str(port), "1"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(folder, port), stdin=subprocess.PIPE)
    try:
        waited_for(lambda: status(port, "/healthz") == 200)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE)


def answer(port: int, path: str, posted: str = "") -> tuple[int, str]:
    """Status and text of what is answered there, also to a form that is posted; 0: nothing, in good time."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    headers = {"Host": "localhost", "Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request("POST" if posted else "GET", path, posted or None, headers)
        answered = connection.getresponse()
        return answered.status, answered.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


def status(port: int, path: str) -> int:
    return answer(port, path)[0]


def pages_answered(port: int) -> int:
    return sum(status(port, path) == 200 for path in PAGES)


def waited_for(look) -> None:
    deadline = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(0.1)
