"""What readers want to read about, and what not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy

from subscriptions.interests import kinds
from subscriptions.interests.kinds import KINDS, InterestSpec

MOST_INTERESTS = 200  # of a reader, whatever their kinds
MOST_REPLACED = 20  # states of one interest that undoing can go back to
STATED = ("value", "wanted", "origin", "guard", "learned_at", "replaced")


class Interest(models.Model):
    """One thing that a reader wants to read about, or does not."""

    class Origin(models.TextChoices):
        CHOSEN = "chosen", gettext_lazy("chosen")
        IMPORTED = "imported", gettext_lazy("pasted")
        FEEDBACK = "feedback", gettext_lazy("learned")

    subscriber = models.ForeignKey("Subscriber", on_delete=models.CASCADE, related_name="interests")
    kind = models.CharField(max_length=20, choices=kinds.choices)
    # A topic's slug; a phrase as typed; a paper's key; an author's name as printed, or "huggingface:" and an account;
    # an organisation's name; a category like "cs.CL". No two of a reader and kind differ in upper and lower case only.
    value = models.CharField(max_length=220)
    wanted = models.BooleanField(default=True)
    origin = models.CharField(max_length=20, choices=Origin, default=Origin.CHOSEN)
    # The categories in which an author's name counts, as namesakes are common; none: in all.
    guard = models.JSONField(default=list, blank=True, validators=[kinds.list_of_categories])
    learned_at = models.DateTimeField(null=True, blank=True)  # of what comes from feedback
    # What feedback took the place of, the latest last: each as `replaceable` has it. Never of what was chosen.
    replaced = models.JSONField(default=list, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "kind", "value"], name="one_interest_per_kind_and_value")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @classmethod
    def of(cls, reader: int, interest: InterestSpec, learned_at: datetime | None = None) -> Interest:
        """A new row of the reader with this key, unsaved."""
        row = cls(subscriber_id=reader, kind=interest.kind)
        row.becomes(interest, learned_at)
        return row

    @property
    def spec(self) -> InterestSpec:
        """Whatever the row holds, as somebody may have changed it by hand."""
        guard = self.guard if isinstance(self.guard, list) else []
        return InterestSpec(
            self.kind, str(self.value), bool(self.wanted), tuple(one for one in guard if isinstance(one, str))
        )

    def becomes(self, interest: InterestSpec, learned_at: datetime | None = None) -> bool:
        """For the caller to save; whether anything changed. Feedback remembers what it replaces."""
        own = Interest.Origin.IMPORTED if KINDS[self.kind].is_pasted else Interest.Origin.CHOSEN
        before = [getattr(self, name) for name in STATED]
        replaced = [*self.earlier, self.replaceable] if learned_at and self.pk else []
        # The first is what the reader chose, and stays; each is the opposite of the next, so they go in pairs.
        self.replaced = replaced if len(replaced) <= MOST_REPLACED else [replaced[0], *replaced[3:]]
        self.value, self.wanted, self.guard = interest.value, interest.wanted, list(interest.guard)
        self.origin, self.learned_at = Interest.Origin.FEEDBACK if learned_at else own, learned_at
        return [getattr(self, name) for name in STATED] != before

    def goes_back(self) -> bool:
        """For the caller to save: as it was before the last feedback. False: it was not there before."""
        if not self.earlier:
            return False
        *self.replaced, last = self.earlier
        self.value, self.wanted = last["value"], last["wanted"]
        self.origin, self.guard = last["origin"], last["guard"]
        self.learned_at = datetime.fromisoformat(last["learned_at"]) if last["learned_at"] else None
        return True

    @property
    def earlier(self) -> list[dict[str, Any]]:
        """What feedback took the place of, as far as it can be gone back to."""
        states = self.replaced if isinstance(self.replaced, list) else []
        return [one for one in states if isinstance(one, dict) and one.keys() == self.replaceable.keys()]

    @property
    def replaceable(self) -> dict[str, Any]:
        """Its state in JSON."""
        learned_at = self.learned_at.isoformat() if self.learned_at else None
        kept = {"value": self.value, "wanted": self.wanted, "origin": self.origin, "guard": self.guard}
        return kept | {"learned_at": learned_at}

    def clean(self) -> None:
        """The admin's check; a reader's own is the form's."""
        if self.kind in KINDS:  # Else the field says so.
            interest = kinds.parse(self.kind, self.value)
            self.value, self.guard = interest.value, list(interest.guard) or self.guard or []
