"""Summaries that models wrote: read where the site's setting asks for them, and nowhere else."""

import json

import pytest

from papers.sources.huggingface.api import daily as api
from papers.sources.huggingface.cards import daily as cards
from papers.sources.huggingface.page import daily as props
from papers.sources.huggingface.summaries import LONGEST, LONGEST_NAME
from tests.papers.sources.huggingface.samples import ANSWER, DAY, IDS, PAGE, answer, first, ids, put

pytestmark = pytest.mark.one_database
SUMMARY = "Small notes in a trace help agents find tools again."


@pytest.fixture
def asked_for(settings):
    settings.HUGGINGFACE_AI_SUMMARIES = True


@pytest.mark.parametrize(("reading", "sample"), [(api, ANSWER), (props, PAGE), (cards, PAGE)])
def test_unless_the_site_asks_for_it_none_is_read(reading, sample):
    page = reading(sample, DAY)

    assert SUMMARY in sample.decode()
    assert SUMMARY not in json.dumps([listing.facts() for listing in page.listings])
    assert not any(listing.ai_summary for listing in page.listings)


@pytest.mark.parametrize(("reading", "sample"), [(api, ANSWER), (props, PAGE)])
@pytest.mark.usefixtures("asked_for")
def test_where_the_site_asks_for_it_it_is_read_with_its_maker(reading, sample):
    found = [listing.ai_summary for listing in reading(sample, DAY).listings]

    assert found[0] == {"text": SUMMARY, "by": "invented/model"}
    assert found[-1] is None


@pytest.mark.usefixtures("asked_for")
def test_its_maker_may_be_unknown():
    assert first("paper.ai_summary_model", None).ai_summary == {"text": SUMMARY, "by": ""}


@pytest.mark.parametrize("text", [None, "", " \n\x00"])
@pytest.mark.usefixtures("asked_for")
def test_an_empty_one_is_none(text):
    assert first("paper.ai_summary", text).ai_summary is None


@pytest.mark.usefixtures("asked_for")
def test_it_comes_on_one_line_and_without_control_characters():
    assert first("paper.ai_summary", " Small\x00\n notes.").ai_summary == {
        "text": "Small notes.",
        "by": "invented/model",
    }
    assert first("paper.ai_summary_model", "a/\x1bb\n").ai_summary["by"] == "a/b"


@pytest.mark.usefixtures("asked_for")
def test_what_it_writes_in_tex_is_read_as_in_abstracts():
    assert first("paper.ai_summary", "41\\% of caf\\'es.").ai_summary["text"] == "41% of cafés."


@pytest.mark.usefixtures("asked_for")
def test_one_without_end_is_cut():
    cut = first("paper.ai_summary", "and " + "word " * 1000).ai_summary["text"]
    maker = first("paper.ai_summary_model", "a" * 1000).ai_summary["by"]

    assert cut.endswith("word…")
    assert len(cut) <= LONGEST
    assert len(maker) == LONGEST_NAME
    assert first("paper.ai_summary", "a" * LONGEST).ai_summary["text"] == "a" * LONGEST


@pytest.mark.parametrize("field", ["ai_summary", "ai_summary_model"])
@pytest.mark.usefixtures("asked_for")
def test_one_of_another_shape_is_not_looked_at_and_spoils_no_day(field):
    page = api(answer(put(f"paper.{field}", ["a"])), DAY)

    assert ids(page) == IDS
    assert page.listings[0].ai_summary is None
