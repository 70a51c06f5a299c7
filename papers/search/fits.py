"""Fits: what the site has learned of its papers' words and of their vectors' space, out of a row and ready to use."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from django.conf import settings

from papers.models import Fit
from papers.search import encoders
from papers.search.encoders import LOUDNESS_WEIGHT, UNSAID, Encoder, Text, unit
from papers.text.lexical import Lexicon
from papers.text.sparse import Floats

FEWEST_PAPERS = 500  # from which a space is learned; with fewer, what was learned beforehand decides beside words
WHITENING_RIDGE = 0.003  # of the number of papers: how much whitening holds back
TEXTS_A_STEP = 500  # that are encoded between two reports of progress


@dataclass(frozen=True)
class Understanding:
    """A fit, ready to be used: what the site knows of words and, if it has enough papers, of what they mean."""

    fit: int
    lexicon: Lexicon
    encoder: Encoder | None = None  # None: too few papers so far
    mean: Floats | None = None  # of the papers' vectors
    whitening: Floats | None = None  # dimensions x dimensions, the inverse of (X'X + ridge)
    reference: tuple[int, ...] = ()  # keys of the papers that scores are compared with
    similarity_weight: float = 1.0  # of cosine similarity beside the lexical score
    smoothing: float = 1.0  # times the share that a paper's neighbours have in its score
    loudness_weight: float = LOUDNESS_WEIGHT  # of saying a phrase loudly beside being near to it
    unsaid: float = UNSAID  # added to the nearness of a paper that says no word of a topic

    def vectors(self, texts: Sequence[Text]) -> Floats:
        """Texts x dimensions: centred on the papers' mean, each of length 1."""
        if self.encoder is None or self.mean is None:
            return np.zeros((len(texts), 0), np.float32)
        return _centred(unit(self.encoder.encode(texts)), self.mean)


def _centred(raw: Floats, mean: Floats) -> Floats:
    """A text that says nothing stays without a direction."""
    return unit(np.where(raw.any(axis=1, keepdims=True), raw - mean, 0).astype(np.float32))


def in_use() -> Fit | None:
    """The latest fit of the encoder that is set or, while there is none, of one that was learned here; None: none."""
    rows = Fit.objects.filter(ready_at__isnull=False).defer("state").order_by("-pk")
    ready = [fit for fit in rows if fit.encoder in settings.ENCODERS]
    wanted = next((fit for fit in ready if fit.encoder == settings.ENCODER), None)
    return wanted or next((fit for fit in ready if encoders.named(fit.encoder).learn), None)


def current() -> Understanding | None:
    """What is understood at present; it is looked up each time, so that a new fit is used without a restart."""
    fit = in_use()
    try:
        return loaded(fit.pk) if fit else None
    except Fit.DoesNotExist:  # A newer one has replaced it this very moment.
        return current()


@lru_cache(maxsize=2)
def loaded(fit: int) -> Understanding:
    """By its key, which no other fit of any database has. Raises ImproperlyConfigured as encoders.load does."""
    row = Fit.objects.get(pk=fit)
    with np.load(io.BytesIO(row.state), allow_pickle=False) as kept:
        held: dict[str, Any] = {name: kept[name] for name in kept.files}
    texts = max(row.papers, 1)
    lexicon = Lexicon(texts, float(held["length"]), held["terms"], held["in_texts"].astype(np.int64))
    reference = tuple(int(key) for key in held["reference"])
    if not row.dimensions:
        return Understanding(fit, lexicon, reference=reference)
    encoder, spec = encoders.load(row.encoder, held), encoders.named(row.encoder)
    weights = spec.similarity_weight, spec.smoothing, spec.loudness_weight, spec.unsaid
    return Understanding(fit, lexicon, encoder, held["mean"], held["whitening"], reference, *weights)


def has_too_few(name: str, papers: int) -> bool:
    """Whether an encoder that learns from the site's papers cannot do so from so few."""
    return encoders.named(name).learn is not None and papers < FEWEST_PAPERS


def learned(name: str, texts: Sequence[Text], progress: Callable[[int], object]) -> tuple[dict[str, Any], Floats]:
    """The state of a fit, without its reference, and vectors of the first texts, as many as were encoded for it."""
    lexicon = Lexicon.learned([text.terms for text in texts])
    held: dict[str, Any] = {
        "length": lexicon.length,
        "terms": lexicon.keys,
        "in_texts": lexicon.in_texts.astype(np.int32),
    }
    spec = encoders.named(name)
    are_few = has_too_few(name, len(texts))
    if are_few and not spec.loads_unlearned:
        return held, np.zeros((len(texts), 0), np.float32)
    if spec.learn and not are_few:
        held |= spec.learn(texts, lexicon)
    encoder, sample = encoders.load(name, held), texts[: spec.sample]  # as it will be loaded
    raw = np.zeros((len(sample), encoder.dimensions), np.float32)
    for begin in range(0, len(sample), TEXTS_A_STEP):
        part = sample[begin : begin + TEXTS_A_STEP]
        raw[begin : begin + TEXTS_A_STEP] = unit(encoder.encode(part))
        progress(len(part))
    if are_few:  # What is common to a few papers is what they are about.
        mean, whitening = np.zeros(raw.shape[1], np.float32), np.eye(raw.shape[1], dtype=np.float32)
        return held | {"mean": mean, "whitening": whitening}, _centred(raw, mean)
    # Where papers are on average, and how to undo that some directions are common to most of them.
    mean = raw.mean(axis=0)
    centred = unit(raw - mean).astype(np.float64)
    ridge = WHITENING_RIDGE * len(raw) * np.eye(raw.shape[1])
    whitening = np.linalg.inv(centred.T @ centred + ridge).astype(np.float32) * len(raw)
    return held | {"mean": mean, "whitening": whitening}, _centred(raw, mean)
