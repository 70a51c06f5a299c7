"""Letters of all kinds under random faults, each fault real, held against what a mail server has on its disk:
`make chaos`.

Drains, some at once, hand over 100 letters at a time and have one connection each, as when speed is measured. They are
killed by their number; some begin on a disk that is full, or by a clock that is hours wrong; PostgreSQL is stopped as
`pg_ctl -m immediate` does and started again; the mail server is killed and comes back on its port, or refuses
everybody for a while, for a reason of ours; some addresses are refused, for now or for good, before or after the
letter, or are accepted and never answered.

The same seed makes the same letters and the same order of faults; what they meet is chance. Time goes faster than
outside, and so leases are shorter and the wait for an answer is.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Max, Q

from digest.models import Alarm
from papers.models import Paper, Sighting
from subscriptions.models import Letter, LetterQuerySet, Rest, Subscriber
from tests import servers
from tests.benchmarks.sending import NOW, contents
from tests.faults.pausing import Process, Site
from tests.faults.points import expire_leases
from tests.faults.sink import ACCEPTED_UNHEARD, ENDINGS, HOST, NEVER, FaultySink
from tests.faults.truth import Verdict, judge

State = Letter.State
PAPERS, ONE_IN = 200, 40  # so many letters go to an address that makes trouble
HANGS = 4  # addresses that are never answered, each of which costs a drain the time that it waits for an answer
KINDS = (*["digest"] * 16, "confirm", "welcome", "manage", "operator")
FASTER = 60  # each second of ours is a minute of theirs, so that what waits is soon due
FOR_AN_ANSWER = 2  # seconds
AT_ONCE, BETWEEN = 3, 0.05  # drains, and seconds between two looks at them
JUMP = 6  # hours at most that a clock is wrong
MOST_BYTES = 3_000  # of a file on a disk that is nearly full: a chunk's notes are longer
A_FAULT = 2  # letters that may become uncertain by one, on average
REFUSING = (0.5, 3.0)  # seconds, at least and at most, each of which is a minute of theirs
REFUSALS = [
    ("MAIL", "530 5.7.0 must issue a STARTTLS command first"),
    ("MAIL", "450 4.7.1 too much mail"),
    ("RCPT", "554 5.7.1 relay access denied"),
    ("RCPT", "550 relay not permitted"),
    (".", "552 5.3.4 too big"),
    (".", "451 4.3.0 queue file write error"),
]
ROUNDS = 100  # of the drains that end the storm
UNCERTAIN = Q(state=State.UNCERTAIN) & ~Q(subscriber__address__regex=f"-({'|'.join(ACCEPTED_UNHEARD)})@")


@dataclass(frozen=True)
class Plan:
    letters: int = 10_000
    kills: int = 40  # of drains
    restarts: int = 10  # of PostgreSQL, and as many of the mail server
    others: int = 10  # wrong clocks, and as many full disks and times of refusing everybody
    minutes: float = 10.0  # when the faults end, however many are left; the calm after them may take as long
    chunk: int = 100
    patience: float = 10.0  # seconds of a lease; and until the next fault comes although letters do not
    seed: int = 1


@dataclass(frozen=True)
class Report:
    plan: Plan
    faults: Counter[str]
    endings: Counter[str]  # how drains ended that were not killed
    accepted: int
    verdict: Verdict
    most: int  # uncertain between two faults
    seconds: float

    @property
    def broken(self) -> list[str]:
        """The promises that were not kept."""
        verdict, all_faults = self.verdict, self.faults.total()
        return [
            *(f"{len(found)} {name}" for name, found in verdict.never.items() if found),
            *(["too many uncertain"] if len(verdict.by_faults) > A_FAULT * all_faults else []),
            *(["more uncertain than were in flight"] if self.most > self.plan.chunk * AT_ONCE else []),
        ]

    def lines(self) -> Iterator[str]:
        verdict = self.verdict
        faults = ", ".join(f"{name} {times}" for name, times in sorted(self.faults.items()))
        yield f"{self.plan.letters} letters, {self.faults.total()} faults ({faults}), {self.seconds:.0f} s"
        yield f"seed {self.plan.seed}; {connection.vendor}; {AT_ONCE} drains at once, chunks of {self.plan.chunk}"
        yield f"  accepted by the mail server {self.accepted}"
        for state in (State.SENT, State.FAILED, State.SKIPPED, State.UNCERTAIN):
            yield f"  {state.label} {Letter.objects.filter(state=state).count()}"
        refused = Q(subscriber__address__regex=f"-({'|'.join(NEVER)})@")
        others = Letter.objects.filter(~refused, state=State.FAILED).values_list("last_answer", "reason")
        for why, times in Counter(others).items():
            yield f"  failed without having been refused for good: {times} by {' '.join(why)}"
        for name, found in verdict.never.items():
            yield f"  {name} {len(found)}"
        yield f"  uncertain on purpose {len(verdict.on_purpose)}"
        by_faults = len(verdict.by_faults)
        each = by_faults / max(1, self.faults.total())
        yield f"  uncertain by faults {by_faults}: {each:.2f} each, at most {self.most} by one"
        for ending, times in self.endings.most_common():
            yield f"  drains: {times} {ending}"


# ------------------------------------------------------------------------------------------------------------- letters


def make_letters(count: int, dice: random.Random) -> None:
    papers = make_papers()
    alarm = Alarm.objects.create(kind=Alarm.Kind.UNHEARD, subject="an invented provider", began_at=NOW)
    kinds = [dice.choice(KINDS) for _ in range(count)]
    readers = Subscriber.objects.bulk_create(
        Subscriber(address=address, created_at=NOW, confirmed_at=None if kind == "confirm" else NOW)
        for address, kind in zip(addresses(count), kinds, strict=True)
    )
    Letter.objects.bulk_create(
        Letter(
            subscriber=None if kind == "operator" else reader, kind=kind, due_at=NOW, planned_at=NOW,
            key=f"{alarm.pk}:{number}" if kind == "operator" else "2026-08-20",
            contents=contents(dice, papers) if kind == "digest" else {},
        )
        for number, (reader, kind) in enumerate(zip(readers, kinds, strict=True))
    )  # fmt: skip


def make_papers() -> list[int]:
    made = Paper.objects.bulk_create(
        Paper(
            key=f"arxiv:2608.{number:05}", arxiv_id=f"2608.{number:05}", title=f"Invented paper {number}",
            abstract=f"What paper {number} found. " * 20, authors=["Ada Quill"], published_on=NOW.date(),
            listed_on=NOW.date(), first_seen_at=NOW,
        )
        for number in range(PAPERS)
    )  # fmt: skip
    Sighting.objects.bulk_create(
        Sighting(paper=paper, source="huggingface", day=NOW.date(), rank=rank) for rank, paper in enumerate(made)
    )
    return [paper.pk for paper in made]


def addresses(count: int) -> list[str]:
    """Those that make trouble lie evenly among the others."""
    endings = [ending for ending in ENDINGS if ending != "hang"]
    names = []
    for number in range(count):
        trouble = f"-{endings[number // ONE_IN % len(endings)]}" if number % ONE_IN == 0 else ""
        hangs = number % (count // HANGS) == count // HANGS - 1
        names.append(f"reader{number}{'-hang' if hangs else trouble}@example.org")
    return names


# --------------------------------------------------------------------------------------------------------------- storm


class Storm:
    """Drains in a loop, and what happens to them."""

    def __init__(self, plan: Plan, database_url: str, sink: FaultySink, cluster: servers.Cluster | None) -> None:
        self.plan, self.sink, self.cluster = plan, sink, cluster
        self.dice = random.Random(plan.seed)
        ours = {
            "SENDER": "subscriptions.sending.smtp.Smtp", "SENDER_CONNECTIONS": 1,
            "EMAIL_HOST": HOST, "EMAIL_PORT": sink.port,
            "EMAIL_TIMEOUT": FOR_AN_ANSWER, "HANDOVER_CHUNK": plan.chunk, "OPERATOR_EMAIL": "operator@example.org",
            "HANDOVER_DIR": sink.log.parent / "handover",
        }  # fmt: skip
        self.site = Site(database_url, ours, timedelta(seconds=plan.patience), quiet=True)
        self.faults, self.endings, self.drains = Counter[str](), Counter[str](), list[Process]()
        self.began, self.most, self.uncertain = time.monotonic(), 0, 0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    @property
    def now(self) -> datetime:
        return NOW + timedelta(seconds=FASTER * self.seconds)

    def run(self) -> Report:
        make_letters(self.plan.letters, self.dice)
        faults = self.which_faults()
        self.began = time.monotonic()
        try:
            for number, fault in enumerate(faults):
                self.drain_until((number + self.dice.random()) / len(faults) * self.plan.letters)
                if self.seconds > self.plan.minutes * 60:
                    break
                self.strike(fault)
            self.calm()
        finally:
            self.end_drains()
        verdict, accepted = judge(self.sink.accepted), self.sink.count
        return Report(self.plan, self.faults, self.endings, accepted, verdict, self.most, self.seconds)

    def which_faults(self) -> list[str]:
        plan, restarts = self.plan, ["mail"] + ["database"] * bool(self.cluster)
        faults = ["kill"] * plan.kills + restarts * plan.restarts + ["clock", "disk", "refusal"] * plan.others
        self.dice.shuffle(faults)
        return faults

    def strike(self, fault: str) -> None:
        self.note_uncertain()
        getattr(self, fault)()
        self.faults[fault] += 1

    def note_uncertain(self) -> None:
        """How many there are now, and how many of them the last fault made at most."""
        before, self.uncertain = self.uncertain, Letter.objects.filter(UNCERTAIN).count()
        self.most = max(self.most, self.uncertain - before)

    def drain_until(self, accepted: float) -> None:
        """Or until nothing has come for long; and a moment longer."""
        until = time.monotonic() + self.plan.patience
        while self.sink.count < accepted * 0.97 and time.monotonic() < until:
            self.keep_draining()
        until = time.monotonic() + self.dice.random() / 4
        while time.monotonic() < until:
            self.keep_draining()

    def keep_draining(self) -> None:
        for drain in [drain for drain in self.drains if drain.is_done()]:
            self.end(drain)
        while len(self.drains) < AT_ONCE:
            self.drains.append(Process(self.site, "drain", self.now))
        time.sleep(BETWEEN)

    def end(self, drain: Process) -> None:
        words = drain.words()
        self.endings["done" if words.startswith("done") else words] += 1
        drain.kill()
        self.drains.remove(drain)

    def end_drains(self) -> None:
        while self.drains:
            self.drains.pop().kill()

    # ------------------------------------------------------------------------------------------------------ the faults

    def kill(self) -> None:
        self.keep_draining()
        self.drains.pop(self.dice.randrange(len(self.drains))).kill()

    def database(self) -> None:
        assert self.cluster is not None
        self.cluster.crash()
        connection.close()

    def mail(self) -> None:
        self.sink.kill()
        time.sleep(self.dice.random() / 2)
        self.sink.start()

    def refusal(self) -> None:
        with self.sink.refusing(*self.dice.choice(REFUSALS)):
            until = time.monotonic() + self.dice.uniform(*REFUSING)
            while time.monotonic() < until:
                self.keep_draining()

    def clock(self) -> None:
        wrong = timedelta(hours=self.dice.uniform(-JUMP, JUMP))
        self.drains.append(Process(self.site, "drain", self.now + wrong))

    def disk(self) -> None:
        most_bytes = self.dice.randrange(MOST_BYTES)
        self.drains.append(Process(self.site, "drain", self.now, most_bytes=most_bytes))

    # -------------------------------------------------------------------------------------------------------- the calm

    def calm(self) -> None:
        """Until nothing is due any more, whatever the hour; whoever still has something in hands ends first."""
        until = time.monotonic() + self.plan.minutes * 60
        while self.drains and time.monotonic() < until:
            self.wait_for_drains()
        self.note_uncertain()
        for _ in range(ROUNDS):
            latest = self.expire().aggregate(latest=Max("due_at"))["latest"]
            if latest is None or time.monotonic() > until:
                return
            rests = Rest.objects.values_list("until", flat=True)  # Nobody's clock would stand still before that.
            self.drains.append(Process(self.site, "drain", max(self.now, latest, *rests)))
            while self.drains and time.monotonic() < until:
                self.wait_for_drains()

    def wait_for_drains(self) -> None:
        for drain in [drain for drain in self.drains if drain.is_done()]:
            self.end(drain)
        time.sleep(BETWEEN)

    def expire(self) -> LetterQuerySet:
        """The leases of the dead: nobody is alive. What is still to come."""
        expire_leases()
        return Letter.objects.filter(state__in=(State.PLANNED, State.CLAIMED, State.HANDOFF))
