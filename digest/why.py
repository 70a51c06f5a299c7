"""Why a paper came to a reader, or did not: from the ledger, else computed now; and what interests say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from digest import previewing
from digest.letters import planning, wording
from digest.matching import choosing, gathering, scoring
from digest.matching.choosing import Choice, shown
from digest.matching.evidence import lexical_scores
from digest.matching.gathering import Edition
from digest.matching.kinds import KINDS
from digest.matching.profiles import Query
from digest.matching.scoring import ReaderScores
from digest.models import ARRIVED, DID_NOT_ARRIVE, Given
from papers import identifiers
from papers.models import Paper
from papers.search import ranking
from subscriptions import slots
from subscriptions.interests import importing
from subscriptions.interests.importing import Import
from subscriptions.interests.kinds import TOPIC
from subscriptions.models import Letter, Subscriber

LETTERS_LOOKED_AT = 60  # since a paper came, in which it may be a near miss
MOST_CONTRIBUTIONS = 12  # that are shown, of the interests that say most
LONGEST = 300  # characters of a question that are read
NEAREST = 5  # papers whose titles may be meant
State = Letter.State


@dataclass(frozen=True)
class Contribution:
    """What one interest says of a paper, and what the reader's score of it would be without that interest."""

    query: Query
    wanted: bool
    quoted: str  # words of the paper, by which it says so; empty: none
    lexical: float  # score, 0 to 1
    semantic: float  # cosine similarity, -1 to 1
    score: float  # as readers see it, with all interests,
    without: float  # and without this one
    comes: bool  # whether it is above the bar and not muted, with all interests,
    comes_without: bool  # and without this one

    @property
    def name(self) -> str:
        return _(self.query.name) if self.query.kind == TOPIC.key else self.query.name

    @property
    def difference(self) -> float:
        return round(self.score - self.without, 2)


@dataclass(frozen=True)
class Explanation:
    sentence: str = ""  # what was expected, where no paper is meant
    nearest: Sequence[Paper] = ()  # that may be meant
    paper: Paper | None = None
    ledger: Sequence[str] = ()  # what became of it in letters so far, the latest first
    now: str = ""  # what would become of it in a letter that is planned now
    score: float = 0.0
    contributions: Sequence[Contribution] = ()
    bar: float = 0.0  # the reader's, as they see it


class Case(NamedTuple):
    """A reader and a paper."""

    reader: Subscriber
    paper: Paper
    now: datetime

    def day(self, moment: datetime) -> str:
        return date_format(slots.local_date(moment, self.reader.zone), "DATE_FORMAT")


def explain(reader: Subscriber, asked: str, now: datetime) -> Explanation:
    """Of a paper's key, arXiv id, DOI, address or title. As many questions to the database whatever the interests."""
    text = asked.replace("\x00", "")[:LONGEST]
    named = importing.resolve(text)
    pages = [*named.papers, *(page for page, _title in importing.papers_of([text]).values())]
    paper = Paper.objects.filter(key__in=pages).order_by("pk").first()
    if paper is None:
        return _not_here(text, named)
    case = Case(reader, paper, now)
    edition = previewing.stock(now).edition.since(planning.opened(reader, now))
    if edition.pool is None or paper.pk not in edition.pool.columns:
        edition = Edition(now, edition.trending, gathering.pool_of(Paper.objects.filter(pk=paper.pk)), edition.again)
    scored = previewing.scored_for(reader, edition)
    given = Given.objects.filter(subscriber=reader, paper=paper).select_related("letter").first()
    arrives = given is not None and (given.letter is None or given.letter.state not in DID_NOT_ARRIVE)
    return Explanation(
        paper=paper,
        ledger=[*([_given(case, given.letter)] if given else []), *_in_letters(case)],
        now="" if arrives else _as_of_now(case, scored, choosing.choice(scored, edition.trending, edition.again)),
        score=shown(float(scored.scores[scored.pool.columns[paper.pk]])),
        contributions=contributions(scored, paper),
        bar=shown(scored.profile.bar),
    )


def _not_here(text: str, named: Import) -> Explanation:
    """Of what names no paper that is here; as a title it may nearly name one."""
    if any(not key.startswith(f"{identifiers.TITLE}:") for key in named.absent):
        return Explanation(_("This paper is not here: no list that this site reads has announced it yet."))
    found = [one.paper for one in ranking.search(text, NEAREST)] if any(map(str.isalpha, text)) else []
    papers = Paper.objects.only("key", "title").in_bulk(found)
    nearest = [papers[key] for key in found if key in papers]
    if nearest:
        return Explanation(_("No paper here has exactly this title. These are the nearest:"), nearest)
    return Explanation(_("Enter an arXiv ID like 2608.16590, or the address or the title of a paper."))


# ---------------------------------------------------------------------------------------------------------- the ledger


def _given(case: Case, letter: Letter | None) -> str:
    """That it is in this letter, and why; None: in one that is no longer kept."""
    if letter is None:
        return _("It was in an email to you of long ago, which is no longer kept.")
    day = case.day(letter.ended_at or letter.planned_at)
    if letter.state in DID_NOT_ARRIVE:
        return _("It was in our email to you of %(day)s, which did not arrive, so it may come again.") % {"day": day}
    why = _reason(letter.contents, case.paper) or _("it was trending")
    if letter.state in ARRIVED:
        words = (
            _("Sent to you on %(day)s: %(why)s.")
            if letter.state == State.SENT
            else _("In your feed since %(day)s: %(why)s.")
        )
        return words % {"day": day, "why": why}
    return _("It is in our email to you of %(day)s, which is on its way: %(why)s.") % {"day": day, "why": why}


