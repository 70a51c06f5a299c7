"""What is called exactly what somebody searches for: a topic, a category of arXiv, an organisation, an author."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Count
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext

from papers import identifiers
from papers.models import Paper, Topic
from papers.search import ranking
from papers.text import tokenizing
from papers.text.words import unaccented

AUTHOR, CATEGORY, ORGANISATION, TOPIC = "author", "category", "organisation", "topic"


class Named(NamedTuple):
    kind: str
    name: str  # as the site writes it
    address: str


def called(query: str) -> list[Named]:
    """All that go by this name, however it is spaced, accented and written in capitals; a topic also by one of its
    phrases, and an author as "Quill, Ada", too."""
    return list(_called(ranking.readable(query)))


def author_called(query: str) -> str | None:
    """The name of an author as the latest of the papers has it."""
    last, comma, first = query.partition(",")
    for name in (query, f"{first} {last}") if comma else (query,):
        if keys := ranking.by_author(name, 1):
            return author_as_written(name, Paper.objects.get(pk=keys[0]))
    return None


def author_as_written(name: str, paper: Paper) -> str:
    term = tokenizing.author_term(name)
    return next((one for one in paper.authors if tokenizing.author_term(one) == term), name)


def _called(query: str) -> Iterator[Named]:
    if not query:
        return
    plain = unaccented(query)
    for slug, name, phrases in Topic.objects.values_list("slug", "name", "phrases"):
        said = (phrase.strip('"').lower() for phrase in phrases)
        if plain in {*map(unaccented, (name, gettext(name))), slug, *said}:
            yield Named(TOPIC, name, reverse("papers:topic", args=[slug]))
    if category := identifiers.category(query):
        yield Named(CATEGORY, category, reverse("papers:category", args=[category]))
    papers = Paper.objects.exclude(organisation="").alias(lower=Lower("organisation")).filter(lower=query.lower())
    if written := papers.values_list("organisation").annotate(papers=Count("pk")).order_by("-papers").first():
        yield Named(ORGANISATION, written[0], reverse("papers:organisation", args=[written[0]]))
    if author := author_called(query):
        yield Named(AUTHOR, author, reverse("papers:author", args=[author]))
