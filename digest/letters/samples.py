"""Letters of invented papers, for the gallery of subscriptions.gallery, which takes back all that is written here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from digest.letters import planning
from digest.matching import gathering
from digest.matching.gathering import Edition
from papers import sample
from papers.models import Paper
from subscriptions.interests.kinds import PHRASE, TOPIC, InterestSpec
from subscriptions.models import Subscriber

INTERESTS = (
    InterestSpec(TOPIC.key, "reasoning"),
    InterestSpec(TOPIC.key, "robotics"),
    InterestSpec(TOPIC.key, "sparse-autoencoders"),
    InterestSpec(TOPIC.key, "retrieval-augmented-generation"),
    InterestSpec(PHRASE.key, "mixture-of-experts"),
)
Fields = Mapping[str, Mapping[str, Any]]


def welcome(reader: Subscriber, now: datetime) -> Fields:
    return {"": {"contents": _contents(reader, now)}, "without-papers": {"contents": {"for_you": []}}}


def digest(reader: Subscriber, now: datetime) -> Fields:
    contents = _contents(reader, now)
    return {
        "daily": {"contents": contents},
        "only-trending": {"contents": contents | {"for_you": [], "near_misses": []}},
    }


def _contents(reader: Subscriber, now: datetime) -> dict[str, Any]:
    """What is chosen of the sample edition alone for a reader of several interests."""
    sample.remove()  # An earlier one may be of another day.
    sample.publish(now)
    reader.choose(INTERESTS)
    papers = Paper.objects.samples()
    voted = papers.order_by("-votes").values_list("pk", "votes")
    trending = {key: {"code": "trending", "votes": votes, "hours": 24, "times": 3} for key, votes in voted}
    edition = Edition(now, trending, gathering.pool_of(papers))
    return planning.choose([reader], edition, after={})[0].contents(trending)
