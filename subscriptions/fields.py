"""The fields of readers' forms: how each reads what was typed, ticked or pasted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

from papers import site_clock
from papers.models import Topic
from subscriptions.interests import importing, kinds
from subscriptions.interests.importing import Import
from subscriptions.interests.kinds import PAPER, TOPIC, InterestKind, InterestSpec

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

MOST_POPULAR = 8  # topics that are shown before any is asked for
MOST_BROUGHT = 20  # interests by a link
MOST_TYPED = 100_000  # characters of a field
MOST_SHOWN_AGAIN = 64_000  # characters of what was pasted
EXPECTED_ADDRESS = _("Enter an email address like ada@example.org.")
COPIED_ADDRESS = re.compile(r"(?:mailto:|[^<>]*<)([^<>?]+)(?:\?.*|>\s*)?", re.IGNORECASE)
TOO_LONG_TO_SHOW = _("What you pasted is too long to show again: please paste it once more.")


class AddressField(forms.CharField):
    """An email address, in lower case and with its domain as mail servers know it; also out of what people copy, such
    as Ada <ada@example.org> or mailto:ada@example.org."""

    widget = forms.EmailInput(attrs={"autocomplete": "email", "placeholder": "ada@example.org"})
    default_error_messages = {"required": EXPECTED_ADDRESS}

    def clean(self, value: Any) -> str:
        # Copied text brings characters along that nobody sees.
        seen = "".join(one for one in str(value or "") if unicodedata.category(one) not in ("Cf", "Zs") or one == " ")
        text = super().clean(COPIED_ADDRESS.sub(r"\1", seen.strip()))
        local, at, domain = text.rpartition("@")
        if not at:
            raise ValidationError(_("Enter an email address like ada@example.org: this has no @."))
        if not local.isascii():
            raise ValidationError(_("Enter an address without accents before the @: we cannot write to others yet."))
        if re.search(r"[@\s,;]", text.replace("@", "", 1)):
            raise ValidationError(_("Enter one email address alone, like ada@example.org."))
        # A site for lab.local knows that mail goes there, though it is no domain of the internet.
        own = domain.lower() if settings.SIGNUP.domains and settings.SIGNUP.admits(domain.lower()) else ""
        asked = f"{local}@example.org" if own else text
        try:
            found = validate_email(asked, check_deliverability=False, allow_smtputf8=False, allow_quoted_local=False)
        except EmailNotValidError as error:
            raise ValidationError(EXPECTED_ADDRESS) from error
        if found.ascii_email is None or len(found.ascii_email) > 254:
            raise ValidationError(EXPECTED_ADDRESS)
        return f"{found.ascii_local_part}@{own}".lower() if own else found.ascii_email.lower()


class TopicGroup(NamedTuple):
    name: _StrOrPromise
    topics: Sequence[Topic]


class BoundTopics(BoundField):
    """As templates/subscriptions/topics_field.html shows it: each topic once."""

    field: TopicsField

    @cached_property
    def chosen(self) -> list[Topic]:
        slugs = set(self.value() or ())
        return [topic for topic in self._topics if topic.slug in slugs]

    @cached_property
    def first(self) -> TopicGroup:
        """What is seen at once: those that are chosen, and where topics are wanted the popular ones."""
        if not self.field.wanted:
            return TopicGroup(_("Chosen"), self.chosen)
        popular = [topic for topic in Topic.objects.popular(site_clock.now()) if topic not in self.chosen]
        heading = (_("Chosen and popular") if popular else _("Chosen")) if self.chosen else _("Popular")
        return TopicGroup(heading, [*self.chosen, *popular[:MOST_POPULAR]])

    @cached_property
    def groups(self) -> list[TopicGroup]:
        """All the others."""
        others = [topic for topic in self._topics if topic not in self.first.topics]
        return [TopicGroup(gettext(name), list(some)) for name, some in groupby(others, lambda topic: topic.group)]

    @cached_property
    def _topics(self) -> list[Topic]:
        return list(Topic.objects.all())


class TopicsField(forms.ModelMultipleChoiceField):
    """Topics by their slugs; cleaned to a list of slugs."""

    bound_field_class = BoundTopics
    default_error_messages = {"invalid_choice": _("Choose topics from the list: “%(value)s” is not one.")}

    def __init__(self, *, wanted: bool = True, **kwargs: Any) -> None:
        self.wanted = wanted
        super().__init__(queryset=Topic.objects.all(), to_field_name="slug", required=False, **kwargs)
        self.widget = forms.CheckboxSelectMultiple()

    def clean(self, value: Any) -> Any:
        topics: QuerySet[Topic] = super().clean(value)
        return sorted(topic.slug for topic in topics)

    def specs(self, cleaned: Iterable[str]) -> Iterator[InterestSpec]:
        return (InterestSpec(TOPIC.key, slug, self.wanted) for slug in cleaned)


class TypedField(forms.CharField):
    """Interests of a kind, one a line; cleaned to a list of them."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "none"})

    def __init__(self, kind: InterestKind, *, wanted: bool = True, **kwargs: Any) -> None:
        self.kind, self.wanted = kind, wanted
        super().__init__(required=False, max_length=MOST_TYPED, **kwargs)

    def clean(self, value: Any) -> Any:
        lines = super().clean(value).splitlines()
        found: dict[tuple[str, str], InterestSpec] = {}
        for interest in (kinds.parse(self.kind.key, line, wanted=self.wanted) for line in lines if line.strip()):
            found.setdefault(interest.name, interest)
        return list(found.values())

    def specs(self, cleaned: Iterable[InterestSpec]) -> Iterator[InterestSpec]:
        return iter(cleaned)


class PasteField(forms.CharField):
    """Papers in whatever form they are at hand; cleaned to what was understood, or None where nothing was pasted.

    How much that may be is for request_sizes to say: from a box that has a maximum browsers cut off what is more.
    """

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "none"})

    def __init__(self, *, wanted: bool = True, **kwargs: Any) -> None:
        self.wanted = wanted
        super().__init__(required=False, **kwargs)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundField:
        """Without what is too long to be shown again, which its help says."""
        bound = super().get_bound_field(form, field_name)
        if len(bound.data or "") > MOST_SHOWN_AGAIN:
            bound.help_text = TOO_LONG_TO_SHOW
        return bound

    def bound_data(self, data: Any, initial: Any) -> Any:
        return "" if len(data or "") > MOST_SHOWN_AGAIN else data

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return importing.resolve(text) if text else None

    def specs(self, cleaned: Import | None) -> Iterator[InterestSpec]:
        return (InterestSpec(PAPER.key, key, self.wanted) for key in (cleaned.keys if cleaned else ()))


class InterestsField(forms.Field):
    """Interests that a link brings along, each as "author:Ada Quill"; cleaned to a list of (kind, value)."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> Any:
        found = []
        for text in (value or ())[:MOST_BROUGHT]:
            kind, _colon, written = text.partition(":")
            is_paper_here = kind == PAPER.key and importing.papers_of([written])
            if not (is_paper_here or (kind in kinds.KINDS and kinds.KINDS[kind].typed)):
                expected = _("Expected something like author:Ada Quill behind “interests”: “%(found)s” is not one.")
                raise ValidationError(expected, params={"found": text[:60]})
            found.append(list(kinds.parse(kind, written)[:2]))
        return found


class KeysField(forms.MultipleChoiceField):
    """Keys of papers, whichever: one that is gone already may be dropped again."""

    def valid_value(self, value: Any) -> bool:
        return True
