"""What sources say, as rows: many at once, in a number of queries that does not depend on how many."""

from papers.storing.joining_works import delete_papers
from papers.storing.merging import Merged, merge_day, merge_papers
from papers.storing.signals import thin_signals
from papers.storing.summaries import forget_ai_summaries
from papers.storing.topics import score_edited_topics

__all__ = [
    "Merged",
    "delete_papers",
    "forget_ai_summaries",
    "merge_day",
    "merge_papers",
    "score_edited_topics",
    "thin_signals",
]
