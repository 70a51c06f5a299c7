"""Letters of invented papers, for the gallery of subscriptions.gallery, which takes back all that is written here."""

from collections.abc import Mapping
from datetime import datetime, timedelta
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
    yesterday = now.date() - timedelta(days=1)
    week, fortnight = ((now - timedelta(days=ago)).date().isoformat() for ago in (7, 14))
    first, *others = contents["for_you"]
    rising = first | {"late": True, "since": week}
    again = [item | {"reason": {"code": "again", "from": "2026-01-15"}} for item in contents["trending"][:1]]
    shown = {item["paper"] for part in ("for_you", "trending") for item in contents[part]}
    left_out = Paper.objects.samples().exclude(pk__in=shown).order_by("pk").values_list("pk", flat=True)
    nearest = {"paper": left_out[0], "score": 0.41, "bar": 0.5}
    special = {
        "weekly": {"code": "week", "first": week, "last": yesterday.isoformat()},
        "after-a-pause": {"code": "pause", "first": fortnight, "last": yesterday.isoformat()},
        "after-silent-days": {"code": "silent", "days": [yesterday.isoformat()], "nearest": nearest},
        "after-an-outage": {"code": "missed", "day": yesterday.isoformat()},
    }
    variants = {
        "daily": contents,
        "only-trending": contents | {"for_you": [], "near_misses": []},
        "rising-and-returning": contents
        | {"for_you": [rising, *others], "trending": again + contents["trending"][1:]},
        **{name: contents | {"special": line} for name, line in special.items()},
    }
    return {name: {"contents": one} for name, one in variants.items()}


def _contents(reader: Subscriber, now: datetime) -> dict[str, Any]:
    """What is chosen of the sample edition alone for a reader of several interests."""
    sample.remove()  # An earlier one may be of another day.
    sample.publish(now)
    reader.choose(INTERESTS)
    papers = Paper.objects.samples()
    voted = papers.order_by("-votes").values_list("pk", "votes")
    trending = {key: {"code": "trending", "votes": votes, "hours": 24, "times": 3} for key, votes in voted}
    edition = Edition(now, trending, gathering.pool_of(papers))
    yesterday = {reader.pk: now - timedelta(days=1)}  # For a longer time others would be trending.
    return planning.choose([reader], edition, yesterday)[0].contents(trending)
