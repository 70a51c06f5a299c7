"""Every spelling of an arXiv id, a DOI or a category is read once, and written in one way."""

import time

import pytest
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from hypothesis import given
from hypothesis import strategies as st

from papers import identifiers
from papers.management import arguments
from papers.search import ranking
from papers.sources import checks
from subscriptions.interests import kinds, pasting

pytestmark = pytest.mark.one_database

IDS = {
    "2608.16590": "2608.16590",
    "0704.0001": "0704.0001",
    "hep-th/9901001": "hep-th/9901001",
    "math.GT/0309136": "math/0309136",
    "cond-mat.mes-hall/0102536": "cond-mat/0102536",
    "cmp-lg/9404001": "cmp-lg/9404001",
    "physics.acc-ph/0102536": "physics/0102536",
}
NO_IDS = ("2608.165", "2613.16590", "260816590", "٢٦٠٨.16590", "letters/0102536", "hep-th/9913001", "2608.16590\n", "")


@pytest.mark.parametrize("written", IDS)
def test_every_reader_of_arxiv_ids_knows_every_spelling(written: str):
    wanted = IDS[written]

    assert identifiers.arxiv_id(written) == checks.arxiv_id(written) == wanted
    assert arguments.arxiv_id(f"{written}v2") == wanted
    assert ranking.arxiv_id_in(f" https://arxiv.org/abs/{written}v2 ") == wanted
    assert pasting.understand(f"see arXiv:{written}v2, page 3").keys == [f"arxiv:{wanted}"]


@pytest.mark.parametrize("text", NO_IDS)
def test_what_is_no_arxiv_id_is_none_to_all(text: str):
    assert identifiers.arxiv_id(text) is None
    assert identifiers.arxiv_id_asked_for(text.strip()) == identifiers.arxiv_id(text.strip())
    with pytest.raises(CommandError):
        arguments.arxiv_id(text)


@pytest.mark.parametrize("version", ["v0", "v", "v12345", "v1v2", ".pdf"])
def test_a_version_is_a_number_from_one(version: str):
    assert identifiers.arxiv_id(f"2608.16590{version}", versioned=True) is None


def test_a_version_is_left_out_only_where_there_may_be_one():
    assert identifiers.arxiv_id("2608.16590v12", versioned=True) == "2608.16590"
    assert identifiers.arxiv_id("2608.16590v12") is None


@pytest.mark.parametrize(
    "text",
    [
        "arXiv: 2608.16590",
        "https://www.arxiv.org/pdf/2608.16590v1.pdf",
        "export.arxiv.org/abs/2608.16590?context=cs",
        "https://huggingface.co/papers/2608.16590/#community",
    ],
)
def test_the_address_of_a_paper_asks_for_it(text: str):
    assert identifiers.arxiv_id_asked_for(text) == "2608.16590"


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1000/Night.1", "10.1000/night.1"),
        ("doi10.1000/night", "10.1000/night"),
        ("DOI.10.1000/night", "10.1000/night"),
        ("https://doi.org/10.1000/night(3)", "10.1000/night(3)"),
        ("(10.1000/night(3)).", "10.1000/night(3)"),
        ("10.1101/2026.08.20.123457v2.full", "10.1101/2026.08.20.123457"),
        ("2.10.1000/night", None),
        ("10.1000", None),
        (f"10.1000/{'9' * 300}", None),
    ],
)
def test_a_doi_is_written_in_one_way(text: str, doi: str | None):
    assert identifiers.doi(text) == checks.doi(text) == doi


@pytest.mark.parametrize(
    ("typed", "category"),
    [
        ("CS.cl", "cs.CL"),
        ("COND-MAT.Mes-Hall", "cond-mat.mes-hall"),
        ("hep-TH", "hep-th"),
        ("letters.CL", None),
        ("cs.CL ", None),
        ("cmp-lg", None),
        ("cs.XX", None),
        ("hep-th.CL", None),
        ("cond-mat.CL", None),
    ],
)
def test_a_category_that_was_typed_is_written_as_arxiv_does(typed: str, category: str | None):
    assert identifiers.category(typed) == category
    if category:
        assert kinds.category(typed) == category
    else:
        with pytest.raises(ValidationError):
            kinds.category(typed)


def test_all_of_arxivs_categories_may_be_typed():
    assert len(identifiers.CATEGORIES) == 155 + len(identifiers.SUBJECTS)  # those of its taxonomy, and whole archives
    assert all(identifiers.category(one.upper()) == one for one in identifiers.CATEGORIES)


@pytest.mark.parametrize("term", ["cs.CL", "cond-mat.mes-hall", "hep-th", "cmp-lg", "cs", "new-archive", "soon.XX"])
def test_a_category_of_arxiv_is_known_also_when_it_is_new_or_closed(term: str):
    assert identifiers.is_category(term)


@pytest.mark.parametrize("term", ["I.2.7", "68T50", "Primary 68T50", "", "letters", "cs.CL; cs.LG", "CS.CL"])
def test_classes_of_others_are_no_categories(term: str):
    assert not identifiers.is_category(term)


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Letters  by\nNight", "title:Letters by Night"),
        ("World Models", "title:World Models"),
        ("Nächte am Hafen", "title:Nächte am Hafen"),
        ("x" * 107 + " " + "y" * 106, f"title:{'x' * 107} {'y' * 106}"),
        ("x" * 108 + " " + "y" * 106, None),
        ("Letters", None),
        ("Nächte Häfen", None),
        ("Ночные письма", None),
        ("", None),
    ],
)
def test_a_title_can_be_asked_for_if_it_can_be_searched_for_and_fits(title: str, key: str | None):
    assert identifiers.title_key(title) == key


def test_readers_see_a_title_without_its_kind():
    assert identifiers.shown("title:Letters: by Night") == "Letters: by Night"
    assert identifiers.shown("arxiv:2608.16590") == "arxiv:2608.16590"


@given(text=st.text() | st.lists(st.sampled_from([*IDS, "v1", ".", "/", "10.1000/a", "arxiv:", " "])).map("".join))
def test_whatever_the_text_a_key_holds_an_id_that_is_read_as_itself(text: str):
    for key in identifiers.keys_in(text):
        named = identifiers.named_by(key)
        assert key in (identifiers.arxiv_key(named), identifiers.doi_key(named))
        assert not identifiers.is_arxiv_key(key) or identifiers.arxiv_id(named) == named


@pytest.mark.parametrize(
    "piece", ["cs.", "cs.a-", "math-", "hep-th.", "10.1000/", "2608.", "a-a", "cond-mat.mes-hall"]
)
def test_a_long_text_is_read_once(piece: str):
    text = (piece * 100_000)[:100_000]
    began = time.process_time()

    list(identifiers.keys_in(text))
    identifiers.arxiv_id_asked_for(text)
    identifiers.is_category(text)

    assert time.process_time() - began < 5  # What takes the square of the length takes minutes.
