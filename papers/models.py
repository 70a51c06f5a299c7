"""Papers, where they were seen, and what they are about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from papers.text.phrases import list_of_phrases

SAMPLE = "sample"  # the source of the invented papers that are shown until the first real ones arrive
AUTHORS_NAMED = 3
ABOUT = 0.5  # the loudness from which a paper is said to be about a topic: said twice, or early, or in the title


class Topic(models.Model):
    """A subject that readers can choose; edited in the admin."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    group = models.CharField(max_length=80)
    description = models.CharField(max_length=200)
    phrases = models.JSONField(
        default=list,
        validators=[list_of_phrases],
        help_text='A list like ["dictionary learning", "RAG"]: a paper is about the topic that says one loudly. '
        "One in double quotes matches as it is written.",
    )
    categories = models.JSONField(default=list, blank=True, help_text='A list of arXiv categories, like ["cs.CL"].')
    scored_at = models.DateTimeField(null=True, editable=False)  # null: papers are still to be scored by its phrases

    class Meta:
        ordering = ("group", "name")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("papers:topic", args=[self.slug])


class PaperQuerySet(models.QuerySet["Paper"]):
    def about(self, topics: Iterable[Topic], at_least: float = ABOUT) -> PaperQuerySet:
        # Exists rather than a join, so that no paper is counted twice when methods are chained.
        scored = PaperTopic.objects.filter(paper=OuterRef("pk"), topic__in=topics, score__gte=at_least)
        return self.filter(Exists(scored))

    def listed(self, on: date, by: str) -> PaperQuerySet:
        """As a source announced them that day, its order kept."""
        seen = self.filter(sightings__day=on, sightings__source=by, sightings__announced=True)
        return seen.annotate(rank=F("sightings__rank")).order_by("rank", "pk")

    def listed_within(self, span: timedelta, now: datetime) -> PaperQuerySet:
        return self.filter(listed_on__gte=(now - span).date(), listed_on__lte=now.date())

    def most_voted(self) -> PaperQuerySet:
        return self.order_by(F("votes").desc(), "-listed_on", "pk")

    def samples(self) -> PaperQuerySet:
        return self.filter(key__startswith=f"{SAMPLE}:")


