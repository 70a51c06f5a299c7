"""An author whom the reader follows: by name, in some categories or in all, or by account."""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from digest.matching.kinds.base import QueryKind, Rows, Statement, Technique, Thing, as_interest
from digest.matching.profiles import Candidate, Query
from papers import identifiers
from papers.models import Paper
from papers.text.tokenizing import author_term
from subscriptions.interests import kinds
from subscriptions.interests.kinds import AUTHOR, InterestSpec

AUTHORS_OFFERED = 5  # of those who are known by their names alone


def names(candidate: Candidate) -> Iterator[tuple[str, float]]:
    yield from ((author_term(name), 1.0) for name in candidate.authors)
    yield from ((identity.casefold(), 1.0) for identity in candidate.identities.values())


def name_of(query: Query) -> Hashable:
    return query.value.casefold() if ":" in query.value else author_term(query.value)


def called(name: str) -> str:
    return name.removeprefix("huggingface:")


def reason(found: Mapping[str, Any], title: str, abstract: str) -> str:
    return gettext("by %(author)s, whom you follow") % {"author": called(found["author"])}


def quoted(query: Query, paper: Paper, candidate: Candidate) -> str:
    for name in paper.authors:
        account: Any = paper.identities.get(name, "")
        if query.value.casefold() == account.casefold() or author_term(name) == author_term(query.value):
            return str(name)
    return ""


def things(paper: Paper, rows: Rows) -> Iterator[Thing]:
    """Those the reader has said something of, the first AUTHORS_OFFERED, and all of whom it is known who they are."""
    categories = tuple(one for one in paper.categories if identifiers.category(one))
    for place, author in enumerate(paper.authors):
        identity = as_interest(AUTHOR, paper.identities.get(author, ""))
        by_name = as_interest(AUTHOR, author)
        said = [rows[one.name].spec for one in (identity, by_name) if one and one.name in rows]
        if said:
            if not said[0].guard or not set(said[0].guard).isdisjoint(paper.categories):
                yield said[0], author
        elif identity:
            yield identity, author
        elif by_name and place < AUTHORS_OFFERED:
            yield by_name._replace(guard=categories), author


def scope(interest: InterestSpec) -> str:
    if kinds.ACCOUNT.fullmatch(interest.value):
        return gettext("Matches exactly this person, known as %(account)s.") % {"account": interest.value}
    if interest.guard:
        return gettext("Matches this name only in %(categories)s.") % {"categories": ", ".join(interest.guard)}
    return gettext("Matches anyone with this name.")


KIND = QueryKind(
    key=AUTHOR.key,
    technique=Technique.NAME,
    names=names,
    name_of=name_of,
    is_followed=True,
    code="author",
    parameters=lambda query, words: {"author": query.name},
    reason=reason,
    called=called,
    quoted=quoted,
    things=things,
    statements={
        True: Statement(
            _("Follow %(name)s"),
            _("Adds this author to those you follow."),
            _("You follow %(name)s."),
        ),
        False: Statement(
            _("Not this author: %(name)s"),
            _("Moves this author from those you follow to those you do not want."),
            _("You do not want papers by %(name)s."),
        ),
    },
    scope=scope,
)
