"""What a reader may say of a paper, what each saying changes, and what was said so far."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch
from django.utils.translation import gettext

from digest.matching.kinds import KINDS
from digest.matching.kinds.base import QueryKind, Statement, Technique
from papers.models import Paper, PaperTopic
from subscriptions.interests import importing
from subscriptions.interests.kinds import InterestSpec
from subscriptions.models import MOST_INTERESTS, Interest, Subscriber


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
        """Of an example either may be said; else what is wanted may be unwanted, and what can be followed wanted."""
        is_wanted = self.row is not None and self.row.wanted
        return self.is_so or self.is_example or self.interest.wanted or is_wanted

    @property
    def is_example(self) -> bool:
        return self._kind.technique is Technique.EXAMPLE

    @property
    def button(self) -> str:
        return gettext(self._statement.button) % {"name": self.name}

    @property
    def state(self) -> str:
        return gettext(self._statement.state) % {"name": self.name}

    @property
    def effect(self) -> str:
        scope = self._kind.scope(self.interest) if self.interest.wanted else ""
        return f"{gettext(self._statement.effect)} {scope}".strip()

    @property
    def _kind(self) -> QueryKind:
        return KINDS[self.interest.kind]

    @property
    def _statement(self) -> Statement:
        return self._kind.statements[self.interest.wanted]


class Sayings(list[Saying]):
    """All that a reader may say of a paper."""

    @property
    def groups(self) -> list[tuple[str, list[Saying]]]:
        """Those shown, under their headings."""
        shown = [one for one in self if one.is_shown]
        rest = [one for one in shown if not one.is_example]
        groups = [
            (gettext("Papers like this"), [one for one in shown if one.is_example]),
            (gettext("Not this"), [one for one in rest if not one.interest.wanted]),
            (gettext("Follow"), [one for one in rest if one.interest.wanted]),
        ]
        return [(heading, sayings) for heading, sayings in groups if sayings]

    def find(self, code: str) -> Saying | None:
        return next((one for one in self if one.code == code), None)


# -------------------------------------------------------------------------------------------- what is there to be said


def paper(key: str) -> Paper | None:
    """The paper of that key, also if it goes by another one now; with all its topics as `chips`, the surest first."""
    now_key, _title = importing.papers_of([key]).get(key, ("", ""))
    scores = PaperTopic.objects.select_related("topic").order_by("-score", "topic__name")
    return Paper.objects.filter(key=now_key).prefetch_related(Prefetch("scores", scores, to_attr="chips")).first()


def sayings(reader: Subscriber, paper: Paper) -> Sayings:
    """All that this reader may say of this paper, which comes from `paper`, as things are now."""
    rows = {row.spec.name: row for row in reader.interests.all()}
    offered = [(kind, thing) for kind in KINDS.values() for thing in kind.things(paper, rows)]
    things = {interest.name: (kind, interest, name) for kind, (interest, name) in offered}
    return Sayings(
        Saying(interest._replace(wanted=wanted), name, rows.get(interest.name))
        for kind, interest, name in things.values()
        for wanted in (True, False)
        if wanted in kind.statements
    )


# ------------------------------------------------------------------------------------------------- saying, taking back


def say(reader: Subscriber, saying: Saying, now: datetime) -> str:
    """Change what it says, and nothing if it is so; what came of it, in words."""
    if saying.is_so:
        return gettext("Nothing changed: it was already so. %(state)s") % {"state": saying.state}
    if not reader.add_interest(saying.interest, now):
        full = gettext(
            "Nothing changed: you already have %(most)d interests, the most you can have. Remove one first."
        )
        return full % {"most": MOST_INTERESTS}
    return gettext("Done. %(state)s") % {"state": saying.state}


def take_back(reader: Subscriber, saying: Saying) -> str:
    """Make it as it was before; what came of it, in words."""
    if reader.undo(saying.interest):
        return gettext("Undone: everything is as it was before “%(button)s”.") % {"button": saying.button}
    return gettext("Nothing changed: there is no “%(button)s” to undo.") % {"button": saying.button}
