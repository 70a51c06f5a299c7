"""Why a paper came to a reader, or did not: from the ledger, else computed now; and what interests say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from digest import previewing
from digest.letters import wording
from digest.matching import choosing, evidence, gathering, readers
from digest.matching.choosing import Choice, shown
from digest.matching.profiles import Candidate, Query
from digest.matching.readers import Reader
from digest.models import Given
from papers.models import Paper
from papers.text import tokenizing
from subscriptions import slots
from subscriptions.interests import importing, pasting
from subscriptions.models import Letter, Subscriber

LOOKED_AT = 60  # letters since a paper came, in which it may be a near miss
MOST_SAID = 12  # interests whose say is shown, those that say most
State = Letter.State
LONGEST = 300  # characters of a question that are read


@dataclass(frozen=True)
class Said:
    """What one interest says of a paper, and what the reader's score of it would be without that interest."""

    query: Query
    wanted: bool
    words: str  # of the paper, by which it says so; empty: none
    said: float  # words in common, 0 to 1
    meant: float  # meaning in common, -1 to 1
    score: float  # as readers see it, with all interests,
    without: float  # and without this one
    comes: bool  # whether it is above the bar and not muted, with all interests,
    comes_without: bool  # and without this one

    @property
    def difference(self) -> float:
        return round(self.score - self.without, 2)


@dataclass(frozen=True)
class Answer:
    sentence: str = ""  # what was expected, where no paper is meant
    paper: Paper | None = None
    ledger: Sequence[str] = ()  # what became of it in letters so far, the latest first
    now: str = ""  # what would become of it in a letter that is planned now
    score: float = 0.0
    said: Sequence[Said] = ()
    bar: float = 0.0  # the reader's, as they see it


class Case(NamedTuple):
    """A reader and a paper."""

    reader: Subscriber
    paper: Paper
    now: datetime

    def day(self, moment: datetime) -> str:
        return date_format(slots.local_date(moment, self.reader.zone), "j F Y")


def answer(reader: Subscriber, asked: str, now: datetime) -> Answer:
    """To a paper's key, arXiv id, DOI or address. As many questions to the database whatever the interests."""
    text = asked.replace("\x00", "")[:LONGEST]
    keys = [text, *pasting.understand(text).keys]
    here = {key: page for key, (page, _title) in importing.papers_of(keys).items()}
    paper = Paper.objects.filter(key__in=here.values()).order_by("pk").first()
    if paper is None:
        return Answer(_not_here(known=len(keys) > 1))
    return _of(Case(reader, paper, now))


def _not_here(*, known: bool) -> str:
    if known:
        return _("This paper is not here: no list that this site reads has announced it so far.")
    return _("Expected an arXiv id like 2608.16590, or the address of a paper, found neither.")


def _of(case: Case) -> Answer:
    given = Given.objects.filter(subscriber=case.reader, paper=case.paper).select_related("letter").first()
    here = previewing.stock(case.now)
    is_here = case.paper.pk in here.pool.columns
    pool = here.pool if is_here else gathering.pool_of(Paper.objects.filter(pk=case.paper.pk))
    interests = gathering.interests_of([case.reader])[case.reader.pk]
    before = previewing.before_pool(case.reader, interests, pool, here.trending)
    arrives = given is not None and given.letter.state not in gathering.DID_NOT_ARRIVE
    return Answer(
        paper=case.paper,
        ledger=[*([_given(case, given)] if given else []), *_in_letters(case)],
        now="" if arrives else _as_of_now(case, before, choosing.choice(before, here.trending)),
        score=shown(float(before.scores[pool.columns[case.paper.pk]])),
        said=what_is_said(before, case.paper),
        bar=shown(before.profile.bar),
    )


# ---------------------------------------------------------------------------------------------------------- the ledger


def _given(case: Case, given: Given) -> str:
    letter = given.letter
    day = case.day(letter.ended_at or letter.planned_at)
    if letter.state in gathering.DID_NOT_ARRIVE:
        return _("It was in your letter of %(day)s, which did not arrive, so it may come again.") % {"day": day}
    found = {"day": day, "why": _kept_reason(case.paper, letter)}
    if letter.state == State.SENT:
        return _("Sent to you on %(day)s: %(why)s.") % found
    return _("It is in your letter of %(day)s, which is on its way: %(why)s.") % found


def _kept_reason(paper: Paper, letter: Letter) -> str:
    items = (item for item in letter.contents.get("for_you", ()) if item["paper"] == paper.pk)
    item = next(items, None)
    return wording.reason(item, paper.title, paper.abstract) if item else _("it was trending")


def _in_letters(case: Case) -> list[str]:
    """The letters that were planned since the paper came, in which it nearly was or could have been."""
    planned = case.reader.letters.filter(kind="digest", planned_at__gte=case.paper.first_seen_at)
    letters = list(planned.order_by("-planned_at", "-pk")[:LOOKED_AT])
    nearly = [
        _("Nearly came on %(day)s: %(lacked)s.") % {"day": _slot(letter), "lacked": wording.lacked(item["lacked"])}
        for letter in letters
        for item in letter.contents.get("near_misses", ())
        if item["paper"] == case.paper.pk
    ]
    first = letters[-1] if letters and len(letters) < LOOKED_AT else None
    if first and first.state == State.SKIPPED and not first.contents:
        skipped = _("Your letter of %(day)s, the first after this paper came, was skipped: %(why)s.")
        nearly.append(skipped % {"day": _slot(first), "why": wording.skipped(first.reason)})
    return nearly


