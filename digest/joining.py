"""When two papers turn out to be one, what readers were given of the second counts for the first."""

from collections.abc import Iterable
from typing import Any

from digest.models import Given
from subscriptions.models import Letter

PARTS = ("for_you", "trending", "near_misses")


def papers_joined(kept: int, gone: int) -> None:
    """Named in settings.PAPERS_JOINED, called with the keys of both rows in the transaction that joins them."""
    given = Given.objects.filter(paper=gone)
    _rename_in(Letter.objects.filter(pk__in=given.values("letter")), kept, gone)
    had_both = Given.objects.filter(paper=kept).values("subscriber")
    given.filter(subscriber__in=had_both).delete()
    given.update(paper=kept)


def _rename_in(letters: Iterable[Letter], kept: int, gone: int) -> None:
    for letter in letters:
        letter.contents |= {
            part: _renamed(letter.contents[part], kept, gone) for part in PARTS if part in letter.contents
        }
        letter.save(update_fields=["contents"])


def _renamed(picks: list[dict[str, Any]], kept: int, gone: int) -> list[dict[str, Any]]:
    """The picks under the one name, each paper once."""
    renamed = [pick | {"paper": kept} if pick["paper"] == gone else pick for pick in picks]
    return list({pick["paper"]: pick for pick in reversed(renamed)}.values())[::-1]
