"""What choosing needs, out of the tables: rows in, values out, in as many queries for one reader as for many."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from digest.models import Given
from digest.profiles import Candidate, Profile
from papers.models import ABOUT, Paper, PaperTopic, Topic
from subscriptions.models import Interest, Letter, Subscriber

LISTED_WITHIN = timedelta(days=14)  # papers listed longer ago reach nobody's letter
TRENDING_WITHIN = timedelta(days=7)
TRENDING_MOST = 300  # more than any reader can have been given of a week and still want
DID_NOT_ARRIVE = (Letter.State.FAILED, Letter.State.SKIPPED, Letter.State.UNCERTAIN)

KeysOf = defaultdict[int, set[int]]  # by reader: the keys of papers or of topics


def trending(now: datetime) -> list[int]:
    """The one ranking of the whole site, best first: for now by the votes of the papers of the last seven days."""
    recent = Paper.objects.listed_within(TRENDING_WITHIN, now).filter(first_seen_at__lte=now)
    return list(recent.most_voted().values_list("pk", flat=True)[:TRENDING_MOST])


def topic_names() -> dict[int, str]:
    return dict(Topic.objects.values_list("pk", "name"))


def candidates(since: datetime | None, now: datetime, also: Iterable[int] = ()) -> list[Candidate]:
    """Papers first seen after `since`, up to now, and `also` these; none listed more than LISTED_WITHIN ago.

    With no `since` those of the last seven days, whenever they were first seen.
    """
    seen = Paper.objects.filter(first_seen_at__lte=now)
    if since is None:
        fresh = seen.listed_within(TRENDING_WITHIN, now)
    else:
        listed = seen.listed_within(LISTED_WITHIN, now)
        fresh = listed.filter(first_seen_at__gt=since) | listed.filter(pk__in=list(also))
    papers = list(fresh.values_list("pk", "first_seen_at", "votes"))
    topics = _topics_of([paper for paper, *_ in papers])
    return [Candidate(paper, seen_at, votes, topics[paper]) for paper, seen_at, votes in papers]


def _topics_of(papers: Sequence[int]) -> Mapping[int, dict[int, tuple[float, str]]]:
    """Paper's key -> topic's key -> score and phrase."""
    topics: dict[int, dict[int, tuple[float, str]]] = defaultdict(dict)
    scores = PaperTopic.objects.filter(paper__in=papers, score__gte=ABOUT)
    for paper, topic, score, phrase in scores.values_list("paper", "topic", "score", "phrase"):
        topics[paper][topic] = score, phrase
    return topics


def profiles(
    readers: Sequence[Subscriber], papers: Iterable[int], after: Mapping[int, datetime | None], again: KeysOf
) -> list[Profile]:
    """The readers as choosing sees them: `papers` are all that may come to be chosen, `after` and `again` as in
    Profile, by reader."""
    wanted, given = _topics_wanted(readers), _given(readers, papers)
    return [
        Profile(
            reader=reader.pk,
            topics=frozenset(wanted[reader.pk]),
            trending=reader.trending_muted_at is None,
            cap=reader.cap,
            after=after.get(reader.pk),
            given=frozenset(given[reader.pk]),
            again=frozenset(again[reader.pk]),
        )
        for reader in readers
    ]


def take_back(readers: Sequence[Subscriber]) -> KeysOf:
    """The papers of these readers' letters that did not arrive. From now on they may come again."""
    lost = Given.objects.filter(subscriber__in=readers, letter__state__in=DID_NOT_ARRIVE)
    again = _by_reader(lost.values_list("subscriber", "paper"))
    if again:
        lost.delete()
    return again


def _given(readers: Sequence[Subscriber], papers: Iterable[int]) -> KeysOf:
    given = Given.objects.filter(subscriber__in=readers, paper__in=list(papers))
    return _by_reader(given.values_list("subscriber", "paper"))


def _topics_wanted(readers: Sequence[Subscriber]) -> KeysOf:
    keys = dict(Topic.objects.values_list("slug", "pk"))
    interests = Interest.objects.filter(subscriber__in=readers, kind=Interest.Kind.TOPIC, wanted=True)
    wanted = interests.values_list("subscriber", "value")
    return _by_reader((reader, keys[slug]) for reader, slug in wanted if slug in keys)


def _by_reader(pairs: Iterable[tuple[int, int]]) -> KeysOf:
    found: KeysOf = defaultdict(set)
    for reader, value in pairs:
        found[reader].add(value)
    return found
