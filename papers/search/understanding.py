"""Rows to meaning and back: terms and vectors of papers, and the fits that they are made with."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.module_loading import import_string
from threadpoolctl import threadpool_limits

from papers import bulk
from papers.models import Fit, Paper, Vector
from papers.search.encoders import Encoder, Light, Text, unit
from papers.text import tokenizing
from papers.text.lexical import Lexicon
from papers.text.sparse import Floats
from papers.text.words import title_key

FITTED_ON = 10_000  # papers at most, the latest
FEWEST = 500  # papers from which the light encoder learns a space; with fewer, words and topics alone decide
SAMPLED = 2_000  # of those, by an encoder that is slow: enough to know where papers are on average
REFERENCE = 1_000  # papers that every day's scores are compared with
FITTED_FOR = timedelta(days=7)  # then the latest papers are learned from again,
GROWN = 1.5  # or when there are so many times as many papers as there were
RIDGE = 0.003  # of the number of papers: how much whitening holds back
AT_A_TIME = 240.0  # seconds; then new papers have their turn, and what is left is gone on with at the next beat
CHUNK = 500  # papers in a transaction

Progress = Callable[[int], object]  # told how many papers were done since it was told last
Stop = Callable[[], bool]  # whether to leave the rest for another time
Row = tuple[int, str, str, str]  # a paper's key, and its Text


@dataclass(frozen=True)
class Understanding:
    """A fit, ready to be used: what the site knows of words and, if it has enough papers, of what they mean."""

    fit: int
    lexicon: Lexicon
    encoder: Encoder | None = None  # None: too few papers so far
    mean: Floats | None = None  # of the papers' directions
    whitening: Floats | None = None  # dimensions x dimensions, the inverse of (X'X + ridge)
    reference: tuple[int, ...] = ()  # keys of the papers that scores are compared with

    def vectors(self, texts: Sequence[Text]) -> Floats:
        """Texts x dimensions: directions from where papers are on average, each of length 1."""
        if self.encoder is None or self.mean is None:
            return np.zeros((len(texts), 0), np.float32)
        return _seen_from(self.mean, unit(self.encoder.encode(texts)))


def _seen_from(mean: Floats, raw: Floats) -> Floats:
    """A text that says nothing stays without a direction."""
    return unit(np.where(raw.any(axis=1, keepdims=True), raw - mean, 0).astype(np.float32))


def in_use() -> Fit | None:
    """The latest fit of the encoder that is set, or while there is none, of the light one; None: none yet."""
    ready = list(Fit.objects.filter(ready_at__isnull=False).defer("state").order_by("-pk"))
    wanted = next((fit for fit in ready if fit.encoder == settings.ENCODER), None)
    return wanted or next((fit for fit in ready if fit.encoder == "light"), None)


def current() -> Understanding | None:
    """What is understood at present; it is looked up each time, so that a new fit is used without a restart."""
    fit = in_use()
    try:
        return _loaded(fit.pk) if fit else None
    except Fit.DoesNotExist:  # A newer one has replaced it this very moment.
        return current()


@lru_cache(maxsize=2)
def _loaded(fit: int) -> Understanding:
    """By its key, which no other fit of any database has."""
    row = Fit.objects.get(pk=fit)
    with np.load(io.BytesIO(row.state), allow_pickle=False) as kept:
        held: dict[str, Any] = {name: kept[name] for name in kept.files}
    texts = max(row.papers, 1)
    lexicon = Lexicon(texts, float(held["length"]), held["terms"], held["in_texts"].astype(np.int64))
    reference = tuple(int(key) for key in held["reference"])
    if not row.dimensions:
        return Understanding(fit, lexicon, reference=reference)
    encoder = _light(held) if row.encoder == "light" else _brought_along(row.encoder)
    return Understanding(fit, lexicon, encoder, held["mean"], held["whitening"], reference)


def _light(held: dict[str, Any]) -> Light:
    return Light(held["keys"], held["weights"], held["directions"].astype(np.float32))


def _brought_along(name: str) -> Encoder:
    """An encoder that learned elsewhere. Raises ImproperlyConfigured, one sentence, if its libraries are missing."""
    try:
        return _encoder(settings.ENCODERS[name], settings.ENCODER_PATH)
    except ImportError as error:
        raise ImproperlyConfigured(
            f"The {name} encoder needs its libraries, and {error.name} is missing: make install EXTRA={name}"
        ) from error


@lru_cache(maxsize=1)
def _encoder(dotted: str, _path: str) -> Encoder:
    encoder: Encoder = import_string(dotted)()
    return encoder


# ----------------------------------------------------------------------------------------------------------- the clock


def catch_up(now: datetime, stop: Stop = lambda: False) -> None:
    """What the clock asks for: new papers understood, and from time to time all of them anew."""
    keep_up()
    if is_due(now) and not stop():
        refit(settings.ENCODER, now, stop=stop)


def is_due(now: datetime) -> bool:
    """Whether to learn anew: never done, long ago, many papers since, or begun and not finished."""
    last = Fit.objects.filter(encoder=settings.ENCODER).defer("state").order_by("-pk").first()
    papers = Paper.objects.count()
    if not papers or last is None or last.ready_at is None:
        return papers > 0
    grown = papers >= GROWN * last.papers and last.papers < FITTED_ON
    return grown or last.papers < FEWEST <= papers or now - last.began_at >= FITTED_FOR


# ------------------------------------------------------------------------------------------------------------- fitting


def refit(encoder: str, now: datetime, progress: Progress = lambda done: None, stop: Stop = lambda: False) -> Fit:
    """Learn from the latest papers, and give every paper its vector; what is in use stays so until all is done.

    A fit that was begun and not finished is gone on with, also beside another process that is at it. One that was told
    to stop has no `ready_at` yet. Raises ImproperlyConfigured, one sentence, where the encoder cannot be had.
    """
    give_all_terms()
    fit = Fit.objects.filter(encoder=encoder, ready_at=None).defer("state").first() or _begun(encoder, now, progress)
    if not fit.dimensions or _give_all_vectors(fit.pk, progress, stop):
        Fit.objects.filter(pk=fit.pk, ready_at=None).update(ready_at=now)
        _forget_before(fit)
    fit.ready_at = Fit.objects.filter(pk=fit.pk).values_list("ready_at", flat=True).first()
    return fit


def _begun(encoder: str, now: datetime, progress: Progress) -> Fit:
    latest = Paper.objects.exclude(terms="").order_by("-pk")[:FITTED_ON]
    rows: list[Row] = list(latest.values_list("pk", "title", "abstract", "terms"))
    with threadpool_limits(1):  # On two cores it takes 40% more work, and hardly less time.
        held, vectors = _learned(encoder, [Text(*text) for _, *text in rows], progress)
    held["reference"] = np.array([pk for pk, *_ in rows[:REFERENCE]], np.int64)
    state = io.BytesIO()
    np.savez(state, **held)
    # The key is the moment, in microseconds: counted keys come again, in other databases and after a rollback, while
    # what a process remembers of a fit it remembers by the key.
    made = {"id": time.time_ns() // 1_000, "began_at": now, "papers": len(rows), "dimensions": vectors.shape[1]}
    fit, is_ours = Fit.objects.get_or_create(
        encoder=encoder, ready_at=None, defaults=made | {"state": state.getvalue()}
    )
    if is_ours and fit.dimensions:  # Else somebody was faster, and theirs is what we go on with.
        for begin in range(0, len(vectors), CHUNK):
            _keep(fit.pk, rows[begin : begin + CHUNK], vectors[begin : begin + CHUNK])
    return fit


def _learned(encoder: str, texts: Sequence[Text], progress: Progress) -> tuple[dict[str, Any], Floats]:
    """The state of a fit, without its reference, and vectors of the first texts, as many as were encoded for it."""
    lexicon = Lexicon.learned([text.terms for text in texts])
    held: dict[str, Any] = {
        "length": lexicon.length,
        "terms": lexicon.keys,
        "in_texts": lexicon.in_texts.astype(np.int32),
    }
    if encoder != "light":
        knowing, texts = _brought_along(encoder), texts[:SAMPLED]
    elif len(texts) >= FEWEST:
        learned = Light.fit(texts, lexicon)
        held |= {"keys": learned.keys, "weights": learned.weights}
        held["directions"] = learned.directions.astype(np.float16)
        knowing = _light(held)  # as it will be loaded
    else:
        return held, np.zeros((len(texts), 0), np.float32)
    raw = np.zeros((len(texts), knowing.dimensions), np.float32)
    for begin in range(0, len(texts), CHUNK):
        part = texts[begin : begin + CHUNK]
        raw[begin : begin + CHUNK] = unit(knowing.encode(part))
        progress(len(part))
    held |= _moments(raw)
    return held, _seen_from(held["mean"], raw)


def _moments(raw: Floats) -> dict[str, Floats]:
    """Where papers are on average, and how to undo that some directions are common to most of them."""
    mean = raw.mean(axis=0)
    centred = unit(raw - mean).astype(np.float64)
    ridge = RIDGE * len(raw) * np.eye(raw.shape[1])
    return {"mean": mean, "whitening": np.linalg.inv(centred.T @ centred + ridge).astype(np.float32) * len(raw)}


def _forget_before(fit: Fit) -> None:
    """Remove the earlier fits of the same encoder, some vectors at a time, so that nobody waits for it."""
    earlier = list(Fit.objects.filter(encoder=fit.encoder, pk__lt=fit.pk).values_list("pk", flat=True))
    of_theirs = Vector.objects.filter(fit__in=earlier)
    while earlier and of_theirs.exists():
        Vector.objects.filter(pk__in=list(of_theirs.values_list("pk", flat=True)[:CHUNK])).delete()
    with transaction.atomic():
        locked = Fit.objects.select_for_update().filter(pk__in=earlier).values_list("pk", flat=True)
        Fit.objects.filter(pk__in=list(locked)).delete()


# -------------------------------------------------------------------------------------------------------------- papers


def keep_up(progress: Progress = lambda done: None) -> int:
    """Terms, and a vector in the fit in use, for every paper that has none yet; how many papers got terms."""
    done = give_all_terms(progress)
    fit = in_use()
    if fit and fit.dimensions:
        _give_all_vectors(fit.pk, lambda done: None, lambda: False)
    return done


def give_all_terms(progress: Progress = lambda done: None) -> int:
    """Terms for every paper that has none; how many got some. Cheap when there are none, and quick for a day's."""
    done = 0
    while Paper.objects.filter(terms="").exists() and (given := _give_terms()):
        done += given
        progress(given)
    return done


