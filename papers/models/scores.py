"""What papers are about, and how much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import models
from django.db.models.query import ModelIterable

ABOUT = 0.5  # the loudness from which a paper is said to be about a topic: said twice, or early, or in the title


class Chip(NamedTuple):
    """A topic beside a paper: no row of its own, as a list has hundreds."""

    slug: str
    name: str
    score: float
    phrase: str


class PaperTopicQuerySet(models.QuerySet["PaperTopic"]):
    def chips(self) -> dict[int, list[Chip]]:
        """Of each paper, by its key in the database, the surest first."""
        columns = "paper", "topic__slug", "topic__name", "score", "phrase"
        chips = defaultdict(list)
        for paper, slug, name, score, phrase in self.order_by("-score", "topic__name").values_list(*columns):
            chips[paper].append(Chip(slug, name, score, phrase))
        return chips


class PaperTopic(models.Model):
    """How much a paper is about a topic, 0 to 1, and the words of the paper that say so."""

    paper = models.ForeignKey("Paper", on_delete=models.CASCADE, related_name="scores")
    topic = models.ForeignKey("Topic", on_delete=models.CASCADE, related_name="scores")
    score = models.FloatField()
    phrase = models.TextField()

    objects = PaperTopicQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "topic"], name="one_score_per_paper_and_topic")]


class WithChips(ModelIterable):  # type: ignore[type-arg]  # Only its stubs take one.
    """The papers of a queryset, each with its `chips`: one query more for all of them."""

    def __iter__(self) -> Iterator[Any]:
        papers = list(super().__iter__())
        scores = PaperTopic.objects.filter(score__gte=ABOUT, paper__in=[paper.pk for paper in papers])
        chips = scores.chips()
        for paper in papers:
            paper.chips = chips.get(paper.pk, [])
        return iter(papers)
