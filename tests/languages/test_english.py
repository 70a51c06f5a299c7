"""On a page in another language a paper's own words are said to be English."""

import pytest
from bs4 import BeautifulSoup

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


def test_an_english_page_says_so_once(client):
    make_paper()

    page = BeautifulSoup(client.get("/").content, "html.parser")

    assert [tag.name for tag in page.select("[lang], [dir]")] == ["html"]
