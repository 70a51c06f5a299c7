"""What was planned, as rows: letters, what they give, and readers moved on. A batch at once, on both databases."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import IntegrityError, connection, models, transaction

from digest.models import Given
from papers import bulk
from subscriptions.models import Letter, Subscriber

LETTER = [field.attname for field in Letter._meta.concrete_fields]
GIVEN = ("subscriber_id", "paper_id", "letter_id", "late")
MOVED = ("last_slot", "read_up_to", "next_slot", "next_due_at")


def add(letters: Sequence[Letter]) -> list[Letter]:
    """Those of the letters that nobody else has planned, which are in the ledger now."""
    for letter, key in zip(letters, bulk.new_keys(Letter, len(letters)), strict=True):
        letter.pk = key
    if _insert(Letter, [[getattr(letter, name) for name in LETTER] for letter in letters], LETTER):
        return list(letters)
    ours = set(Letter.objects.filter(pk__in=[letter.pk for letter in letters]).values_list("pk", flat=True))
    return [letter for letter in letters if letter.pk in ours]


def give(letters: Iterable[Letter]) -> None:
    """Remember that these letters' papers are theirs, so that they come in no other."""
    rows = [
        (letter.subscriber_id, item["paper"], letter.pk, item.get("late", False))
        for letter in letters
        if letter.subscriber_id
        for part in ("for_you", "trending")
        for item in letter.contents[part]
    ]
    _insert(Given, rows, GIVEN)


def _insert(model: type[models.Model], rows: Sequence[bulk.Row], names: Sequence[str]) -> bool:
    """All at once; false: others had some of them, and only the rest was added."""
    try:
        with transaction.atomic():
            bulk.insert(model, names, rows)
    except IntegrityError:
        again = [model(**dict(zip(names, row, strict=True))) for row in rows]
        model._default_manager.bulk_create(again, ignore_conflicts=True)
        return False
    return True


def move_on(readers: Collection[Subscriber]) -> None:
    """Each reader's next slot, as planning set it."""
    fields: list[Any] = [Subscriber._meta.get_field(name) for name in ("id", *MOVED)]
    rows = [
        [field.get_db_prep_save(getattr(reader, field.name), connection) for field in fields] for reader in readers
    ]
    table = connection.ops.quote_name(Subscriber._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            columns = ", ".join(f"{name} = moved.{name}" for name in MOVED)
            arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
            moved = f"unnest({arrays}) AS moved (id, {', '.join(MOVED)})"
            update = f"UPDATE {table} SET {columns} FROM {moved} WHERE {table}.id = moved.id"  # noqa: S608  # Our own names.
            cursor.execute(update, [list(column) for column in zip(*rows, strict=True)])
        else:
            columns = ", ".join(f"{name} = %s" for name in MOVED)
            update = f"UPDATE {table} SET {columns} WHERE id = %s"  # noqa: S608  # as above
            cursor.executemany(update, [(*moved, key) for key, *moved in rows])
