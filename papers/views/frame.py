"""What every page's frame shows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from papers.models import Paper
from papers.sources import SOURCES

FEEDS = {"atom": "application/atom+xml", "json": "application/feed+json"}


def feeds_of(name: str, *args: Any, query: str = "") -> list[tuple[str, str]]:
    """The feeds of what a page shows, for its `feeds`: the type of each, and its address without the site."""
    addresses = {kind: reverse(f"papers:{name}_feed", args=[*args, form]) for form, kind in FEEDS.items()}
    return [(kind, f"{address}?{query}" if query else address) for kind, address in addresses.items()]


def site(request: HttpRequest) -> dict[str, Any]:
    """The database is only asked once a template shows the banner."""
    return {
        "site_name": settings.SITE_NAME,
        "by_invitation": settings.SIGNUP.by_invitation,
        "site_url": settings.SITE_URL,
        "sample": SimpleLazyObject(Paper.objects.samples().exists),
        "credits": [source.credit for source in SOURCES.values() if source.credit],
        "postal_address": settings.SITE_POSTAL_ADDRESS,
    }
