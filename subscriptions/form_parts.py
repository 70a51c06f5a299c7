"""The parts in which the preferences' form is folded, and what each says while it is."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

from django.forms import BoundField
from django.utils.translation import gettext as _

from subscriptions.fields import BoundTopics, TypedField
from subscriptions.forms import PreferencesForm
from subscriptions.interests.kinds import PHRASE
from subscriptions.models import Subscriber

MOST_NAMED = 4  # things that a part holds


class Part(NamedTuple):
    said: str  # what it holds now, in a line; empty: nothing
    is_open: bool


def of(form: PreferencesForm) -> dict[str, Part]:
    """As it is filled in. Open are the first, and those in which an answer needs correcting."""
    typed = [(name, field) for name, field in form.fields.items() if isinstance(field, TypedField)]
    phrases = [name for name, field in typed if field.wanted and field.kind is PHRASE]
    others = [name for name, field in typed if field.wanted and field.kind is not PHRASE]
    unwanted = [name for name, field in typed if not field.wanted]
    left_out = [*_topics(form, "muted"), *_lines(form, unwanted), *_papers(form, wanted=False)]
    size = [f"{form['cap'].label}: {form['cap'].value()}", _label(form["bar"])]
    return {
        "words": Part(_named([*_lines(form, phrases), *_papers(form, wanted=True)]), is_open=True),
        "topics": _part(form, ["topics"], _topics(form, "topics")),
        "people": _part(form, others, _lines(form, others)),
        "unwanted": _part(form, ["muted", "unwanted_paste", *unwanted], left_out),
        "digest": _part(form, ["trending", "cap", "bar", "shows"], size),
        "when": _part(form, ["hour", "zone", "days", "cadence", "paused_until"], _when(form)),
    }


def _part(form: PreferencesForm, fields: Iterable[str], holds: Sequence[str]) -> Part:
    return Part(_named(holds), is_open=any(form[name].errors for name in fields))


def _topics(form: PreferencesForm, name: str) -> list[str]:
    return [_(topic.name) for topic in cast(BoundTopics, form[name]).chosen]


def _named(things: Sequence[str]) -> str:
    named = ", ".join(things[:MOST_NAMED])
    more = len(things) - MOST_NAMED
    return _("%(named)s and %(more)d more") % {"named": named, "more": more} if more > 0 else named


def _lines(form: PreferencesForm, fields: Iterable[str]) -> list[str]:
    """What is typed in them."""
    typed = (line.strip() for name in fields for line in (form[name].value() or "").splitlines())
    return [line for line in typed if line]


def _papers(form: PreferencesForm, *, wanted: bool) -> list[str]:
    return [paper.name for paper in form.papers if paper.wanted == wanted]


def _when(form: PreferencesForm) -> list[str]:
    place = str(form["zone"].value() or "").rpartition("/")[2].replace("_", " ")
    found = [f"{_label(form['hour'])} {place}"]
    if form["cadence"].value() == Subscriber.Cadence.WEEKLY:
        found.append(_label(form["cadence"]))
    if until := form["paused_until"].value():
        found.append(f"{form['paused_until'].label}: {until}")
    return found


def _label(field: BoundField) -> str:
    """Of the answer that is chosen; empty where that is none of the answers."""
    return next((str(one.choice_label) for one in field if one.data["selected"]), "")
