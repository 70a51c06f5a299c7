"""What is read of arXiv."""

from django.conf import settings

from papers.models import Topic
from papers.sources.base import SourceError


def categories() -> list[str]:
    """The categories in the settings, or else those of all topics. Raises SourceError."""
    of_topics = Topic.objects.values_list("categories", flat=True)
    wanted = settings.ARXIV_CATEGORIES or {category for of_topic in of_topics for category in of_topic}
    if not wanted:
        raise SourceError("expected a category in ARXIV_CATEGORIES or in a topic, found none")
    return sorted(set(wanted))
