"""The rows of this room, a module a family: of the others each knows papers alone."""

from papers.models.collecting import Collection, CollectionQuerySet, Host, Lookup, LookupQuerySet
from papers.models.papers import SAMPLE, Paper, PaperQuerySet, Topic
from papers.models.scores import ABOUT, PaperTopic
from papers.models.sightings import Sighting, Signal
from papers.models.understanding import Fit, SimilarPapers, Vector
from papers.models.versions import ContentVersion

__all__ = [
    "ABOUT",
    "SAMPLE",
    "Collection",
    "CollectionQuerySet",
    "ContentVersion",
    "Fit",
    "Host",
    "Lookup",
    "LookupQuerySet",
    "Paper",
    "PaperQuerySet",
    "PaperTopic",
    "Sighting",
    "Signal",
    "SimilarPapers",
    "Topic",
    "Vector",
]