def _reason(contents: Mapping[str, Any], paper: Paper) -> str:
    """Why a paper is in a letter of these contents; empty: it was trending when it was new."""
    items = (item for part in ("for_you", "trending") for item in contents.get(part, ()) if item["paper"] == paper.pk)
    said = (item for item in items if item.get("reason", {}).get("code") != "trending")
    return next((wording.reason(item, paper.title, paper.abstract) for item in said), "")


def _in_letters(case: Case) -> list[str]:
    """The letters that were planned since the paper came, in which it nearly was or could have been."""
    planned = case.reader.letters.filter(kind="digest", planned_at__gte=case.paper.first_seen_at)
    letters = list(planned.order_by("-planned_at", "-pk")[:LETTERS_LOOKED_AT])
    nearly = [
        _("It just missed your digest of %(day)s: %(lacked)s.")
        % {"day": _slot(letter), "lacked": wording.lacked(item["lacked"])}
        for letter in letters
        for item in letter.contents.get("near_misses", ())
        if item["paper"] == case.paper.pk
    ]
    first = letters[-1] if letters and len(letters) < LETTERS_LOOKED_AT else None
    if first and first.state == State.SKIPPED and not first.contents:
        skipped = _("Your digest of %(day)s, the first after this paper arrived, was skipped: %(why)s.")
        nearly.append(skipped % {"day": _slot(first), "why": wording.skipped(first.reason)})
    return nearly


def _slot(letter: Letter) -> str:
    return date_format(date.fromisoformat(letter.key), "DATE_FORMAT")


# -------------------------------------------------------------------------------------------------------- computed now


def _as_of_now(case: Case, scored: ReaderScores, choice: Choice) -> str:
    """What a letter that is planned now would make of the paper."""
    paper, oldest = case.paper, (case.now - gathering.LISTED_WITHIN).date()
    if paper.listed_on is None:
        return _(
            "No list has announced it: it was only looked up or seen elsewhere, and such papers are never in a digest."
        )
    if paper.listed_on < oldest and paper.pk not in choice.trending:
        long_ago = _("It was listed on %(day)s: papers listed more than %(days)d days ago are never in a digest.")
        return long_ago % {"day": date_format(paper.listed_on, "DATE_FORMAT"), "days": gathering.LISTED_WITHIN.days}
    if not paper.terms:
        return _("It arrived a moment ago and has not been analysed yet.")
    if paper.pk in choice:
        why = _reason(choice.contents(), paper) or _("it is trending")
        return _("It would be in your next digest: %(why)s.") % {"why": why}
    return _kept_out(scored, scored.pool.columns[paper.pk], choice)


def _kept_out(scored: ReaderScores, place: int, choice: Choice) -> str:
    profile = scored.profile
    if scored.paper(place) in profile.named:
        return _("You named this paper yourself, and such papers are never sent.")
    if not profile.wanted and not scored.muted[place]:
        return _(
            "You have not named any interests, so you get only what is trending, and this is not among the best "
            "of that."
        )
    if scored.passing[place] and not scored.open[place]:
        return _(
            "It matches your interests, but it was already here when your last digest was planned. Each paper is "
            "considered once, and again only if its votes rise."
        )
    if not (scored.passing[place] or scored.muted[place] or scored.hit[place] or scored.pool.judges):
        return _(
            "It mentions none of your words, and there are too few papers here yet to tell what is close in meaning."
        )
    lacked = wording.lacked(choosing.lacked(scored, place, choice.for_you))
    return _("It would not be in your next digest: %(lacked)s.") % {"lacked": lacked}


# ------------------------------------------------------------------------------------------------- what interests say


def contributions(scored: ReaderScores, paper: Paper) -> list[Contribution]:
    """By the interests that say most of the paper: each is left out for once, and the scoring done again."""
    profile, found, pool = scored.profile, scored.found, scored.pool
    place = pool.columns[paper.pk]
    strengths = {
        query: (found.is_hit(query, place), float(found.scores[found.places[query], place]))
        for query in (*profile.wanted, *profile.unwanted)
    }
    telling = [query for query in strengths if strengths[query] > (False, 0.0)]
    telling = sorted(telling, key=strengths.__getitem__, reverse=True)[:MOST_CONTRIBUTIONS]
    left_out = []
    for query in telling:
        wanted, unwanted = ([one for one in part if one != query] for part in (profile.wanted, profile.unwanted))
        left_out.append(replace(profile, wanted=tuple(wanted), unwanted=tuple(unwanted)))
    others = islice(scoring.score([profile, *left_out], pool), 1, None)
    lexical, _hits = lexical_scores(telling, pool)
    return [
        Contribution(
            query=query,
            wanted=query in profile.wanted,
            quoted=KINDS[query.kind].quoted(query, paper, pool.candidates[place]) if strengths[query][0] else "",
            lexical=round(float(lexical[row, place]), 2),
            semantic=round(float(found.vectors[found.places[query]] @ pool.vectors[place]), 2),
            score=shown(float(scored.scores[place])),
            without=shown(float(other.scores[place])),
            comes=bool(scored.passing[place]),
            comes_without=bool(other.passing[place]),
        )
        for row, (query, other) in enumerate(zip(telling, others, strict=True))
    ]
