import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import getaddresses
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.core.mail import EmailMultiAlternatives

from subscriptions import composing, letter_kinds
from subscriptions.composing import BadLetter
from subscriptions.sending import post
from subscriptions.wrapping import WIDTH, columns
from tests.factories import make_letter, make_paper, make_reader, make_score, make_topic

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
KINDS = ("confirm", "manage", "welcome", "digest")
LISTS = ("welcome", "digest")


def make(kind):
    """A letter of the kind, one with papers in both parts if it has parts."""
    topic = make_topic()
    reader = make_reader(topics=[topic.slug], confirmed_at=None if kind == "confirm" else NOW)
    chosen, trending = make_paper(urls={"code": "https://github.com/example/code"}), make_paper(title="A & B <c>")
    make_score(chosen, topic)
    reason = {"code": "topic", "topic": topic.name, "phrase": "phrase", "score": 1.0}
    contents = {
        "for_you": [{"paper": chosen.pk, "reason": reason}],
        "trending": [{"paper": trending.pk}],
        "near_misses": [],
    }
    return make_letter(reader, kind=kind, key="2026-08-20", contents=contents if kind == "digest" else {})


def receive(sink):
    post.drain(now=NOW)
    [(_recipient, message)] = sink.accepted
    return message


# ------------------------------------------------------------------------------------------------------------- headers


@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_names_itself_its_reader_and_its_moment(sink, settings, kind):
    letter = make(kind)

    message = receive(sink)

    assert message["Message-ID"] == f"<{letter.message_id}@{settings.SITE_IDENTITY}>"
    assert message["To"] == letter.subscriber.address
    assert message["From"] == settings.DEFAULT_FROM_EMAIL
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["MIME-Version"] == "1.0"
    assert message["Subject"]
    assert (message["Cc"], message["Bcc"]) == (None, None)
    assert all(len(message.get_all(name)) == 1 for name in message.keys())  # noqa: SIM118 - one key a header line


@pytest.mark.parametrize("kind", LISTS)
def test_a_letter_that_comes_by_subscription_carries_the_way_out(sink, settings, kind, client):
    letter = make(kind)

    message = receive(sink)

    address = message["List-Unsubscribe"].strip()
    assert re.fullmatch(r"<http://[^<>, ]+>", address)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-ID"] == f"{settings.SITE_NAME} <{kind}.{settings.SITE_IDENTITY}>"

    answer = client.post(urlsplit(address.strip("<>")).path, {"List-Unsubscribe": "One-Click"})

    letter.subscriber.refresh_from_db()
    assert answer.status_code == 200
    assert letter.subscriber.left_at


@pytest.mark.parametrize("kind", ["confirm", "manage"])
def test_a_letter_that_was_asked_for_carries_no_headers_of_a_list(sink, kind):
    make(kind)

    message = receive(sink)

    assert not [name for name in message.keys() if name.startswith(("List-", "Precedence", "Feedback"))]  # noqa: SIM118


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_reader_asked_for_may_come_from_another_sender_than_list_mail(sink, settings, kind):
    settings.DEFAULT_FROM_EMAIL = "Paper Route <letters@lists.example.org>"
    settings.TRANSACTIONAL_FROM_EMAIL = "Paper Route <hello@example.org>"
    make(kind)

    message = receive(sink)

    sender = "letters@lists.example.org" if kind in LISTS else "hello@example.org"
    assert message["From"] == f"Paper Route <{sender}>"
    assert message["Return-Path"] == f"<{sender}>"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["Papers, daily", 'The "Route"', "論文, 新聞", "Zeitung für Öffentliches " * 6])
def test_the_senders_name_is_read_as_it_was_written_on_any_way(settings, kind, name):
    settings.SITE_NAME = name.strip()
    written = settings.SITE_NAME.replace('"', r"\"")
    settings.DEFAULT_FROM_EMAIL = f'"{written}" <letters@example.org>'
    letter = make(kind)
    draft = letter_kinds.of(kind).compose([letter], NOW)[letter.pk]

    for content in (draft.content(), draft.message().message().as_bytes()):
        message = message_from_bytes(content)
        [(called, address)] = getaddresses([message["From"]])
        assert (str(make_header(decode_header(called))), address) == (settings.SITE_NAME, "letters@example.org")


