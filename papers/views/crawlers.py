"""What search engines read: robots.txt and the sitemap; and the icon where browsers look for one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap, views
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from papers.models import Paper, Sighting, Topic
from papers.views.public import public

A_FILE = 5_000  # addresses in one file of the sitemap
PAGES = ("papers:today", "papers:trending", "papers:topics", "papers:about", "status")


class OfSite(Sitemap):  # type: ignore[type-arg]  # Generic for mypy alone.
    """Under the address that the site says it has, whoever asks under which."""

    limit = A_FILE

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc


class Pages(OfSite):
    def items(self) -> Sequence[str]:
        return PAGES

    def location(self, item: str) -> str:
        return reverse(item)


class Days(OfSite):
    def items(self) -> QuerySet[Sighting, date]:
        return Sighting.objects.filter(announced=True).order_by("-day").values_list("day", flat=True).distinct()

    def location(self, item: date) -> str:
        return reverse("papers:day", args=[item])


class Topics(OfSite):
    def items(self) -> QuerySet[Topic]:
        return Topic.objects.only("slug")


class Papers(OfSite):
    def items(self) -> QuerySet[Paper]:
        return Paper.objects.filter(listed_on__isnull=False).order_by("-listed_on", "pk").only("key", "listed_on")

    def lastmod(self, item: Paper) -> date | None:
        return item.listed_on


SECTIONS: dict[str, Any] = {"pages": Pages, "days": Days, "topics": Topics, "papers": Papers}


@public()
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return render(request, "papers/robots.txt", content_type="text/plain; charset=utf-8")


@public()
@require_safe
def sitemaps(request: HttpRequest) -> HttpResponse:
    """The files of the sitemap. Django's own view would name the host that was asked, not the site's."""
    files = []
    for section, of_section in SECTIONS.items():
        first = settings.SITE_URL + reverse("papers:sitemap", args=[section])
        pages = of_section().paginator.page_range
        files += [{"location": first if page == 1 else f"{first}?p={page}"} for page in pages]
    return render(request, "sitemap_index.xml", {"sitemaps": files}, content_type="application/xml")


@public("p")
@require_safe
def sitemap(request: HttpRequest, section: str) -> HttpResponse:
    return views.sitemap(request, sitemaps=SECTIONS, section=section)


@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    return redirect(static("papers/icon.svg"), permanent=True)
