"""The made-up encoders of docs/extending.md, as somebody would add them: one module and one line."""

import re
import sys
import types
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from pytest_django import Settings

from papers.models import Fit, Paper, Vector
from papers.search import encoders, fits, ranking, understanding, vectors
from papers.search.encoders import EncoderSpec, Text, unit
from papers.text import tokenizing
from tests.conftest import without_semantic
from tests.invented import make_papers
from tests.papers.search.conftest import NOW
from tests.paths import ROOT


def shown_in_docs(name: str, begin: str) -> types.ModuleType:
    module = types.ModuleType(name)
    text = (ROOT / "docs/extending.md").read_text()
    (code,) = re.findall(rf"```python\n({re.escape(begin)}.*?)```", text, re.DOTALL)
    exec(compile(code, "docs/extending.md", "exec"), module.__dict__)  # Our own docs'.
    return module


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> EncoderSpec:
    module = shown_in_docs("hashing", '"""Feature hashing')
    monkeypatch.setitem(sys.modules, "hashing", module)
    settings.ENCODERS = settings.ENCODERS | {"hashing": "hashing.HASHING"}
    return module.HASHING


@pytest.mark.django_db
def test_it_gives_every_paper_its_vector_and_is_searched_by(hashing: EncoderSpec, settings: Settings):
    papers, said = make_papers(40), StringIO()
    call_command("understand", encoder="hashing", now=NOW, stdout=said)

    settings.ENCODER = "hashing"
    encoders.check_settings()
    known = fits.current()

    assert "hashing: learned from 40 papers; 40 papers have their vectors." in said.getvalue()
    assert (Fit.objects.get().encoder, Vector.objects.count()) == ("hashing", 40)
    assert known.similarity_weight == hashing.similarity_weight
    example = Text(*Paper.objects.values_list("title", "abstract", "terms").get(pk=papers[0]))
    by_vector = vectors.matrix(papers, known.fit) @ known.vectors([example])[0]
    assert by_vector.argmax() == 0
    assert ranking.similar([example])[0].paper == papers[0]


@pytest.mark.django_db
def test_matching_weighs_its_nearness_as_its_record_says(hashing: EncoderSpec, monkeypatch, settings: Settings):
    weighed = replace(hashing, similarity_weight=1.5, loudness_weight=3.0, unsaid=-0.5)
    monkeypatch.setattr(sys.modules["hashing"], "HASHING", weighed)
    settings.ENCODER = "hashing"
    make_papers(10)
    understanding.refit("hashing", NOW)

    known = fits.current()

    assert (known.similarity_weight, known.loudness_weight, known.unsaid) == (1.5, 3.0, -0.5)


@pytest.mark.django_db
def test_papers_that_come_later_get_theirs_and_another_encoder_is_used_meanwhile(hashing, settings: Settings):
    make_papers(10)
    understanding.refit("light", NOW)
    light = fits.current()
    settings.ENCODER = "hashing"
    assert fits.current() is light

    understanding.catch_up(NOW)
    make_papers(5, first=10)
    understanding.keep_up()

    assert Vector.objects.filter(fit=fits.current().fit).count() == 15


@pytest.mark.one_database
def test_what_its_record_needs_is_looked_for_when_the_site_starts(hashing, monkeypatch, settings: Settings):
    needy = EncoderSpec(load=hashing.load, libraries=("no_such_library",), install="make install EXTRA=hashing")
    monkeypatch.setattr(sys.modules["hashing"], "HASHING", needy)
    settings.ENCODER = "hashing"

    with pytest.raises(ImproperlyConfigured) as refused:
        encoders.check_settings()

    assert str(refused.value) == "ENCODER: hashing needs its libraries: make install EXTRA=hashing"


@pytest.mark.one_database
def test_a_record_that_is_not_where_the_settings_say_is_one_sentence(settings: Settings):
    settings.ENCODER, settings.ENCODERS = "lost", {"lost": "papers.search.nowhere.LOST"}

    with pytest.raises(ImproperlyConfigured, match=r"^ENCODERS: expected a record at papers\.search\.nowhere\.LOST"):
        encoders.check_settings()


@pytest.mark.one_database
@pytest.mark.parametrize("kept", [["model.onnx"], ["tokenizer.json"], []])
def test_the_weights_of_any_encoder_are_looked_for_in_the_folder(tmp_path, settings: Settings, kept: list[str]):
    settings.ENCODER_PATH = str(tmp_path)
    for name in kept:
        (tmp_path / name).touch()

    with pytest.raises(ImproperlyConfigured, match=r"expected a folder with model\.onnx and tokenizer\.json"):
        encoders.check_settings()
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).touch()
    encoders.check_settings()


if not without_semantic():

    @pytest.mark.one_database
    def test_a_sentence_encoder_is_a_description_and_its_prefixes_tell_queries_from_papers(settings, monkeypatch):
        """Its weights are MiniLM's, as ENCODER_PATH says."""
        monkeypatch.setitem(sys.modules, "tides", shown_in_docs("tides", "from papers.search.semantic"))
        settings.ENCODERS = settings.ENCODERS | {"tides": "tides.TIDES"}
        tides, minilm = encoders.load("tides", {}), encoders.load("semantic", {})

        def said(title: str) -> Text:
            return Text(title, "", tokenizing.terms(title, ""))

        typed = said("sparse codes")._replace(is_query=True)
        query, paper, nothing = tides.encode([typed, said("sparse codes"), said("")])
        written = minilm.encode([said("query: sparse codes"), said("passage: sparse codes")])

        assert np.allclose(unit(np.stack([query, paper])), unit(written), atol=0.05)
        assert not np.allclose(query, paper, atol=0.05)
        assert not nothing.any()
