"""What the doctor reads in the zone of the domain that letters are from."""

import re

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from digest.watching.doctor import zone
from digest.watching.doctor.base import Level
from tests.digest.watching.doctor.examined import found, is_well, only_red
from tests.digest.watching.doctor.names import NameServer

pytestmark = pytest.mark.one_database
SPF, DMARC = "v=spf1 mx -all", "v=DMARC1; p=none"


@pytest.fixture
def names(settings):
    settings.DEFAULT_FROM_EMAIL = "Papers <letters@papers.example.org>"
    settings.OPERATOR_EMAIL = "you@example.org"
    with NameServer() as server:
        server.texts = {"papers.example.org": ["google-site=x", SPF], "_dmarc.example.org": [DMARC]}
        yield server


@pytest.fixture
def signed(settings):
    """Letters are signed; the record that a domain needs for that, of which OpenSSL would print the key."""
    key = rsa.generate_private_key(65537, 1024)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    settings.DKIM_SELECTOR, settings.DKIM_KEY = "s1", pem.decode()
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={''.join(public.decode().splitlines()[1:-1])}"


def pasted(finding) -> tuple[str, str]:
    """A line of a zone: its name and its text."""
    line = re.fullmatch(r'(\S+)\. TXT "(.+)"', finding.paste)
    assert line
    return line[1], line[2]


def test_a_domain_with_its_records_is_well(names):
    assert is_well("DNS")


def test_a_domain_that_only_this_machine_knows_needs_none(settings):
    settings.DEFAULT_FROM_EMAIL = "letters@localhost"

    assert is_well("DNS")


@pytest.mark.parametrize(
    ("records", "says"),
    [
        ([], "does not say who may send for it (SPF)"),
        ([SPF, "v=spf1 a -all"], "has 2 SPF records, and so counts as having none"),
        (["v=spf1 +all"], "says that anyone may send for it"),
    ],
)
def test_a_domain_for_which_nobody_or_anybody_may_send(names, records, says):
    names.texts["papers.example.org"] = records

    finding = only_red("DNS")
    name, text = pasted(finding)
    names.texts[name] = [text]

    assert says in finding.says
    assert is_well("DNS")


def test_a_signature_whose_key_is_not_in_dns(names, signed):
    finding = only_red("DNS")
    name, text = pasted(finding)
    names.texts[name] = [text]

    assert (name, text) == ("s1._domainkey.papers.example.org", signed)
    assert is_well("DNS")


def test_a_signature_of_another_key_than_that_in_dns(names, signed):
    names.texts["s1._domainkey.papers.example.org"] = ["v=DKIM1; k=rsa; p=AAAA"]

    assert "has another key than DKIM_KEY" in only_red("DNS").says


def test_a_domain_without_dmarc_is_warned_of(names):
    del names.texts["_dmarc.example.org"]

    [finding] = [finding for finding in found("DNS") if finding.level == Level.WARNING]
    name, text = pasted(finding)
    names.texts[name] = [text]

    assert "no DMARC record" in finding.says
    assert is_well("DNS")


def test_where_no_name_server_answers_nothing_is_red(names, monkeypatch):
    monkeypatch.setattr(zone, "ANSWER_SECONDS", 0.2)
    names.__exit__(None, None, None)
    monkeypatch.setattr("dns.resolver.default_resolver", silent())

    assert [finding.level for finding in found("DNS")] == [Level.UNKNOWN]


def silent():
    resolver = zone.dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], 9
    return resolver