@transaction.atomic
def _give_terms() -> int:
    """Terms for some papers that have none; how many. A paper that is just being stored is left for the next time."""
    free = Paper.objects.select_for_update(skip_locked=True, no_key=True).filter(terms="").order_by("-pk")
    said = list(free.values_list("pk", "title", "abstract", "authors")[:CHUNK])
    rows = [(_terms(title, *others), title_key(title), pk) for pk, title, *others in said]
    Vector.objects.filter(paper__in=[pk for pk, *_ in said]).delete()  # of what the paper said before
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE papers_paper SET terms = %s, title_key = %s WHERE id = %s", rows)
        if connection.vendor == "sqlite":  # PostgreSQL's index follows the column by itself.
            indexed = [(terms, pk) for terms, _, pk in rows]
            cursor.executemany("INSERT OR REPLACE INTO papers_terms (terms, rowid) VALUES (%s, %s)", indexed)
    return len(rows)


def _terms(title: str, abstract: str, authors: Sequence[str]) -> str:
    return " ".join([tokenizing.terms(title, abstract), *map(tokenizing.author_term, authors)])


def _give_all_vectors(fit: int, progress: Progress, stop: Stop) -> bool:
    """Vectors in this fit for every paper that has none in it; whether that was done to the end.

    In no order: of several processes that are at it, each does its own part.
    """
    while missing := np.random.default_rng().permutation(_without_vector(fit)).tolist():
        for begin in range(0, len(missing), CHUNK):
            if stop():
                return False
            _give_vectors(fit, missing[begin : begin + CHUNK])
            progress(len(missing[begin : begin + CHUNK]))
    return True