@pytest.mark.parametrize("name", ["Papers, daily", 'The "Route"', "論文, 新聞", "Zeitung für Öffentliches " * 6])
def test_joined_and_plain_headers_fold_alike(settings, name):
    settings.SITE_NAME = name.strip()
    settings.DEFAULT_FROM_EMAIL = '"' + settings.SITE_NAME.replace('"', r"\"") + '" <letters@example.org>'
    letter = make("digest")
    draft = letter_kinds.of("digest").compose([letter], NOW)[letter.pk]

    joined, plain = (one.content().partition(b"\r\n\r\n")[0] for one in (draft, draft._plain()))

    assert without_tokens(joined) == without_tokens(plain)


def without_tokens(head):
    return re.sub(rb"/J[\w-]{29,}/", b"/", head)


def test_a_title_with_line_breaks_cannot_add_a_header(sink):
    paper = make_paper(title="A title\r\nBcc: someone@example.org\u2028and more\x07")
    make_letter(kind="digest", key="2026-08-20", contents={"for_you": [], "trending": [{"paper": paper.pk}]})

    message = receive(sink)

    assert message["Bcc"] is None
    assert message["Subject"] == "A title Bcc: someone@example.org and more"


# --------------------------------------------------------------------------------------------------------------- parts


class Links(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.found = set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found |= {value.rstrip("/") for name, value in attrs if name == "href"}


@pytest.mark.parametrize("kind", KINDS)
def test_text_and_html_list_the_same_links(sink, kind):
    make(kind)

    message = receive(sink)

    text = message.get_body(("plain",)).get_content()
    html = Links(message.get_body(("html",)).get_content()).found
    assert {link.rstrip("/") for link in re.findall(r"https?://\S+", text)} == html
    assert len(html) >= 2


class Shown(HTMLParser):
    """The words that a page shows."""

    def __init__(self, page):
        super().__init__()
        self.words, self.hidden = "", False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.hidden = tag in ("style", "title") or ("class", "preheader") in attrs

    def handle_endtag(self, tag):
        self.hidden = self.hidden and tag not in ("style", "title", "div")
        self.words += "" if tag in ("b", "a", "span", "strong") else " "

    def handle_data(self, data):
        self.words += "" if self.hidden else data


def said(text):
    """Its words, without the marks between and behind them; a sign for votes is the word."""
    return set(re.findall(r"\w+", re.sub(r"https?://\S+", "", text).casefold()))


@pytest.mark.parametrize("kind", KINDS)
def test_the_text_says_all_that_the_html_shows(sink, kind):
    make(kind)

    message = receive(sink)

    text, html = (message.get_body((part,)).get_content() for part in ("plain", "html"))
    assert said(Shown(html).words) <= said(text)


@pytest.mark.parametrize("kind", KINDS)
def test_the_text_is_76_columns_wide_but_for_links_and_those_of_ours_are_alone(sink, settings, kind):
    settings.SITE_URL, settings.SITE_POSTAL_ADDRESS = "https://papers.example.org", "1 Quiet Lane, " * 12
    make(kind)

    lines = receive(sink).get_body(("plain",)).get_content().split("\r\n")

    assert [line for line in lines if columns(line) > WIDTH and "://" not in line] == []
    assert [line for line in lines if settings.SITE_URL in line and " " in line.strip()] == []
    assert [line for line in lines if re.match(r" *[.·|=_*-]", line)] == ["-- "]


@pytest.mark.parametrize("kind", KINDS)
def test_the_foot_is_a_signature_as_mail_programs_know_one_and_its_blank_survives_the_wire(kind):
    content = on_the_wire(kind)

    assert content.count(b"\r\n--=20\r\n") == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_has_a_text_part_first_and_an_html_part_second(sink, kind):
    make(kind)

    message = receive(sink)

    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def on_the_wire(kind):
    letter = make(kind)
    return letter_kinds.of(kind).compose([letter], NOW)[letter.pk].content()


@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_is_seven_bits_wide_whatever_it_says(settings, kind):
    settings.SITE_NAME = "Zeitung für Öffentliches"

    content = on_the_wire(kind)

    assert content.isascii()
    assert content.count(b"Content-Transfer-Encoding: quoted-printable") == 2
    assert b"Zeitung f=C3=BCr =C3=96ffentliches" in content


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("name", ["Papers", "Papers, daily", "論文の新聞", "論文の新聞, " * 9])
def test_the_id_of_a_list_can_be_read_whatever_the_site_is_called(settings, kind, name):
    settings.SITE_NAME = name

    content = on_the_wire(kind)

    assert f" <{kind}.{settings.SITE_IDENTITY}>\r\n".encode() in content
    list_id = message_from_bytes(content)["List-ID"]
    [(called, _id)] = getaddresses([list_id])
    assert str(make_header(decode_header(called))) == name.strip()
    assert max(map(len, re.findall(r"=\?utf-8\?\S+\?=", list_id)), default=0) <= 75


@pytest.mark.parametrize("kind", KINDS)
def test_no_header_begins_with_an_empty_line(kind):
    head, _, _ = on_the_wire(kind).partition(b"\r\n\r\n")

    assert b"List-Unsubscribe:" in head or kind not in LISTS
    assert not re.search(rb"(?m)^[\w-]+:[ \t]*\r$", head)


def test_a_title_stands_in_the_text_as_it_is_and_in_the_html_escaped(sink):
    make("digest")

    message = receive(sink)

    assert "A & B <c>" in message.get_body(("plain",)).get_content()
    assert "A &amp; B &lt;c&gt;" in message.get_body(("html",)).get_content()


# --------------------------------------------------------------------------------------------------------------- guard


def message_to(*recipients, **fields):
    return EmailMultiAlternatives("Subject", "Body.", "letters@localhost", list(recipients), **fields)


def test_the_guard_lets_a_letter_to_its_reader_pass():
    reader = make_reader()

    composing.guard(message_to(reader.address), reader.address)


@pytest.mark.parametrize(
    ("recipients", "fields"),
    [
        (["{reader}", "b@example.org"], {}),
        (["b@example.org"], {}),
        ([], {}),
        (["{reader}"], {"cc": ["b@example.org"]}),
        (["{reader}"], {"bcc": ["b@example.org"]}),
        (["{reader}"], {"headers": {"To": "{reader}, b@example.org"}}),
        (["{reader}"], {"headers": {"Bcc": "b@example.org"}}),
        (["{reader}, b@example.org"], {}),
        (["{reader}\r\nBcc: b@example.org"], {}),
        (["{reader}"], {"headers": {"List-ID": "a\r\nBcc: b@example.org"}}),
        (["{reader}"], {"reply_to": ["a@example.org\nBcc: b@example.org"]}),
    ],
)
def test_the_guard_refuses_whatever_would_reach_anyone_else(recipients, fields):
    reader = make_reader()
    if "headers" in fields:
        fields = {"headers": {name: value.format(reader=reader.address) for name, value in fields["headers"].items()}}
    message = message_to(*[recipient.format(reader=reader.address) for recipient in recipients], **fields)

    with pytest.raises(BadLetter) as refusal:
        composing.guard(message, reader.address)

    assert "@" not in str(refusal.value)


@pytest.mark.parametrize("subject", ["A\nB", "A\r\nBcc: b@example.org"])
def test_the_guard_refuses_a_subject_of_several_lines(subject):
    reader = make_reader()
    message = message_to(reader.address)
    message.subject = subject

    with pytest.raises(BadLetter):
        composing.guard(message, reader.address)