class Paper(models.Model):
    """One work, whatever its versions and wherever it is listed. Its columns are merged from its sightings' facts."""

    key = models.CharField(max_length=220, unique=True)  # "arxiv:2608.16590", "doi:10.1101/...", "title:<hash>"
    arxiv_id = models.CharField(max_length=40, unique=True, null=True)
    doi = models.CharField(max_length=200, unique=True, null=True)
    title = models.TextField()
    abstract = models.TextField(blank=True)  # empty: the source has not given one yet
    authors = models.JSONField(default=list)
    identities = models.JSONField(default=dict)  # author as named above -> who that is for sure, "huggingface:ada"
    organisation = models.TextField(blank=True)
    categories = models.JSONField(default=list)  # of arXiv, the primary one first
    keywords = models.JSONField(default=list)
    urls = models.JSONField(default=dict)  # "code", "project"
    published_on = models.DateField(null=True)
    listed_on = models.DateField(null=True, db_index=True)  # the latest day on which a source announced it; null: none
    first_seen_at = models.DateTimeField(db_index=True)  # when we learned that it was announced, or else that it is
    votes = models.IntegerField(default=0)
    comments = models.IntegerField(default=0)
    stars = models.IntegerField(null=True)
    terms = models.TextField(blank=True, editable=False)  # see text/tokenizing.py; empty: still to be understood
    # By which it is found by its title, see papers/text/words.py; made with the terms, of no use while those are empty
    title_key = models.CharField(max_length=16, default="", db_default="", blank=True, editable=False)
    topics = models.ManyToManyField(Topic, through="PaperTopic", related_name="papers")

    objects = PaperQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["listed_on", "-votes"], name="paper_listed_votes"),
            models.Index(fields=["id"], condition=Q(terms=""), name="paper_not_understood"),
            models.Index(fields=["title_key"], name="paper_title_key"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("papers:paper", args=[self.key])

    @property
    def byline(self) -> str:
        """How many authors there are, and the first of them by name; empty when the source names none."""
        if not self.authors:
            return ""
        count, others = len(self.authors), len(self.authors) - AUTHORS_NAMED
        authors = ngettext("%(count)d author", "%(count)d authors", count) % {"count": count}
        more = gettext(" and %(others)d more") % {"others": others} if others > 0 else ""
        return f"{authors}: {', '.join(self.authors[:AUTHORS_NAMED])}{more}"

    @property
    def links(self) -> list[tuple[str, str]]:
        """The places on the web where the paper can be read and tried, best first: (what it is, address)."""
        own = [("arXiv", f"https://arxiv.org/abs/{self.arxiv_id}"), ("PDF", f"https://arxiv.org/pdf/{self.arxiv_id}")]
        discussed = [("Hugging Face", f"https://huggingface.co/papers/{self.arxiv_id}")]
        named = [
            (name, self.urls[kind]) for kind, name in (("code", "Code"), ("project", "Project")) if kind in self.urls
        ]
        return [*own, *discussed, *named] if self.arxiv_id else named


class PaperTopic(models.Model):
    """How much a paper is about a topic, 0 to 1, and the words of the paper that say so."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="scores")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="scores")
    score = models.FloatField()
    phrase = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "topic"], name="one_score_per_paper_and_topic")]


class Sighting(models.Model):
    """A paper on a source's list of a day, with what each reading said of it."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="sightings")
    source = models.CharField(max_length=40)
    day = models.DateField()
    rank = models.PositiveIntegerField()  # from 1, as the source ordered them
    announced = models.BooleanField(default=True)  # False: it spoke of the paper, but not as a new one
    read_at = models.DateTimeField(default=timezone.now)  # when it last said something new,
    latest = models.CharField(max_length=40, blank=True)  # and which reading did
    facts = models.JSONField(default=dict)  # reading's name -> the fields it gave; what it did not give is absent

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "source", "day"], name="one_sighting_per_paper_source_and_day")
        ]
        indexes = [
            models.Index(fields=["day", "rank"], name="sighting_day_order"),
            models.Index(fields=["read_at"], name="sighting_read_at"),
        ]

    def take_in(self, reading: str, facts: dict[str, Any], rank: int, announced: bool, now: datetime) -> bool:
        """What a reading says of it now, unsaved; whether that is anything new. Once announced it stays so, at its
        place."""
        is_news = announced and (self.rank, self.announced) != (rank, True)
        if not is_news and self.facts.get(reading) == facts:
            return False
        if announced or not self.announced:
            self.rank, self.announced = rank, announced
        self.read_at, self.latest, self.facts = now, reading, self.facts | {reading: facts}
        return True


class Signal(models.Model):
    """What a paper's readers made of it at a moment. Written when something changed, thinned as it grows old."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="signals")
    at = models.DateTimeField(db_index=True)
    votes = models.IntegerField(default=0)
    comments = models.IntegerField(default=0)
    stars = models.IntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "at"], name="one_signal_per_paper_and_moment")]


class Fit(models.Model):
    """A version of the understanding: what an encoder learned of the papers of a time. Fits never mix."""

    encoder = models.CharField(max_length=20)  # "light", "semantic"
    began_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)  # null: its papers' vectors are still being made
    papers = models.PositiveIntegerField()  # on how many it was fitted
    dimensions = models.PositiveIntegerField()  # of its vectors; 0: too few papers, words alone
    state = models.BinaryField()  # what fits.Understanding is made of again

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["encoder"], condition=Q(ready_at=None), name="one_fit_begun_per_encoder")
        ]


class Vector(models.Model):
    """What a paper means, in a fit: float16, as many as the fit has dimensions."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="vectors")
    fit = models.ForeignKey(Fit, on_delete=models.CASCADE, related_name="vectors")
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "fit"], name="one_vector_per_paper_and_fit")]


