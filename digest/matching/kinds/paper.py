"""A paper that the reader named as an example: papers like it."""

from collections.abc import Collection, Iterator

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from digest.matching.kinds.base import QueryKind, Rows, Statement, Technique, Thing
from digest.matching.profiles import Query
from papers import identifiers
from papers.models import Paper
from papers.search.encoders import Text
from papers.text import tokenizing
from subscriptions.interests.kinds import PAPER, InterestSpec

PAPERS_A_STATEMENT = 5_000  # each is asked for by three names: SQLite takes some 32,000 values in a statement
COLUMNS = ("pk", "key", "arxiv_id", "doi", "title", "abstract", "terms")


def queries(interests: Collection[InterestSpec]) -> dict[InterestSpec, Query]:
    """By the key that an interest names, whichever key the paper has by now."""
    wanted = sorted({one.value for one in interests})
    found: dict[str, Query] = {}
    for begin in range(0, len(wanted), PAPERS_A_STATEMENT):
        keys = wanted[begin : begin + PAPERS_A_STATEMENT]
        names = [identifiers.named_by(key) for key in keys]
        rows = Paper.objects.filter(Q(key__in=keys) | Q(arxiv_id__in=names) | Q(doi__in=names)).exclude(terms="")
        here: dict[str, Query] = {}
        for pk, key, arxiv_id, doi, title, abstract, terms in rows.values_list(*COLUMNS):
            text = Text(title, abstract, tokenizing.without_authors(terms))
            for name in identifiers.keys_of(key, arxiv_id, doi):
                here[name] = Query(PAPER.key, name, title, text, paper=pk)
        found |= {key: here[key] for key in keys if key in here}
    return {one: found[one.value] for one in interests if one.value in found}


def things(paper: Paper, rows: Rows) -> Iterator[Thing]:
    """The paper itself, by the key that the reader has it by, which may be another of its names."""
    keys = identifiers.keys_of(paper.key, paper.arxiv_id, paper.doi)
    said = (rows[name].spec for key in keys if (name := InterestSpec(PAPER.key, key).name) in rows)
    yield next(said, InterestSpec(PAPER.key, paper.key)), paper.title


KIND = QueryKind(
    key=PAPER.key,
    technique=Technique.EXAMPLE,
    queries=queries,
    code="like",
    parameters=lambda query, words: {"title": query.name},
    reason=lambda found, title, abstract: gettext("like your example “%(title)s”") % found,
    quoted=lambda query, paper, candidate: "",
    things=things,
    statements={
        True: Statement(
            _("More like this"),
            _("Makes this paper an example of what you want."),
            _("This paper is an example of what you want."),
        ),
        False: Statement(
            _("Less like this"),
            _("Makes this paper an example of what you do not want."),
            _("This paper is an example of what you do not want."),
        ),
    },
)
