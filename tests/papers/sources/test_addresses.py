"""Addresses that people typed: which are linked to, and which are mended."""

import pytest

from papers.sources.addresses import LONGEST, code, project, web

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example.org/",
        "http://a.example.org",
        "http://a.example.org:5000/demo?of=1#top",
        "http://192.0.2.7:5000/",
        "https://video.example.org/@ada",
        "https://bücher.example.org/seite",
        "HTTPS://A.example.org/",
    ],
)
def test_a_page_at_https_or_http_can_be_linked_to(address):
    assert web(address) == address


def test_blanks_around_an_address_are_forgiven():
    assert web(" https://a.example.org/\n") == "https://a.example.org/"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.example.org",
        "HTTPS",
        "https://",
        "https:///path",
        "https:a.example.org",
        "https://[",
        "https://a.example.org:port/",
        "https://a.example.org:99999/",
        "ftp://a.example.org/",
        "javascript:alert(1)",
        "JavaScript://a.example.org/%0Aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "//a.example.org/",
    ],
)
def test_what_is_no_address_of_a_page_is_none(text):
    assert web(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "https://huggingface.co@a.example.org/",
        "https://github.com:443@a.example.org/",
        "http://ada:secret@a.example.org/",
        "https://a.example.org\\@b.example.org/",
        "https://a.example.org\\.huggingface.co/",
        "https://a b.example.org/",
        "https://a.example.org/a b",
        "https://a.example.org/a\nb",
        "java\tscript:alert(1)",
        "https://a.example.org/\x00",
        "https://a\x1b.example.org/",
        "https://a.example.org/\u202egnp.exe",
        "https://a.example.org/\u00a0",
        "https://a.example.org/\ud800",
    ],
    ids=ascii,
)
def test_an_address_that_hides_where_it_leads_is_none(text):
    assert web(f"{text}x") is None


def test_an_address_without_end_is_none():
    longest = "https://a.example.org/".ljust(LONGEST, "a")

    assert web(longest) == longest
    assert web(f"{longest}a") is None


# ---------------------------------------------------------------------------------------------------------------- code


@pytest.mark.parametrize(
    "typed",
    [
        "https://github.com/tidewater-lab/lanterns",
        "https://github.com/tidewater-lab/ lanterns",
        "https://github.com/tidewater-lab /lanterns",
        "https://github.com/tidewater-lab/\nlanterns",
        "https://github.com/tidewater-lab/\t  lanterns",
        "https:// github.com/tidewater-lab/lanterns",
        "https: //github.com/tidewater-lab/lanterns",
        "https ://github.com/ tidewater-lab / lanterns",
        " https://github.com/tidewater-lab/lanterns \n",
        "http://github.com/tidewater-lab/lanterns",
    ],
    ids=ascii,
)
def test_a_slip_of_the_hand_in_a_code_link_is_mended(typed):
    assert code(typed) == "https://github.com/tidewater-lab/lanterns"


def test_code_on_www_github_com_is_asked_by_https_too():
    assert code("HTTP://www.github.com/a/b") == "https://www.github.com/a/b"


@pytest.mark.parametrize(
    "typed",
    [
        "https://github.com/tidewater-lab/our lanterns",  # Nobody knows what the blank stands for.
        "https://github.com/a/b and https://github.com/a/c",
        "https://github.com/a/b / https://github.com/a/c",
        "http://code.example.org/lanterns",
        "http://github.com.example.org/a/b",
        "http://github.com@example.org/a/b",
        "https://github.com/a/b\x00",
        "javascript: //github.com/%0Aalert(1)",
        "tidewater-lab/lanterns",
        "",
    ],
    ids=ascii,
)
def test_code_that_cannot_be_linked_to_is_none(typed):
    assert code(typed) is None


def test_a_long_row_of_blanks_is_read_in_no_time():
    assert code(f"https://github.com/a{' ' * 1_000_000}b") is None


# ------------------------------------------------------------------------------------------------------------- project

OWN = "2608.99901"


@pytest.mark.parametrize(
    "address",
    [
        f"https://arxiv.org/abs/{OWN}",
        f"http://arxiv.org/abs/{OWN}v2",
        f"https://www.arxiv.org/pdf/{OWN}",
        f"https://export.arxiv.org/pdf/{OWN}v1.pdf",
        f"https://arxiv.org/html/{OWN}v1#S1",
        f"https://arxiv.org/abs/{OWN}/?context=cs",
        f"HTTPS://ArXiv.org/abs/{OWN}",
        f"https://doi.org/10.48550/arXiv.{OWN}",
        f"https://huggingface.co/papers/{OWN}",
        f"https://hf.co/papers/{OWN}#community",
        f"https://www.alphaxiv.org/abs/{OWN}",
        f"https://lab.example.org/papers/{OWN}.PDF",
    ],
)
def test_a_project_that_is_the_paper_itself_is_none(address):
    assert project(address, OWN) is None


def test_a_paper_with_an_id_of_the_old_kind_is_known_too():
    assert project("https://arxiv.org/abs/hep-th/9901001v1", "hep-th/9901001") is None


@pytest.mark.parametrize(
    "address",
    [
        "http://lanterns.example.org/en/",
        "https://arxiv.org/abs/2608.99902",
        "https://huggingface.co/papers/2608.99902",
        f"https://huggingface.co/datasets/tidewater-lab/{OWN}",
        f"https://tidewater-lab.example.org/{OWN}/",
        f"https://example.org/arxiv.org/{OWN}",
        f"https://notarxiv.org/abs/{OWN}",
        "https://github.com/tidewater-lab/lanterns",
    ],
)
def test_a_project_that_is_another_page_is_kept(address):
    assert project(address, OWN) == address


def test_a_project_that_cannot_be_linked_to_is_none():
    assert project("javascript:alert(1)", OWN) is None
    assert project("http://a.example.org/a b", OWN) is None
