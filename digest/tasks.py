"""The clock of this room."""

from celery import shared_task
from django.utils import timezone

from digest.letters import planning
from digest.watching import alarms, pruning, selftest


@shared_task(ignore_result=True, expires=60)
def tick() -> None:
    planning.tick(now=timezone.now())


@shared_task(ignore_result=True, expires=3600)
def prune() -> None:
    pruning.prune(now=timezone.now())


@shared_task(ignore_result=True, expires=60)
def watch() -> None:
    alarms.watch(now=timezone.now())


@shared_task(ignore_result=True, expires=60)
def self_test() -> None:
    selftest.tick(now=timezone.now())
