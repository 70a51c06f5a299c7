"""What of a list is shown: all, or the papers about a topic, in a category, of late, with code, with so many votes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _

from papers import identifiers, site_clock
from papers.models import PaperQuerySet, Topic

SPANS = {7: _("Past week"), 30: _("Past month"), 365: _("Past year")}  # days
PARAMETERS = ("topic", "category", "days", "code", "votes")  # of an address


@dataclass(frozen=True)
class Filters:
    topic: Topic | None = None
    code: bool = False
    votes: int = 0  # at least
    category: str = ""  # of arXiv
    days: int = 0  # of the latest so many; 0: of all

    def of(self, papers: PaperQuerySet) -> PaperQuerySet:
        if self.topic:
            papers = papers.about([self.topic])
        if self.votes:
            papers = papers.filter(votes__gte=self.votes)
        if self.category:
            papers = papers.in_category(self.category)
        if self.days:
            papers = papers.filter(listed_on__gt=(site_clock.now() - timedelta(days=self.days)).date())
        return papers.with_code() if self.code else papers

    @property
    def query(self) -> str:
        """As an address has it; empty for all papers."""
        said = {
            "topic": self.topic.slug if self.topic else "",
            "code": "yes" if self.code else "",
            "votes": str(self.votes or ""),
            "category": self.category,
            "days": str(self.days or ""),
        }
        return urlencode({name: value for name, value in said.items() if value})

    def other_topic(self, topic: Topic) -> Filters:
        """With this topic instead; without any, where it is this one already."""
        return replace(self, topic=None if self.topic == topic else topic)

    def other_category(self, category: str) -> Filters:
        return replace(self, category="" if self.category == category else category)

    def other_days(self, days: int) -> Filters:
        return replace(self, days=0 if self.days == days else days)

    @property
    def other_code(self) -> Filters:
        return replace(self, code=not self.code)


def asked_for(request: HttpRequest) -> Filters:
    """Raises Http404 for a topic that nobody knows."""
    slug = request.GET.get("topic", "")
    topic = Topic.objects.filter(slug=slug.replace("\x00", "")).defer("phrases").first() if slug else None
    if slug and topic is None:
        raise Http404
    votes = request.GET.get("votes", "")
    at_least = int(votes) if re.fullmatch("[0-9]{1,6}", votes) else 0
    category, days = identifiers.category(request.GET.get("category", "")) or "", request.GET.get("days", "")
    lately = next((one for one in SPANS if str(one) == days), 0)
    return Filters(topic, request.GET.get("code") == "yes", at_least, category, lately)
