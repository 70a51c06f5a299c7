"""The letter that is joined of pieces says what the one that Django writes says: the same headers, the same parts."""

import email
import re
import string
from collections.abc import Sequence
from datetime import UTC, date, datetime
from email import policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.mail import BadHeaderError, EmailMultiAlternatives
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from digest.letters import composing
from digest.letters.composing import Digest
from papers.models import Paper
from subscriptions import mime
from subscriptions.composing import BadLetter, Plain, frame
from subscriptions.models import Letter, Subscriber
from tests.depth import examples
from tests.factories import make_letter, make_paper, make_reader

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
ODD = [
    "שלום עולם", "x<y & z>w", "$x_i$ and ${y}", "%s %(reason)b %%", ".", "..", ".\n.hidden\n..", "=3D =\n", "a\r\nb",
    "{{ 7 }} {% now %}", "trailing   ", "\ttab", '"quotes" & \'single\'', "∑ ≤ 論文 🧪", "-" * 2 + "=_paper_route",
    "From here", "long" * 300, "e\u0301 \u200b\u202e", "<script>alert(1)</script>", "line\u2028separator\x85", "",
]  # fmt: skip
texts = st.lists(st.sampled_from(ODD) | st.text(max_size=30), min_size=1, max_size=4).map(" ".join)
clean = texts.map(lambda text: text.replace("\x00", "").encode("utf-8", "ignore").decode())


@st.composite
def papers(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "title": draw(clean) or "Untitled",
        "abstract": draw(clean),
        "authors": draw(st.lists(clean, max_size=3)) + ["One of Many"] * draw(st.sampled_from([0, 0, 600])),
        "organisation": draw(clean),
        "published_on": draw(st.sampled_from([None, date(2026, 8, 19)])),
        "votes": draw(st.integers(0, 2000)),
        "comments": draw(st.integers(0, 3)),
        "ai_summary": draw(st.just({}) | st.fixed_dictionaries({"text": clean, "by": clean})),
        "urls": draw(st.sampled_from([{}, {"code": "https://github.com/invented/one?a=1&b=2"}])),
    }


@st.composite
def reasons(draw: st.DrawFn) -> dict[str, Any]:
    words = draw(clean) or "words"
    return draw(
        st.sampled_from(
            [
                {"code": "topic", "topic": words, "phrase": words},
                {"code": "near", "to": words},
                {"code": "like", "title": words},
                {"code": "author", "author": words},
                {"code": "phrase", "phrase": words},
            ]
        )
    )


RISEN = {"code": "trending", "votes": 23, "hours": 6, "times": 4}


def a_digest(
    reader: Subscriber,
    chosen: list[tuple[Paper, dict[str, Any]]],
    trending: list[Paper],
    missed: Sequence[Paper] = (),
    special: dict[str, Any] | None = None,
) -> Digest:
    """As it is before it is sent; nothing of it is in the tables but its papers."""
    contents = {
        "for_you": [{"paper": paper.pk, "reason": reason} for paper, reason in chosen],
        "trending": [{"paper": paper.pk, "reason": RISEN} for paper in trending],
        "near_misses": [{"paper": paper.pk, "lacked": {"code": "cap", "cap": 3}} for paper in missed],
    } | ({"special": special} if special else {})
    letter = Letter(pk=1, subscriber=reader, kind="digest", key="2026-08-20", contents=contents)
    draft = composing.digest([letter], NOON)[1]
    assert isinstance(draft, Digest)
    return draft


def read(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


class Tags(HTMLParser):
    """A page as a mail program takes it in: each tag with its attributes, each text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.all: list[object] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, sorted(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.all.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.all.append(data)


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return without_tokens(str(body.get_content()).replace("\r\n", "\n"))


def without_tokens(words: str) -> str:
    """Links are signed at the microsecond in which they are made."""
    return re.sub(r"/J[\w-]{29,38}/", "/.../", words)


def unfolded(message: EmailMessage) -> list[tuple[str, str]]:
    """Headers, but for those of the message's own structure."""
    structure = ("content-type", "mime-version", "content-transfer-encoding")
    return sorted(
        (name.lower(), without_tokens(str(value)).strip())
        for name, value in message.items()
        if name.lower() not in structure
    )


@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(papers(), reasons()), max_size=3),
    st.lists(papers(), min_size=1, max_size=2),
    st.lists(papers(), max_size=2),
    st.sampled_from(Subscriber.Shows.values),
    st.sampled_from([None, "pause", "silent"]),
)
def test_joined_and_written_by_django_a_digest_says_the_same(settings, chosen, trending, missed, shows, special):
    settings.HUGGINGFACE_AI_SUMMARIES = True
    reader = make_reader(shows=shows)
    nearest = {"paper": make_paper(title="<b> & 'near'").pk, "code": "bar", "score": 0.41, "bar": 0.5}
    lines = {
        "pause": {"code": "pause", "first": "2026-08-04", "last": "2026-08-17"},
        "silent": {"code": "silent", "days": ["2026-08-19"], "nearest": nearest},
    }
    draft = a_digest(
        reader,
        [(make_paper(**fields), reason) for fields, reason in chosen],
        [make_paper(**one) for one in trending],
        [make_paper(**one) for one in missed],
        lines.get(special),
    )

    joined = read(mime.unstuffed(draft.content()))
    written = read(draft.message().message().as_bytes())  # by Django alone

    assert unfolded(joined) == unfolded(written)
    assert part(joined, "plain") == part(written, "plain")
    assert Tags(part(joined, "html")).all == Tags(part(written, "html")).all