def _without_vector(fit: int, among: Sequence[int] | None = None) -> list[int]:
    """The keys of the papers that have terms and no vector in this fit; none once the fit is gone."""
    there = Vector.objects.filter(fit=fit, paper=OuterRef("pk"))
    missing = Paper.objects.filter(~Exists(there), Exists(Fit.objects.filter(pk=fit))).exclude(terms="")
    return list((missing if among is None else missing.filter(pk__in=among)).values_list("pk", flat=True))


def _give_vectors(fit: int, papers: Sequence[int]) -> None:
    wanted = Paper.objects.filter(pk__in=_without_vector(fit, papers)).exclude(terms="")
    rows: list[Row] = list(wanted.values_list("pk", "title", "abstract", "terms"))
    if not rows:
        return
    with threadpool_limits(1):
        vectors = _loaded(fit).vectors([Text(*text) for _, *text in rows])
    _keep(fit, rows, vectors)


@transaction.atomic
def _keep(fit: int, rows: Sequence[Row], vectors: Floats) -> None:
    """Store vectors, but none of a paper that was changed or removed since it was read, or of a fit that is gone."""
    # The fit first: whoever removes one waits for those who write vectors of it, and the other way round.
    if not list(Fit.objects.select_for_update(no_key=True).filter(pk=fit).values_list("pk")):
        return
    free = Paper.objects.select_for_update(skip_locked=True, no_key=True).filter(pk__in=[row[0] for row in rows])
    terms = dict(free.values_list("pk", "terms"))
    halves = vectors.astype(np.float16)
    kept = [
        Vector(paper_id=row[0], fit_id=fit, data=half.tobytes())
        for row, half in zip(rows, halves, strict=True)
        if terms.get(row[0]) == row[3]
    ]
    Vector.objects.bulk_create(kept, ignore_conflicts=True)


def matrix(papers: Sequence[int], fit: int) -> Floats:
    """The papers' directions in a fit, in this order; zeros for one that has none yet, no columns for no fit."""
    data = Vector.objects.filter(fit=fit, paper__in=bulk.among(papers)).values_list("paper", "data") if fit else ()
    found = {paper: np.frombuffer(data, np.float16) for paper, data in data}
    rows = np.zeros((len(papers), len(next(iter(found.values()), ()))), np.float32)
    for place, paper in enumerate(papers):
        if paper in found:
            rows[place] = found[paper]
    return rows
