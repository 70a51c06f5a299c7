"""A phrase of the reader's own: papers that have its words side by side."""

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from digest.matching.kinds.base import QueryKind, Rows, Statement, Technique, Thing, near, text_of
from digest.matching.profiles import Query
from papers.models import Paper
from papers.text.phrases import Phrases
from papers.text.words import WORD, stems_of
from subscriptions.interests.kinds import PHRASE, InterestSpec


def queries(interests: Collection[InterestSpec]) -> dict[InterestSpec, Query]:
    return {one: Query(PHRASE.key, one.value, one.value, text_of(one.value)) for one in interests}


def reason(found: Mapping[str, Any], title: str, abstract: str) -> str:
    """The reader's phrase, as the paper writes it."""
    asked = found["phrase"]
    if written := as_written(asked, title, abstract):
        if written.casefold() == asked.casefold():
            return gettext("mentions “%(phrase)s”") % {"phrase": written}
        return gettext("mentions “%(phrase)s” (you asked for “%(asked)s”)") % {"phrase": written, "asked": asked}
    # The paper has the words, but with other words or a comma between them; or its text is another one by now.
    said, wanted = (set(stems_of(WORD.findall(text))) for text in (f"{title} {abstract}", asked))
    apart = gettext("mentions the words of “%(phrase)s”, but not all together")
    return apart % {"phrase": asked} if wanted <= said else near(asked)


def as_written(phrase: str, title: str, abstract: str) -> str:
    """The paper's own words that are a reader's phrase; empty: they do not stand together. In any case, as choosing
    knows stems alone; but where a phrase stands in capitals as it was typed, those are quoted."""
    found = (matching.hits(title, abstract) for matching in _matching(phrase))
    return next((hits[0].phrase for hits in found if hits), "")


@lru_cache(maxsize=50)  # Each remembers all that it read.
def _matching(phrase: str) -> tuple[Phrases, Phrases]:
    return Phrases([(1, phrase)]), Phrases([(1, phrase)], any_case=True)


def things(paper: Paper, rows: Rows) -> Iterator[Thing]:
    """The reader's phrases that the paper has, in any case, as choosing knows them."""
    phrases = [row.value for row in rows.values() if row.kind == PHRASE.key]
    for hit in Phrases(enumerate(phrases), any_case=True).hits(paper.title, paper.abstract):
        yield InterestSpec(PHRASE.key, phrases[hit.topic]), phrases[hit.topic]


KIND = QueryKind(
    key=PHRASE.key,
    technique=Technique.PHRASE,
    queries=queries,
    code="phrase",
    parameters=lambda query, words: {"phrase": query.name},
    reason=reason,
    quoted=lambda query, paper, candidate: as_written(query.value, paper.title, paper.abstract),
    things=things,
    statements={
        False: Statement(
            _("Not this phrase: %(name)s"),
            _("Moves this phrase from what you want to what you do not want."),
            _("You do not want papers that mention “%(name)s”."),
        )
    },
)
