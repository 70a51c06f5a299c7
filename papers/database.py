"""What differs between PostgreSQL and SQLite: many rows at once, locks, commits, traces and the index of words.
Nothing else asks which of the two it is but migrations and the backend in digest/sqlite."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, models, transaction
from django.db.models.expressions import RawSQL
from psycopg.copy import QueuedLibpqWriter

STORING = 7_301_853_026  # the name of a lock: any number that nothing else uses
MANY = 50  # rows, from which on PostgreSQL, too, counts a table anew
WRITTEN_ANEW = 256_000_000  # bytes of a file of SQLite, at most: some seconds, in which others wait to write
Row = Sequence[Any]  # values in the order of the columns; JSON as what it is


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


# What SQLite cannot do now and may do later, whatever it is asked (https://sqlite.org/rescode.html).
AWAY = {
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY),
    *(sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL),
}


def is_away(error: BaseException) -> bool:
    """Whether the database cannot answer for now: locked, full, restarting or gone. What is wrong with a question is
    our own fault."""
    if isinstance(error, InterfaceError) or (isinstance(error, OperationalError) and _is_postgresql()):
        return True
    code = getattr(error.__cause__, "sqlite_errorcode", 0)
    return isinstance(error, OperationalError) and code & 0xFF in AWAY  # The bits above say more precisely what it is.


def wait_no_longer(seconds: int) -> None:
    """In this process, for a lock or for the database itself. Before it is asked anything."""
    options = settings.DATABASES["default"].setdefault("OPTIONS", {})
    if _is_postgresql():
        options.setdefault("connect_timeout", seconds)
        options["options"] = f"{options.get('options', '')} -c lock_timeout={seconds}s".strip()
    else:
        options["timeout"] = seconds


# ------------------------------------------------------------------------------------------------- many rows at once


def new_keys(model: type[models.Model], count: int) -> list[int]:
    """So many keys for new rows of a table, that nobody else gets. On SQLite that takes a transaction that writes."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if _is_postgresql():
            sequence = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
            cursor.execute(sequence, [table, count])
            return [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or [0])[0]
        return list(range(last + 1, last + 1 + count))


def among(keys: Iterable[int] | Iterable[str], kind: Literal["bigint", "text"] = "bigint") -> RawSQL:
    """For `pk__in=` and its like: any number of keys as one value, as SQLite takes some 32,000 in a statement."""
    if _is_postgresql():
        return RawSQL(f"SELECT unnest(%s::{kind}[])", [list(keys)])  # noqa: S611  # The kind is one of ours.
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(keys))])


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Row]) -> None:
    """New rows, made as they are written: by COPY where the database has it, which takes in rows while we still make
    them. Making them must ask nothing of the database. They come without a default: every column must be named but
    the key, which the database gives."""
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    table = f"{quote(model._meta.db_table)} ({', '.join(quote(field.column) for field in fields)})"
    if _is_postgresql():
        places = [place for place, field in enumerate(fields) if isinstance(field, models.JSONField)]
        with connection.wrap_database_errors, connection.cursor() as wrapped:
            cursor = wrapped.cursor  # psycopg's own: what Django wraps around it to log queries cannot copy.
            with cursor.copy(f"COPY {table} FROM STDIN", writer=QueuedLibpqWriter(cursor)) as into:
                for row in rows:
                    written = list(row)
                    for place in places:
                        written[place] = json.dumps(row[place])
                    into.write_row(written)
    else:
        writers: list[Callable[..., Any]] = [field.get_db_prep_save for field in fields]
        values = f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(fields))})"  # noqa: S608  # Names of our own columns.
        with connection.cursor() as cursor:
            ready = [[write(said, connection) for write, said in zip(writers, row, strict=True)] for row in rows]
            cursor.executemany(values, ready)


