"""A letter's page of its own: the site's cards under the letter's headings, with the letter's reasons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from digest.letters import composing
from digest.letters.composing import Parts
from papers.models import Paper
from subscriptions import links, slots
from subscriptions.composing import reader_of
from subscriptions.links import BadLink, Purpose
from subscriptions.models import Letter

Words = str | Promise
# Of each part, and the order of its papers, as templates/mail/papers.html has them.
HEADINGS: Mapping[str, tuple[Words, Words]] = {
    "for_you": (gettext_lazy("For you"), gettext_lazy("best match first")),
    "trending": (gettext_lazy("Trending"), gettext_lazy("fastest rising first")),
    "missed": (gettext_lazy("Just missed"), ""),
}


class Group(NamedTuple):
    heading: Words
    order: Words
    is_brief: bool  # a line for each paper, no card
    papers: Sequence[tuple[Paper, str]]  # each with the reason if it has one


@dataclass(frozen=True)
class WebCopy:
    day: date  # the reader's own
    counted: str
    groups: Sequence[Group]


def find(token: str) -> WebCopy | None:
    """None: the token is not ours, its reader has left since, or the letter or all of its papers are gone."""
    try:
        reader = links.follow(token, Purpose.WEB_COPY)
        _reader, *further = links.keys(token, Purpose.WEB_COPY)
    except BadLink:
        return None
    for letter in Letter.objects.select_related("subscriber").filter(subscriber=reader, pk__in=further):
        shown = composing.parts(letter, composing.cards_of([letter]))
        if shown.cards:
            return WebCopy(_day(letter), shown.counted, list(_groups(shown)))
    return None


def _groups(shown: Parts) -> Iterator[Group]:
    keys = [card.key for part in shown for card in part.cards]
    papers = {paper.key: paper for paper in Paper.objects.filter(key__in=keys).with_chips()}
    for name, part in shown._asdict().items():
        if part:
            here = [(papers[one.card.key], one.reason) for one in part if one.card.key in papers]
            yield Group(*HEADINGS[name], is_brief=part.form != "paper", papers=here)


def _day(letter: Letter) -> date:
    """A digest's slot; of another letter the day on which it was planned."""
    if letter.kind == "digest":
        return date.fromisoformat(letter.key)
    return slots.local_date(letter.planned_at, reader_of(letter).zone)
