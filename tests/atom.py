"""Atom as RFC 4287 has it: a grammar of the elements that our feeds use, and what no grammar says."""

from functools import cache

from lxml import etree

from tests.paths import ROOT

GRAMMAR = ROOT / "tests" / "pages" / "atom.rng"
NAMES = {"atom": "http://www.w3.org/2005/Atom"}


@cache
def _grammar() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(GRAMMAR))


def faults(feed: bytes) -> list[str]:
    """What is wrong with a feed; nothing, if all is well."""
    found, grammar = etree.fromstring(feed), _grammar()
    grammar.validate(found)
    wrong = [str(error) for error in grammar.error_log]
    pages = found.xpath("count(atom:link[@rel='alternate'])", namespaces=NAMES)
    own = found.xpath("count(atom:link[@rel='self'])", namespaces=NAMES)
    ids = found.xpath("atom:entry/atom:id/text()", namespaces=NAMES)
    if pages != 1 or own > 1:
        wrong.append(f"expected one page, and at most one address of its own, found {pages:.0f} and {own:.0f}")
    if len(set(ids)) < len(ids):
        wrong.append("expected entries of different ids")
    return wrong
