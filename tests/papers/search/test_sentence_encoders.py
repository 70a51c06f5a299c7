"""Sentence encoders of every shape that their makers publish, with invented weights. The libraries that run them are
an extra: where these are missing only the records are tested."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from papers.search import encoders
from papers.search.encoders import Text
from papers.search.semantic import MINILM, SentenceModel
from tests.papers.search import tiny_onnx
from tests.papers.search.tiny_onnx import WORDS

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        ("semantic", "model.onnx"),
        ("bge-small", "model.onnx"),
        ("arctic-xs", "model_quantized.onnx"),
        ("mpnet", "model.onnx"),
    ],
)
def test_each_is_a_record_in_the_settings_that_says_what_it_needs(name: str, weights: str):
    spec = encoders.named(name)

    assert (spec.files, spec.install) == ((weights, "tokenizer.json"), MINILM.install)
    assert spec.learn is None
    assert len(settings.ENCODERS) == 5


if all(map(find_spec, MINILM.libraries)):
    from papers.search.onnx import OnnxEncoder

    def tides(folder: Path, **fields: Any) -> OnnxEncoder:
        described: dict[str, Any] = {"pooling": "mean", "dimensions": 4, "longest_input": 16} | fields
        return OnnxEncoder(SentenceModel(repository="tidewater/tides", revision="0" * 40, **described), str(folder))

    def typed(title: str) -> Text:
        return Text(title, "", "", is_query=True)

    def written(title: str) -> Text:
        return Text(title, "", "")

    def test_of_one_like_bge_the_first_token_s_vector_is_taken_and_queries_have_a_prefix(tmp_path: Path):
        table = tiny_onnx.write(tmp_path, dimensions=384)
        encoder = tides(tmp_path, pooling="cls", dimensions=384, query_prefix="query ")

        rows = encoder.encode([written("alpha beta gamma"), typed("alpha beta"), written("beta")])

        assert np.allclose(rows, table[[WORDS["alpha"], WORDS["query"], WORDS["beta"]]])

    def test_of_one_like_arctic_the_quantized_weights_have_another_name(tmp_path: Path):
        table = tiny_onnx.write(tmp_path, weights="model_quantized.onnx")
        encoder = tides(tmp_path, pooling="cls", weights="onnx/model_quantized.onnx")

        assert np.allclose(encoder.encode([written("gamma alpha")]), table[[WORDS["gamma"]]])

    def test_of_one_like_mpnet_which_takes_no_types_the_mean_has_768_dimensions(tmp_path: Path):
        table = tiny_onnx.write(tmp_path, dimensions=768, inputs=("input_ids", "attention_mask"), pad="<pad>")
        encoder = tides(tmp_path, dimensions=768)

        rows = encoder.encode([written("alpha beta gamma"), written("beta")])

        assert np.allclose(rows[0], table[[WORDS["alpha"], WORDS["beta"], WORDS["gamma"]]].mean(axis=0), atol=1e-6)
        assert np.allclose(rows[1], table[WORDS["beta"]], atol=1e-6)

    @pytest.mark.parametrize("pad", ["[PAD]", "<pad>"])
    def test_short_texts_are_filled_up_with_the_token_that_its_tokenizer_names(tmp_path: Path, pad: str):
        table = tiny_onnx.write(tmp_path, outputs=("sentence_embedding",), pad=pad)

        rows = tides(tmp_path).encode([written("alpha beta gamma"), written("beta")])

        assert np.allclose(rows[1], table[WORDS["beta"]])

    def test_tokens_vectors_are_pooled_as_its_record_says_also_where_the_weights_have_a_text_s_own(tmp_path: Path):
        table = tiny_onnx.write(tmp_path, outputs=("sentence_embedding", "token_embeddings"))

        rows = tides(tmp_path, pooling="cls").encode([written("alpha beta")])

        assert np.allclose(rows, table[[WORDS["alpha"]]])

    def test_no_more_tokens_are_read_than_its_record_says(tmp_path: Path):
        tiny_onnx.write(tmp_path)
        encoder = tides(tmp_path, longest_input=2)

        short, long = encoder.encode([written("alpha beta"), written("alpha beta gamma gamma")])

        assert np.allclose(short, long)

    def test_weights_of_other_dimensions_than_its_record_says_are_one_sentence(tmp_path: Path):
        tiny_onnx.write(tmp_path, dimensions=8)

        with pytest.raises(ImproperlyConfigured, match=r"^ENCODERS: expected vectors of 4 dimensions .*, found 8$"):
            tides(tmp_path).encode([written("alpha")])

    def test_weights_that_ask_for_what_is_not_known_are_one_sentence(tmp_path: Path):
        tiny_onnx.write(tmp_path, inputs=("input_ids", "attention_mask", "position_ids"))

        with pytest.raises(ImproperlyConfigured, match=r"^ENCODERS: expected .* or some of them, found position_ids$"):
            tides(tmp_path).encode([written("alpha")])