class LookupQuerySet(models.QuerySet["Lookup"]):
    def next_for(self, kind: str, most: int, now: datetime) -> list[Lookup]:
        """Those to ask for now in one request. One that a source stumbled over goes alone, so as to spoil no other."""
        waiting = self.filter(outcome=Lookup.Outcome.WAITING, key__startswith=f"{kind}:", next_try_at__lte=now)
        return list(waiting.filter(tries=0).order_by("asked_at", "pk")[:most] or waiting.order_by("next_try_at")[:1])

    def put_off(self, lookups: Iterable[Lookup], until: datetime, *, failed: bool = False) -> None:
        rows = self.filter(pk__in=[lookup.pk for lookup in lookups])
        rows.update(next_try_at=until, tries=F("tries") + int(failed))


class Lookup(models.Model):
    """A paper that a person asked for and that we do not have: collecting asks its source for it."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", "to be looked up"
        FOUND = "found", "found"
        UNKNOWN = "unknown", "not known to its source"

    key = models.CharField(max_length=220, unique=True)  # as a paper's
    outcome = models.CharField(max_length=20, choices=Outcome, default=Outcome.WAITING)
    asked_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)  # whose answers were not understood
    answered_at = models.DateTimeField(null=True)

    objects = LookupQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["outcome", "next_try_at"], name="lookup_waiting")]


class CollectionQuerySet(models.QuerySet["Collection"]):
    def of(self, source: str, days: Iterable[date]) -> CollectionQuerySet:
        return self.filter(source=source, day__in=list(days))

    def claimed(self, now: datetime) -> CollectionQuerySet:
        return self.filter(claimed_until__gt=now)

    def claim(self, source: str, day: date, now: datetime, span: timedelta) -> bool:
        """Take a due day for ourselves for a while: whether we got it, and nobody else did."""
        fresh = {"outcome": Collection.Outcome.READING, "collected_at": now, "next_try_at": now}
        row, _ = self.get_or_create(source=source, day=day, defaults=fresh)
        free = Q(claimed_until=None) | Q(claimed_until__lte=now)
        return bool(self.filter(free, pk=row.pk, next_try_at__lte=now).update(claimed_until=now + span))

    def renew(self, source: str, day: date, until: datetime) -> None:
        self.filter(source=source, day=day).update(claimed_until=until)


class Collection(models.Model):
    """The record of collecting a source's day: what came of reading it, and when it may be tried again."""

    class Outcome(models.TextChoices):
        LISTED = "listed", "papers listed"
        READING = "reading", "being read"
        NOTHING_YET = "nothing yet", "nothing listed yet"
        NOTHING = "nothing", "nothing announced"
        FAILED = "failed", "could not be read"

    source = models.CharField(max_length=40)
    day = models.DateField()
    outcome = models.CharField(max_length=20, choices=Outcome)
    reading = models.CharField(max_length=40, blank=True)
    listed = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)  # one sentence
    tries = models.PositiveIntegerField(default=0)  # in a row that failed
    failing_since = models.DateTimeField(null=True)  # when the first of them did
    validator = models.JSONField(default=dict)  # address, etag, last_modified of a day that came in one answer
    collected_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True, db_index=True)  # null: closed, not to be read again
    claimed_until = models.DateTimeField(null=True)  # somebody is reading it

    objects = CollectionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "day"], name="one_collection_per_source_and_day")]


class Host(models.Model):
    """The one budget of requests to a site and all of its hosts, shared by all processes."""

    host = models.CharField(max_length=255, unique=True)  # the site's name in Manners.budget
    next_request_at = models.DateTimeField(null=True)
    silent_until = models.DateTimeField(null=True)
