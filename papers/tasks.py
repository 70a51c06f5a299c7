"""The clock of this room."""

import time

from celery import shared_task

from papers import collecting, lookups, site_clock
from papers.search import understanding
from papers.sources import SOURCES


@shared_task(ignore_result=True, expires=300)
def collect_due() -> None:
    """A task for each source, so that none waits for a slow one."""
    for name in SOURCES:
        collect_source.delay(name)


@shared_task(ignore_result=True, expires=300)
def collect_source(name: str) -> None:
    for _collected in collecting.log(lookups.collect_and_look_up(SOURCES[name])):
        continue


@shared_task(ignore_result=True, expires=300)
def understand() -> None:
    until = time.monotonic() + understanding.SECONDS_AT_A_TIME
    understanding.catch_up(site_clock.now(), stop=lambda: time.monotonic() > until)
