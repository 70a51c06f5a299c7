"""The made-up source of docs/extending.md, as somebody would add it: one module and one line."""

import json
import re
import types
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from papers import collecting
from papers.models import Paper
from papers.sources import SOURCES
from papers.sources.base import SourceError
from tests.farend import FarEnd
from tests.paths import ROOT

pytestmark = pytest.mark.django_db
PAGE = ROOT / "docs" / "extending.md"
DAY = date(2026, 8, 20)
MORNING = datetime(2026, 8, 20, 9, tzinfo=UTC)
SAMPLE = {"day": "2026-08-20", "preprints": [{"doi": "10.9999/tide.1", "title": "How Tides Remember"}]}


def shown_in_docs() -> types.ModuleType:
    module = types.ModuleType("tidewater")
    (code,) = re.findall(r'```python\n("""Tidewater.*?)```', PAGE.read_text(), re.DOTALL)
    exec(compile(code, PAGE.name, "exec"), module.__dict__)  # Our own page's.
    return module


TIDEWATER = shown_in_docs()


@pytest.fixture
def far_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[FarEnd]:
    with FarEnd() as far_end:
        monkeypatch.setattr(TIDEWATER, "SITE", far_end.url)
        monkeypatch.setitem(SOURCES, "tidewater", TIDEWATER.SOURCE)
        yield far_end


def test_its_papers_are_collected_and_shown_like_any_others(far_end: FarEnd, client: Client):
    far_end.answers(f"/lists/{DAY}.json", body=json.dumps(SAMPLE).encode())

    call_command("collect", source="tidewater", day=DAY, now=MORNING)

    assert Paper.objects.get().key == "doi:10.9999/tide.1"
    assert "How Tides Remember" in client.get(f"/date/{DAY}/tidewater/").content.decode()


def test_a_day_of_it_that_is_not_understood_stays_due(far_end: FarEnd):
    far_end.answers(f"/lists/{DAY}.json", body=json.dumps(SAMPLE | {"day": "2026-08-19"}).encode())

    collected = collecting.collect(TIDEWATER.SOURCE, DAY, MORNING)

    assert str(collected) == "tidewater 2026-08-20: list: expected the list of 2026-08-20, found '2026-08-19'"


def test_a_preprint_of_it_that_is_not_understood_is_left_out(far_end: FarEnd):
    odd = SAMPLE | {"preprints": [*SAMPLE["preprints"], {"doi": "10.9999/tide.2"}]}
    far_end.answers(f"/lists/{DAY}.json", body=json.dumps(odd).encode())

    collected = collecting.collect(TIDEWATER.SOURCE, DAY, MORNING)

    assert collected.collection.left_out == (
        "1 of 2 left out: expected a preprint, found {'doi': '10.9999/tide.2'} (paper 2 of the list)"
    )
    assert Paper.objects.get().key == "doi:10.9999/tide.1"


LEAVES = st.none() | st.integers() | st.text()
NAMES = st.sampled_from(["day", "preprints", "doi", "title"])
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner))


@given(body=st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_it_answers_nothing_but_a_source_error_comes_of_it(body: bytes):
    with suppress(SourceError):
        assert TIDEWATER.read(body, DAY).listings is not None


def test_its_ids_are_cleaned_like_any_others(far_end: FarEnd):
    odd = SAMPLE | {
        "preprints": [{"doi": "https://doi.org/10.9999/TIDE.1", "title": "One\x00"}, {"doi": "none", "title": "Two"}]
    }
    far_end.answers(f"/lists/{DAY}.json", body=json.dumps(odd).encode())

    collecting.collect(TIDEWATER.SOURCE, DAY, MORNING)

    assert Paper.objects.values_list("key", "title").get() == ("doi:10.9999/tide.1", "One")
