"""What choosing needs, out of the tables: rows in, values out, in as many queries for one reader as for many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from django.db.models import Min, Q, QuerySet

from digest.matching.evidence import Findings
from digest.matching.profiles import ENOUGH, NO_WORDS, Candidate, CandidatePool, Profile, Query
from digest.models import Given
from papers import database, identifiers
from papers.models import ABOUT, Paper, PaperQuerySet, PaperTopic, Signal, Topic
from papers.search import fits, vectors
from papers.search.encoders import Text
from papers.text import tokenizing
from papers.trending import gather, rank
from subscriptions.interests.kinds import InterestSpec
from subscriptions.models import Interest, Letter, Subscriber

LISTED_WITHIN = timedelta(days=14)  # papers listed longer ago reach nobody's letter
TRENDING_WITHIN = timedelta(days=7)
TRENDING_MOST = 300  # more than any reader can have been given of a week and still want
RISEN = 0.9  # of the papers that people voted for lately have fewer votes than one that rose,
RISEN_LEAST = 10  # and it has at least so many;
RISEN_MOST = 100  # the last of them are considered for a letter
AT_ONCE = 5_000  # papers asked for by three names each: SQLite takes some 32,000 values in a statement
DID_NOT_ARRIVE = (Letter.State.FAILED, Letter.State.SKIPPED, Letter.State.UNCERTAIN)
COLUMNS = ("pk", "first_seen_at", "votes", "terms", "authors", "identities", "organisation", "categories")

KeysOf = defaultdict[int, set[int]]  # by reader: the keys of papers


def trending(now: datetime) -> list[int]:
    """The one ranking of the whole site, best first: by the formula of papers.trending, of the last seven days."""
    ranking = rank(gather(now, TRENDING_WITHIN), now, TRENDING_WITHIN)
    return [standing.paper for standing in ranking.trending[:TRENDING_MOST]]


class Edition:
    """What the letters of a moment are chosen from. Readers whose windows begin on the same day share a pool, whatever
    their batch: making one costs as much as choosing for hundreds of readers."""

    def __init__(self, now: datetime, trending: Sequence[int]) -> None:
        self.now, self.trending = now, trending
        self._findings: tuple[object, Findings] | None = None

    @classmethod
    def at(cls, now: datetime) -> Edition:
        return cls(now, trending(now))

    def findings(self, since: datetime | None, also: frozenset[int]) -> Findings:
        """What is found in a pool as below, of a window that begins at `since` or somewhat earlier."""
        key = since and since.replace(hour=0, minute=0, second=0, microsecond=0), also
        if self._findings is None or self._findings[0] != key:
            self._findings = key, Findings(pool(key[0], self.now, also.union(self.trending)))
        return self._findings[1]


# -------------------------------------------------------------------------------------------------------------- papers


def pool(since: datetime | None, now: datetime, also: Collection[int] = ()) -> CandidatePool:
    """Papers first seen after `since`, up to now, those whose votes rose since, and `also` these; none listed more
    than LISTED_WITHIN ago. With no `since` those of the last seven days, whenever they were first seen.

    While there is no sample to compare with, all of LISTED_WITHIN are compared with one another: what a reader gets
    must not depend on who else is due."""
    seen = Paper.objects.filter(first_seen_at__lte=now)
    if since is None:
        return pool_of(seen.listed_within(TRENDING_WITHIN, now))
    risen, listed = _risen(seen, since, now), seen.listed_within(LISTED_WITHIN, now)
    wanted = Q(first_seen_at__gt=since) | Q(pk__in=database.among([*risen, *also]))
    return pool_of(listed.filter(wanted) if has_reference() else listed, risen)


def recent(now: datetime) -> CandidatePool:
    """Every paper that may come in anybody's letter now, whatever they were given. For each reader choosing finds the
    same in it as in the pool of a window that ends now."""
    seen = Paper.objects.filter(first_seen_at__lte=now)
    return pool_of(seen.listed_within(LISTED_WITHIN, now), _risen(seen, now - 2 * LISTED_WITHIN, now))


def has_reference() -> bool:
    """Whether papers are compared with a sample that is the same for every pool."""
    known = fits.current()
    return known is not None and len(known.reference) >= ENOUGH


def pool_of(papers: PaperQuerySet, risen: Mapping[int, datetime] = {}) -> CandidatePool:  # It is only read.
    """These papers, beside the reference sample of the fit in use."""
    known = fits.current()
    candidates = _candidates(papers.order_by("pk"), risen)
    compared = Paper.objects.filter(pk__in=database.among(known.reference)).order_by("pk") if known else None
    reference = _candidates(compared, {}) if compared is not None else []
    keys = [one.paper for one in (*candidates, *reference)]
    rows = vectors.matrix(keys, known.fit) if known and known.encoder else None
    return CandidatePool(candidates, reference, known, rows)


def _candidates(papers: PaperQuerySet, risen: Mapping[int, datetime]) -> list[Candidate]:
    rows = list(papers.values_list(*COLUMNS))
    topics = _topics_of([row[0] for row in rows])
    return [
        Candidate(
            paper,
            seen_at,
            votes,
            topics.get(paper, {}),
            tokenizing.without_authors(terms),
            tuple(authors),
            identities,
            organisation,
            tuple(categories),
            risen.get(paper),
        )
        for paper, seen_at, votes, terms, authors, identities, organisation, categories in rows
    ]


def _topics_of(papers: Sequence[int]) -> Mapping[int, dict[int, tuple[float, str]]]:
    """Paper's key -> topic's key -> score and phrase."""
    topics: dict[int, dict[int, tuple[float, str]]] = defaultdict(dict)
    scores = PaperTopic.objects.filter(paper__in=database.among(papers), score__gte=ABOUT)
    for paper, topic, score, phrase in scores.values_list("paper", "topic", "score", "phrase"):
        topics[paper][topic] = score, phrase
    return topics


def _risen(seen: PaperQuerySet, since: datetime, now: datetime) -> dict[int, datetime]:
    """Papers whose votes have crossed the threshold since then: paper's key -> when."""
    voted = seen.listed_within(2 * LISTED_WITHIN, now).filter(votes__gt=0).order_by("votes")
    votes = list(voted.values_list("votes", flat=True))
    threshold = max(RISEN_LEAST, votes[int(RISEN * len(votes))] if votes else 0)
    above = seen.listed_within(LISTED_WITHIN, now).filter(votes__gte=threshold)
    crossed = Signal.objects.filter(paper__in=above, votes__gte=threshold, at__lte=now)
    moments = crossed.values_list("paper").annotate(at=Min("at"))
    risen = sorted(((at, paper) for paper, at in moments if at > since), reverse=True)
    return {paper: at for at, paper in risen[:RISEN_MOST]}


