"""Granian as the site runs it, behind the guard, beside Granian by WSGI and gunicorn, on the day page and on nothing:
`make bench`.

Rounds are interleaved, so that a busy machine is busy for all; read the ratios, not the rates.
"""

import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.servers import free_port

ROUNDS, SECONDS, CLIENTS = 5, 2.0, 8
SITE, HELLO = "digest.wsgi:application", "tests.benchmarks.hello:application"
GUARDED = {SITE: "digest.asgi:application", HELLO: "tests.benchmarks.hello:guarded"}
SERVERS = {
    "granian, guarded": ["-m", "granian", "--interface", "asginl", "--http", "1", "--no-ws", "--no-log"],
    "granian by WSGI": ["-m", "granian", "--interface", "wsgi", "--blocking-threads", "4", "--no-log"],
    "gunicorn gthread": ["-m", "gunicorn", "--workers", "1", "--threads", "4", "--log-level", "error"],
    "gunicorn sync": ["-m", "gunicorn", "--workers", "1", "--log-level", "error"],
}


def command(server: str, application: str, port: int) -> list[str]:
    where = ["--port", str(port)] if server.startswith("granian") else ["--bind", f"127.0.0.1:{port}"]
    return [
        sys.executable,
        *SERVERS[server],
        *where,
        GUARDED.get(application, application) if "guarded" in server else application,
    ]


@contextmanager
def serving(server: str, application: str, environment: dict[str, str]) -> Iterator[int]:
    port = free_port()
    process = subprocess.Popen(command(server, application, port), env=environment, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return _ask(http.client.HTTPConnection("127.0.0.1", port, timeout=5))
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"expected a server of our own on port {port}")


def _ask(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/", headers={"Host": "localhost"})
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise AssertionError(f"expected 200, found {answer.status}")


def rate(port: int) -> float:
    """Answers a second to CLIENTS kept-alive connections."""
    counts, stop_at = [0] * CLIENTS, time.monotonic() + SECONDS

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        while time.monotonic() < stop_at:
            _ask(connection)
            counts[number] += 1

    threads = [threading.Thread(target=client, args=[number]) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"VAR_DIR": folder, "SITE_URL": "http://localhost:8000"}
        _prepare(environment)
        rates: dict[tuple[str, str], list[float]] = {}
        for _ in range(ROUNDS):
            for application in (HELLO, SITE):
                for server in SERVERS:
                    with serving(server, application, environment) as port:
                        rates.setdefault((application, server), []).append(rate(port))
    _report(rates)


def _prepare(environment: dict[str, str]) -> None:
    """The sample edition: a day page of twelve papers on SQLite."""
    publish = "from django.utils import timezone; from papers import sample; sample.publish(timezone.now())"
    for arguments in (["migrate", "--verbosity", "0"], ["shell", "--verbosity", "0", "--command", publish]):
        subprocess.run([sys.executable, "manage.py", *arguments], env=environment, check=True)


def _report(rates: dict[tuple[str, str], list[float]]) -> None:
    floor = statistics.median(rates[HELLO, "granian by WSGI"])
    print(f"{'what':<12}{'server':<20}{'answers/s':>10}{'min':>8}{'max':>8}{'of the floor':>14}")
    for (application, server), found in rates.items():
        median, name = statistics.median(found), "hello" if application == HELLO else "day page"
        print(f"{name:<12}{server:<20}{median:>10.0f}{min(found):>8.0f}{max(found):>8.0f}{median / floor:>14.3f}")


if __name__ == "__main__":
    main()
