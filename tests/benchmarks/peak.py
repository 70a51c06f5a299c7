"""100,000 digests that are due at once, drained by one process with one connection while people sign up and confirm:
how long these wait for their letters, and how much memory the process takes at the beginning and at the end.
`make bench`.

A confirm letter is asked for twice a second, and every other one of these readers confirms at once, whose welcome
letter has to be chosen first. A wait ends when the ledger says that the letter was sent.
`python -m tests.benchmarks.peak 20000` for fewer digests.
"""

import itertools
import os
import subprocess
import sys
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

DIGESTS, A_LOOK, LOOKS_A_READER = 100_000, 0.1, 5  # a look at the ledger, in seconds
MARGIN = 0.95


def main(digests: int) -> None:
    from tests.benchmarks.collecting import prepare
    from tests.benchmarks.far_end import far_end
    from tests.benchmarks.sending import make_letters

    prepare("bench_peak")
    make_letters(digests)
    make_due()
    with far_end() as sink:
        variables = {"EMAIL_URL": f"smtp://127.0.0.1:{sink.port}", "SENDER_CONNECTIONS": "1"}
        command = [sys.executable, "-m", "tests.benchmarks.peak", "drain"]
        with subprocess.Popen(command, env=os.environ | variables) as drain:
            try:
                watch(drain, digests)
            finally:
                drain.kill()


def make_due() -> None:
    from subscriptions.models import Letter

    now = datetime.now(UTC)
    Letter.objects.update(due_at=now, planned_at=now)


def drain() -> None:
    import logging

    import django

    django.setup()
    logging.disable(logging.INFO)  # a line a letter
    from subscriptions.models import Letter
    from subscriptions.sending import post

    while Letter.objects.due(datetime.now(UTC)).exists():
        post.drain(datetime.now(UTC))


def watch(drain: "subprocess.Popen[bytes]", digests: int) -> None:
    sizes: dict[int, float] = {}
    waits: dict[str, list[float]] = defaultdict(list)
    seen: set[int] = set()
    began, done = time.perf_counter(), 0
    for look in itertools.count():
        if look % LOOKS_A_READER == 0:
            somebody_signs_up(look)
        note_waits(waits, seen, digests)
        if look % 50 == 0:
            done = sent_digests()
            sizes[done] = resident(drain.pid)
        if done >= digests or drain.poll() is not None:
            break
        time.sleep(A_LOOK)
    say(waits, sizes, sent_digests(), time.perf_counter() - began)


def somebody_signs_up(number: int) -> None:
    from subscriptions import answering, signing_up
    from subscriptions.models import Subscriber

    now, address = datetime.now(UTC), f"newcomer{number}@example.org"
    signing_up.sign_up(address, "home", now)
    answering.answer(now)
    if number % 2:
        signing_up.confirm(Subscriber.objects.get(address=address), now)


def note_waits(waits: dict[str, list[float]], seen: set[int], digests: int) -> None:
    from subscriptions.models import Letter

    now = datetime.now(UTC)
    later = Letter.objects.filter(pk__gt=digests, state="sent")  # than the digests, which were made first
    for pk, kind, planned_at in later.values_list("pk", "kind", "planned_at"):
        if pk not in seen:
            waits[kind].append((now - planned_at).total_seconds())
        seen.add(pk)


def sent_digests() -> int:
    from subscriptions.models import Letter

    return Letter.objects.filter(kind="digest", state="sent").count()


def resident(pid: int) -> float:
    """MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0)


def say(waits: dict[str, list[float]], sizes: dict[int, float], done: int, seconds: float) -> None:
    print(f"{done:,} digests in {seconds:.0f} s, {done / seconds:.0f} a second")
    for kind, found in sorted(waits.items()):
        ordered: list[Any] = sorted(found)
        middle, late = ordered[len(ordered) // 2], ordered[int(len(ordered) * MARGIN)]
        print(f"  {kind:8} {len(found):4} letters: half within {middle:.1f} s, 95% within {late:.1f} s")
    early = next((size for sent, size in sorted(sizes.items()) if sent >= done / 20), 0)
    print(f"  resident: {early:.0f} MB after a twentieth, {max(sizes.values()):.0f} MB at most")


if __name__ == "__main__":
    drain() if sys.argv[1:] == ["drain"] else main(int(sys.argv[1]) if sys.argv[1:] else DIGESTS)
