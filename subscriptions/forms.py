"""What readers may ask for, checked."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

from papers.models import Topic
from subscriptions.models import Subscriber

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
        """Set the reader's columns, for the caller to save, and the topics."""
        self.reader.zone, self.reader.hour = self.cleaned_data["zone"], self.cleaned_data["hour"]
        self.reader.choose_topics(self.cleaned_data["topics"])


class PreferencesForm(BeginForm):
    """Everything that a reader can change."""

    trending = forms.BooleanField(required=False, label=_("Also send me what is trending"))
    days = forms.TypedMultipleChoiceField(
        choices=list(WEEKDAYS.items()), coerce=int, widget=forms.CheckboxSelectMultiple, label=_("Days")
    )
    cadence = forms.ChoiceField(choices=Subscriber.Cadence, widget=forms.RadioSelect, label=_("How often"))
    cap = forms.IntegerField(min_value=1, max_value=MOST_PAPERS, label=_("Papers in a letter, at most"))
    paused_until = forms.DateField(
        required=False,
        label=_("Paused until"),
        help_text=_("Letters come again on this day. Empty: no pause."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def asked_for(self) -> dict[str, Any]:
        reader = self.reader
        return super().asked_for() | {
            "trending": reader.trending_muted_at is None,
            "days": reader.days,
            "cadence": reader.cadence,
            "cap": reader.cap,
            "paused_until": reader.paused_until,
        }

    def apply(self) -> None:
        super().apply()
        reader, wanted = self.reader, self.cleaned_data
        reader.days, reader.cadence = sorted(wanted["days"]), wanted["cadence"]
        reader.cap, reader.paused_until = wanted["cap"], wanted["paused_until"]
        reader.mute_trending(not wanted["trending"])
