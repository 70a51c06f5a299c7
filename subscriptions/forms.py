"""What readers may ask for, checked."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from papers import identifiers
from papers.models import Lookup
from subscriptions.fields import AddressField, InterestsField, KeysField, PasteField, TopicsField, TypedField
from subscriptions.interests import importing
from subscriptions.interests.importing import Import
from subscriptions.interests.kinds import KINDS, PAPER, TOPIC, InterestKind, InterestSpec
from subscriptions.models import MOST_INTERESTS, Subscriber

MOST_PAPERS = 30


@dataclass(frozen=True)
class Followed:
    """A paper of a reader's list, and what became of looking it up if it is not here."""

    key: str
    title: str  # empty: it is not here
    page: str  # the key that it has here
    wanted: bool
    outcome: str

    @property
    def name(self) -> str:
        return self.title or identifiers.shown(self.key)


@cache
def zones() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """UTC, and under each part of the world the zones that have a place's name."""
    places = (name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    parts = groupby(sorted(places), lambda name: name.partition("/")[0])
    named = [(part, [(name, name.partition("/")[2].replace("_", " ")) for name in names]) for part, names in parts]
    return [("UTC", "UTC"), *named]


class AddressForm(forms.Form):
    """Where letters are to go. Not a ModelForm: that would tell a stranger which addresses are already subscribed."""

    address = AddressField(label=_("Your email address"), max_length=254)


class MayJoin:
    """For a form whose address becomes a reader's: one that the site admits."""

    cleaned_data: dict[str, Any]

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if not settings.SIGNUP.admits(address.rpartition("@")[2]):
            expected = _("Enter an address at %(domains)s: this site is for those who have one.")
            raise ValidationError(expected, params={"domains": ", ".join(settings.SIGNUP.domains)})
        return address


class NewAddressForm(MayJoin, forms.Form):
    """Where a reader wants them to go instead."""

    address = AddressField(label=_("Your new email address"), max_length=254)


class SignUpForm(MayJoin, AddressForm):
    """The address is all that it takes. Zone and hour are what a page found out by itself: what is not understood of
    them is left open, as nobody typed it. Topics and interests come along by links, such as an author's page has."""

    topics = TopicsField(label=_("Topics"))
    interests = InterestsField(required=False)
    zone = forms.CharField(required=False)
    hour = forms.CharField(required=False)

    def clean_zone(self) -> str:
        zone: str = self.cleaned_data["zone"]
        return zone if forms.ChoiceField(choices=zones).valid_value(zone) else ""

    def clean_hour(self) -> int | None:
        hour: str = self.cleaned_data["hour"]
        return int(hour) if re.fullmatch("[0-9]|1[0-9]|2[0-3]", hour) else None


class ChoiceForm(forms.Form):
    """The short choice with which a digest begins: topics, zone and hour."""

    topics = TopicsField(label=_("Topics"))
    zone = forms.ChoiceField(choices=zones, label=_("Time zone"))
    hour = forms.TypedChoiceField(
        choices=[(hour, f"{hour:02d}:00") for hour in range(24)], coerce=int, label=_("Hour of your digest")
    )


class BeginForm(ChoiceForm):
    """The page that the confirm link opens: the short choice, and one button."""

    def __init__(self, reader: Subscriber, data: Any = None, brought: Mapping[str, Any] | None = None) -> None:
        """`brought`: what a sign-up asked for, by field; it goes before what the reader's row says."""
        self.reader = reader
        super().__init__(data, initial=self.asked_for() | dict(brought or {}))

    def asked_for(self) -> dict[str, Any]:
        return {"topics": self.reader.topics(), "zone": self.reader.zone, "hour": self.reader.hour}

    def apply(self) -> None:
        """Set the reader's columns, for the caller to save, and the interests."""
        self.fill(self.reader)
        self.choose()

    def fill(self, reader: Subscriber) -> None:
        """Set the reader's columns, for the caller to save or to look at."""
        reader.zone, reader.hour = self.cleaned_data["zone"], self.cleaned_data["hour"]

    def choose(self) -> None:
        self.reader.choose_topics(self.cleaned_data["topics"])


def _what_may_be_shown() -> list[tuple[str, Any]]:
    """Summaries that machines wrote only where the site keeps them."""
    unkept = set() if settings.HUGGINGFACE_AI_SUMMARIES else {Subscriber.Shows.SUMMARY}
    return [(value, label) for value, label in Subscriber.Shows.choices if value not in unkept]


class PreferencesForm(BeginForm):
    """Everything that a reader can change; each kind of interest that is typed has its two fields, too."""

    muted = TopicsField(wanted=False, label=_("Topics you do not want"))
    paste = PasteField(
        label=_("Add papers"),
        help_text=_(
            "Paste anything: arXiv IDs or links, DOIs, BibTeX, RIS, .enw, .nbib, or one title a line. "
            "Papers that are not here yet are looked up on arXiv."
        ),
    )
    unwanted_paste = PasteField(
        wanted=False, label=_("Examples of papers you do not want"), help_text=_("Paste anything, as above.")
    )
    dropped = KeysField(required=False)
    trending = forms.BooleanField(required=False, label=_("Also send me what is trending"))
    days = forms.TypedMultipleChoiceField(
        choices=list(WEEKDAYS.items()), coerce=int, widget=forms.CheckboxSelectMultiple, label=_("Days")
    )
    cadence = forms.ChoiceField(
        choices=[
            (Subscriber.Cadence.DAILY.value, _("Daily")),
            (Subscriber.Cadence.WEEKLY.value, _("Weekly, on the first of these days")),
        ],
        widget=forms.RadioSelect,
        label=_("How often"),
    )
    cap = forms.IntegerField(min_value=1, max_value=MOST_PAPERS, label=_("Most papers in a digest"))
    bar = forms.TypedChoiceField(
        choices=Subscriber.Bar,
        coerce=float,
        widget=forms.RadioSelect,
        label=_("How close a paper must be to your interests"),
        help_text=_(
            "Judged by how prominently it mentions your words and how close it is in meaning. "
            "Papers by those you follow always come."
        ),
    )
    shows = forms.ChoiceField(
        required=False,  # A page that was opened before there was this choice does not send it.
        choices=_what_may_be_shown,
        widget=forms.RadioSelect,
        label=_("What a digest shows of each paper"),
    )
    paused_until = forms.DateField(
        required=False,
        label=_("Paused until"),
        help_text=_("Your digest starts again on this day. Leave empty for no pause."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, reader: Subscriber, data: Any = None) -> None:
        super().__init__(reader, data)
        for kind in KINDS.values():
            if typed := kind.typed:
                wanted, unwanted = self._written(kind, wanted=True), self._written(kind, wanted=False)
                self.fields[typed.field] = TypedField(
                    kind, label=typed.label, help_text=typed.help_text, initial=wanted
                )
                self.fields[f"unwanted_{typed.field}"] = TypedField(
                    kind, wanted=False, label=typed.unwanted_label, initial=unwanted
                )
        self.order_fields([*BeginForm.base_fields, "muted", *(field.name for field in self.typed_fields)])

    @property
    def typed_fields(self) -> list[BoundField]:
        """Of the kinds that are typed, each with what is wanted before what is not."""
        return [self[name] for name, field in self.fields.items() if isinstance(field, TypedField)]

    def asked_for(self) -> dict[str, Any]:
        reader = self.reader
        return {
            **super().asked_for(),
            "muted": [interest.value for interest in self._stated(TOPIC) if not interest.wanted],
            "trending": reader.trending_muted_at is None,
            "days": reader.days,
            "cadence": reader.cadence,
            "cap": reader.cap,
            "bar": reader.bar,
            "shows": reader.shows,
            "paused_until": reader.paused_until,
        }

    @cached_property
    def _now(self) -> list[InterestSpec]:
        """What the reader had asked for when the form was opened."""
        return self.reader.interest_specs(learned=False)

    def _stated(self, kind: InterestKind) -> list[InterestSpec]:
        return [interest for interest in self._now if interest.kind == kind.key]

    def _written(self, kind: InterestKind, *, wanted: bool) -> str:
        return "\n".join(interest.written for interest in self._stated(kind) if interest.wanted == wanted)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        asked = list(self._asked())
        unwanted = {interest.name for interest in asked if not interest.wanted}
        if both := [interest.value for interest in asked if interest.wanted and interest.name in unwanted]:
            expected = _("Choose whether you want “%(found)s” or not: it is listed as both.")
            self.add_error(None, ValidationError(expected, params={"found": both[0]}))
        elif (count := len(self.interests())) > MOST_INTERESTS:
            expected = _("You can have at most %(most)d interests in all: these are %(count)d.")
            self.add_error(None, ValidationError(expected, params={"most": MOST_INTERESTS, "count": count}))
        return cleaned

    def _asked(self) -> Iterator[InterestSpec]:
        """What is ticked, typed and pasted."""
        for name, field in self.fields.items():
            if isinstance(field, TopicsField | TypedField | PasteField):
                yield from field.specs(self.cleaned_data[name])

    def _chosen(self) -> list[InterestSpec]:
        here = self.reader.interest_specs(learned=False)
        dropped = self.cleaned_data["dropped"]
        papers = [one for one in here if one.kind == PAPER.key and one.value not in dropped]
        return list({interest.name: interest for interest in (*papers, *self._asked())}.values())

    def interests(self) -> list[InterestSpec]:
        """All that the reader would have if this were saved now. Nothing is."""
        learned = {interest.name: interest for interest in self.reader.interest_specs(learned=True)}
        return list((learned | {interest.name: interest for interest in self._chosen()}).values())

    @property
    def pasted(self) -> Import | None:
        """What was understood of what was pasted, once the form is valid."""
        found = [found for name in ("paste", "unwanted_paste") if (found := self.cleaned_data[name])]
        return Import.of_all(found) if found else None

    @cached_property
    def papers(self) -> list[Followed]:
        """The papers that the reader named so far."""
        stated = self._stated(PAPER)
        here = importing.papers_of([interest.value for interest in stated])
        outcomes = importing.outcomes(interest.value for interest in stated if interest.value not in here)
        return [
            Followed(
                interest.value, title, page, interest.wanted, outcomes.get(interest.value, Lookup.Outcome.WAITING)
            )
            for interest in stated
            for page, title in [here.get(interest.value, ("", ""))]
        ]

    def fill(self, reader: Subscriber) -> None:
        super().fill(reader)
        wanted = self.cleaned_data
        reader.days, reader.cadence = sorted(wanted["days"]), wanted["cadence"]
        reader.cap, reader.bar, reader.paused_until = wanted["cap"], wanted["bar"], wanted["paused_until"]
        reader.shows = wanted["shows"] or reader.shows
        reader.mute_trending(not wanted["trending"])

    def choose(self) -> None:
        self.reader.choose(self._chosen())
