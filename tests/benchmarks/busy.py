"""200 requests a second for a minute at one web process on one core, while digests are due: `make bench`.

Half are for pages of days, three in ten for feeds, a fifth for papers' pages, each made for the first time; half of
those who ask for a day or a feed have it already. Every ten seconds something new is written, so that all is made
anew. Times count from when a request was due to be sent. Beside it, on the other cores, `tick` and `drain` run every
three seconds, as in `manage.py run`: ten digests a second are due, and go to a mail server that takes everything.
"""

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from tests.benchmarks import pages, searching
from tests.benchmarks.far_end import far_end

RATE, SECONDS, CONNECTIONS, NETWORKS = 200, 60, 32, 8
PAPERS, DIGESTS_A_SECOND, TOPICS = 10_000, 10, 3
LETTERS_EVERY, NEWS_EVERY, PATIENCE = 3.0, 10.0, 10.0  # seconds
DAY, FEED, MISS = "day", "feed", "paper, made anew"
SHARES = {DAY: 50, FEED: 30, MISS: 20}


def main() -> None:
    for database in ("sqlite", "postgresql"):
        environment = os.environ | {"TEST_DATABASE": database, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        subprocess.run([sys.executable, "-m", __spec__.name, database], check=True, env=environment)


def bench(database: str) -> None:
    from tests.benchmarks.collecting import prepare
    from tests.benchmarks.servers import serving

    prepare("bench_busy")
    searching.PAPERS, dice = PAPERS, np.random.default_rng(0)
    searching.insert(searching.drawn(dice), searching.words(dice))
    searching.fit()
    pages.list_lately(random.Random(0))
    requests = drawn(random.Random(1))
    first, *others = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {first})
    with serving("granian, guarded", "digest.wsgi:application", dict(os.environ)) as port:
        os.sched_setaffinity(0, others or {first})
        with far_end() as sink, letters(sink.port) as due:
            found = asyncio.run(ask(port, requests))
            time.sleep(2 * LETTERS_EVERY)
            late = lateness(due)
    say(database, found, late, len(due))


def drawn(chance: random.Random) -> list[tuple[str, str]]:
    """The kind and the address of each request, in order."""
    from papers.models import Paper

    papers = list(Paper.objects.order_by("-pk").values_list("key", flat=True)[: pages.DAYS * pages.A_DAY])
    fresh = iter(chance.sample(papers, len(papers)))
    known = pages.addresses()
    days = [
        known["today"],
        known["day"],
        known["day"].replace(f"{pages.NOW - timedelta(days=3):%F}", f"{pages.NOW:%F}"),
    ]
    feeds = [known["feed"], "/feed.json", "/topic/t1/feed.atom"]
    kinds = chance.choices(list(SHARES), list(SHARES.values()), k=RATE * SECONDS)
    make = {
        DAY: lambda: chance.choice(days),
        FEED: lambda: chance.choice(feeds),
        MISS: lambda: f"/paper/{next(fresh)}/",
    }
    return [(kind, make[kind]()) for kind in kinds]


# ------------------------------------------------------------------------------------------------------------- letters


