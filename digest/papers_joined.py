"""When two papers turn out to be one, what readers were given, saved or said of one counts for the other.
And when a paper is found that they had only a name for, what they said of it counts for the paper."""

from collections import defaultdict

from digest.models import Given, Saved
from papers.models import Paper
from subscriptions.interests.kinds import PAPER
from subscriptions.models import Interest, Letter

PARTS = ("for_you", "trending", "near_misses")


def move(kept: int, gone: int) -> None:
    """Named in settings.PAPERS_JOINED, called with the keys of both rows in the transaction that joins them."""
    given = Given.objects.filter(paper=gone)
    for letter in Letter.objects.filter(pk__in=given.values("letter")):
        for part in PARTS:
            if part in letter.contents:  # The picks under the one name, each paper once.
                items = [one | {"paper": kept} if one["paper"] == gone else one for one in letter.contents[part]]
                letter.contents[part] = list({one["paper"]: one for one in reversed(items)}.values())[::-1]
        letter.save(update_fields=["contents"])
    had_both = Given.objects.filter(paper=kept).values("subscriber")
    given.filter(subscriber__in=had_both).delete()
    given.update(paper=kept)
    saved = Saved.objects.filter(paper=gone)
    saved.filter(subscriber__saved__paper=kept).delete()
    saved.update(paper=kept)
    keys = dict(Paper.objects.filter(pk__in=[kept, gone]).values_list("pk", "key"))
    _move_interests(keys[kept], keys[gone])


def found(asked: str, key: str) -> None:
    """Named in settings.PAPERS_FOUND: a paper that was asked for by one key has another."""
    _move_interests(kept=key, gone=asked)


def _move_interests(kept: str, gone: str) -> None:
    """To the key that stays; of two of a reader the telling one."""
    by_reader: dict[int, list[Interest]] = defaultdict(list)
    for row in Interest.objects.filter(kind=PAPER.key, value__in=[kept, gone]).order_by("pk"):
        by_reader[row.subscriber_id].append(row)
    stay = [max(rows, key=_tells) for rows in by_reader.values()]
    for row in stay:
        row.value = kept
        row.replaced = [state | {"value": kept} for state in row.replaced]
    moved = Interest.objects.filter(kind=PAPER.key, value__in=[kept, gone])
    moved.filter(subscriber__in=by_reader).exclude(pk__in=[row.pk for row in stay]).delete()
    Interest.objects.bulk_update(stay, ["value", "replaced"])


def _tells(interest: Interest) -> tuple[bool, bool]:
    """What was asked for in so many words before what was learned, then what is wanted before what is not."""
    return interest.origin != Interest.Origin.FEEDBACK, interest.wanted
