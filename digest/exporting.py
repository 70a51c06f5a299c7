"""All that is held of a reader, as JSON: each row that names them, whatever table is added to the site."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import ForeignKey, Model

from papers.models import Paper
from subscriptions import limits, private_feed
from subscriptions.models import Bucket, Event, LetterRequest, Subscriber, Suppression, keyed_hash

Row = dict[str, Any]


def as_json(reader: Subscriber, now: datetime) -> str:
    return json.dumps(of(reader, now), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)


def of(reader: Subscriber, now: datetime) -> dict[str, Any]:
    """By table its rows, by column. Papers are named by their keys; `papers` says which number in a letter's contents
    is which paper, `files` what was written to files."""
    rows = dict(_rows_of(reader))
    papers = Paper.objects.only("key", "title").in_bulk(_papers_in(rows))
    return {
        "site": settings.SITE_URL,
        "exported_at": now,
        "reader": _row(reader),
        "feed": private_feed.addresses(reader),
        **rows,
        "papers": {pk: {"key": paper.key, "title": paper.title} for pk, paper in papers.items()},
        "files": _files(str(row["message_id"]) for row in rows["letters"]),
    }


def _rows_of(reader: Subscriber) -> Iterator[tuple[str, list[Row]]]:
    for relation in Subscriber._meta.related_objects:
        rows = relation.related_model._default_manager.filter(**{relation.field.name: reader}).order_by("pk")
        papers = [field.name for field in _keys(relation.related_model) if field.related_model is Paper]
        yield (
            relation.get_accessor_name() or relation.name,
            [_row(row) for row in rows.select_related(*papers or [None])],
        )
    hashes = [keyed_hash(reader.address), keyed_hash(limits.mailbox(reader.address))]
    yield "events", [_row(row) for row in Event.objects.filter(letter__subscriber=reader).order_by("pk")]
    yield "requests", [_row(row) for row in LetterRequest.objects.filter(address=reader.address).order_by("pk")]
    yield "suppressions", [_row(row) for row in Suppression.objects.filter(hash__in=hashes)]
    yield "buckets", [_row(row) for row in Bucket.objects.filter(hash__in=hashes).order_by("pk")]


def _row(row: Model) -> Row:
    """Every column but the one that says whose it is."""
    names = {field.name: field for field in _keys(type(row)) if field.related_model is Paper}
    own = [field for field in row._meta.concrete_fields if field.related_model is not Subscriber]
    return {
        field.name: getattr(row, field.name).key if field.name in names else getattr(row, field.attname)
        for field in own
    }


def _keys(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]


def _papers_in(found: Any) -> set[int]:
    """The numbers of papers in letters' contents, wherever they stand."""
    if isinstance(found, dict):
        own = {found["paper"]} if isinstance(found.get("paper"), int) else set()
        return own.union(*map(_papers_in, found.values()))
    return set().union(*map(_papers_in, found)) if isinstance(found, list | tuple) else set()


def _files(message_ids: Iterator[str]) -> dict[str, str]:
    """On a site that writes letters to files: what each is called, and its content."""
    names = tuple(f"{name}.eml" for name in message_ids)
    files = sorted(settings.MAIL_DIR.glob("*.eml")) if names else []
    return {file.name: file.read_text(errors="replace") for file in files if file.name.endswith(names)}
