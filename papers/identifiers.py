"""arXiv ids, DOIs and arXiv categories: the one place that reads and writes them. Text in, text out; knows no rows.

Each expression below reads a text once, however long it is: none of its parts can match the same stretch in two ways.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote

LONGEST_DOI = 200  # characters; a longer one is none
LONGEST_KEY = 220  # characters
# What a paper's key begins with: "arxiv:2608.16590", "doi:10.1101/...". By "title:..." papers are only asked for.
ARXIV, DOI, TITLE = "arxiv", "doi", "title"

# Of two that begin alike the longer comes first, or the shorter would be found in it.
ARCHIVES = (
    "astro-ph|cond-mat|cs|econ|eess|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math-ph|math|nlin|nucl-ex|nucl-th|physics|"
    "q-bio|q-fin|quant-ph|stat"
)
FORMER_ARCHIVES = (  # They take no more papers; those they have keep their ids and categories.
    "acc-phys|adap-org|alg-geom|ao-sci|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|dg-ga|funct-an|mtrl-th|"
    "patt-sol|plasm-ph|q-alg|solv-int|supr-con"
)
SUBJECTS = {  # of archives that have any (arxiv.org/category_taxonomy); papers may have newer or older ones, too
    "astro-ph": "CO EP GA HE IM SR",
    "cond-mat": "dis-nn mes-hall mtrl-sci other quant-gas soft stat-mech str-el supr-con",
    "cs": "AI AR CC CE CG CL CR CV CY DB DC DL DM DS ET FL GL GR GT HC IR IT LG LO MA MM MS NA NE NI OH OS PF PL RO "
    "SC SD SE SI SY",
    "econ": "EM GN TH",
    "eess": "AS IV SP SY",
    "math": "AC AG AP AT CA CO CT CV DG DS FA GM GN GR GT HO IT KT LO MG MP NA NT OA OC PR QA RA RT SG SP ST",
    "nlin": "AO CD CG PS SI",
    "physics": "acc-ph ao-ph app-ph atm-clus atom-ph bio-ph chem-ph class-ph comp-ph data-an ed-ph flu-dyn gen-ph "
    "geo-ph hist-ph ins-det med-ph optics plasm-ph pop-ph soc-ph space-ph",
    "q-bio": "BM CB GN MN NC OT PE QM SC TO",
    "q-fin": "CP EC GN MF PM PR RM ST TR",
    "stat": "AP CO ME ML OT TH",
}
CATEGORIES = frozenset(
    {*ARCHIVES.split("|"), *(f"{archive}.{one}" for archive, some in SUBJECTS.items() for one in some.split())}
)
SUBJECT = r"[a-z]+(?:-[a-z]+)?"
CATEGORY = re.compile(rf"(?P<archive>{ARCHIVES})(?:\.(?P<subject>[a-z-]+))?", re.IGNORECASE | re.ASCII)
CATEGORY_OF_ARXIV = re.compile(rf"{ARCHIVES}|{SUBJECT}\.(?:[A-Z]{{2}}|{SUBJECT})|[a-z]+-[a-z]+")

MONTH = r"\d\d(?:0[1-9]|1[0-2])"
NEW_ID = rf"(?P<new>{MONTH}\.\d{{4,5}})"  # since April 2007
OLD_ID = rf"(?P<archive>{ARCHIVES}|{FORMER_ARCHIVES})(?:\.{SUBJECT})?/(?P<number>{MONTH}\d{{3}})"
VERSION = r"(?P<version>v[1-9]\d{0,3})?"
PLACES = (
    r"(?:arxiv:\s*|"
    r"(?:https?://)?(?:(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)|(?:www\.)?huggingface\.co/papers)/)?"
)
FIRST_YEAR = 91  # of arXiv: 1991
ARXIV_ID = re.compile(rf"(?:{NEW_ID}|{OLD_ID}){VERSION}", re.IGNORECASE | re.ASCII)
ARXIV_ID_OR_PLACE = re.compile(
    rf"{PLACES}(?:{NEW_ID}|{OLD_ID}){VERSION}(?:\.pdf)?/?(?:[?#].*)?", re.IGNORECASE | re.ASCII
)
ARXIV_ID_IN_TEXT = re.compile(
    rf"(?:(?<![\d.])|(?<=arxiv\.)){NEW_ID}(?:v\d{{1,3}})?(?!\.?\d)|(?<![\w-]){OLD_ID}(?:v\d{{1,3}})?(?!\d)",
    re.IGNORECASE | re.ASCII,
)
DOI_IN_TEXT = re.compile(r"(?<!\d)(?<!\d\.)10\.\d{4,9}/[!-~]+", re.ASCII)
DOI_OF_ARXIV = "10.48550/arxiv."
DOI_OF_PREPRINT = re.compile(r"(10\.(?:1101|64898)/[\d.]+)v\d.*")  # bioRxiv, medRxiv, with what their addresses add
ENDS_OF_PAGES = re.compile(r"[?#].*|/(?:pdf|epdf|full|abstract|html)$|\.pdf$")  # what publishers' addresses add
URL = re.compile(r"(?:https?://|www\.)[^\s<>\"{}|\\^`]+", re.IGNORECASE)
NAMES_ARXIV = re.compile(r"arxiv|\babs/", re.IGNORECASE)
SEARCHABLE = re.compile(r"(?<!\w)[A-Za-z0-9]+(?:[-'./][A-Za-z0-9]+)*(?!\w)")  # a word that archives find as written
LINK = re.compile(f"{URL.pattern}|{DOI_IN_TEXT.pattern}|{ARXIV_ID_IN_TEXT.pattern}", re.IGNORECASE | re.ASCII)


# ----------------------------------------------------------------------------------------------------------- arXiv ids


def arxiv_id(text: str, *, versioned: bool = False) -> str | None:
    """The arXiv id that a text is, as arXiv writes it: 2608.16590, or of the old kind cond-mat/0102536, also where
    the text names its subject, cond-mat.mes-hall/0102536. A version is left out where there may be one; None where
    the text is anything else."""
    found = ARXIV_ID.fullmatch(text)
    return _written(found) if found and (versioned or not found["version"]) else None


def order(arxiv_id: str) -> int | None:
    """Where an id stands in the order in which arXiv gives them out, as it lets papers through: differences within a
    month are numbers of papers. None for ids of the old kind."""
    month, _, number = arxiv_id.partition(".")
    return (int(month[:2]) * 12 + int(month[2:])) * 100_000 + int(number) if number.isdecimal() else None


def year(arxiv_id: str) -> int:
    """In which arXiv got the paper of an id, which both kinds begin with."""
    two_digits = int(arxiv_id.rpartition("/")[2][:2])
    return two_digits + (1900 if two_digits >= FIRST_YEAR else 2000)


def arxiv_id_asked_for(text: str) -> str | None:
    """The arXiv id that a text is, or is the address of a page of, whatever its version."""
    found = ARXIV_ID_OR_PLACE.fullmatch(text.strip())
    return _written(found) if found else None


def _written(found: re.Match[str]) -> str:
    return found["new"] or f"{found['archive']}/{found['number']}".lower()


# ---------------------------------------------------------------------------------------------------------------- DOIs


def doi(text: str, *, in_address: bool = False) -> str | None:
    """The first DOI in a text, in lower case, as DOIs are compared; None where there is none. In the address of a
    page, without what publishers add to it."""
    if not (found := DOI_IN_TEXT.search(text)):
        return None
    doi = found[0].lower()
    if in_address:
        doi = ENDS_OF_PAGES.sub("", doi)
    doi = doi.rstrip(".,;:'\">}]")
    if doi.endswith(")") and doi.count(")") > doi.count("("):
        doi = doi[:-1].rstrip(".,;")
    if preprint := DOI_OF_PREPRINT.fullmatch(doi):
        doi = preprint[1]
    return doi if len(doi) <= LONGEST_DOI else None


# ---------------------------------------------------------------------------------------------------------- categories


def category(text: str) -> str | None:
    """What somebody typed as a category of arXiv, as arXiv writes it: cs.CL, cond-mat.soft, or the archive hep-th.
    None where arXiv has no such category: no paper would ever be in it."""
    if not (found := CATEGORY.fullmatch(text)):
        return None
    archive, subject = found["archive"].lower(), found["subject"] or ""
    # Subjects of two letters are written large, longer ones small.
    written = f"{archive}.{subject.upper() if len(subject) == 2 else subject.lower()}" if subject else archive
    return written if written in CATEGORIES else None


def is_category(term: str) -> bool:
    """Whether arXiv would write a category so, also one that is new or no longer used. Classes of the ACM and the MSC,
    which stand beside them, are none."""
    return CATEGORY_OF_ARXIV.fullmatch(term) is not None


def archive_of(category: str) -> str:
    """cs of cs.CL; hep-th, which has no subjects, is its own."""
    return category.partition(".")[0]


# ---------------------------------------------------------------------------------------------------- keys of papers


def arxiv_key(arxiv_id: str) -> str:
    return f"{ARXIV}:{arxiv_id}"


def doi_key(doi: str) -> str:
    return f"{DOI}:{doi}"


def title_key(title: str) -> str | None:
    """The key by which a paper is asked for whose title is all that is known. None where it is too long for a key, or
    has fewer than two words that can be searched for."""
    key = f"{TITLE}:{' '.join(title.split())}"
    return key if len(key) <= LONGEST_KEY and len(SEARCHABLE.findall(key)) > 2 else None


def shown(key: str) -> str:
    """A key as readers see it: a title without more."""
    return named_by(key) if key.startswith(f"{TITLE}:") else key


def is_arxiv_key(key: str) -> bool:
    return key.startswith(f"{ARXIV}:")


def named_by(key: str) -> str:
    """The arXiv id, DOI or title that a paper's key holds."""
    return key.partition(":")[2]


def keys_of(key: str, arxiv_id: str | None, doi: str | None) -> tuple[str, ...]:
    """Every key by which somebody may ask for a paper, the one that it has first."""
    others = (arxiv_key(arxiv_id) if arxiv_id else "", doi_key(doi) if doi else "")
    return tuple(dict.fromkeys((key, *filter(None, others))))


def keys_in(text: str, *, bare: bool = True) -> Iterator[str]:
    """The key of every paper that a text links to, names by its DOI or by its arXiv id; one may come twice. Without
    `bare`, a number like 2608.16590 counts in an address, and in a text that names arXiv."""
    bare = bare or NAMES_ARXIV.search(text) is not None
    for found in LINK.finditer(text):
        is_address = URL.match(found[0]) is not None
        link = unquote(found[0]) if is_address else found[0]
        typed = DOI_IN_TEXT.search(link)
        if typed and not typed[0].lower().startswith(DOI_OF_ARXIV):
            if read := doi(typed[0], in_address=link != typed[0]):
                yield doi_key(read)
        elif (arxiv := ARXIV_ID_IN_TEXT.search(link)) and (bare or is_address or arxiv["archive"]):
            yield arxiv_key(_written(arxiv))
