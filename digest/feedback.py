"""What a reader may say of a paper, what each saying changes, and what was said so far."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from papers import identifiers
from papers.models import ABOUT, Paper, PaperTopic
from papers.text.phrases import Phrases
from subscriptions.interests import importing, kinds
from subscriptions.interests.kinds import InterestSpec, Kind
from subscriptions.models import MOST_INTERESTS, Interest, Subscriber

AUTHORS_OFFERED = 5  # of those who are known by their names alone
Rows = Mapping[tuple[str, str], Interest]  # a reader's interests by their interests' names
Things = Iterator[tuple[InterestSpec, str]]  # what a paper has to do with, and what to call it


# What can be said, by kind and whether it is wanted; %(name)s is what it is about.
BUTTONS = {
    (Kind.PAPER, True): _("More like this"),
    (Kind.PAPER, False): _("Less like this"),
    (Kind.TOPIC, False): _("Not this topic: %(name)s"),
    (Kind.PHRASE, False): _("Not this phrase: %(name)s"),
    (Kind.AUTHOR, False): _("Not this author: %(name)s"),
    (Kind.ORGANISATION, False): _("Not this organisation: %(name)s"),
    (Kind.AUTHOR, True): _("Follow %(name)s"),
    (Kind.ORGANISATION, True): _("Follow %(name)s"),
}
EFFECTS = {  # what the button would change
    (Kind.PAPER, True): _("Makes this paper an example of what you want."),
    (Kind.PAPER, False): _("Makes this paper an example of what you do not want."),
    (Kind.TOPIC, False): _("You want this topic; it becomes one that you do not want."),
    (Kind.PHRASE, False): _("You want this phrase; it becomes one that you do not want."),
    (Kind.AUTHOR, False): _("You follow this author, who becomes one whose papers you do not want."),
    (Kind.ORGANISATION, False): _("You follow this organisation; it becomes one whose papers you do not want."),
    (Kind.AUTHOR, True): _("Adds the author to those whose papers you want."),
    (Kind.ORGANISATION, True): _("Adds the organisation to those whose papers you want."),
}
STATES = {  # what is so once it is said
    (Kind.PAPER, True): _("This paper is an example of what you want."),
    (Kind.PAPER, False): _("This paper is an example of what you do not want."),
    (Kind.TOPIC, False): _("You do not want the topic %(name)s."),
    (Kind.PHRASE, False): _("You do not want the phrase %(name)s."),
    (Kind.AUTHOR, False): _("You do not want papers by %(name)s."),
    (Kind.ORGANISATION, False): _("You do not want papers from %(name)s."),
    (Kind.AUTHOR, True): _("You want papers by %(name)s."),
    (Kind.ORGANISATION, True): _("You want papers from %(name)s."),
}


@dataclass(frozen=True)
class Saying:
    """One thing that a reader may say of a paper, or has said."""

    interest: InterestSpec
    name: str
    row: Interest | None  # what the reader has of that so far: the same, or the opposite

    @property
    def code(self) -> str:
        """What its button sends."""
        return f"{'more' if self.interest.wanted else 'less'}:{self.interest.kind}:{self.interest.value}"

    @property
    def is_so(self) -> bool:
        return self.row is not None and self.row.wanted == self.interest.wanted

    @property
    def can_be_undone(self) -> bool:
        return self.is_so and self.row is not None and self.row.origin == Interest.Origin.FEEDBACK

    @property
    def is_shown(self) -> bool:
        """Of a paper either may be said; else what is wanted may be unwanted, and what can be followed wanted."""
        is_wanted = self.row is not None and self.row.wanted
        return self.is_so or self.interest.kind == Kind.PAPER or self.interest.wanted or is_wanted

    @property
    def button(self) -> str:
        return gettext(BUTTONS[self._said]) % {"name": self.name}

    @property
    def state(self) -> str:
        return gettext(STATES[self._said]) % {"name": self.name}

    @property
    def effect(self) -> str:
        return f"{gettext(EFFECTS[self._said])} {self._who}".strip()

    @property
    def _who(self) -> str:
        """Which of all who bear an author's name."""
        if self.interest.kind != Kind.AUTHOR or not self.interest.wanted:
            return ""
        if kinds.ACCOUNT.fullmatch(self.interest.value):
            return gettext("Exactly this person, known as %(account)s.") % {"account": self.interest.value}
        if self.interest.guard:
            categories = ", ".join(self.interest.guard)
            return gettext("The name counts in %(categories)s alone.") % {"categories": categories}
        return gettext("Everybody of this name.")

    @property
    def _said(self) -> tuple[Kind, bool]:
        return Kind(self.interest.kind), self.interest.wanted


