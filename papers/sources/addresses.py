"""Addresses as people typed them. One that cannot be mended is left out, instead of spoiling the day."""

import re
from urllib.parse import urlsplit

from papers import identifiers

LONGEST = 2_000  # characters; a longer one is none
HTTP, HTTPS = "http", "https"
BESIDE_SLASH = re.compile(r" ?([/:]) ?")
ONLY_BY_HTTPS = "github.com", "www.github.com"  # They answer nothing else.
PAPERS = ".arxiv.org", ".alphaxiv.org", ".doi.org"  # where nothing is shown but papers
HUGGING_FACE = ".huggingface.co", ".hf.co"


def web(text: str) -> str | None:
    """The address that pages may link to, at https:// or http://; None where the text is none, or hides where it
    leads."""
    address = text.strip()
    if len(address) > LONGEST or not address.isprintable() or " " in address or "\\" in address:
        return None
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:  # such as https://[ and https://a:b
        return None
    is_one = parts.scheme in (HTTPS, HTTP) and bool(host) and "@" not in parts.netloc
    return address if is_one else None


def code(text: str) -> str | None:
    """The address of a paper's code, at https:// alone. Blanks beside a slash or a colon are slips of the hand."""
    typed = " ".join(text.split())
    mended = BESIDE_SLASH.sub(r"\1", typed)
    is_several = mended != typed and mended.count("://") > 1
    address = None if is_several else web(mended)
    if address is None or urlsplit(address).scheme == HTTPS:
        return address
    return f"{HTTPS}{address[len(HTTP) :]}" if urlsplit(address).hostname in ONLY_BY_HTTPS else None


def project(text: str, arxiv_id: str) -> str | None:
    """The address of a paper's project page; None where that is the paper itself: its PDF, or its page on arXiv or
    on Hugging Face."""
    address = web(text)
    return None if address is None or _is_paper(address, arxiv_id) else address


def _is_paper(address: str, arxiv_id: str) -> bool:
    if identifiers.arxiv_key(arxiv_id) not in identifiers.keys_in(address):
        return False
    parts = urlsplit(address)
    host, path = f".{parts.hostname}", parts.path.lower()
    on_hugging_face = host.endswith(HUGGING_FACE) and path.startswith("/papers/")
    return on_hugging_face or host.endswith(PAPERS) or path.endswith(".pdf")