def test_joined_and_written_by_django_long_words_are_wrapped_alike():
    reason = {"code": "near", "to": "of lamps, wicks and oil " * 9}
    paper = make_paper(key=f"title:{'0' * 64}", title="Of Lamps " * 20, organisation="Harbour " * 20)
    draft = a_digest(make_reader(), [(paper, reason)], [])

    joined, written = (part(read(mime.unstuffed(one.content())), "plain") for one in (draft, draft._plain()))

    assert joined == written
    assert [line for line in joined.split("\n") if len(line) > 76 and "://" not in line] == []


@examples(100)
@given(st.lists(clean, max_size=4))
def test_pieces_that_are_encoded_one_by_one_read_as_one_text(pieces):
    joined = b"".join(map(mime.quoted, pieces))

    content = mime.multipart(b"To: a@example.org\r\n", joined, b"")

    said = "".join(pieces).replace("\r\n", "\n").replace("\r", "\n")
    one_by_one = "".join(piece.replace("\r\n", "\n").replace("\r", "\n") for piece in pieces)
    assert part(read(mime.unstuffed(content)), "plain").rstrip("\n") in {said.rstrip("\n"), one_by_one.rstrip("\n")}


@examples(100)
@given(st.lists(clean, max_size=4))
def test_no_line_on_the_wire_ends_the_letter_early_or_is_too_long(pieces):
    content = mime.multipart(b"To: a@example.org\r\n", b"".join(map(mime.quoted, pieces)), b"")

    lines = content.split(b"\r\n")
    assert b"." not in lines
    assert all(b"\r" not in line and b"\n" not in line for line in lines)
    assert max(map(len, lines)) <= 78


def test_a_paper_that_utf_8_cannot_hold_is_refused_in_both_forms():
    paper = make_paper()
    letter = Letter(pk=1, subscriber=make_reader(), kind="digest", key="2026-08-20")
    card = composing.cards_for([paper.pk])[paper.pk]
    broken = type(card)(**{**vars(card), "text": "half a pair: \ud83d"})
    none, papers = (composing.Part("paper", some, {1: broken}, "https://x/") for some in ([], [{"paper": 1}]))
    shown = composing.Parts(none, papers, none)
    draft = Digest(letter, shown, None, tuple(frame().items()), False, NOON)

    for form in (draft.content, draft.message):
        with pytest.raises(BadLetter):
            form()


# Addresses that are none, that are several, or that mean another than they seem to.
hostile = st.sampled_from(
    ["a@example.org\r\nBcc: b@example.org", "a@example.org, b@example.org", "a@example.org\n", '"a\\"@example.org',
     "a@example.org <b@example.org>", "a b@example.org", "@example.org", "a@", "", "a@b@c.org", "a;b@example.org",
     "Ada <a@example.org>", "a@[127.0.0.1]", "ünï@example.org", "a(b)@example.org", "a@exa mple.org",
     "a..b@example.org"]
) | st.text(string.ascii_letters + "@.,;:<>\"\\ \r\n()é", max_size=24)  # fmt: skip


def refused(draft: Digest | Plain) -> bool:
    try:
        draft.content()
    except BadLetter:
        return True
    return False


@examples(200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hostile)
def test_what_django_or_the_guard_refuses_is_refused_when_joined(address):
    reader = make_reader(address=f"{make_letter().pk}@example.org")
    reader.address = address
    draft = a_digest(reader, [], [make_paper()])
    written = EmailMultiAlternatives("Subject", "Body.", "letters@localhost", [address])
    written.attach_alternative("<p>Body.</p>", "text/html")

    assert refused(draft) == refused(Plain(written, address))


def test_a_subject_of_several_lines_cannot_be_joined():
    with pytest.raises(BadHeaderError):
        mime.header("Subject", "One\r\nBcc: b@example.org")
