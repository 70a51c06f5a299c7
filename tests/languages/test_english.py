"""On a page in another language a paper's own words are said to be English."""

import pytest
from bs4 import BeautifulSoup
from pytest_django import Settings

from digest.letters.cards import cards_for
from tests.factories import make_paper
from tests.languages import pseudo

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/", "/paper/arxiv:2608.1/"])
def test_title_and_abstract_are_marked_as_english_in_a_page_from_right_to_left(client, address: str):
    paper = make_paper(key="arxiv:2608.1")
    with pseudo.spoken():
        page = BeautifulSoup(client.get(address).content, "html.parser")

    assert (page.html["lang"], page.html["dir"]) == (pseudo.CODE, "rtl")
    for words in (paper.title, paper.abstract):
        [said] = page.main.find_all(string=words)
        assert said.find_parent(lang="en", dir="ltr")


def test_a_summary_is_marked_as_english_and_its_label_is_not(settings: Settings):
    settings.HUGGINGFACE_AI_SUMMARIES = True
    paper = make_paper(ai_summary={"text": "Tides come and go.", "by": "tide/model"})
    with pseudo.spoken():
        card = BeautifulSoup(cards_for([paper.pk], "summary")[paper.pk].html, "html.parser")

    summary, label = card.find(string="Tides come and go."), card.select_one(".says .order")
    assert summary.find_parent(lang="en", dir="ltr")
    assert "tide/model" in label.text
    assert not label.find_parent(lang="en")


def test_an_english_page_says_so_once(client):
    make_paper()

    page = BeautifulSoup(client.get("/").content, "html.parser")

    assert [tag.name for tag in page.select("[lang], [dir]")] == ["html"]
