"""The clock of this room."""

from celery import shared_task
from django.utils import timezone

from subscriptions import post


@shared_task(ignore_result=True, expires=5)
def drain() -> None:
    post.drain(timezone.now(), post.for_a_while())
