"""What readers may ask for, checked."""

from collections.abc import Iterator
from functools import cache, cached_property
from typing import Any, NamedTuple
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

from papers.models import Lookup, Topic
from subscriptions.interests import importing, kinds, pasting
from subscriptions.interests.importing import Import
from subscriptions.interests.kinds import InterestSpec, Kind
from subscriptions.models import MOST_INTERESTS, Subscriber

MOST_PAPERS = 30
EXPECTED_ADDRESS = _("Expected an email address like ada@example.org.")


class AddressField(forms.CharField):
    """An email address, in lower case and with its domain as mail servers know it."""

    widget = forms.EmailInput(attrs={"autocomplete": "email", "placeholder": "ada@example.org"})
    default_error_messages = {"required": EXPECTED_ADDRESS}

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            found = validate_email(text, check_deliverability=False, allow_smtputf8=False, allow_quoted_local=False)
        except EmailNotValidError as error:
            raise ValidationError(EXPECTED_ADDRESS) from error
        if found.ascii_email is None or len(found.ascii_email) > 254:
            raise ValidationError(EXPECTED_ADDRESS)
        return found.ascii_email.lower()


class TopicsField(forms.ModelMultipleChoiceField):
    """Topics by their slugs; cleaned to a list of slugs."""

    default_error_messages = {"invalid_choice": _("Expected topics of the list, found %(value)s.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Topic.objects.all(), to_field_name="slug", required=False, **kwargs)
        self.widget = forms.CheckboxSelectMultiple()

    def clean(self, value: Any) -> Any:
        topics: QuerySet[Topic] = super().clean(value)
        return sorted(topic.slug for topic in topics)


class InterestsField(forms.CharField):
    """Interests of a kind, one a line; cleaned to a list of them."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "none"})

    def __init__(self, kind: Kind, *, wanted: bool = True, **kwargs: Any) -> None:
        self.kind, self.wanted = kind, wanted
        super().__init__(required=False, max_length=pasting.MOST_CHARACTERS, **kwargs)

    def clean(self, value: Any) -> Any:
        lines = super().clean(value).splitlines()
        found: dict[tuple[str, str], InterestSpec] = {}
        for interest in (kinds.parse(self.kind, line, wanted=self.wanted) for line in lines if line.strip()):
            found.setdefault(interest.name, interest)
        return list(found.values())


class PasteField(forms.CharField):
    """Papers in whatever form they are at hand; cleaned to what was understood, or None where nothing was pasted."""

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "none"})

    def __init__(self, *, wanted: bool = True, **kwargs: Any) -> None:
        self.wanted = wanted
        super().__init__(required=False, max_length=pasting.MOST_CHARACTERS, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return importing.resolve(text) if text else None


class KeysField(forms.MultipleChoiceField):
    """Keys of papers, whichever: one that is gone already may be dropped again."""

    def valid_value(self, value: Any) -> bool:
        return True


class Followed(NamedTuple):
    """A paper of a reader's list, and what became of looking it up if it is not here."""

    key: str
    title: str  # empty: it is not here
    page: str  # the key that it has here
    wanted: bool
    outcome: str


@cache
def zones() -> list[tuple[str, str]]:
    """Every zone that has a place's name, and UTC."""
    places = (name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in sorted(places))]


class AddressForm(forms.Form):
    """Where letters are to go. Not a ModelForm: that would tell a stranger which addresses are already subscribed."""

    address = AddressField(label=_("Your email address"), max_length=254)


class SignUpForm(AddressForm):
    topics = TopicsField(label=_("Topics, if you like"))


class BeginForm(forms.Form):
    """The page that the confirm link opens: topics, zone and hour, and one button."""

    topics = TopicsField(label=_("Topics"))
    zone = forms.ChoiceField(choices=zones, label=_("Time zone"))
    hour = forms.TypedChoiceField(
        choices=[(hour, f"{hour:02d}:00") for hour in range(24)], coerce=int, label=_("Hour of the letter")
    )

    def __init__(self, reader: Subscriber, data: Any = None) -> None:
        self.reader = reader
        super().__init__(data, initial=self.asked_for())

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


class PreferencesForm(BeginForm):
    """Everything that a reader can change."""

    muted = TopicsField(label=_("Topics"))
    phrases = InterestsField(
        Kind.PHRASE, label=_("In your own words"), help_text=_("A phrase a line, like: sparse autoencoders")
    )
    unwanted_phrases = InterestsField(Kind.PHRASE, wanted=False, label=_("Phrases, one a line"))
    authors = InterestsField(
        Kind.AUTHOR,
        label=_("Authors"),
        help_text=_(
            "A name a line as papers print it, or a Hugging Face account like huggingface:ada. Where others have the "
            "same name, say in which categories it counts: Ada Quill (cs.CL, cs.LG)"
        ),
    )
    unwanted_authors = InterestsField(Kind.AUTHOR, wanted=False, label=_("Authors, one a line"))
    organisations = InterestsField(
        Kind.ORGANISATION, label=_("Organisations"), help_text=_("A name a line, like: Harbour Institute")
    )
    unwanted_organisations = InterestsField(Kind.ORGANISATION, wanted=False, label=_("Organisations, one a line"))
    categories = InterestsField(Kind.CATEGORY, label=_("arXiv categories"), help_text=_("One a line, like: cs.CL"))
    unwanted_categories = InterestsField(Kind.CATEGORY, wanted=False, label=_("arXiv categories, one a line"))
    paste = PasteField(
        label=_("Add papers"),
        help_text=_("Paste anything: arXiv ids or links, DOIs, BibTeX, RIS, or a title a line."),
    )
    unwanted_paste = PasteField(
        wanted=False, label=_("Papers unlike those you want"), help_text=_("Paste anything, as above.")
    )
    dropped = KeysField(required=False)
    trending = forms.BooleanField(required=False, label=_("Also send me what is trending"))
    days = forms.TypedMultipleChoiceField(
        choices=list(WEEKDAYS.items()), coerce=int, widget=forms.CheckboxSelectMultiple, label=_("Days")
    )
    cadence = forms.ChoiceField(choices=Subscriber.Cadence, widget=forms.RadioSelect, label=_("How often"))
    cap = forms.IntegerField(min_value=1, max_value=MOST_PAPERS, label=_("Papers in a letter, at most"))
    bar = forms.TypedChoiceField(
        choices=Subscriber.Bar,
        coerce=float,
        widget=forms.RadioSelect,
        label=_("What is near to your words in meaning"),
        help_text=_("What says your very words always comes."),
    )
    paused_until = forms.DateField(
        required=False,
        label=_("Paused until"),
        help_text=_("Letters come again on this day. Empty: no pause."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def asked_for(self) -> dict[str, Any]:
        reader, fields = self.reader, self.base_fields.items()
        written = {name: self._written(field) for name, field in fields if isinstance(field, InterestsField)}
        return {
            **super().asked_for(),
            **written,
            "muted": [interest.value for interest in self._now if interest.kind == Kind.TOPIC and not interest.wanted],
            "trending": reader.trending_muted_at is None,
            "days": reader.days,
            "cadence": reader.cadence,
            "cap": reader.cap,
            "bar": reader.bar,
            "paused_until": reader.paused_until,
        }

    @cached_property
    def _now(self) -> list[InterestSpec]:
        """What the reader had asked for when the form was opened."""
        return self.reader.interest_specs(learned=False)

    def _written(self, field: InterestsField) -> str:
        return "\n".join(
            interest.written
            for interest in self._now
            if (interest.kind, interest.wanted) == (field.kind, field.wanted)
        )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if not self.errors:
            self._check_together()
        return cleaned

    def _check_together(self) -> None:
        asked = list(self._asked())
        unwanted = {interest.name for interest in asked if not interest.wanted}
        if both := [interest.value for interest in asked if interest.wanted and interest.name in unwanted]:
            expected = _("Expected each thing as wanted or as not wanted, found %(found)s as both.")
            self.add_error(None, ValidationError(expected, params={"found": both[0]}))
        elif (count := len(self.interests())) > MOST_INTERESTS:
            expected = _("Expected at most %(most)d interests in all, found %(count)d.")
            self.add_error(None, ValidationError(expected, params={"most": MOST_INTERESTS, "count": count}))

    def _asked(self) -> Iterator[InterestSpec]:
        """What is ticked, typed and pasted."""
        for name, field in self.fields.items():
            if isinstance(field, InterestsField):
                yield from self.cleaned_data[name]
            elif isinstance(field, PasteField) and (found := self.cleaned_data[name]):
                yield from (InterestSpec(Kind.PAPER, key, field.wanted) for key in found.keys)
        yield from (InterestSpec(Kind.TOPIC, slug) for slug in self.cleaned_data["topics"])
        yield from (InterestSpec(Kind.TOPIC, slug, wanted=False) for slug in self.cleaned_data["muted"])

    def _chosen(self) -> list[InterestSpec]:
        here = self.reader.interest_specs(learned=False)
        papers = [
            interest
            for interest in here
            if interest.kind == Kind.PAPER and interest.value not in self.cleaned_data["dropped"]
        ]
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
        papers_now = [interest for interest in self._now if interest.kind == Kind.PAPER]
        here = importing.papers_of([interest.value for interest in papers_now])
        outcomes = importing.outcomes(interest.value for interest in papers_now if interest.value not in here)
        return [
            Followed(
                interest.value, title, page, interest.wanted, outcomes.get(interest.value, Lookup.Outcome.WAITING)
            )
            for interest in papers_now
            for page, title in [here.get(interest.value, ("", ""))]
        ]

    @property
    def says_no(self) -> bool:
        """Whether anything is, or is about to be, not wanted."""
        fields = ["muted", *(name for name in self.fields if name.startswith("unwanted_"))]
        return any(self[name].value() for name in fields) or any(not paper.wanted for paper in self.papers)

    def fill(self, reader: Subscriber) -> None:
        super().fill(reader)
        wanted = self.cleaned_data
        reader.days, reader.cadence = sorted(wanted["days"]), wanted["cadence"]
        reader.cap, reader.bar, reader.paused_until = wanted["cap"], wanted["bar"], wanted["paused_until"]
        reader.mute_trending(not wanted["trending"])

    def choose(self) -> None:
        self.reader.choose(self._chosen())