def _slot(letter: Letter) -> str:
    return date_format(date.fromisoformat(letter.key), "j F Y")


# -------------------------------------------------------------------------------------------------------- computed now


def _as_of_now(case: Case, before: Reader, choice: Choice) -> str:
    """What a letter that is planned now would make of the paper."""
    paper, oldest = case.paper, (case.now - gathering.LISTED_WITHIN).date()
    if paper.listed_on is None:
        return _("It was never announced: it was only looked up or seen elsewhere, and such papers reach no letter.")
    if paper.listed_on < oldest:
        long_ago = _("It was listed on %(day)s: what was listed more than %(days)d days ago reaches no letter.")
        return long_ago % {"day": date_format(paper.listed_on, "j F Y"), "days": gathering.LISTED_WITHIN.days}
    if not paper.terms:
        return _("It came a moment ago and is still to be understood.")
    return _in_choice(paper, choice) or _kept_out(before, before.pool.columns[paper.pk], choice)


def _in_choice(paper: Paper, choice: Choice) -> str:
    for item in choice.contents()["for_you"]:
        if item["paper"] == paper.pk:
            why = wording.reason(item, paper.title, paper.abstract)
            return _("It would be in your next letter: %(why)s.") % {"why": why}
    return _("It would be in your next letter: it is trending.") if paper.pk in choice.trending else ""


def _kept_out(before: Reader, place: int, choice: Choice) -> str:
    profile, paper = before.profile, before.paper(place)
    if paper in {query.paper for query in (*profile.wanted, *profile.unwanted)}:
        return _("It is one of the papers that you named yourself, and those are never sent.")
    if not profile.wanted and not before.muted[place]:
        return _("You named no interests, so only what is trending comes, and this is not among the best of that.")
    if before.passing[place] and not before.open[place]:
        return _(
            "It is what you ask for, but it was here before your last letter was planned: each paper is considered "
            "once, and again only if its votes rise."
        )
    if not (before.passing[place] or before.muted[place] or before.pool.judges):
        return _("It says none of your words, and there are too few papers here to tell what is near to them.")
    lacked = wording.lacked(choosing.lacked(before, place, choice.for_you))
    return _("It would not come: %(lacked)s.") % {"lacked": lacked}


# ------------------------------------------------------------------------------------------------- what interests say


def what_is_said(before: Reader, paper: Paper) -> list[Said]:
    """By the interests that say most of the paper; each is left out for once, and the choosing done again."""
    place, profile = before.pool.columns[paper.pk], before.profile
    queries = sorted(
        [*profile.wanted, *profile.unwanted], key=lambda query: _loudness(query, before, place), reverse=True
    )
    telling = [query for query in queries if _loudness(query, before, place) > (False, 0.0)][:MOST_SAID]
    without = [
        replace(profile, wanted=_but(query, profile.wanted), unwanted=_but(query, profile.unwanted))
        for query in telling
    ]
    others = islice(readers.before([profile, *without], before.pool), 1, None)
    said = evidence.words_in_common(telling, evidence.phrases_of(telling), before.pool)[:, place].tolist()
    return [
        _said(query, in_common, before, other, paper)
        for query, in_common, other in zip(telling, said, others, strict=True)
    ]


def _but(query: Query, queries: Sequence[Query]) -> tuple[Query, ...]:
    return tuple(one for one in queries if one != query)


def _loudness(query: Query, before: Reader, place: int) -> tuple[bool, float]:
    return before.found.is_hit(query, place), float(before.found.scores[before.found.places[query], place])


def _said(query: Query, said: float, before: Reader, other: Reader, paper: Paper) -> Said:
    place, found = before.pool.columns[paper.pk], before.found
    return Said(
        query=query,
        wanted=query in before.profile.wanted,
        words=words(query, paper, before.pool.candidates[place]) if found.is_hit(query, place) else "",
        said=round(said, 2),
        meant=round(float(found.towards[found.places[query]] @ before.pool.vectors[place]), 2),
        score=shown(float(before.scores[place])),
        without=shown(float(other.scores[place])),
        comes=bool(before.passing[place]),
        comes_without=bool(other.passing[place]),
    )


def words(query: Query, paper: Paper, candidate: Candidate) -> str:
    """The paper's own words that are what is asked for, as they stand in it; empty: none can be named."""
    if query.kind == "topic":
        phrase = candidate.topics.get(query.topic, (0, ""))[1]
        return phrase if phrase in paper.title or phrase in paper.abstract else ""
    if query.kind == "phrase":
        return wording.as_written(query.value, paper.title, paper.abstract)
    if query.kind == "author":
        return next((name for name in paper.authors if _is_by(query, name, paper)), "")
    return {"organisation": paper.organisation, "category": query.value}.get(query.kind, "")


def _is_by(query: Query, name: str, paper: Paper) -> bool:
    account: Any = paper.identities.get(name, "")
    return query.value.casefold() == account.casefold() or tokenizing.author_term(name) == tokenizing.author_term(
        query.value
    )
