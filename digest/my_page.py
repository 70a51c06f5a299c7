"""What a reader's own page shows beside the form: what they get, what came of it, what they said and saved."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from digest import effects, last_days, previewing
from digest.effects import Effect
from digest.last_days import LastDays
from digest.models import Saved
from digest.previewing import Preview
from subscriptions.interests import importing
from subscriptions.models import Interest, Subscriber

EFFECTS_TOLD = 12  # of what was said last


class Said(NamedTuple):
    """One thing that was learned from feedback."""

    row: Interest
    name: str
    effect: Effect | None


@dataclass(frozen=True)
class MyPage:
    """Named in settings.MY_PAGE. Nothing of it is looked for before it is shown, and nothing twice."""

    reader: Subscriber
    now: datetime

    @cached_property
    def preview(self) -> Preview:
        """As everything is saved."""
        return previewing.of_reader(self.reader, self.now)

    @cached_property
    def last_days(self) -> LastDays:
        return last_days.of(self.reader, self.now)

    @cached_property
    def said(self) -> list[Said]:
        """The latest first."""
        rows = list(self.reader.interests.filter(origin=Interest.Origin.FEEDBACK).order_by("-learned_at", "-pk"))
        names = importing.names((row.kind, row.value) for row in rows)
        told = effects.of(self.reader, [row.spec for row in rows[:EFFECTS_TOLD]], self.now) if rows else {}
        return [Said(row, names.get((row.kind, row.value), row.spec.written), told.get(row.spec)) for row in rows]

    @cached_property
    def saved(self) -> int:
        """How many papers."""
        return Saved.objects.filter(subscriber=self.reader).count()
