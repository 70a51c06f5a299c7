"""A curated topic: papers have scores in it, and the words that say so."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from digest.matching.kinds.base import QueryKind, Rows, Statement, Technique, Thing, text_of
from digest.matching.profiles import Candidate, Query
from papers.models import ABOUT, Paper, Topic
from subscriptions.interests.kinds import TOPIC, InterestSpec


def queries(interests: Collection[InterestSpec]) -> dict[InterestSpec, Query]:
    rows = Topic.objects.filter(slug__in={one.value for one in interests})
    topics = {
        slug: Query(TOPIC.key, slug, name, text_of(f"{name}. {description}", is_query=False), topic=pk)
        for pk, slug, name, description in rows.values_list("pk", "slug", "name", "description")
    }
    return {one: topics[one.value] for one in interests if one.value in topics}


def words_of(query: Query, candidate: Candidate) -> str:
    return candidate.topics.get(query.topic, (0, ""))[1]


def quoted(query: Query, paper: Paper, candidate: Candidate) -> str:
    return _as_written(words_of(query, candidate), paper.title, paper.abstract)


def reason(found: Mapping[str, Any], title: str, abstract: str) -> str:
    name = gettext(found["topic"])
    if phrase := _as_written(found["phrase"], title, abstract):
        return gettext("matches %(topic)s: “%(phrase)s”") % {"topic": name, "phrase": phrase}
    return gettext("matches %(topic)s") % {"topic": name}


def _as_written(phrase: str, title: str, abstract: str) -> str:
    """The words that say the topic, if the paper still has them: its text may have changed since they were found."""
    return phrase if phrase in title or phrase in abstract else ""


def things(paper: Paper, rows: Rows) -> Iterator[Thing]:
    """Of the paper's `chips` those that it is about, and those of the reader's that it says at all."""
    for score in paper.chips:
        interest = InterestSpec(TOPIC.key, score.slug)
        if score.score >= ABOUT or interest.name in rows:
            yield interest, gettext(score.name)


KIND = QueryKind(
    key=TOPIC.key,
    technique=Technique.TOPIC,
    queries=queries,
    names=lambda candidate: ((topic, score) for topic, (score, _phrase) in candidate.topics.items()),
    name_of=lambda query: query.topic,
    code="topic",
    words_of=words_of,
    called=gettext,
    parameters=lambda query, words: {"topic": query.name, "phrase": words},
    reason=reason,
    quoted=quoted,
    things=things,
    statements={
        False: Statement(
            _("Not this topic: %(name)s"),
            _("Moves this topic from what you want to what you do not want."),
            _("You do not want papers about %(name)s."),
        )
    },
)
