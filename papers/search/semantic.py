"""The optional encoder: a sentence encoder that was trained on other people's texts (all-MiniLM-L6-v2, Apache-2.0).

Loaded by its dotted path when ENCODER=semantic. Its libraries come with `make install EXTRA=semantic`; its weights are
fetched once from their makers into VAR_DIR, or read from ENCODER_PATH.
"""

import logging
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import onnxruntime
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from huggingface_hub import hf_hub_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
from tokenizers import Encoding, Tokenizer

from papers.search.encoders import Text
from papers.text.sparse import Floats

REPOSITORY = "sentence-transformers/all-MiniLM-L6-v2"
REVISION = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41"  # Fixed: other weights would be another space.
WEIGHTS, TOKENIZER = "onnx/model.onnx", "tokenizer.json"
logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # What it cannot fetch is told below, in one sentence.
TOKENS = 128  # of a text that are read; twice as many gain nothing measurable
BATCH = 16  # Larger ones take more memory, and no less time.


class MiniLM:
    """Sentences that mean the same point the same way, whatever their words."""

    dimensions = 384

    def encode(self, texts: Sequence[Text]) -> Floats:
        written = [f"{text.title}. {text.abstract}" if text.abstract else text.title for text in texts]
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        order = np.argsort([len(one) for one in written], kind="stable")  # Texts of one length waste no padding.
        for begin in range(0, len(order), BATCH):
            batch = order[begin : begin + BATCH]
            rows[batch] = self._run(self._tokenizer.encode_batch([written[number] for number in batch]))
        rows[[not one.strip() for one in written]] = 0
        return rows

    def _run(self, encoded: Sequence[Encoding]) -> Floats:
        ids = np.array([one.ids for one in encoded], np.int64)
        mask = np.array([one.attention_mask for one in encoded], np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        wanted = {one.name for one in self._session.get_inputs()}
        found = self._session.run(None, {name: value for name, value in given.items() if name in wanted})[0]
        if found.ndim == 3:  # One vector a token: their mean is the text's.
            shares = mask[:, :, None] / mask.sum(1)[:, None, None]
            found = (found * shares).sum(1)
        return np.asarray(found, np.float32)

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.enable_mem_pattern = False  # Batches differ in length, and each pattern would be kept.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # Waiting must not cost a core.
        return onnxruntime.InferenceSession(_file(WEIGHTS), options, providers=["CPUExecutionProvider"])

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = Tokenizer.from_file(_file(TOKENIZER))
        tokenizer.enable_truncation(TOKENS)
        tokenizer.enable_padding()
        return tokenizer


def _file(name: str) -> str:
    """Where a file of the model is on this machine. Raises ImproperlyConfigured, one sentence, if it cannot be had."""
    if settings.ENCODER_PATH:
        file = Path(settings.ENCODER_PATH) / Path(name).name
        if not file.is_file():
            raise ImproperlyConfigured(
                f"ENCODER_PATH: expected a folder with {file.name}, found none in {file.parent}"
            )
        return str(file)
    try:
        return str(hf_hub_download(REPOSITORY, name, revision=REVISION, cache_dir=settings.VAR_DIR / "models"))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise ImproperlyConfigured(
            f"ENCODER=semantic: expected to fetch {name} of {REPOSITORY}, found {type(error).__name__}; "
            "name a folder that has it with ENCODER_PATH"
        ) from error
