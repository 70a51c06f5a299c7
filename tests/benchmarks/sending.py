"""The whole job of sending personal digests of ten papers, beside raw bytes on the same server: `make bench`.

Ours: claim, compose, guard, hand over and record on PostgreSQL, by one process and one connection. Floors: the very
same letters, rendered before, written to one connection, waiting for each reply (four a letter) as simple clients do,
and in groups of commands. Beside them Django's way: its templates, EmailMultiAlternatives and its SMTP backend, one
connection, without any ledger. Rounds are interleaved; read the ratios.
"""

import random
import resource
import socket
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any

from tests.benchmarks.far_end import FarEnd, far_end

READERS, PAPERS, EACH, ROUNDS, PLAIN = 2_000, 400, 10, 5, 200
AT_A_TIME = 5_000  # rows that are made
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)


def main() -> None:
    from tests.benchmarks.collecting import prepare

    prepare("bench_sending")
    make_letters()
    with far_end() as sink:
        configure(sink)
        letters = rendered()
        rates: dict[str, list[float]] = {}
        ways: list[tuple[str, Callable[[], int]]] = [
            ("raw bytes, one connection", lambda: raw(sink, letters)),
            ("raw bytes in groups of commands", lambda: raw_in_groups(sink, letters)),
            ("the whole job, ledger included", drain),
            ("Django's templates and EmailMultiAlternatives", by_django),
        ]
        for _ in range(ROUNDS):
            for name, way in ways:
                again()
                rates.setdefault(name, []).append(rate(way))
        say(rates, sum(map(len, letters)) / len(letters))
    composing()


def make_letters(readers: int = READERS) -> None:
    """One to each reader, planned: ten of the papers, half of them with a reason."""
    from papers.models import Paper
    from subscriptions.models import Letter, Subscriber

    dice = random.Random(0)
    words = [f"word{number}" for number in range(5_000)]
    abstract = lambda: " ".join(dice.choices(words, k=180))  # noqa: E731
    Paper.objects.bulk_create(
        Paper(
            key=f"arxiv:2608.{number:05}", arxiv_id=f"2608.{number:05}", title=" ".join(dice.choices(words, k=9)),
            abstract=abstract(), authors=[f"Author {number} {each}" for each in range(5)], votes=number,
            published_on=NOW.date(), listed_on=NOW.date(), first_seen_at=NOW, organisation="Harbour Institute",
        )
        for number in range(PAPERS)
    )  # fmt: skip
    papers = list(Paper.objects.values_list("pk", flat=True))
    for begin in range(0, readers, AT_A_TIME):
        some = Subscriber.objects.bulk_create(
            Subscriber(address=f"reader{number}@example.org", created_at=NOW, confirmed_at=NOW)
            for number in range(begin, min(begin + AT_A_TIME, readers))
        )
        Letter.objects.bulk_create(
            Letter(
                subscriber=reader, kind="digest", key="2026-08-20", due_at=NOW, planned_at=NOW,
                contents=contents(dice, papers),
            )
            for reader in some
        )  # fmt: skip


def contents(dice: random.Random, papers: Sequence[int]) -> dict[str, Any]:
    chosen = dice.sample(papers, EACH)
    reasons = [{"code": "near", "to": f"interest {dice.randrange(500)}"} for _ in range(EACH // 2)]
    return {
        "for_you": [{"paper": paper, "reason": reason, "score": 0.61} for paper, reason in zip(chosen, reasons)],  # noqa: B905
        "trending": [{"paper": paper} for paper in chosen[EACH // 2 :]],
        "near_misses": [{"paper": paper, "lacked": {"code": "bar", "score": 0.4, "bar": 0.5}} for paper in chosen[:3]],
    }


def configure(sink: FarEnd) -> None:
    import logging

    from django.conf import settings

    logging.disable(logging.INFO)
    settings.SENDER, settings.EMAIL_BACKEND = (
        "subscriptions.sending.smtp.Smtp",
        "django.core.mail.backends.smtp.EmailBackend",
    )
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER, settings.SENDER_CONNECTIONS = "", 1
    with socket.create_connection(("127.0.0.1", sink.port)) as ours:
        assert sink.token.encode() in ours.recv(1000)


def drafts(most: int) -> list[Any]:
    from digest.letters import composing
    from subscriptions.models import Letter

    letters = list(Letter.objects.select_related("subscriber").order_by("pk")[:most])
    return list(composing.digest(letters, NOW).values())


def rendered() -> list[bytes]:
    return [draft.content() for draft in drafts(READERS)]


def again() -> None:
    from subscriptions.models import Letter

    Letter.objects.update(state="planned", attempts=0, ended_at=None, last_answer="", lease=None)


def rate(way: Callable[[], int]) -> float:
    """Letters a second."""
    began = time.perf_counter()
    letters = way()
    return letters / (time.perf_counter() - began)


def envelope(number: int) -> list[bytes]:
    from django.conf import settings

    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return [f"MAIL FROM:<{sender}>\r\n".encode(), f"RCPT TO:<reader{number}@example.org>\r\n".encode(), b"DATA\r\n"]


def raw(sink: FarEnd, letters: Sequence[bytes]) -> int:
    with socket.create_connection(("127.0.0.1", sink.port)) as connection, connection.makefile("rb") as replies:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        replies.readline()
        for number, letter in enumerate(letters):
            for part in (*envelope(number), letter + b".\r\n"):
                connection.sendall(part)
                assert replies.readline()[:1] in b"23"
    return len(letters)


def raw_in_groups(sink: FarEnd, letters: Sequence[bytes]) -> int:
    with socket.create_connection(("127.0.0.1", sink.port)) as connection, connection.makefile("rb") as replies:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        replies.readline()
        connection.sendall(b"".join(envelope(0)))
        for number, letter in enumerate(letters):
            for _ in range(3):
                assert replies.readline()[:1] in b"23"
            following = envelope(number + 1) if number + 1 < len(letters) else []
            connection.sendall(b"".join([letter, b".\r\n", *following]))
            assert replies.readline()[:1] == b"2"
    return len(letters)


def drain() -> int:
    from subscriptions.sending import post

    sent = post.drain(NOW)
    assert sent == READERS
    return sent


def by_django() -> int:
    """The templates as they are written, for a part of the readers: it takes long."""
    from django.core.mail import get_connection

    with get_connection() as connection:
        return int(connection.send_messages([draft.message() for draft in drafts(PLAIN)]) or 0)


def composing() -> None:
    """CPU of composing alone, both ways, for the same letters; their pieces are there already."""
    joined, plain = [], []
    for _ in range(ROUNDS):
        some = drafts(PLAIN)
        joined.append(cpu(lambda some=some: [draft.content() for draft in some]))
        plain.append(cpu(lambda some=some: [draft._plain().content() for draft in some]))
    each, ratio = statistics.median(joined) / PLAIN, statistics.median(joined) / statistics.median(plain)
    print(f"composing alone: {each * 1e6:.0f} us of CPU a letter, {ratio:.3f} of Django's way")
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB resident at most")


def cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def say(rates: dict[str, list[float]], size: float) -> None:
    floor = statistics.median(rates["raw bytes, one connection"])
    print(
        f"{READERS} letters of {EACH} papers, {size / 1000:.1f} kB each; letters a second, median of {ROUNDS} rounds"
    )
    for name, found in rates.items():
        middle = statistics.median(found)
        print(f"  {name:46} {middle:7.0f}  ({min(found):.0f} to {max(found):.0f})  {middle / floor:.2f} of raw")


if __name__ == "__main__":
    main()
