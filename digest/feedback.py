"""What a reader may say of a paper, what each saying changes, and what was said so far."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from digest import saving
from digest.matching.kinds import KINDS
from digest.matching.kinds.base import QueryKind, Statement, Technique
from digest.models import Saved
from papers.models import Paper, PaperTopic
from subscriptions.interests import importing
from subscriptions.interests.kinds import InterestSpec
from subscriptions.models import MOST_INTERESTS, Interest, Subscriber

MORE, LESS, SAVE = "more", "less", "save"  # what a link in a letter may ask to be said, each a word of its address


@dataclass(frozen=True)
class Saying:
    """One thing that a reader may say of a paper, or has said: that they want what it has to do with, or do not."""

    interest: InterestSpec
    name: str
    row: Interest | None  # what the reader has of that so far: the same, or the opposite

    @property
    def code(self) -> str:
        """What its button sends."""
        return f"{MORE if self.interest.wanted else LESS}:{self.interest.kind}:{self.interest.value}"

    @property
    def asked_by(self) -> str:
        """Which links in letters ask for it; empty: none."""
        return (MORE if self.interest.wanted else LESS) if self.is_example else ""

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
    def full(self) -> str:
        """Why it cannot be said."""
        full = gettext(
            "Nothing changed: you already have %(most)d interests, the most you can have. Remove one first."
        )
        return full % {"most": MOST_INTERESTS}

    def becomes_so(self, reader: Subscriber, now: datetime) -> bool:
        return reader.add_interest(self.interest, now)

    def goes_back(self, reader: Subscriber) -> bool:
        """Whether there was anything to undo."""
        return reader.undo(self.interest)

    @property
    def _kind(self) -> QueryKind:
        return KINDS[self.interest.kind]

    @property
    def _statement(self) -> Statement:
        return self._kind.statements[self.interest.wanted]


@dataclass(frozen=True)
class SaveSaying:
    """That the paper is to be kept among those that the reader saved; else as Saying."""

    paper: Paper
    is_so: bool
    code = asked_by = SAVE

    @property
    def can_be_undone(self) -> bool:
        return self.is_so

    @property
    def button(self) -> str:
        return gettext("Save this paper")

    @property
    def state(self) -> str:
        return gettext("This paper is in your saved papers.")

    @property
    def effect(self) -> str:
        return gettext("Keeps this paper in the list of those that you saved.")

    @property
    def full(self) -> str:
        return saving.full()

    def becomes_so(self, reader: Subscriber, now: datetime) -> bool:
        return saving.save(reader, self.paper, now)

    def goes_back(self, reader: Subscriber) -> bool:
        return saving.take_back(reader, self.paper) is not None


@dataclass(frozen=True)
class Sayings:
    """All that a reader may say of a paper."""

    of_interests: list[Saying]
    save: SaveSaying

    def groups(self, but: Saying | SaveSaying | None) -> list[tuple[str, list[Saying | SaveSaying]]]:
        """Those shown, under their headings, `but` this one."""
        shown = [one for one in self.of_interests if one.is_shown and one is not but]
        rest = [one for one in shown if not one.is_example]
        groups: list[tuple[str, list[Saying | SaveSaying]]] = [
            (gettext("Papers like this"), [one for one in shown if one.is_example]),
            (gettext("For later"), [self.save] if self.save is not but else []),
            (gettext("Not this"), [one for one in rest if not one.interest.wanted]),
            (gettext("Follow"), [one for one in rest if one.interest.wanted]),
        ]
        return [(heading, sayings) for heading, sayings in groups if sayings]

    def find(self, code: str) -> Saying | SaveSaying | None:
        return next((one for one in self._all if one.code == code), None)

    def asked(self, by: str) -> Saying | SaveSaying | None:
        """What a link in a letter asks for, of which there is one where it asks for anything."""
        return next((one for one in self._all if by and one.asked_by == by), None)

    @property
    def _all(self) -> list[Saying | SaveSaying]:
        return [*self.of_interests, self.save]


# -------------------------------------------------------------------------------------------- what is there to be said


def paper(key: str) -> Paper | None:
    """The paper of that key, also if it goes by another one now; with all its topics as `chips`, the surest first."""
    now_key, _title = importing.papers_of([key]).get(key, ("", ""))
    found = Paper.objects.filter(key=now_key).first()
    if found:
        found.chips = PaperTopic.objects.filter(paper=found).chips().get(found.pk, [])
    return found


def sayings(reader: Subscriber, paper: Paper) -> Sayings:
    """All that this reader may say of this paper, which comes from `paper`, as things are now."""
    rows = {row.spec.name: row for row in reader.interests.all()}
    offered = [(kind, thing) for kind in KINDS.values() for thing in kind.things(paper, rows)]
    things = {interest.name: (kind, interest, name) for kind, (interest, name) in offered}
    of_interests = [
        Saying(interest._replace(wanted=wanted), name, rows.get(interest.name))
        for kind, interest, name in things.values()
        for wanted in (True, False)
        if wanted in kind.statements
    ]
    is_saved = Saved.objects.filter(subscriber=reader, paper=paper).exists()
    return Sayings(of_interests, SaveSaying(paper, is_saved))


# ------------------------------------------------------------------------------------------------- saying, taking back


def say(reader: Subscriber, saying: Saying | SaveSaying, now: datetime) -> str:
    """Change what it says, and nothing if it is so; what came of it, in words."""
    if saying.is_so:
        return gettext("Nothing changed: it was already so. %(state)s") % {"state": saying.state}
    if not saying.becomes_so(reader, now):
        return saying.full
    return gettext("Done. %(state)s") % {"state": saying.state}


def take_back(reader: Subscriber, saying: Saying | SaveSaying) -> str:
    """Make it as it was before; what came of it, in words."""
    if saying.goes_back(reader):
        return gettext("Undone: everything is as it was before “%(button)s”.") % {"button": saying.button}
    return gettext("Nothing changed: there is no “%(button)s” to undo.") % {"button": saying.button}
