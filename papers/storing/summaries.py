"""Summaries that models wrote, when the site no longer asks for them."""

from django.db import transaction

from papers import database
from papers.models import Paper, Sighting

FACT = "ai_summary"


@transaction.atomic
def forget_ai_summaries(most: int) -> int:
    """Remove those of at most so many papers from all that is kept of them; of how many papers."""
    if not Paper.objects.with_ai_summary().exists():
        return 0
    database.take_turns(database.STORING)  # Else somebody who is storing a list just now would put one back.
    papers = list(Paper.objects.with_ai_summary().order_by("pk").values_list("pk", flat=True)[:most])
    said = [
        one for one in Sighting.objects.filter(paper__in=papers) if any(FACT in facts for facts in one.facts.values())
    ]
    for sighting in said:
        sighting.facts = {
            reading: {name: value for name, value in facts.items() if name != FACT}
            for reading, facts in sighting.facts.items()
        }
    database.update(Sighting, said, ("facts",))
    Paper.objects.filter(pk__in=papers).update(ai_summary={})
    return len(papers)
