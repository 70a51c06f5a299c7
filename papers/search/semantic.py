"""Sentence encoders: transformers that were trained on other people's texts. Their records; papers/search/onnx.py runs
them.

Their libraries come with `make install EXTRA=semantic`; their weights are fetched once from their makers into VAR_DIR,
or read from ENCODER_PATH.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.utils.module_loading import import_string

from papers.search.encoders import EncoderSpec


@dataclass(frozen=True, kw_only=True)
class SentenceModel:
    """A sentence encoder as its makers publish it, in ONNX, on the Hugging Face hub."""

    repository: str
    revision: str  # Fixed: other weights would be another space.
    pooling: Literal["mean", "cls"]  # of tokens' vectors, where weights give these: their mean, or that of the first
    dimensions: int
    longest_input: int  # tokens of a text that are read
    query_prefix: str = ""  # before words that somebody typed
    paper_prefix: str = ""  # before a paper
    weights: str = "onnx/model.onnx"  # paths in the repository
    tokenizer: str = "tokenizer.json"


def sentence_encoder(model: SentenceModel) -> EncoderSpec:
    """Its record, for settings.ENCODERS."""
    return EncoderSpec(
        load=lambda state: import_string("papers.search.onnx.loaded")(model, settings.ENCODER_PATH),
        sample=2_000,  # It is slow, and they are enough to know where papers are on average.
        # Found with MiniLM, and taken for all of them.
        similarity_weight=1.6,  # It knows more than the site's papers say,
        loudness_weight=2.75,  # so that being near in meaning tells more beside words that are said,
        unsaid=0.0,  # and no less without them.
        libraries=("onnxruntime", "tokenizers", "huggingface_hub"),
        install="make install EXTRA=semantic",
        files=(Path(model.weights).name, Path(model.tokenizer).name),
    )


MINILM = sentence_encoder(
    SentenceModel(
        repository="sentence-transformers/all-MiniLM-L6-v2",  # Apache-2.0
        revision="1110a243fdf4706b3f48f1d95db1a4f5529b4d41",
        pooling="mean",
        dimensions=384,
        longest_input=128,  # twice as many gain nothing measurable
    )
)

# What follows was not run with its makers' weights (docs/extending.md#an-encoder).
TO_SEARCH = "Represent this sentence for searching relevant passages: "

BGE_SMALL = sentence_encoder(
    SentenceModel(
        repository="BAAI/bge-small-en-v1.5",  # MIT
        revision="5c38ec7c405ec4b44b94cc5a9bb96e735b38267a",
        pooling="cls",
        dimensions=384,
        longest_input=256,
        query_prefix=TO_SEARCH,
    )
)
ARCTIC_XS = sentence_encoder(
    SentenceModel(
        repository="Snowflake/snowflake-arctic-embed-xs",  # Apache-2.0
        revision="d8c86521100d3556476a063fc2342036d45c106f",
        pooling="cls",
        dimensions=384,
        longest_input=256,
        query_prefix=TO_SEARCH,
        weights="onnx/model_quantized.onnx",
    )
)
MPNET = sentence_encoder(
    SentenceModel(
        repository="sentence-transformers/all-mpnet-base-v2",  # Apache-2.0
        revision="9a3225965996d404b775526de6dbfe85d3368642",
        pooling="mean",
        dimensions=768,
        longest_input=256,
    )
)
