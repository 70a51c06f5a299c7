"""How tests ask."""

from datetime import timedelta

from django.utils import timezone

from papers.models import Host
from papers.sources import web
from papers.sources.base import Manners

AT_ONCE = timedelta(0)


def get(far_end, path="/list", validator=None, spacing=AT_ONCE):
    return web.get(far_end.url + path, Manners(far_end.host, spacing), validator=validator)


def silence(far_end):
    """How long the host is to be left alone, in whole seconds."""
    until = Host.objects.get(host=far_end.host).silent_until
    return until and round((until - timezone.now()).total_seconds())
