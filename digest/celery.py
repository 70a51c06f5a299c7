"""The scaled shape: `celery -A digest worker` and `beat` call the functions that `manage.py run` calls itself."""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digest.settings")
app = Celery("digest")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_configure.connect
def refuse_bad_settings(**_: Any) -> None:
    """Ends `celery` with the one sentence that `manage.py` would end with, instead of Celery's traceback."""
    try:
        settings.REDIS_URL  # noqa: B018 - whichever is asked for first reads them all
    except ImproperlyConfigured as error:
        sys.exit(str(error))


@beat_init.connect
@celeryd_init.connect
def refuse_no_redis(**_: Any) -> None:
    """Celery would look for another broker on this machine, for ever."""
    if not settings.REDIS_URL:
        sys.exit("REDIS_URL must be set for Celery to have the work, for example REDIS_URL=redis://localhost:6379/0")
