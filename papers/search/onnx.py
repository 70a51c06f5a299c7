"""Runs sentence encoders by ONNX Runtime. Loaded by its dotted path, as its libraries are an extra."""

import logging
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from huggingface_hub import hf_hub_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from papers.search.encoders import Text
from papers.search.semantic import SentenceModel
from papers.text.sparse import Floats

logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # What it cannot fetch is told below, in one sentence.
INPUTS = "input_ids", "attention_mask", "token_type_ids"  # what weights may ask for: not all of them take types
TEXTS_A_BATCH = 16  # Larger ones take more memory, and no less time.


@lru_cache(maxsize=1)
def loaded(model: SentenceModel, folder: str) -> "OnnxEncoder":
    """One in a process: new fits go on with it."""
    return OnnxEncoder(model, folder)


class OnnxEncoder:
    """Sentences that mean the same point the same way, whatever their words (Sentence-BERT, Reimers et al. 2019)."""

    def __init__(self, model: SentenceModel, folder: str = "") -> None:
        """`folder`: where its files are; empty: they are fetched."""
        self.model, self._folder, self.dimensions = model, folder, model.dimensions

    def encode(self, texts: Sequence[Text]) -> Floats:
        written = [f"{text.title}. {text.abstract}" if text.abstract else text.title for text in texts]
        prefixes = [self.model.query_prefix if text.is_query else self.model.paper_prefix for text in texts]
        rows = np.zeros((len(texts), self.dimensions), np.float32)
        order = np.argsort([len(one) for one in written], kind="stable")  # Texts of one length waste no padding.
        for begin in range(0, len(order), TEXTS_A_BATCH):
            batch = order[begin : begin + TEXTS_A_BATCH]
            given = [prefixes[number] + written[number] for number in batch]
            rows[batch] = self._run(self._tokenizer.encode_batch(given))
        rows[[not one.strip() for one in written]] = 0
        return rows

    def _run(self, encoded: Sequence[Encoding]) -> Floats:
        ids = np.array([one.ids for one in encoded], np.int64)
        mask = np.array([one.attention_mask for one in encoded], np.int64)
        given = dict(zip(INPUTS, (ids, mask, np.zeros_like(ids)), strict=True))
        wanted = {one.name for one in self._session.get_inputs()}
        found = self._session.run([self._output], {name: given[name] for name in wanted})[0]
        rows = pooled(found, mask, self.model.pooling) if found.ndim == 3 else np.asarray(found, np.float32)
        if rows.shape[1] != self.dimensions:
            raise ImproperlyConfigured(
                f"ENCODERS: expected vectors of {self.dimensions} dimensions from {self.model.repository}, "
                f"found {rows.shape[1]}"
            )
        return rows

    @cached_property
    def _output(self) -> str:
        """Tokens' vectors, which are pooled as the record says; the text's own where the weights give nothing else."""
        outputs = self._session.get_outputs()
        return str(next((one.name for one in outputs if len(one.shape) == 3), outputs[0].name))

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.enable_mem_pattern = False  # Batches differ in length, and each pattern would be kept.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # Waiting must not cost a core.
        weights = self._file(self.model.weights)
        session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        if unknown := [one.name for one in session.get_inputs() if one.name not in INPUTS]:
            raise ImproperlyConfigured(
                f"ENCODERS: expected {self.model.weights} of {self.model.repository} to take {', '.join(INPUTS)} "
                f"or some of them, found {', '.join(unknown)}"
            )
        return session

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = Tokenizer.from_file(self._file(self.model.tokenizer))
        tokenizer.enable_truncation(self.model.longest_input)
        # Short texts are filled up with the model's own token, and as far as the longest of the batch only.
        own = tokenizer.padding or {}
        known = {name: own[name] for name in ("pad_id", "pad_token", "pad_type_id") if name in own}
        tokenizer.enable_padding(**known)
        return tokenizer

    def _file(self, name: str) -> str:
        """Where it is on this machine. Raises ImproperlyConfigured, one sentence, if it cannot be had."""
        if self._folder:
            file = Path(self._folder) / Path(name).name
            if not file.is_file():
                raise ImproperlyConfigured(
                    f"ENCODER_PATH: expected a folder with {file.name}, found none in {file.parent}"
                )
            return str(file)
        repository, folder = self.model.repository, settings.VAR_DIR / "models"
        try:
            return str(hf_hub_download(repository, name, revision=self.model.revision, cache_dir=folder))
        except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
            raise ImproperlyConfigured(
                f"ENCODER: expected to fetch {name} of {repository}, found {type(error).__name__}; "
                "name a folder that has it with ENCODER_PATH"
            ) from error


def pooled(tokens: Floats, mask: NDArray[np.int64], pooling: str) -> Floats:
    """Texts x tokens x dimensions into texts x dimensions; `mask` is 1 where a token is the text's own."""
    if pooling == "cls":
        return tokens[:, 0]
    return np.asarray((tokens * (mask[:, :, None] / mask.sum(1)[:, None, None])).sum(1), np.float32)
