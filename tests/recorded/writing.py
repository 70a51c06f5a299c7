"""A site that lives through the weeks before some recorded days, and the letters that two of its readers get on these.

It reads Hugging Face twice a day and arXiv once, understands what it read, and writes to its readers at noon, so that
what is trending has risen and what was in an earlier letter does not come again.
"""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.core.management import call_command

from digest.letters import planning
from papers import collecting
from papers.models import Paper
from papers.search import understanding
from papers.sources import SOURCES, calendar
from papers.sources.base import Manners
from subscriptions.forms import MOST_PAPERS
from subscriptions.models import Letter, Subscriber
from subscriptions.models.readers import DEFAULT_CAP
from subscriptions.sending import post

WEEK, A_DAY = timedelta(days=7), timedelta(days=1)
HOURS = (6, 12)  # (UTC) of a day at which the site reads, as the stand-in counts votes; it writes at the last
TOPICS = ("reasoning", "agents", "vision-language", "video-generation", "efficient-inference", "robotics")
MORE_TOPICS = ("reinforcement-learning", "code-generation", "image-generation", "safety", "benchmarks", "world-models")
FILE = re.compile(r"\S+\.eml")


@dataclass(frozen=True)
class Written:
    """A letter, and what the ledger says of its papers."""

    day: date
    cap: int
    content: bytes
    words: dict[str, str]  # by title, a paper's own words for which it came

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)

    def part(self, kind: str) -> str:
        """ "plain" or "html"."""
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content())


def letters(days: Sequence[date], set_clock: Callable[[date, int], None]) -> Iterator[list[Written]]:
    """Of each day, in order, a letter of ten papers at most and one of as many as may be. Needs an empty database."""
    call_command("migrate", verbosity=0)
    lived: set[date] = set()
    for day in sorted(days):
        readers = [_reader(DEFAULT_CAP, TOPICS, day), _reader(MOST_PAPERS, (*TOPICS, *MORE_TOPICS), day)]
        for one in calendar.days(day - WEEK, day):
            if one not in lived:
                _read(one, set_clock)
            lived.add(one)
            understanding.catch_up(_at(one))
            planning.tick(_at(one))
            post.drain(_at(one))
        print(f"{day}: written", file=sys.stderr, flush=True)
        yield [_written(reader, day) for reader in readers]
        for reader in readers:
            reader.unsubscribe(_at(day))


def _at(day: date, hour: int = HOURS[-1]) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def _reader(cap: int, topics: Sequence[str], day: date) -> Subscriber:
    """Confirmed a week before the day."""
    begins = _at(day - WEEK)
    moments = {"created_at": begins - A_DAY, "confirmed_at": begins - A_DAY, "read_up_to": begins - A_DAY}
    address = f"{day}-{cap}@example.org"
    reader = Subscriber.objects.create(address=address, hour=begins.hour, cap=cap, next_due_at=begins, **moments)
    reader.choose_topics(topics)
    return reader


def _read(day: date, set_clock: Callable[[date, int], None]) -> None:
    """What the sources show of the day and the one before, as of some hours of the day."""
    for hour in HOURS:
        set_clock(day, hour)
        for name, source in SOURCES.items():
            # The stand-in needs no sparing.
            unhurried = replace(source, manners=Manners(source.manners.budget, timedelta(0)))
            for one in (day - A_DAY, day) if name == "huggingface" else (day,):
                if source.calendar.announces(one) and (name == "huggingface" or hour == HOURS[-1]):
                    collecting.collect(unhurried, one, _at(day, hour))


def _written(reader: Subscriber, day: date) -> Written:
    letter = Letter.objects.get(subscriber=reader, kind="digest", key=day.isoformat())
    assert letter.state == Letter.State.SENT, f"{day}: {letter.state}, {letter.reason or letter.last_answer}"
    file = FILE.search(letter.last_answer)
    assert file, letter.last_answer
    reasons = {item["paper"]: item["reason"] for item in letter.contents["for_you"]}
    titles = dict(Paper.objects.filter(pk__in=reasons).values_list("pk", "title"))
    words = {titles[paper]: reason["phrase"] for paper, reason in reasons.items() if reason.get("phrase")}
    return Written(day, reader.cap, Path(file[0]).read_bytes(), words)