@contextmanager
def letters(port: int) -> Iterator[dict[int, datetime]]:
    """Readers, each with the moment at which a digest is due, while these are sent."""
    due = make_readers()
    variables = {"EMAIL_URL": f"smtp://127.0.0.1:{port}", "VAR_DIR": tempfile.mkdtemp(dir=os.environ["VAR_DIR"])}
    command = [sys.executable, "-m", __spec__.name, "letters"]
    with subprocess.Popen(command, env=os.environ | variables, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        try:
            yield due
        finally:
            process.terminate()


def make_readers() -> dict[int, datetime]:
    from papers.models import Topic
    from subscriptions.models import Interest, Subscriber

    now, dice = datetime.now(UTC) + timedelta(seconds=5), random.Random(1)
    before = now - timedelta(days=1)
    readers = Subscriber.objects.bulk_create(
        Subscriber(
            address=f"reader{number}@example.org",
            created_at=before,
            confirmed_at=before,
            next_due_at=now + timedelta(seconds=number / DIGESTS_A_SECOND),
            next_slot=now.date(),
            last_slot=before.date() - timedelta(days=1),
            read_up_to=before,
        )
        for number in range(DIGESTS_A_SECOND * (SECONDS - 10))
    )
    slugs = list(Topic.objects.values_list("slug", flat=True))
    Interest.objects.bulk_create(
        Interest(subscriber=one, kind="topic", value=slug) for one in readers for slug in dice.sample(slugs, TOPICS)
    )
    return {one.pk: one.next_due_at for one in readers if one.next_due_at}


def send() -> None:
    """Until it is ended, as `manage.py run` does it; and something new is written now and again."""
    import logging

    import django

    django.setup()
    logging.disable(logging.INFO)  # a line a letter
    from digest.letters import planning
    from papers.models import ContentVersion
    from subscriptions.sending import post

    print("ready", flush=True)
    news_at = time.monotonic() + NEWS_EVERY
    while True:
        planning.tick(datetime.now(UTC))
        post.drain(datetime.now(UTC))
        if time.monotonic() > news_at:
            ContentVersion.objects.move()
            news_at += NEWS_EVERY
        time.sleep(LETTERS_EVERY)


def lateness(due: dict[int, datetime]) -> list[float]:
    """Of what was sent, in seconds."""
    from subscriptions.models import Letter

    sent = Letter.objects.filter(kind="digest", state="sent").values_list("subscriber", "ended_at")
    return [(at - due[reader]).total_seconds() for reader, at in sent if at]


# ------------------------------------------------------------------------------------------------------------ requests


class Found:
    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {kind: [] for kind in SHARES}
        self.answers: Counter[str] = Counter()
        self.tags: dict[str, str] = {}


async def ask(port: int, requests: list[tuple[str, str]]) -> Found:
    found, free, chance = Found(), asyncio.Queue[Any](), random.Random(2)
    for number in range(CONNECTIONS):
        here = f"127.0.{number % NETWORKS + 1}.1"
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port, local_addr=(here, 0)))
    began = time.monotonic()

    async def one(number: int, kind: str, address: str) -> None:
        due = began + number / RATE
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        connection = await free.get()
        tag = found.tags.get(address, "") if chance.random() < 0.5 else ""
        try:
            async with asyncio.timeout(PATIENCE):
                status, found.tags[address] = await answered(*connection, address, tag)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            found.answers[type(error).__name__] += 1
        else:
            found.answers[status] += 1
            found.times[kind].append(1000 * (time.monotonic() - due))
        free.put_nowait(connection)

    await asyncio.gather(*(one(number, *request) for number, request in enumerate(requests)))
    return found


async def answered(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str, tag: str
) -> tuple[str, str]:
    """The status and the ETag of what is there; with a tag, of what has changed since."""
    since = f"If-None-Match: {tag}\r\n" if tag else ""
    writer.write(f"GET {address} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\n{since}\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
    status = head.split(" ", 2)[1]
    if status != "304":
        await reader.readexactly(int(headers["content-length"]))
    return status, headers.get("etag", "")


def say(database: str, found: Found, late: list[float], due: int) -> None:
    failed = sum(count for status, count in found.answers.items() if status not in ("200", "304"))
    print(f"{database}: {RATE} requests a second for {SECONDS} s: {dict(found.answers)}, {failed} errors")
    together = [taken for times in found.times.values() for taken in times]
    for kind, times in {**found.times, "all": together}.items():
        p50, p99 = np.percentile(times, [50, 99])
        print(
            f"{database}: {kind:<18}{len(times):6} answers, p50 {p50:.1f} ms, p99 {p99:.1f}, at most {max(times):.0f}"
        )
    p50, p99 = np.percentile(late, [50, 99])
    print(
        f"{database}: {len(late)} of {due} digests sent, p50 {p50:.1f} s after they were due, p99 {p99:.1f}",
        flush=True,
    )


if __name__ == "__main__":
    {"letters": lambda _: send()}.get(sys.argv[1], bench)(sys.argv[1]) if sys.argv[1:] else main()
