"""Every word that the site itself says goes through its translation, on pages and in letters."""

import json
import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup, Comment, Doctype
from django.test.signals import template_rendered
from django.utils.text import Truncator

from digest.letters import cards, composing
from papers import sample
from tests.languages import everything, pseudo
from tests.paths import ROOT

pytestmark = pytest.mark.django_db
SPOKEN = (
    "alt",
    "aria-label",
    "label",
    "placeholder",
    "title",
    "data-copied",
    "data-found",
    "data-none",
    "data-failed",
)
# Names, which are the same in every language; and the parameters that /feeds/ shows in addresses.
NAMES = (
    """arXiv DOI PDF Hugging Face Atom JSON Feed BibTeX (.bib) RIS UTC cs.CL cs votes=20 code=yes topic=reasoning"""
)
ADDRESS = re.compile(r"https?://\S+|\S+@\S+|[0-9a-f-]{36}|America/New_York|New York")
ZONES = re.compile(r'<select name="zone".*?</select>', re.DOTALL)  # hundreds of places
QUOTED = re.compile("“[^”]*”")  # a paper's own words
KEPT = (cards._card, cards._words, cards._encoded, composing._subject, composing._around)


UNREAD = {  # templates of which nothing is read here: tools of whoever runs the site; what says the same as another
    *("admin/subscriptions/subscriber/change_list.html", "admin/subscriptions/subscriber/invite.html"),
    *("subscriptions/gallery.html", "subscriptions/gallery_letter.html", "subscriptions/gallery_sizes.html"),
    *("subscriptions/mailbox_letter.html", "papers/printed.html", "papers/robots.txt", "mail/letter.css"),
    *("subscriptions/move.html", "subscriptions/stay.html", "subscriptions/pasted.html", "mail/testmail/body.html"),
    *("mail/missed.html", "mail/missed.txt"),
}


@pytest.fixture
def in_another_language(settings) -> Iterator[None]:
    settings.SITE_NAME = "Ταχυδρόμος"
    for cache in KEPT:
        cache.cache_clear()
    with pseudo.spoken():
        yield
    for cache in KEPT:
        cache.cache_clear()


def papers_words() -> list[str]:
    """Of the sample edition, of which letters are made: the longest first."""
    said = {words for one in sample.EDITION for words in (one.title, *one.authors, one.organisation or "")}
    said |= {Truncator(one.title).chars(length) for one in sample.EDITION for length in (60, 80)}
    said |= {sentence for one in sample.EDITION for sentence in re.split(r"(?<=[.?]) ", one.abstract)}
    return sorted(said - {""}, key=len, reverse=True)


def unread(seen: set[str]) -> set[str]:
    folder = ROOT / "templates"
    return {str(file.relative_to(folder)) for file in folder.rglob("*.*") if file.is_file()} - seen


def of_page(html: str) -> Iterator[str]:
    """What is read on it, seen or not, without what it says is English."""
    page = BeautifulSoup(ZONES.sub("", html), "html.parser")
    for data in page.select("script, style, kbd, [lang=en]"):
        data.decompose()
    yield from (text for text in page.find_all(string=True) if not isinstance(text, Comment | Doctype))
    for tag in page.find_all(True):
        yield from (str(tag[name]) for name in SPOKEN if name in tag.attrs)
    yield from (str(tag["content"]) for tag in page.select('meta[name=description], meta[property="og:description"]'))


def of_feed(text: str) -> Iterator[str]:
    """Of Atom or JSON."""
    if text.startswith("<?xml"):
        feed = BeautifulSoup(text.partition("?>")[2], "html.parser")
        for tag in feed.find_all(["title", "subtitle", "rights", "content", "summary", "category"]):
            yield from of_page(tag.get_text() or str(tag.get("term", "")))
    else:
        feed = json.loads(text)
        yield from (feed["title"], feed["description"])
        for entry in feed["items"]:
            yield from (*of_page(entry["content_html"]), *entry["tags"])


def read(said: str) -> Iterator[str]:
    """Of a page, a feed, or a text."""
    if said.startswith(("<?xml", '{"version"')):
        yield from of_feed(said)
    elif said.lstrip().startswith("<"):
        yield from of_page(said)
    else:
        yield said


def plain(pieces: Iterator[str] | list[str], data: list[str]) -> Iterator[str]:
    """What is neither translated nor data."""
    for piece in pieces:
        text = " ".join(QUOTED.sub("", ADDRESS.sub("", piece)).split())
        for words in data if re.search("[A-Za-z]{2}", text) else ():
            text = text.replace(words, "")
        if re.search("[A-Za-z]{2}", text):
            yield text


@pytest.mark.usefixtures("in_another_language")
def test_every_word_goes_through_the_translation(client):
    seen: set[str] = set()

    def note(template, **_):
        seen.add(template.name)

    template_rendered.connect(note)
    reader = everything.make_world()
    said = [*everything.pages(client, reader), *everything.letters(), *everything.still()]
    said += everything.presses(client, reader)

    data = [*papers_words(), *NAMES.split()]
    found = {text: name for name, words in said for text in plain(read(words), data)}

    assert found == {}
    assert unread(seen) == UNREAD
