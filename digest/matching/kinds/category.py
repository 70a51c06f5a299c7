"""An arXiv category, or an archive, which stands for all of its categories."""

from django.utils.translation import gettext

from digest.matching.kinds.base import QueryKind, Technique
from digest.matching.profiles import categories_of
from subscriptions.interests.kinds import CATEGORY

KIND = QueryKind(
    key=CATEGORY.key,
    technique=Technique.NAME,
    names=lambda candidate: ((category, 1.0) for category in categories_of(candidate)),
    name_of=lambda query: query.value,
    code="category",
    parameters=lambda query, words: {"category": query.name},
    reason=lambda found, title, abstract: gettext("in %(category)s") % found,
    quoted=lambda query, paper, candidate: query.value,
)