# ------------------------------------------------------------------------------------------------------------- readers


def interests_of(readers: Sequence[Subscriber]) -> defaultdict[int, list[InterestSpec]]:
    """What each of these readers wants and does not want, by reader."""
    interests: defaultdict[int, list[InterestSpec]] = defaultdict(list)
    for row in Interest.objects.filter(subscriber__in=readers):
        interests[row.subscriber_id].append(row.spec)
    return interests


def profiles(
    readers: Sequence[Subscriber],
    interests: Mapping[int, Sequence[InterestSpec]],
    papers: Iterable[int],
    after: Mapping[int, datetime | None],
    again: KeysOf,
) -> list[Profile]:
    """The readers as choosing sees them: `papers` are all that may come to be chosen, `after` and `again` as in
    Profile, by reader. Equal interests make equal profiles, in whatever order they were stated."""
    queries, given = queries_for([interest for one in interests.values() for interest in one]), _given(readers, papers)
    stated = {reader: sorted(one, key=lambda interest: interest.name) for reader, one in interests.items()}
    return [
        profile(
            reader,
            [queries[interest] for interest in stated.get(reader.pk, ()) if interest in queries and interest.wanted],
            [
                queries[interest]
                for interest in stated.get(reader.pk, ())
                if interest in queries and not interest.wanted
            ],
            after=after.get(reader.pk),
            given=frozenset(given[reader.pk] - again[reader.pk]),
            again=frozenset(again[reader.pk]),
        )
        for reader in readers
    ]