def update(model: type[models.Model], rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Rows that are there already, in one statement: much cheaper than the CASE of bulk_update."""
    if rows:
        model._default_manager.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=names)


def set_columns(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """These columns of rows of one table that are there already, and of those that are gone none: unlike `update`,
    which would insert them."""
    if not rows:
        return
    model = type(rows[0])
    fields: list[Any] = [model._meta.get_field(name) for name in ("id", *names)]
    ready = [[field.get_db_prep_save(getattr(row, field.name), connection) for field in fields] for row in rows]
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if _is_postgresql():
            columns = ", ".join(f"{name} = moved.{name}" for name in names)
            arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
            moved = f"unnest({arrays}) AS moved (id, {', '.join(names)})"
            sql = f"UPDATE {table} SET {columns} FROM {moved} WHERE {table}.id = moved.id"  # noqa: S608  # Our own names.
            cursor.execute(sql, [list(column) for column in zip(*ready, strict=True)])
        else:
            columns = ", ".join(f"{name} = %s" for name in names)
            sql = f"UPDATE {table} SET {columns} WHERE id = %s"  # noqa: S608  # as above
            cursor.executemany(sql, [(*values, key) for key, *values in ready])


def count_anew(rows: int, *tables: type[models.Model]) -> None:
    """Have PostgreSQL count tables that took in so many rows and were small before. By itself it does so within
    minutes, and may take them for empty until then and go through one for each row of another. Waits for nobody."""
    if rows < MANY or not _is_postgresql():
        return
    names = [table._meta.db_table for table in tables]
    grown = _rows(
        "SELECT relname FROM pg_class WHERE oid = ANY(%s::regclass[]) AND reltuples < %s", [names, 10 * rows]
    )
    with connection.cursor() as cursor:
        for (name,) in grown:
            cursor.execute(f"ANALYZE (SKIP_LOCKED) {connection.ops.quote_name(name)}")


# ------------------------------------------------------------------------------------------------- locks and commits


def take_turns(lock: int) -> None:
    """Until the end of this transaction nobody else gets past the same number (an advisory lock). SQLite lets one
    write at a time anyway."""
    if _is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])


@contextmanager
def committed_lazily() -> Iterator[None]:
    """A transaction that does not wait for the disk: for what may be lost with the database's machine."""
    with transaction.atomic():
        if _is_postgresql():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit TO off")
        yield


def leave_no_trace() -> None:
    """What was deleted is nowhere in the database's files: for after a transaction, not within one.

    SQLite overwrites deleted rows by itself (`secure_delete`), but not the copies of a row that it left in unused
    parts of pages when it moved it: a file that is not large is written anew, and the log of changes emptied.
    PostgreSQL frees what was deleted when it vacuums.
    """
    if not _is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
            if cursor.fetchone()[0] <= WRITTEN_ANEW:
                cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


# -------------------------------------------------------------------------------------------------- the index of words


def add_to_index(terms: Iterable[tuple[int, str]]) -> None:
    """Papers are found by these terms from now on. On SQLite the index is a table of its own (FTS5); PostgreSQL's
    (GIN) follows the papers' column by itself."""
    if not _is_postgresql():
        with connection.cursor() as cursor:
            cursor.executemany("INSERT OR REPLACE INTO papers_terms (rowid, terms) VALUES (%s, %s)", list(terms))


def remove_from_index(papers: Iterable[int]) -> None:
    """None of them is found any more; on PostgreSQL that is so once their column is empty or they are gone."""
    if not _is_postgresql():
        with connection.cursor() as cursor:
            cursor.executemany("DELETE FROM papers_terms WHERE rowid = %s", [(paper,) for paper in papers])


def papers_with(wanted: Sequence[Sequence[str]], most: int, *, many: bool = False) -> list[int]:
    """The latest papers that have all terms of any of these. To say that there are many of them changes the way: the
    index names every one before the latest are known, and then reading the latest themselves is quicker."""

    def asked(quoted: Callable[[str], str], all_of: str, any_of: str) -> str:
        return any_of.join(f"({all_of.join(map(quoted, terms))})" for terms in wanted)

    if not _is_postgresql():
        sql = "SELECT rowid FROM papers_terms WHERE papers_terms MATCH %s ORDER BY rowid DESC LIMIT %s"
        # No term has a quotation mark in it.
        return [key for (key,) in _rows(sql, [asked('"{}"'.format, " AND ", " OR "), most])]
    if many:
        has = asked(lambda term: "strpos(' ' || terms || ' ', %s) > 0", " AND ", " OR ")
        sql = f"SELECT id FROM papers_paper WHERE {has} ORDER BY id DESC LIMIT %s"  # noqa: S608  # No text of others.
        return [key for (key,) in _rows(sql, [*(f" {term} " for terms in wanted for term in terms), most])]
    # Found first and put in order then: else PostgreSQL walks through all papers by their keys.
    sql = (
        "WITH found AS MATERIALIZED (SELECT id FROM papers_paper"
        " WHERE array_to_tsvector(string_to_array(terms, ' ')) @@ %s::tsquery)"
        " SELECT id FROM found ORDER BY id DESC LIMIT %s"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        # It thinks that taking every text apart is cheap, and would do that for a word that many papers have.
        cursor.execute("SET LOCAL enable_seqscan = off")
        found = _rows(sql, [asked(_lexeme, " & ", " | "), most])
        cursor.execute("SET LOCAL enable_seqscan = on")
    return [key for (key,) in found]


def terms_of(papers: Sequence[int], between: str, *, understood: bool = False) -> tuple[list[int], str]:
    """What these papers are found by, as far as they are there: their keys in order, and all terms as one text with
    something between, as a thousand rows take longer to hand over than to find. `understood`: of those with any."""
    having = " AND terms <> ''" if understood else ""
    if _is_postgresql():
        sql = (
            "SELECT array_agg(id), string_agg(terms, %s)"  # noqa: S608  # No text of others.
            f" FROM (SELECT id, terms FROM papers_paper WHERE id = ANY(%s::bigint[]){having} ORDER BY id) AS found"
        )
        written = f"{{{','.join(map(str, papers))}}}"  # Psycopg takes longer to write a list than papers to be found.
        keys, terms = _rows(sql, [between, written])[0]
        return keys or [], terms or ""
    sql = (
        "SELECT json_group_array(id), group_concat(terms, %s) FROM (SELECT id, terms FROM papers_paper"  # noqa: S608
        f" WHERE id IN (SELECT value FROM json_each(%s)){having} ORDER BY id)"  # One parameter: it takes only so many.
    )
    keys, terms = _rows(sql, [between, json.dumps(list(papers))])[0]
    return json.loads(keys), terms or ""


def _lexeme(term: str) -> str:
    quoted = term.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}'"


def _rows(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def has_server() -> bool:
    """Whether the database is a server's, with a clock of its own; else it is a file on this machine."""
    return connection.vendor != "sqlite"
