"""What was planned, as rows: letters, what they give, and readers moved on. A batch at once, on both databases."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import IntegrityError, models, transaction

from digest.models import Given
from papers import database
from subscriptions.models import Letter, Subscriber

LETTER = [field.attname for field in Letter._meta.concrete_fields]
GIVEN = ("subscriber_id", "paper_id", "letter_id", "late")
MOVED = ("last_slot", "read_up_to", "next_slot", "next_due_at")


def add(letters: Sequence[Letter]) -> list[Letter]:
    """Those of the letters that nobody else has planned, which are in the ledger now."""
    for letter, key in zip(letters, database.new_keys(Letter, len(letters)), strict=True):
        letter.pk = key
    if _insert(Letter, [[getattr(letter, name) for name in LETTER] for letter in letters], LETTER):
        return list(letters)
    ours = set(Letter.objects.filter(pk__in=[letter.pk for letter in letters]).values_list("pk", flat=True))
    return [letter for letter in letters if letter.pk in ours]


def brought(letter: Letter) -> list[dict[str, Any]]:
    """The papers of a letter in their order, as its contents have them; not those that nearly came."""
    return [item for part in ("for_you", "trending") for item in letter.contents.get(part, ())]


def give(letters: Iterable[Letter]) -> None:
    """Remember that these letters' papers are theirs, so that they come in no other."""
    rows = [
        (letter.subscriber_id, item["paper"], letter.pk, item.get("late", False))
        for letter in letters
        if letter.subscriber_id
        for item in brought(letter)
    ]
    _insert(Given, rows, GIVEN)


def _insert(model: type[models.Model], rows: Sequence[database.Row], names: Sequence[str]) -> bool:
    """All at once; false: others had some of them, and only the rest was added."""
    try:
        with transaction.atomic():
            database.insert(model, names, rows)
    except IntegrityError:
        again = [model(**dict(zip(names, row, strict=True))) for row in rows]
        model._default_manager.bulk_create(again, ignore_conflicts=True)
        return False
    return True


def move_on(readers: Collection[Subscriber]) -> None:
    """Each reader's next slot, as planning set it."""
    database.set_columns(list(readers), MOVED)
