"""The clock of this room."""

from celery import shared_task

from digest.letters import planning
from digest.models import Heartbeat
from digest.watching import alarms, heartbeat, pruning, selftest
from papers import site_clock


@shared_task(ignore_result=True, expires=60)
def tick() -> None:
    planning.tick(now=site_clock.now())
    heartbeat.beat(Heartbeat.TICK, site_clock.now())


@shared_task(ignore_result=True, expires=3600)
def prune() -> None:
    pruning.prune(now=site_clock.now())


@shared_task(ignore_result=True, expires=60)
def watch() -> None:
    alarms.watch(now=site_clock.now())


@shared_task(ignore_result=True, expires=60)
def self_test() -> None:
    selftest.tick(now=site_clock.now())
