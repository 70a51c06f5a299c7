"""An organisation that the reader follows."""

from collections.abc import Iterator

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from digest.matching.kinds.base import QueryKind, Rows, Statement, Technique, Thing, as_interest
from papers.models import Paper
from subscriptions.interests.kinds import ORGANISATION


def things(paper: Paper, rows: Rows) -> Iterator[Thing]:
    if interest := as_interest(ORGANISATION, paper.organisation):
        yield rows[interest.name].spec if interest.name in rows else interest, paper.organisation


KIND = QueryKind(
    key=ORGANISATION.key,
    technique=Technique.NAME,
    names=lambda candidate: [(candidate.organisation.casefold(), 1.0)] if candidate.organisation else [],
    is_followed=True,
    code="organisation",
    parameters=lambda query, words: {"organisation": query.name},
    reason=lambda found, title, abstract: gettext("from %(organisation)s, which you follow") % found,
    quoted=lambda query, paper, candidate: paper.organisation,
    things=things,
    statements={
        True: Statement(
            _("Follow %(name)s"),
            _("Adds this organisation to those you follow."),
            _("You follow %(name)s."),
        ),
        False: Statement(
            _("Not this organisation: %(name)s"),
            _("Moves this organisation from those you follow to those you do not want."),
            _("You do not want papers from %(name)s."),
        ),
    },
)
