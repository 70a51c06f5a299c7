"""Encoders: texts in, vectors out. What one does, and the record by which all others know it. Knows no rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string
from numpy.typing import NDArray

from papers.text.lexical import Lexicon
from papers.text.sparse import Floats

LOUDNESS_WEIGHT = 5.5  # beside a nearness that is learned from words alone, or unknown
UNSAID = -1.0  # added to it where no words are said: what is only near must be that much nearer
State = Mapping[str, NDArray[Any]]  # what a fit keeps, by name


class Text(NamedTuple):
    """What an encoder may read of a paper, or of words that somebody typed."""

    title: str
    abstract: str
    terms: str  # papers.text.tokenizing.terms of both
    is_query: bool = False  # whether somebody typed it: some encoders are told queries from papers


class Encoder(Protocol):
    """Texts in, vectors out: the greater the cosine similarity of two, the more alike what the texts speak of."""

    @property
    def dimensions(self) -> int: ...

    def encode(self, texts: Sequence[Text]) -> Floats:
        """Texts x dimensions, rows of any length; a text that says nothing is a row of zeros."""


@dataclass(frozen=True, kw_only=True)
class EncoderSpec:
    """An encoder's record, named in settings.ENCODERS by its dotted path: all in which encoders differ."""

    load: Callable[[State], Encoder]  # ready to encode; given what a fit keeps, with all that `learn` added to it
    learn: Callable[[Sequence[Text], Lexicon], State] | None = None  # from the site's papers; None: trained elsewhere
    loads_unlearned: bool = False  # whether `load` can do without `learn`, while there are too few papers for that
    sample: int | None = None  # papers that a fit begins with, to find their mean; None: all that it learns from
    similarity_weight: float = 1.0  # of cosine similarity beside the lexical score, in ranking
    smoothing: float = 1.0  # times the share that a paper's neighbours have in its score, in ranking
    loudness_weight: float = LOUDNESS_WEIGHT  # of saying a phrase loudly beside being near to it, in matching
    unsaid: float = UNSAID  # added to the nearness of a paper that says no word of a topic, in matching
    libraries: tuple[str, ...] = ()  # modules without which it cannot be loaded,
    install: str = ""  # and the command that installs them
    files: tuple[str, ...] = ()  # names of its files in the folder ENCODER_PATH, if that is set


def unit(rows: Floats) -> Floats:
    """Rows of length 1; an empty one stays empty."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    normalised: Floats = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 1e-9)
    return normalised


def named(name: str) -> EncoderSpec:
    """Raises ImproperlyConfigured, one sentence, if there is no record where settings.ENCODERS says."""
    try:
        spec: EncoderSpec = import_string(settings.ENCODERS[name])
    except ImportError as error:
        raise ImproperlyConfigured(f"ENCODERS: expected a record at {settings.ENCODERS[name]}: {error}") from error
    return spec


def load(name: str, state: State) -> Encoder:
    """Raises ImproperlyConfigured, one sentence, if its libraries or its files are missing."""
    spec = named(name)
    try:
        return spec.load(state)
    except ImportError as error:
        raise ImproperlyConfigured(
            f"The {name} encoder needs its libraries, and {error.name} is missing: {spec.install}"
        ) from error


def check_settings() -> None:
    """Raises ImproperlyConfigured, one sentence, where ENCODER or ENCODER_PATH names what is not there."""
    name, path = settings.ENCODER, settings.ENCODER_PATH
    if name not in settings.ENCODERS:
        raise ImproperlyConfigured(f"ENCODER: expected {' or '.join(settings.ENCODERS)}, found {name!r}")
    spec = named(name)
    if not all(map(find_spec, spec.libraries)):
        raise ImproperlyConfigured(f"ENCODER: {name} needs its libraries: {spec.install}")
    # The weights of another one may be there to learn with it before it is set.
    specs = [spec] if spec.files or not path else [named(other) for other in settings.ENCODERS]
    wanted = [one.files for one in specs if one.files]
    if path and wanted and not any(all((Path(path) / file).is_file() for file in files) for files in wanted):
        raise ImproperlyConfigured(
            f"ENCODER_PATH: expected a folder with {' and '.join(wanted[0])}, found none in {path}"
        )
