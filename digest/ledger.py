"""What was planned, as rows: letters, what they give, and readers moved on. A batch at once, on both databases."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import IntegrityError, connection, models, transaction

from digest.models import Given
from papers import bulk
from subscriptions.models import Letter, Subscriber

MOVED = ("last_slot", "read_up_to", "next_slot", "next_due_at")


def add(letters: Sequence[Letter]) -> list[Letter]:
    """Those of the letters that nobody else has planned, which are in the ledger now."""
    for letter, key in zip(letters, bulk.new_keys(Letter, len(letters)), strict=True):
        letter.pk = key
    if _insert(letters):
        return list(letters)
    ours = set(Letter.objects.filter(pk__in=[letter.pk for letter in letters]).values_list("pk", flat=True))
    return [letter for letter in letters if letter.pk in ours]


def give(letters: Iterable[Letter]) -> None:
    """Remember that these letters' papers are theirs, so that they come in no other."""
    _insert(
        [
            Given(subscriber_id=letter.subscriber_id, letter_id=letter.pk, paper_id=item["paper"], late=late)
            for letter in letters
            if letter.subscriber_id
            for part in ("for_you", "trending")
            for item in letter.contents[part]
            for late in [item.get("late", False)]
        ]
    )


def move_on(readers: Collection[Subscriber]) -> None:
    """Each reader's next slot, as planning set it, in one statement."""
    fields: list[Any] = [Subscriber._meta.get_field(name) for name in ("id", *MOVED)]
    table = connection.ops.quote_name(Subscriber._meta.db_table)
    columns = ", ".join(f"{name} = moved.column{place}" for place, name in enumerate(MOVED, start=2))
    row = f"({', '.join(['%s'] * len(fields))})"
    rows = ", ".join([row] * len(readers))
    values = [f.get_db_prep_save(getattr(one, f.attname), connection) for one in readers for f in fields]
    # Names of our own columns, and as many placeholders as there are values.
    update = f"UPDATE {table} SET {columns} FROM (VALUES {rows}) AS moved WHERE id = moved.column1"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(update, values)


def _insert(rows: Sequence[models.Model]) -> bool:
    """All at once; false: others had some of them, and only the rest was added."""
    if not rows:
        return True
    model = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if not field.primary_key or rows[0].pk]
    values = ([getattr(row, field.attname) for field in fields] for row in rows)
    try:
        with transaction.atomic():
            bulk.insert(model, [field.name for field in fields], values)
    except IntegrityError:
        model._default_manager.bulk_create(rows, ignore_conflicts=True)
        return False
    return True
