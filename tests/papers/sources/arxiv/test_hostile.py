"""Whatever may come instead is refused in one way."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from papers.sources import checks
from papers.sources.arxiv.feed import rss
from papers.sources.base import SourceError
from tests.depth import examples
from tests.papers.sources.arxiv.samples import (
    DAY,
    EVERYWHERE,
    FLAVOURS,
    NO_XML,
    READERS,
)

pytestmark = pytest.mark.one_database


@EVERYWHERE
def test_a_document_that_was_cut_off_is_refused_though_some_papers_are_whole(sample, read):
    for end in range(0, len(sample.rstrip()), 97):
        with pytest.raises(SourceError, match=NO_XML):
            read(sample[:end])


@EVERYWHERE
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b"\0",
        b"[]",
        b'{"papers": []}',
        b"Rate exceeded.",
        b"<html><head><title>arXiv</title><meta></head><body>Down<br></body></html>",
        b"<!doctype html><html></html>",
        "<rss></rss>".encode("utf-16-le"),
        b"<a>" * 100_000,
        b"<a>" * 300 + b"</a>" * 300,
        b"<a>" + b"a" * 10_000_100 + b"</a>",
    ],
    ids=lambda body: repr(body[:16]),
)
def test_what_is_no_xml_is_refused(sample, read, body):
    with pytest.raises(SourceError, match=NO_XML):
        read(body)


@EVERYWHERE
@pytest.mark.parametrize(
    "spoiler", [b"\xff", b"\xe9", b"\xed\xa0\x80", b"\xc0\x80", b"&#x;", b"&#;", b"&#8", b"&#-8;", b"&&#8;#8;"]
)
def test_spoiled_letters_are_refused(sample, read, spoiler):
    with pytest.raises(SourceError, match=NO_XML):
        read(sample.replace(b"that Remember", b"that " + spoiler))


@EVERYWHERE
@pytest.mark.parametrize(
    "control",
    [
        *(b"\0", b"\x08", b"\x0b", b"\x1b", b"\x1f", b"\xef\xbf\xbe", b"\xef\xbf\xbf"),
        *(b"&#0;", b"&#8;", b"&#x8;", b"&#x001F;", b"&#xD800;", b"&#57343;", b"&#xFFFE;", b"&#x110000;"),
        *(b"&#" + b"9" * 100_000 + b";", b"&#" + b"0" * 100_000 + b"8;"),
    ],
    ids=lambda control: repr(control)[:16],
)
def test_a_character_that_xml_forbids_is_dropped(sample, read, control):
    whole = read(sample)

    assert read(sample.replace(b"that Remember", b"that Re" + control + b"member")) == whole


@EVERYWHERE
@pytest.mark.parametrize(
    ("reference", "letter"), [(b"&#82;", "R"), (b"&#x52;", "R"), (b"&#x0000052;", "R"), (b"&#128300;", "🔬")]
)
def test_any_other_reference_stands_for_its_letter(sample, read, reference, letter):
    referred = sample.replace(b"that Remember", b"that " + reference + b"emember")

    assert read(referred) == read(sample.replace(b"that Remember", f"that {letter}emember".encode()))


@EVERYWHERE
@pytest.mark.parametrize("hidden", [b"<!DOC\x08TYPE x>", b"<!DOC&#8;TYPE x>"])
def test_no_document_type_is_hidden_by_what_is_dropped(sample, read, hidden):
    with pytest.raises(SourceError, match=r"^expected XML without a document type, found one$"):
        read(sample.replace(b"\n", b"\n" + hidden, 1))


@EVERYWHERE
@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_other_encodings_are_refused(sample, read, encoding):
    with pytest.raises(SourceError, match=NO_XML):
        read(sample.decode().replace("UTF-8", encoding).encode(encoding))


@EVERYWHERE
@pytest.mark.parametrize("claimed", ["ISO-8859-1", "UTF-7", "UTF-16", "no-such"])
def test_a_document_is_read_as_utf_8_whatever_it_claims(sample, read, claimed):
    assert read(sample.replace(b"'UTF-8'", f"'{claimed}'".encode())) == read(sample)


@EVERYWHERE
@pytest.mark.parametrize("other", [b"<html></html>", b"<rss2/>", b"<feed/>", b"<OAI-PMH/>", b"<a:b xmlns:a='c'/>"])
def test_another_kind_of_document_is_named(sample, read, other):
    with pytest.raises(SourceError, match=r"^expected an? .*, found '"):
        read(other)


def with_doctype(sample, declared, reference):
    head, _, rest = sample.partition(b"\n")
    return head + b"\n<!DOCTYPE x [" + declared + b"]>\n" + rest.replace(b"that Remember", reference)


@EVERYWHERE
def test_an_xml_bomb_is_refused(sample, read):
    bomb = b'<!ENTITY a0 "lol">' + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))

    with pytest.raises(SourceError, match=r"^expected XML without a document type, found one$"):
        read(with_doctype(sample, bomb, b"&a11;"))


@EVERYWHERE
def test_nothing_outside_a_document_is_fetched(sample, read, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")

    with pytest.raises(SourceError, match=r"^expected XML without a document type, found one$"):
        read(with_doctype(sample, f'<!ENTITY e SYSTEM "{secret.as_uri()}">'.encode(), b"&e;"))


@EVERYWHERE
def test_an_entity_that_was_not_declared_is_refused(sample, read):
    with pytest.raises(SourceError, match=NO_XML):
        read(sample.replace(b"that Remember", b"that R&eacute;member"))


@FLAVOURS
def test_a_feed_without_its_namespaces_is_refused(feed):
    with pytest.raises(SourceError, match=r"^expected "):
        rss(feed.replace(b' xmlns:arxiv="http://arxiv.org/schemas/atom"', b""), DAY)


@EVERYWHERE
def test_an_error_is_short_and_on_one_line_whatever_came(sample, read):
    with pytest.raises(SourceError) as caught:
        read(b"<" + b"\xc3\xa9" * 10_000 + b" xmlns='&#10;" + b"a" * 10_000 + b"'/>")

    assert len(str(caught.value)) < 250
    assert str(caught.value).isprintable()


# ------------------------------------------------------------------------------------------------- whatever may come


def holds(read, body):
    """The promise: SourceError and nothing else, or listings that can be stored."""
    try:
        found = read(body)
    except SourceError as error:
        complaint, listings = str(error), []
    else:
        complaint, listings = found.left_out, found.listings
    assert complaint.isprintable()
    for listing in listings:
        assert listing.title
        assert listing.key == f"arxiv:{checks.arxiv_id(listing.arxiv_id)}"
        texts = [listing.title, listing.abstract, listing.doi, *(listing.authors or []), *(listing.categories or [])]
        assert all(text == checks.clean(text) for text in texts if text is not None)
        "".join(text or "" for text in texts).encode()


@st.composite
def spoiled(draw, sample):
    """The sample with a few bytes changed, cut out or put in, or cut off."""
    body = bytearray(sample)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(body)))
        end = start + draw(st.integers(0, 40))
        body[start:end] = draw(st.binary(max_size=4) | st.sampled_from([b"<", b"&#", b"&lt;", b"</", b"<!--", b"]]>"]))
    return bytes(body[: draw(st.integers(0, len(body)))]) if draw(st.booleans()) else bytes(body)


@st.composite
def rearranged(draw, sample):
    """Whole XML: the sample with elements deleted, doubled or moved, and texts and attributes replaced."""
    root = etree.fromstring(sample)
    # What XML can hold: the reader is never handed another text.
    texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=12).map(
        lambda text: re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)
    ) | st.sampled_from(
        ["9" * 5000, "2026-09-14", "oai:arXiv.org:2609.99909v2147483648", r"\'{\i}$\alpha$", "Abstract:"]
    )
    for _ in range(draw(st.integers(1, 5))):
        elements = list(root.iter("*"))[1:]
        element = elements[draw(st.integers(0, len(elements) - 1))] if elements else root
        match draw(st.sampled_from(["delete", "double", "text", "attribute", "nest", "comment"])):
            case "delete" if elements:
                element.getparent().remove(element)
            case "double" if elements:
                element.addnext(etree.fromstring(etree.tostring(element)))
            case "text":
                element.text = draw(texts)
            case "attribute":
                element.set(draw(st.sampled_from(["term", "code", "status"])), draw(texts))
            case "nest":
                element.append(etree.fromstring(etree.tostring(elements[0] if elements else root)))
            case "comment":
                element.insert(0, draw(st.sampled_from([etree.Comment("a"), etree.ProcessingInstruction("a", "b")])))
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


@pytest.mark.parametrize("name", READERS)
def test_a_spoiled_answer_is_refused_in_one_way(name):
    sample, read = READERS[name]

    @examples(120)
    @given(body=spoiled(sample))
    def check(body):
        holds(read, body)

    check()


@pytest.mark.parametrize("name", READERS)
def test_an_answer_of_another_build_is_refused_in_one_way(name):
    sample, read = READERS[name]

    @examples(120)
    @given(body=rearranged(sample))
    def check(body):
        holds(read, body)

    check()
