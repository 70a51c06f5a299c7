"""Addresses are made without reverse(), and are what it would make."""

import pytest
from django.urls import get_script_prefix, reverse, set_script_prefix

from papers import addresses
from papers.templatetags.addresses import authors

NAMES = [
    "Ada Quill",
    "Jürgen Müller",
    "O’Neil, Shaun",
    "R&D/Lab",
    "50% / #1?",
    "論文 花子",
    "<X> \"'`",
    "a:b@c;d=e+f~g",
    "%41",
]
NAMED = {
    "paper": ["arxiv:2608.16590", "doi:10.1000/<1>_(a)#b?c", "title:0a1b"],
    "topic": ["t1", "reinforcement-learning"],
    "author": NAMES,
    "organisation": NAMES,
    "category": ["cs.CL", "stat.ML"],
}


@pytest.mark.parametrize("prefix", ["/", "/papers/"])
@pytest.mark.parametrize("page", NAMED)
def test_an_address_is_the_one_that_reverse_makes(page, prefix):
    before = get_script_prefix()
    set_script_prefix(prefix)
    try:
        for name in NAMED[page]:
            assert addresses.of(page, name) == reverse(f"papers:{page}", args=[name])
    finally:
        set_script_prefix(before)


def test_authors_are_links_and_what_stands_for_others_is_none():
    assert authors(["A & B", "…"]) == '<a href="/author/A%20&amp;%20B/">A &amp; B</a>, …'


def test_some_are_said_to_be_left_out_before_the_last():
    assert authors(["A", "B", "C"], cut=True) == (
        '<a href="/author/A/">A</a>, <a href="/author/B/">B</a> … <a href="/author/C/">C</a>'
    )
