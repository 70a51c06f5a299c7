"""The clock of this room."""

import mmap
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down

from papers import site_clock
from subscriptions import erasing
from subscriptions.sending import post

_stopping = mmap.mmap(-1, 1)  # a byte that a worker's main process shares with those it forks, which do the work


@worker_shutting_down.connect
def stop_draining(**_: Any) -> None:
    """What is on the wire is finished, and nothing more is begun."""
    _stopping[0] = 1


@shared_task(ignore_result=True, expires=5)
def drain() -> None:
    tired = post.for_a_while()
    post.drain(site_clock.now(), lambda: bool(_stopping[0]) or tired())


@shared_task(ignore_result=True, expires=60)
def erase() -> None:
    erasing.erase_asked()
