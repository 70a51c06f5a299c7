"""What every page's frame shows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from papers.models import Paper
from papers.sources import SOURCES


def site(request: HttpRequest) -> dict[str, Any]:
    """The database is only asked once a template shows the banner."""
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "sample": SimpleLazyObject(Paper.objects.samples().exists),
        "credits": [source.credit for source in SOURCES.values() if source.credit],
        "postal_address": settings.SITE_POSTAL_ADDRESS,
    }
