"""The clock of this room."""

import logging

from celery import shared_task
from django.utils import timezone

from papers import collecting
from papers.sources import SOURCES

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True, expires=300)
def collect_due() -> None:
    for collected in collecting.collect_due(SOURCES.values(), now=timezone.now()):
        logger.info("%s", collected)
