"""A crowd of one hour under a limit: two processes drain 1,500 letters of which 50 a second may leave: `make bench`.

The ideal is a full bucket at once and then one letter each fiftieth of a second. When the mail server had which letter
is read from its own counts, every 20 ms.
"""

import json
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime

import django

from tests.benchmarks.far_end import COUNTS, FarEnd, far_end

LETTERS, RATE, PROCESSES, PATIENCE = 1_500, 50, 2, 120
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)


def main() -> None:
    from tests.benchmarks.collecting import prepare

    prepare("bench_limits")
    make_letters()
    with far_end() as sink:
        command = [sys.executable, "-m", __spec__.name, str(sink.port), sink.token]
        workers = [subprocess.Popen(command) for _ in range(PROCESSES)]
        try:
            say(arrivals(sink))
        finally:
            for worker in workers:
                worker.wait(PATIENCE)


def make_letters() -> None:
    from subscriptions.models import Bucket, Letter, Subscriber

    Bucket.objects.all().delete()
    Subscriber.objects.all().delete()
    Subscriber.objects.bulk_create(
        Subscriber(address=f"reader{number}@example.org", created_at=NOW, confirmed_at=NOW)
        for number in range(LETTERS)
    )
    Letter.objects.bulk_create(
        Letter(subscriber=reader, kind="manage", key="2026-08-20", due_at=NOW, planned_at=NOW)
        for reader in Subscriber.objects.all()
    )


def drain(port: int, token: str) -> None:
    """One of the processes; the database is named by its environment."""
    django.setup()
    from django.conf import settings

    from subscriptions.sending import post
    from tests.benchmarks.sending import configure

    configure(FarEnd(port, token))
    settings.SEND_LIMITS = {"second": RATE}
    post.drain(NOW)


def arrivals(sink: FarEnd) -> list[float]:
    """When each letter had come, in seconds since the first."""
    times: list[float] = []
    with socket.create_connection(("127.0.0.1", sink.port)) as connection, connection.makefile("rb") as replies:
        replies.readline()
        deadline = time.monotonic() + PATIENCE
        while len(times) < LETTERS:
            assert time.monotonic() < deadline, f"{len(times)} of {LETTERS} letters came in {PATIENCE} seconds."
            connection.sendall(COUNTS)
            came = json.loads(replies.readline()[4:])["letters"]
            times += [time.monotonic()] * (came - len(times))
            time.sleep(0.02)
    return [each - times[0] for each in times]


def say(times: list[float]) -> None:
    ideal = [max(0.0, (number + 1 - RATE) / RATE) for number in range(LETTERS)]
    late = sorted(came - due for came, due in zip(times, ideal, strict=True))
    sustained = (LETTERS - RATE) / times[-1]
    by_second = [sum(second <= came < second + 1 for came in times) for second in range(int(times[-1]))]
    print(f"{LETTERS} letters of one hour, {RATE} a second for {PROCESSES} processes: {times[-1]:.1f} s")
    print(f"  sustained {sustained:.1f} a second, {sustained / RATE:.3f} of the limit")
    print(f"  p99 {late[int(0.99 * LETTERS)]:.2f} s later than the ideal")
    print(f"  in each second {min(by_second[1:])} to {max(by_second[1:])} letters, {by_second[0]} in the first")


if __name__ == "__main__":
    if sys.argv[1:]:
        drain(int(sys.argv[1]), sys.argv[2])
    else:
        main()
