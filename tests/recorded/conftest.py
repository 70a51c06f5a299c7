"""The stand-in for the sources, over recorded days: REPLICA is the path of replica.py, REPLICA_DATA its folder."""

import json
import os
import subprocess
import sys
import tarfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.servers import free_port

NEWEST = date(2026, 8, 20)


@dataclass(frozen=True)
class Replica:
    """A running stand-in, and the ids that its files hold of each day."""

    url: str
    days: dict[date, list[str]]

    def steer(self, path: str, **values: Any) -> None:
        request = urllib.request.Request(f"{self.url}{path}", json.dumps(values).encode(), method="POST")
        urllib.request.urlopen(request, timeout=10).close()

    def breaks(self, path_prefix: str, fault: str) -> None:
        self.steer("/__control", path_prefix=path_prefix, fault=fault, times=None)

    def mends(self) -> None:
        self.steer("/__control", clear=True)


@contextmanager
def a_replica(*options: object) -> Iterator[Replica]:
    """A stand-in of our own, with a quota that nobody reaches unless a test sets another."""
    program, data = Path(os.environ["REPLICA"]), Path(os.environ["REPLICA_DATA"])
    port = free_port()
    process = subprocess.Popen([sys.executable, program, "--port", str(port), "--data", data, *map(str, options)])
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/__clock", process)
        replica = Replica(url, _recorded(data))
        replica.steer("/__control", quota={"api": 100_000, "pages": 100_000})
        yield replica
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(scope="session")
def replica() -> Iterator[Replica]:
    with a_replica() as replica:
        yield replica


@pytest.fixture(autouse=True)
def _mended(replica: Replica) -> None:
    replica.mends()


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"expected the replica to answer at {url}")


def _recorded(data: Path) -> dict[date, list[str]]:
    days = {date.fromisoformat(file.stem): file.read_bytes() for file in (data / "hf_daily_api").glob("*.json")}
    with tarfile.open(data / "hf_daily_api_more.tar.gz") as archive:
        for member in archive:
            if member.name.endswith(".json") and (content := archive.extractfile(member)):
                days[date.fromisoformat(Path(member.name).stem)] = content.read()
    return {day: [entry["paper"]["id"] for entry in json.loads(content)] for day, content in sorted(days.items())}
