"""Papers as reference managers read them: BibTeX and RIS. Rows in, text out."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from bibtexparser import Library, write_string  # type: ignore[attr-defined]  # They are its public names.
from bibtexparser.middlewares.parsestack import default_unparse_stack
from bibtexparser.model import Block, Entry, Field

from papers import identifiers
from papers.models import Paper

# What TeX would not print as it stands. Braces are written in words, as BibTeX counts those that are escaped, too.
SPECIAL = {
    **{letter: f"\\{letter}" for letter in "%&#$_"},
    "\\": r"\textbackslash{}",
    "{": r"$\lbrace$",
    "}": r"$\rbrace$",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
LIGATURE = re.compile(r"(?<=([-'`<>,]))(?=\1)|(?<=[?!])(?=`)")  # where TeX would make one sign of two
NOT_A_NAME = re.compile(r",|\band\b|^others$", re.IGNORECASE)  # for BibTeX
MOST_TAGGED = 100  # authors of a paper, in its page's tags
IN_ADDRESS = "/:;()._-"  # of what a DOI may hold


def bibtex(papers: Iterable[Paper]) -> str:
    """An entry for each, in their order; their titles keep their capitals."""
    entries: list[Block] = [Entry("misc", _label(paper.key), list(_fields(paper))) for paper in papers]
    return write_string(Library(entries), unparse_stack=default_unparse_stack(allow_inplace_modification=True))


def ris(papers: Iterable[Paper]) -> str:
    """A record for each, in their order, its lines ended as the format asks for."""
    lines = (f"{tag}  - {' '.join(value.split())}" for paper in papers for tag, value in _tagged(paper))
    return "".join(f"{line}\r\n" for line in lines)


def tags(paper: Paper) -> list[tuple[str, str]]:
    """The tags of a paper's page by which search engines and reference managers know it, as (name, value)."""
    day = f"{paper.published_on:%Y/%m/%d}" if paper.published_on else _year(paper)
    said = [
        ("citation_title", paper.title),
        *(("citation_author", name) for name in paper.authors[:MOST_TAGGED]),
        ("citation_publication_date", day),
        ("citation_doi", paper.doi or ""),
        ("citation_arxiv_id", paper.arxiv_id or ""),
        ("citation_pdf_url", f"https://arxiv.org/pdf/{paper.arxiv_id}" if paper.arxiv_id else ""),
        ("citation_public_url", _address(paper)),
        ("citation_abstract", paper.abstract),
        *(("citation_keywords", keyword) for keyword in paper.keywords),
    ]
    return [(name, " ".join(value.split())) for name, value in said if value]


def _label(key: str) -> str:
    """What a text cites it by: no two papers have the same, and TeX and BibTeX take each as it stands."""
    return quote(key, safe="/:").replace("%", "+").replace("~", "+7E")


def _fields(paper: Paper) -> Iterator[Field]:
    yield Field("title", " ".join(_kept(word) for word in paper.title.split()))
    if paper.authors:
        yield Field("author", " and ".join(map(_author, paper.authors)))
    if year := _year(paper):
        yield Field("year", year)
    if paper.arxiv_id:
        yield Field("eprint", paper.arxiv_id)
        yield Field("archivePrefix", "arXiv")
        if paper.categories:
            yield Field("primaryClass", _escaped(paper.categories[0]))
    if paper.doi:
        yield Field("doi", _without_braces(paper.doi))
    if address := _address(paper):
        yield Field("url", address)


def _tagged(paper: Paper) -> Iterator[tuple[str, str]]:
    yield "TY", "GEN"
    yield "TI", paper.title
    for author in paper.authors:
        yield "AU", author
    if year := _year(paper):
        yield "PY", year
    if paper.published_on:
        yield "DA", f"{paper.published_on:%Y/%m/%d}"
    if paper.doi:
        yield "DO", paper.doi
    if paper.arxiv_id:
        yield "AN", f"arXiv:{paper.arxiv_id}"
    if address := _address(paper):
        yield "UR", address
    yield "ER", ""


def _year(paper: Paper) -> str:
    """arXiv's daily feed does not say when a paper was published, but its id does."""
    if paper.published_on:
        return str(paper.published_on.year)
    return str(identifiers.year(paper.arxiv_id)) if paper.arxiv_id else ""


def _address(paper: Paper) -> str:
    if paper.arxiv_id:
        return f"https://arxiv.org/abs/{paper.arxiv_id}"
    return f"https://doi.org/{quote(paper.doi, safe=IN_ADDRESS)}" if paper.doi else ""


def _kept(word: str) -> str:
    """A word of a title, whose capitals bibliographies would make small letters, were they not in braces."""
    return f"{{{_escaped(word)}}}" if any(map(str.isupper, word[1:])) else _escaped(word)


def _author(name: str) -> str:
    """In braces where anything but a plain name would be taken apart at the wrong place."""
    name = " ".join(name.split())
    written = _escaped(name)
    return f"{{{written}}}" if written != name or NOT_A_NAME.search(name) else name


def _escaped(text: str) -> str:
    return "".join(SPECIAL.get(letter, letter) for letter in LIGATURE.sub("\0", text)).replace("\0", "{}")


def _without_braces(doi: str) -> str:
    """A DOI is not for TeX to read; only what would end the field is written as in addresses."""
    return "".join(quote(letter) if letter in "{}\\" else letter for letter in doi)