class Sayings(list[Saying]):
    """All that a reader may say of a paper."""

    @property
    def groups(self) -> list[tuple[str, list[Saying]]]:
        """Those shown, under their headings."""
        shown = [one for one in self if one.is_shown]
        of_it = [one for one in shown if one.interest.kind == Kind.PAPER]
        rest = [one for one in shown if one.interest.kind != Kind.PAPER]
        groups = [
            (gettext("Papers like this"), of_it),
            (gettext("Not this"), [one for one in rest if not one.interest.wanted]),
            (gettext("Follow"), [one for one in rest if one.interest.wanted]),
        ]
        return [(heading, sayings) for heading, sayings in groups if sayings]

    def find(self, code: str) -> Saying | None:
        return next((one for one in self if one.code == code), None)


# -------------------------------------------------------------------------------------------- what is there to be said


def paper(key: str) -> Paper | None:
    """The paper of that key, also if it goes by another one now; with its topics as `chips`, the surest first."""
    now_key, _title = importing.papers_of([key]).get(key, ("", ""))
    sure = PaperTopic.objects.filter(score__gte=ABOUT).select_related("topic").order_by("-score", "topic__name")
    return Paper.objects.filter(key=now_key).prefetch_related(Prefetch("scores", sure, to_attr="chips")).first()


def sayings(reader: Subscriber, paper: Paper) -> Sayings:
    """All that this reader may say of this paper, which comes from `paper`, as things are now."""
    rows = {row.spec.name: row for row in reader.interests.all()}
    things = {interest.name: (interest, name) for interest, name in _things(paper, rows)}
    return Sayings(
        Saying(interest._replace(wanted=wanted), name, rows.get(interest.name))
        for interest, name in things.values()
        for wanted in (True, False)
        if (interest.kind, wanted) in BUTTONS
    )


def _things(paper: Paper, rows: Rows) -> Things:
    yield _itself(paper, rows), paper.title
    for score in paper.chips:  # type: ignore[attr-defined]
        yield InterestSpec(Kind.TOPIC, score.topic.slug), score.topic.name
    yield from _phrases(paper, rows)
    yield from _organisation(paper, rows)
    yield from _authors(paper, rows)


def _itself(paper: Paper, rows: Rows) -> InterestSpec:
    """By the key that the reader has it by, which may be another of its names."""
    keys = identifiers.keys_of(paper.key, paper.arxiv_id, paper.doi)
    said = (rows[name].spec for key in keys if (name := InterestSpec(Kind.PAPER, key).name) in rows)
    return next(said, InterestSpec(Kind.PAPER, paper.key))


def _phrases(paper: Paper, rows: Rows) -> Things:
    """The reader's phrases that the paper has, in any case, as choosing knows them."""
    phrases = [row.value for row in rows.values() if row.kind == Kind.PHRASE]
    for hit in Phrases(enumerate(phrases), any_case=True).hits(paper.title, paper.abstract):
        yield InterestSpec(Kind.PHRASE, phrases[hit.topic]), phrases[hit.topic]


def _organisation(paper: Paper, rows: Rows) -> Things:
    if interest := _as_interest(Kind.ORGANISATION, paper.organisation):
        yield rows[interest.name].spec if interest.name in rows else interest, paper.organisation


def _authors(paper: Paper, rows: Rows) -> Things:
    """Those the reader has said something of, the first AUTHORS_OFFERED, and all of whom it is known who they are."""
    categories = tuple(one for one in paper.categories if identifiers.category(one))
    for place, author in enumerate(paper.authors):
        identity = _as_interest(Kind.AUTHOR, paper.identities.get(author, ""))
        by_name = _as_interest(Kind.AUTHOR, author)
        said = [rows[interest.name].spec for interest in (identity, by_name) if interest and interest.name in rows]
        if said:
            yield from ((interest, author) for interest in said[:1] if _counts_in(interest, paper))
        elif identity:
            yield identity, author
        elif by_name and place < AUTHORS_OFFERED:
            yield by_name._replace(guard=categories), author


def _counts_in(interest: InterestSpec, paper: Paper) -> bool:
    return not interest.guard or not set(interest.guard).isdisjoint(paper.categories)


def _as_interest(kind: Kind, text: str) -> InterestSpec | None:
    """A name that a source gave as an interest, or None where no reader could have typed it."""
    try:
        return kinds.parse(kind, text)
    except ValidationError:
        return None


# ------------------------------------------------------------------------------------------------- saying, taking back


def say(reader: Subscriber, saying: Saying, now: datetime) -> str:
    """Change what it says, and nothing if it is so; what came of it, in words."""
    if saying.is_so:
        return gettext("Nothing changed, as it was so already. %(state)s") % {"state": saying.state}
    if not reader.add_interest(saying.interest, now):
        full = gettext("Nothing changed: you have %(most)d interests, which is all there can be; drop one first.")
        return full % {"most": MOST_INTERESTS}
    return gettext("Changed. %(state)s") % {"state": saying.state}


def take_back(reader: Subscriber, saying: Saying) -> str:
    """Make it as it was before; what came of it, in words."""
    if reader.undo(saying.interest):
        return gettext("Undone: all is as it was before “%(button)s”.") % {"button": saying.button}
    return gettext("Nothing changed: there is no “%(button)s” to undo.") % {"button": saying.button}
