"""Letters by SMTP are signed when the site has a key, and only what was signed passes."""

import base64
import runpy
from datetime import UTC, datetime
from functools import cache

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.core.exceptions import ImproperlyConfigured

from digest.letters import composing
from subscriptions import mime
from subscriptions.composing import manage
from subscriptions.sending import post
from subscriptions.sending.smtp import Smtp
from tests.factories import make_letter, make_paper
from tests.paths import ROOT
from tests.sink import Sink

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pem() -> str:
    return key().private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


def in_dns(name: bytes, timeout: float = 0) -> bytes:
    assert name == b"paper-route._domainkey.papers.example.org."
    public = key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


@pytest.fixture
def _signs(settings):
    settings.DKIM_SELECTOR, settings.DKIM_KEY = "paper-route", pem()
    settings.DEFAULT_FROM_EMAIL = "Paper Route <letters@papers.example.org>"


def on_the_wire(*, dots: bool = False) -> bytes:
    paper = make_paper(abstract=".\n..hidden dots\n. and one more" if dots else "What was found.")
    letter = make_letter(kind="digest", key="2026-08-20", contents={"for_you": [{"paper": paper.pk}]})
    return Smtp().prepare(composing.digest([letter], NOW)[letter.pk])


def verifies(content: bytes) -> bool:
    return dkim.verify(mime.unstuffed(content), dnsfunc=in_dns)


@pytest.mark.usefixtures("_signs")
@pytest.mark.parametrize("dots", [False, True])
def test_a_letter_is_signed_as_it_arrives(dots):
    assert verifies(on_the_wire(dots=dots))


@pytest.mark.usefixtures("_signs")
def test_letters_that_come_by_no_subscription_are_signed_too():
    letter = make_letter()

    assert verifies(Smtp().prepare(manage([letter], NOW)[letter.pk]))


@pytest.mark.usefixtures("_signs")
@pytest.mark.parametrize(
    "name", ["From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "List-ID"]
)
def test_a_header_that_was_changed_or_taken_away_is_found_out(name):
    content = on_the_wire()
    start = content.index(f"\r\n{name}: ".encode()) + 2
    value = start + len(name) + 2

    assert not verifies(content[:value] + b"another" + content[value:])
    assert not verifies(content[:start] + b"X-" + content[start:])


@pytest.mark.usefixtures("_signs")
def test_a_second_sender_is_found_out():
    assert not verifies(b"From: somebody@example.org\r\n" + on_the_wire())


@pytest.mark.usefixtures("_signs")
def test_a_body_that_was_changed_is_found_out():
    assert not verifies(on_the_wire().replace(b"What was found.", b"What was lost."))


@pytest.mark.usefixtures("_signs")
def test_signed_letters_are_taken_by_a_mail_server(settings):
    letter = make_letter()
    with Sink() as sink:
        sink.serves(settings)
        post.drain(NOW)

    assert sink.recipients == [letter.subscriber.address]
    assert "d=papers.example.org" in sink.accepted[0][1]["DKIM-Signature"]


@pytest.mark.usefixtures("_signs")
def test_each_letter_is_signed_for_the_domain_that_it_is_from(settings):
    settings.DEFAULT_FROM_EMAIL = '"Papers, 論文" <letters@lists.example.org>'
    settings.TRANSACTIONAL_FROM_EMAIL = "Paper Route <hello@papers.example.org>"
    letter = make_letter()

    asked_for = Smtp().prepare(manage([letter], NOW)[letter.pk])

    assert verifies(asked_for)
    assert b"d=papers.example.org;" in asked_for
    assert b"d=lists.example.org;" in on_the_wire()


def test_without_a_key_nothing_is_signed():
    assert b"DKIM-Signature" not in on_the_wire()


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"DKIM_KEY": pem()}, "DKIM_SELECTOR and DKIM_KEY: expected both, or neither"),
        ({"DKIM_SELECTOR": "s", "DKIM_KEY": "not a key"}, "expected an RSA key in PEM"),
        ({"DKIM_SELECTOR": "s", "DKIM_KEY": pem(), "EMAIL_URL": ""}, "expected with EMAIL_URL alone"),
    ],
)
def test_settings_that_could_not_sign_are_refused_in_one_sentence(monkeypatch, variables, sentence):
    for name, value in ({"EMAIL_URL": "smtp://127.0.0.1:9"} | variables).items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ImproperlyConfigured, match=sentence) as refused:
        runpy.run_path(str(ROOT / "digest" / "settings.py"))

    assert "not a key" not in str(refused.value)