def profile(
    reader: Subscriber,
    wanted: Iterable[Query],
    unwanted: Iterable[Query],
    *,
    after: datetime | None,
    given: frozenset[int],
    again: frozenset[int] = frozenset(),
) -> Profile:
    return Profile(
        reader=reader.pk,
        wanted=tuple(wanted),
        unwanted=tuple(unwanted),
        trending=reader.trending_muted_at is None,
        cap=reader.cap,
        bar=reader.bar,
        after=after,
        given=given,
        again=again,
    )


def queries_for(interests: Collection[InterestSpec]) -> dict[InterestSpec, Query]:
    """Each interest as it can be scored; without those that name a topic or a paper which is not here."""
    topics = _topics(frozenset(interest.value for interest in interests if interest.kind == "topic"))
    papers = _papers_named({interest.value for interest in interests if interest.kind == "paper"})
    found = {interest: _query(interest, topics, papers) for interest in interests}
    return {interest: query for interest, query in found.items() if query}


def _query(interest: InterestSpec, topics: Mapping[str, Query], papers: Mapping[str, Query]) -> Query | None:
    if interest.kind == "topic":
        return topics.get(interest.value)
    if interest.kind == "paper":
        return papers.get(interest.value)
    text = _text(interest.value) if interest.kind == "phrase" else NO_WORDS
    return Query(interest.kind, interest.value, interest.value, text, guard=interest.guard)


def _topics(slugs: Collection[str]) -> dict[str, Query]:
    rows = Topic.objects.filter(slug__in=slugs).values_list("pk", "slug", "name", "description")
    return {
        slug: Query("topic", slug, name, _text(f"{name}. {description}"), topic=pk)
        for pk, slug, name, description in rows
    }


@lru_cache(maxsize=10_000)
def _text(words: str) -> Text:
    return Text(words, "", tokenizing.terms(words, ""), is_query=True)


def _papers_named(keys: Collection[str]) -> dict[str, Query]:
    """By the key that an interest names, whichever key the paper has by now."""
    wanted = sorted(keys)
    queries: dict[str, Query] = {}
    for begin in range(0, len(wanted), AT_ONCE):
        queries |= _examples(wanted[begin : begin + AT_ONCE])
    return queries


def _examples(keys: Sequence[str]) -> dict[str, Query]:
    names = [identifiers.named_by(key) for key in keys]
    rows = Paper.objects.filter(Q(key__in=keys) | Q(arxiv_id__in=names) | Q(doi__in=names)).exclude(terms="")
    queries: dict[str, Query] = {}
    for pk, key, arxiv_id, doi, *text in rows.values_list(
        "pk", "key", "arxiv_id", "doi", "title", "abstract", "terms"
    ):
        for name in identifiers.keys_of(key, arxiv_id, doi):
            queries[name] = Query(
                "paper", name, text[0], Text(text[0], text[1], tokenizing.without_authors(text[2])), paper=pk
            )
    return {key: queries[key] for key in keys if key in queries}


def take_back(readers: Sequence[Subscriber]) -> KeysOf:
    """The papers of these readers' letters that did not arrive. From now on they may come again."""
    again = lost_papers(readers)
    if again:
        _lost(readers).delete()
    return again


def lost_papers(readers: Sequence[Subscriber]) -> KeysOf:
    """The same, which changes nothing."""
    return _by_reader(_lost(readers).values_list("subscriber", "paper"))


def _lost(readers: Sequence[Subscriber]) -> QuerySet[Given]:
    return Given.objects.filter(subscriber__in=readers, letter__state__in=DID_NOT_ARRIVE)


def _given(readers: Sequence[Subscriber], papers: Iterable[int]) -> KeysOf:
    given = Given.objects.filter(subscriber__in=readers, paper__in=database.among(papers))
    return _by_reader(given.values_list("subscriber", "paper"))


def _by_reader(pairs: Iterable[tuple[int, int]]) -> KeysOf:
    found: KeysOf = defaultdict(set)
    for reader, value in pairs:
        found[reader].add(value)
    return found
