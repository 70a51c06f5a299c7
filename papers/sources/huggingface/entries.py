"""An entry of Daily Papers, which the API and the pages' data share: its shape, and the listing that it makes."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

import msgspec

from papers import identifiers
from papers.sources import addresses, checks
from papers.sources.base import Listing, SourceError
from papers.sources.huggingface.linked import linked
from papers.sources.huggingface.summaries import ai_summary
from papers.sources.shapes import shaped
from papers.text import tex

ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}", re.ASCII)
EACH = "each entry to be an object"
VERIFIED = "claimed_verified"  # Of the others some were guessed, and some entered by somebody else.


class Account(msgspec.Struct):
    user: str | None = None
    name: str | None = None


class Author(msgspec.Struct):
    name: str
    hidden: bool | None = None
    user: Account | None = None
    status: str | None = None


class Organization(msgspec.Struct):
    fullname: str | None = None
    name: str | None = None


class Paper(msgspec.Struct, rename="camel"):
    id: str
    title: str
    summary: str | None = None
    authors: list[Author] | None = None
    organization: Organization | None = None
    published_at: str | None = None  # not the entry's own, which is some hours earlier and so often on another day
    submitted_on_daily_at: str | None = None
    keywords: list[str] | None = msgspec.field(default=None, name="ai_keywords")
    github_repo: str | None = None
    project_page: str | None = None
    upvotes: int | None = None
    github_stars: int | None = None


class Entry(msgspec.Struct, rename="camel"):
    paper: Paper
    num_comments: int | None = None


class Beside(msgspec.Struct):
    """What may stand beside a paper, looked at only where the paper itself names no organisation."""

    organization: Organization | None = None


class Submission(msgspec.Struct, rename="camel"):
    submitted_on_daily_at: str


class Dated(msgspec.Struct):
    """As much of an entry as says the day that it was listed on."""

    paper: Submission


# ------------------------------------------------------------------------------------------------------------ listings


def expect_day(moment: str, day: date, where: str) -> None:
    if moment[:10] != day.isoformat():
        raise SourceError(f"expected {where} to be {day}, found {checks.found(moment)}")


def submitted_on(item: object) -> date:
    """The day that an entry was listed on; raises SourceError where it does not say."""
    moment = shaped(item, Dated, EACH).paper.submitted_on_daily_at
    return _day(moment, "paper.submittedOnDailyAt")


def listing_on(item: object, day: date) -> Listing | None:
    """An entry of the list of more than one day; None where it was listed on another."""
    return listing(item, day) if submitted_on(item) == day else None


def listing(item: object, day: date | None = None, announced: bool = True) -> Listing:
    """An entry's paper; with a day, it must have been listed on it."""
    entry = shaped(item, Entry, EACH)
    paper = entry.paper
    if day and paper.submitted_on_daily_at is not None:  # Answers for days before March 2025 do not say it.
        expect_day(paper.submitted_on_daily_at, day, "paper.submittedOnDailyAt")
    arxiv_id = checks.arxiv_id(paper.id)
    authors = [(name, one) for one in paper.authors or () if (name := _meant(one.name)) and not one.hidden]
    are_named = paper.authors is not None
    return Listing(
        key=identifiers.arxiv_key(arxiv_id),
        arxiv_id=arxiv_id,
        title=checks.title(_meant(paper.title)),
        abstract=checks.abstract(_meant(paper.summary or "")),
        authors=[name for name, _ in authors] if are_named else None,
        identities=_identities(authors) if are_named else None,
        organisation=_organisation(paper.organization) or _organisation(shaped(item, Beside, EACH).organization),
        published_on=None if paper.published_at is None else _day(paper.published_at, "paper.publishedAt"),
        keywords=None if paper.keywords is None else [word for word in map(checks.clean, paper.keywords) if word],
        urls=_urls(paper, arxiv_id),
        linked=linked(item),
        ai_summary=ai_summary(item),
        votes=_count(paper.upvotes),
        comments=_count(entry.num_comments),
        stars=_count(paper.github_stars),
        announced=announced,
    )


def _urls(paper: Paper, arxiv_id: str) -> dict[str, str] | None:
    """What can be linked to of the addresses that the entry gives, if it gives any."""
    if not (paper.github_repo or paper.project_page):
        return None
    code = addresses.code(paper.github_repo or "")
    project = addresses.project(paper.project_page or "", arxiv_id)
    return {kind: link for kind, link in (("code", code), ("project", project)) if link}


def _identities(authors: Sequence[tuple[str, Author]]) -> dict[str, str]:
    """The accounts of those authors who are sure to own one. Of two authors with one name nobody knows which it is."""
    names, sure = Counter(name for name, _ in authors), {}
    for name, author in authors:
        account = (author.user.user or author.user.name or "") if author.user else ""
        if names[name] == 1 and author.status == VERIFIED and ACCOUNT.fullmatch(account):
            sure[name] = f"huggingface:{account}"
    return sure


def _organisation(said: Organization | None) -> str | None:
    return _clean(said.fullname) or _clean(said.name) if said else None


def _day(moment: str, path: str) -> date:
    if day := checks.day_of(moment):
        return day
    raise SourceError(f"expected {path} to begin with a date, found {checks.found(moment)}")


def _meant(text: str) -> str:
    """Authors' words: of many papers they come as arXiv has them, with TeX in them."""
    return tex.to_unicode(checks.clean(text))


def _clean(text: str | None) -> str | None:
    return checks.clean(text or "") or None


def _count(number: int | None) -> int | None:
    return None if number is None else checks.count(number)
