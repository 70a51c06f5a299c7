"""Many rows of one table at once: by COPY where the database has it, which takes in rows while we still make them."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from django.db import connection, models
from django.db.models.expressions import RawSQL
from psycopg.copy import QueuedLibpqWriter

Row = Sequence[Any]  # values in the order of the columns; JSON as what it is


def new_keys(model: type[models.Model], count: int) -> list[int]:
    """So many keys for new rows of a table, that nobody else gets. On SQLite that takes a transaction that writes."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
            cursor.execute(sequence, [table, count])
            return [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or [0])[0]
        return list(range(last + 1, last + 1 + count))


def among(keys: Iterable[int] | Iterable[str], kind: Literal["bigint", "text"] = "bigint") -> RawSQL:
    """For `pk__in=` and its like: any number of keys as one value, as SQLite takes some 32,000 in a statement."""
    if connection.vendor == "postgresql":
        return RawSQL(f"SELECT unnest(%s::{kind}[])", [list(keys)])  # noqa: S611  # The kind is one of ours.
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(keys))])


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Row]) -> None:
    """New rows, made as they are written: making them must ask nothing of the database. They come without a default:
    every column must be named but the key, which the database gives."""
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    writers: list[Callable[[Any], Any] | None]
    table = f"{quote(model._meta.db_table)} ({', '.join(quote(field.column) for field in fields)})"
    if connection.vendor == "postgresql":
        writers = [json.dumps if isinstance(field, models.JSONField) else None for field in fields]
        with connection.wrap_database_errors, connection.cursor() as wrapped:
            cursor = wrapped.cursor  # psycopg's own: what Django wraps around it to log queries cannot copy.
            with cursor.copy(f"COPY {table} FROM STDIN", writer=QueuedLibpqWriter(cursor)) as into:
                for row in rows:
                    into.write_row(_written(row, writers))
    else:
        writers = [_prepared(field) for field in fields]
        values = f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(fields))})"  # noqa: S608  # Names of our own columns.
        with connection.cursor() as cursor:
            cursor.executemany(values, [_written(row, writers) for row in rows])


def update(model: type[models.Model], rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Rows that are there already, in one statement: much cheaper than the CASE of bulk_update."""
    if rows:
        model._default_manager.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=names)


def _written(row: Row, writers: Sequence[Callable[[Any], Any] | None]) -> list[Any]:
    return [write(value) if write else value for value, write in zip(row, writers, strict=True)]


def _prepared(field: Any) -> Callable[[Any], Any]:
    return lambda value: field.get_db_prep_save(value, connection)
