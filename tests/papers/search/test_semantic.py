"""The optional encoder. What needs its libraries and its weights runs where ENCODER_PATH names a folder with these;
where it does not, the first lines of the run say so, and that the site says so too is tested always."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pytest_django import Settings

from papers.models import Vector
from papers.search import encoders, fits, understanding, vectors
from papers.search.encoders import Text, unit
from papers.text import tokenizing
from tests.conftest import without_semantic
from tests.invented import make_papers
from tests.papers.search.conftest import NOW
from tests.paths import ROOT

LIBRARIES_MISSING = "ENCODER: semantic needs its libraries: make install EXTRA=semantic\n"


def said(title: str, abstract: str = "") -> Text:
    return Text(title, abstract, tokenizing.terms(title, abstract))


def started(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "ENCODER_PATH")}
    settings = clean | {"VAR_DIR": str(folder)} | variables
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.one_database
def test_a_folder_without_the_weights_is_named_when_the_site_starts(tmp_path: Path):
    answer = started(tmp_path, "check", ENCODER_PATH=str(tmp_path))

    expected = f"ENCODER_PATH: expected a folder with model.onnx and tokenizer.json, found none in {tmp_path}\n"
    assert (answer.returncode, answer.stderr) == (1, expected)


@pytest.mark.one_database
def test_an_unknown_encoder_is_named(tmp_path: Path):
    answer = started(tmp_path, "check", ENCODER="heavy")

    assert (answer.returncode, answer.stderr) == (
        1,
        "ENCODER: expected light or semantic or bge-small or arctic-xs or mpnet, found 'heavy'\n",
    )


@pytest.mark.one_database
def test_without_libraries_or_weights_one_sentence_says_what_would_do(tmp_path: Path):
    """Weights cannot be fetched here, as the model hub is where nothing listens; nor without the libraries."""
    site = "from django.core.management import call_command; call_command('migrate', verbosity=0)"
    papers = "from tests.invented import make_papers; make_papers(1)"
    assert started(tmp_path, "shell", "--no-imports", "-c", f"{site}; {papers}").returncode == 0

    answer = started(tmp_path, "understand", "--encoder", "semantic", HF_ENDPOINT="http://127.0.0.1:9")

    assert answer.returncode == 1
    assert len(answer.stderr.strip().splitlines()) == 1
    assert "ENCODER_PATH" in answer.stderr or "make install EXTRA=semantic" in answer.stderr


if not without_semantic():
    from papers.search.onnx import TEXTS_A_BATCH, OnnxEncoder, pooled

    @pytest.fixture(scope="module")
    def encoder() -> OnnxEncoder:
        return encoders.load("semantic", {})

    @pytest.mark.one_database
    def test_sentences_that_mean_the_same_are_near_though_they_share_no_word(encoder: OnnxEncoder):
        texts = [said("A physician treats the ill"), said("Doctors cure sick people"), said("Ships carry freight")]

        doctor, same, other = unit(encoder.encode(texts))

        assert doctor @ same > doctor @ other + 0.3

    @pytest.mark.one_database
    def test_many_texts_are_encoded_as_each_alone(encoder: OnnxEncoder):
        texts = [said("word " * (number % 7 + 1), "more " * (number % 5)) for number in range(TEXTS_A_BATCH + 8)]

        at_once = unit(encoder.encode(texts))

        # int8 weights are scaled by the batch, so the last digits differ.
        alone = unit(np.concatenate([encoder.encode([text]) for text in texts]))
        assert (at_once * alone).sum(axis=1).min() > 0.97

    @pytest.mark.one_database
    def test_a_text_that_says_nothing_has_no_direction(encoder: OnnxEncoder):
        rows = encoder.encode([said(""), said(" "), said("数据")])

        assert rows.any(axis=1).tolist() == [False, False, True]
        assert encoder.encode([]).shape == (0, encoder.dimensions)

    @pytest.mark.one_database
    def test_tokens_vectors_become_the_text_s_as_its_record_says():
        tokens = np.array([[[1, 0], [0, 3], [9, 9]], [[2, 2], [4, 0], [0, 1]]], np.float32)
        mask = np.array([[1, 1, 0], [1, 1, 1]])

        assert pooled(tokens, mask, "cls").tolist() == [[1, 0], [2, 2]]
        assert pooled(tokens, mask, "mean").tolist() == [[0.5, 1.5], [2, 1]]

    @pytest.mark.one_database
    def test_a_text_of_any_length_is_read(encoder: OnnxEncoder):
        assert encoder.encode([said("long " * 5_000)]).any()

    @pytest.mark.django_db
    def test_switching_encoders_is_learning_with_the_new_one_and_then_setting_it(settings: Settings):
        papers = make_papers(30)
        understanding.refit("light", NOW)
        understanding.refit("semantic", NOW)
        before = fits.current()

        settings.ENCODER = "semantic"
        after = fits.current()

        assert before.encoder is None
        assert isinstance(after.encoder, OnnxEncoder)
        assert vectors.matrix(papers, after.fit).shape == (30, after.encoder.dimensions)
        assert Vector.objects.count() == 30
