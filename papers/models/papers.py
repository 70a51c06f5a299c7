"""Papers, and what they are about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Cast, Lower
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext_lazy

from papers import addresses
from papers.models.scores import ABOUT, Chip, PaperTopic, WithChips
from papers.models.sightings import Sighting
from papers.text import summary
from papers.text.phrases import list_of_phrases

SAMPLE = "sample"  # the source of the invented papers that are shown until the first real ones arrive
AUTHORS_NAMED = 3  # of more, the first two and the last
HUGGING_FACE = "https://huggingface.co"
LINKED = {  # to a paper, on Hugging Face: kind -> where such are there, and how they are counted
    "models": ("", ngettext_lazy("%(count)d model", "%(count)d models", "count")),
    "datasets": ("datasets/", ngettext_lazy("%(count)d dataset", "%(count)d datasets", "count")),
    "spaces": ("spaces/", ngettext_lazy("%(count)d Space", "%(count)d Spaces", "count")),
}
UNLISTED = "terms", "title_key", "identities", "keywords", "linked", "ai_summary", "doi"  # columns
POPULAR_WITHIN, POPULAR_AMONG = timedelta(days=30), 500  # papers, the most voted ones, by which topics are popular


class TopicQuerySet(models.QuerySet["Topic"]):
    def popular(self, now: datetime) -> list[Topic]:
        """Those that the most of the papers are about which people voted for lately, first."""
        voted = Paper.objects.listed_within(POPULAR_WITHIN, now).most_voted()[:POPULAR_AMONG]
        return [topic for topic, _ in self.most_said_by(voted)]

    def most_said_by(self, papers: PaperQuerySet, most: int | None = None) -> list[tuple[Topic, int]]:
        """The topics, without their phrases, that the most of these papers are about, each with how many are."""
        loud = self.filter(scores__score__gte=ABOUT, scores__paper__in=papers.values("pk"))
        counted = loud.defer("phrases").annotate(papers_about=Count("scores")).order_by("-papers_about", "name")
        return [(topic, topic.papers_about) for topic in counted[:most]]  # type: ignore[attr-defined]


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

    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering = ("group", "name")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return addresses.of("topic", self.slug)


class PaperQuerySet(models.QuerySet["Paper"]):
    def about(self, topics: Iterable[Topic], at_least: float = ABOUT) -> PaperQuerySet:
        # Exists rather than a join, so that no paper is counted twice when methods are chained.
        scored = PaperTopic.objects.filter(paper=OuterRef("pk"), topic__in=topics, score__gte=at_least)
        return self.filter(Exists(scored))

    def listed(self, on: date, by: str) -> PaperQuerySet:
        """As a source announced them that day, its order kept."""
        seen = self.filter(sightings__day=on, sightings__source=by, sightings__announced=True)
        return seen.annotate(rank=F("sightings__rank")).order_by("rank", "pk")

    def listed_between(self, first: date, last: date, by: str) -> PaperQuerySet:
        """All that a source announced on any of these days."""
        # By keys, as SQLite would look at every paper for what its sightings are.
        return self.filter(
            pk__in=Sighting.objects.filter(day__range=(first, last), source=by, announced=True).values("paper")
        )

    def listed_within(self, span: timedelta, now: datetime) -> PaperQuerySet:
        return self.filter(listed_on__gte=(now - span).date(), listed_on__lte=now.date())

    def most_voted(self) -> PaperQuerySet:
        return self.order_by(F("votes").desc(), "-listed_on", "pk")

    def latest_first(self) -> PaperQuerySet:
        """Of a day the most voted first; what no source announced comes last."""
        return self.order_by(F("listed_on").desc(nulls_last=True), F("votes").desc(), "pk")

    def in_category(self, category: str) -> PaperQuerySet:
        """Of arXiv's category, or with it as one of several."""
        # As text, since only one of the two databases looks into a list.
        return self.alias(named=Cast("categories", models.TextField())).filter(named__contains=f'"{category}"')

    def with_code(self) -> PaperQuerySet:
        return self.filter(urls__has_key="code")

    def with_chips(self) -> PaperQuerySet:
        """Each paper with the topics that it is about as `chips`, the surest first: one query more for all of them."""
        papers = self.all()
        papers._iterable_class = WithChips
        return papers

    def for_lists(self) -> PaperQuerySet:
        """With chips, and without what neither cards nor entries of feeds show, some of it long."""
        return self.with_chips().defer(*UNLISTED)

    def with_ai_summary(self) -> PaperQuerySet:
        return self.exclude(ai_summary={})

    def samples(self) -> PaperQuerySet:
        # And between two words, whatever the collation, as SQLite would else look at every key for how it begins.
        return self.filter(key__startswith=f"{SAMPLE}:", key__range=(SAMPLE, "samplf"))


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
    # On Hugging Face: "models", "datasets", "spaces" -> their "count", and the ids of the "first"
    linked = models.JSONField(default=dict)
    ai_summary = models.JSONField(default=dict)  # "text", "by" which model; shown as machine_summary alone
    published_on = models.DateField(null=True)
    listed_on = models.DateField(null=True, db_index=True)  # the latest day on which a source announced it; null: none
    first_seen_at = models.DateTimeField(db_index=True)  # when we learned that it was announced, or else that it is
    votes = models.IntegerField(default=0)
    comments = models.IntegerField(default=0)
    stars = models.IntegerField(null=True)
    on_hugging_face = models.BooleanField(default=False, db_default=False)  # listed there, so that people could vote
    terms = models.TextField(blank=True, editable=False)  # see text/tokenizing.py; empty: still to be understood
    # By which it is found by its title, see papers/text/words.py; made with the terms, of no use while those are empty
    title_key = models.CharField(max_length=16, default="", db_default="", blank=True, editable=False)
    # Its key sentences, made with the terms; empty: none yet, or they are to be chosen anew
    in_short = models.TextField(default="", db_default="", blank=True, editable=False)
    topics = models.ManyToManyField(Topic, through="PaperTopic", related_name="papers")

    chips: list[Chip]  # the topics that it is about; there only if it was asked for with_chips

    objects = PaperQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["listed_on", "-votes"], name="paper_listed_votes"),
            models.Index(fields=["id"], condition=Q(terms=""), name="paper_not_understood"),
            models.Index(fields=["title_key"], name="paper_title_key"),
            models.Index(fields=["organisation"], condition=~Q(organisation=""), name="paper_organisation"),
            models.Index(Lower("organisation"), condition=~Q(organisation=""), name="paper_organisation_lower"),
            models.Index(fields=["id"], condition=~Q(ai_summary={}), name="paper_ai_summary"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return addresses.of("paper", self.key)

    @property
    def byline(self) -> str:
        """Its authors by name, of many the first two and the last, and how many they are; empty when none is named."""
        if not self.names_are_cut:
            return ", ".join(self.authors)
        *others, last = self.authors_named
        first = ", ".join(others)
        return gettext("%(first)s … %(last)s (%(count)d authors)") % {
            "first": first,
            "last": last,
            "count": len(self.authors),
        }

    @property
    def names_are_cut(self) -> bool:
        """Whether it has more authors than a byline names."""
        return len(self.authors) > AUTHORS_NAMED

    @property
    def authors_named(self) -> list[str]:
        """Whom a byline names: all, or of many the first two and the last."""
        return [*self.authors[: AUTHORS_NAMED - 1], self.authors[-1]] if self.names_are_cut else self.authors

    def dated(self, this_year: int) -> str:
        """The day of its first version, and where it differs the latest one on which a source announced it; without
        the year where it is the same for both and this one."""
        published, listed = self.published_on, self.listed_on
        if published and listed and listed > published:
            is_recent = published.year == listed.year == this_year
            words = {
                "published": _day(published, with_year=published.year != listed.year),
                "listed": _day(listed, with_year=not is_recent),
            }
            return gettext("%(published)s, listed %(listed)s") % words
        day = published or listed
        return _day(day, with_year=day is not None and day.year != this_year)

    @property
    def key_sentences(self) -> str:
        """One or two of the abstract's own sentences: what was done, and what was found; empty without an abstract."""
        return self.in_short or summary.in_short(self.abstract, self.title)

    @property
    def links(self) -> list[tuple[str, str]]:
        """The places on the web where the paper can be read and tried, best first: (what it is, address)."""
        own, discussed = self.own_links, [("Hugging Face", self.hugging_face_url)] if self.hugging_face_url else []
        text = 2 if self.arxiv_id else 0
        return [*own[:text], *discussed, *own[text:]]

    @property
    def own_links(self) -> list[tuple[str, str]]:
        """Those where its authors put it: the text, code and project."""
        text = [("arXiv", f"https://arxiv.org/abs/{self.arxiv_id}"), ("PDF", f"https://arxiv.org/pdf/{self.arxiv_id}")]
        named = [
            (name, self.urls[kind])
            for kind, name in (("code", gettext("Code")), ("project", gettext("Project")))
            if kind in self.urls
        ]
        return [*(text if self.arxiv_id else []), *named]

    @property
    def hugging_face_url(self) -> str:
        """Its page on Hugging Face, where people vote on it and discuss it; empty where it was never listed there."""
        return f"{HUGGING_FACE}/papers/{self.arxiv_id}" if self.arxiv_id and self.on_hugging_face else ""

    @property
    def comments_url(self) -> str:
        """Where its comments are; empty where there are none."""
        return f"{self.hugging_face_url}#community" if self.hugging_face_url and self.comments else ""

    @property
    def machine_summary(self) -> dict[str, str]:
        """What a model wrote of it, as "text" and "by" whom; empty unless the site's setting asks for it. Its licence
        is not stated, so it stands in what a reader gets, letters and their preview, and in nothing that is public."""
        return self.ai_summary if settings.HUGGINGFACE_AI_SUMMARIES else {}

    @property
    def linked_words(self) -> str:
        """What is linked to it on Hugging Face, like: 3 models, 1 dataset, 2 Spaces; empty where nothing is."""
        said = [(words, self.linked[kind]) for kind, (_, words) in LINKED.items() if kind in self.linked]
        return ", ".join(words % {"count": found["count"]} for words, found in said)

    @property
    def linked_first(self) -> list[tuple[str, str]]:
        """The first few of these: (id, address)."""
        return [
            (name, f"{HUGGING_FACE}/{place}{name}")
            for kind, (place, _) in LINKED.items()
            for name in self.linked.get(kind, {}).get("first", ())
        ]


def _day(day: date | None, *, with_year: bool) -> str:
    return date_format(day, "SHORT_DATE_FORMAT" if with_year else gettext("j M")).replace(" ", "\u00a0") if day else ""
