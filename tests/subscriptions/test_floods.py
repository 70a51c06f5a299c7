"""A whole site beside floods of sign-ups: it answers, writes to bystanders and readers, and floods no mailbox."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest

from tests import otherday
from tests.journeys import site as sites

SIGN_UPS, NETWORKS, SENDERS = 10_000, 1_000, 8
PAGES = ("/", "/trending/", "/topics/", "/about/", "/status/", "/subscribe/", "/my-link/", "/healthz")
PATIENCE = 15 * 60  # seconds that a bystander's letter may take
AT_ONCE = 10  # and a reader's link
FLOODS = {
    "one mailbox": "victim+{}@flooded.example",
    "one domain": "someone{}@flooded.example",
    "at random": "someone@example{}.org",
}
QUIET = iter(f"198.51.{number}.1" for number in range(256))  # networks that have signed nobody up
FAMILIES = {"IPv4": "10.{}.{}.1", "IPv6": "2001:db8:{:x}{:02x}::1"}


def post(url: str, path: str, network: str, **fields: Any) -> int:
    with sending(url) as send:
        return send(path, network, **fields)


@contextmanager
def sending(url: str) -> Iterator[Any]:
    """One connection, that a proxy keeps for all its clients."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=60)

    def send(path: str, network: str, **fields: Any) -> int:
        headers = {"X-Forwarded-For": network, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, urlencode(fields), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    try:
        yield send
    finally:
        connection.close()


def flood(url: str, address: str, family: str) -> tuple[Counter[int], list[threading.Thread]]:
    """Begun; what it is answered with, by status."""
    numbers, answers = iter(range(SIGN_UPS)), Counter[int]()

    def send_on() -> None:
        with sending(url) as send:
            for number in numbers:
                network = family.format(*divmod(number % NETWORKS, 256))
                answers[send("/subscribe/", network, address=address.format(number))] += 1

    threads = [threading.Thread(target=send_on) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    return answers, threads


def pages(url: str) -> list[float]:
    """How many seconds each of the pages took; raises where one does not answer."""
    taken = []
    for path in PAGES:
        began = time.monotonic()
        connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
        connection.request("GET", path, headers={"X-Forwarded-For": "198.51.100.1"})
        assert connection.getresponse().status == 200, path
        connection.close()
        taken.append(time.monotonic() - began)
    return taken


def letters(site: sites.Site, address: str, kind: str) -> int:
    """How many were sent."""
    sql = """SELECT count(*) FROM subscriptions_letter JOIN subscriptions_subscriber AS reader
        ON reader.id = subscriber_id WHERE address LIKE %s AND kind = %s AND state = 'sent'"""
    with psycopg.connect(site.database_url) as connection:
        return connection.execute(sql, [address, kind]).fetchone()[0]


def waited_for(site: sites.Site, address: str, kind: str) -> float:
    """Seconds until one had been sent."""
    began = time.monotonic()
    while not letters(site, address, kind):
        assert time.monotonic() - began < PATIENCE, f"no {kind} letter came to {address}"
        time.sleep(0.2)
    return time.monotonic() - began


def also_reads(site: sites.Site, address: str) -> None:
    """As the one reader does; each may have only so many letters a day."""
    with psycopg.connect(site.database_url) as connection:
        found = connection.execute("SELECT * FROM subscriptions_subscriber LIMIT 0").description
        columns = ", ".join(f'"{column.name}"' for column in found if column.name not in ("id", "address"))
        connection.execute(
            f"INSERT INTO subscriptions_subscriber (address, {columns})"
            f" SELECT %s, {columns} FROM subscriptions_subscriber WHERE address = %s",
            [address, otherday.ADDRESS],
        )


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[sites.Site]:
    folder: Path = tmp_path_factory.mktemp("site")
    with sites.running(folder, "floods") as site:
        otherday.Site(site.url, folder / "var").subscribes()  # ada@example.org
        yield site


@pytest.mark.deep
@pytest.mark.one_database
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("what", FLOODS)
def test_a_site_answers_beside_a_flood_and_writes_to_bystanders_and_readers(site, what, family, capsys):
    case = f"{family}-{what}".replace(" ", "-").lower()
    bystander, reader, began = f"bystander-{case}@flooded.example", f"reader-{case}@example.org", time.monotonic()
    also_reads(site, reader)
    answers, senders = flood(site.url, f"{family}-{FLOODS[what]}".lower(), FAMILIES[family])
    while answers.total() < SIGN_UPS / 2:
        time.sleep(0.1)

    taken = pages(site.url)
    assert post(site.url, "/my-link/", next(QUIET), address=reader) == 302
    link = waited_for(site, reader, "manage")
    assert post(site.url, "/subscribe/", next(QUIET), address=bystander) == 302
    letter = waited_for(site, bystander, "confirm")
    for sender in senders:
        sender.join()
    took = time.monotonic() - began

    with capsys.disabled():
        print(
            f"\n{what}, {NETWORKS} {family} networks: {SIGN_UPS} in {took:.0f} s, {dict(answers)}; "
            f"{len(taken)} pages, the slowest {max(taken):.2f} s; a reader's link after {link:.1f} s, "
            f"a bystander's letter after {letter:.1f} s"
        )
    assert answers == {302: SIGN_UPS}
    assert letters(site, "%-victim+%", "confirm") <= 3 * len(FAMILIES)
    assert link < AT_ONCE
