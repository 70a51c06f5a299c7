"""Settings: docs/settings.md lists each variable that is read, and no other."""

import ast
import re
import runpy
from datetime import date
from email.utils import getaddresses

import pytest
from django.core.exceptions import ImproperlyConfigured

from digest import environment
from tests.paths import ROOT

SETTINGS = ROOT / "digest" / "settings.py"
TABLE = ROOT / "docs" / "settings.md"

pytestmark = pytest.mark.one_database


def read_by_settings() -> set[str]:
    """The variables that settings.py has the parsers of environment read; a family, such as ANYMAIL_, as one."""
    parsers = {
        name
        for name, value in vars(environment).items()
        if getattr(value, "__module__", "").startswith(environment.__name__)
    }
    tree = ast.parse(SETTINGS.read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    named = [call.args[0] for call in calls if call.func.id in parsers and call.args]
    return {argument.value for argument in named if isinstance(argument, ast.Constant)}


def in_the_table() -> set[str]:
    rows = re.findall(r"^\| ((?:`[A-Z_*]+`(?:, )?)+) \|", TABLE.read_text(), re.MULTILINE)
    return {name.removesuffix("*") for name in re.findall(r"`([A-Z_*]+)`", " ".join(rows))}


def test_the_table_lists_every_variable_that_settings_read_and_no_other():
    assert in_the_table() == read_by_settings()


def test_the_parsers_of_settings_are_the_only_readers_of_the_environment():
    rooms = [file for room in ("papers", "subscriptions", "digest") for file in (ROOT / room).rglob("*.py")]

    readers = {
        str(file.relative_to(ROOT))
        for file in rooms
        if re.search(r"os\.(environ|getenv)\b(?!\.setdefault)", file.read_text())
    }

    assert readers == {"digest/environment/variables.py"}


def anymail() -> dict[str, object]:
    read: dict[str, object] = runpy.run_path(str(SETTINGS))["ANYMAIL"]
    return read


def test_what_a_provider_asks_for_may_be_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("the-key\n")
    monkeypatch.setenv("ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("ANYMAIL_RESEND_SIGNING_SECRET", "whsec_x")

    assert anymail()["MAILGUN_WEBHOOK_SIGNING_KEY"] == "the-key"
    assert anymail()["RESEND_SIGNING_SECRET"] == "whsec_x"


@pytest.mark.parametrize(
    ("said", "meant"), [("False", False), ("false", False), ("true", True), ("falsehood", "falsehood")]
)
def test_a_no_to_anymail_is_a_no(monkeypatch, said, meant):
    monkeypatch.setenv("ANYMAIL_AMAZON_SES_AUTO_CONFIRM_SNS_SUBSCRIPTIONS", said)

    assert anymail()["AMAZON_SES_AUTO_CONFIRM_SNS_SUBSCRIPTIONS"] == meant


def test_webhook_secrets_are_a_list_and_none_unless_set(monkeypatch):
    none = anymail()["WEBHOOK_SECRET"]
    monkeypatch.setenv("WEBHOOK_SECRET", "provider:a-password-of-today, provider:a-password-of-old")

    assert none == []
    assert anymail()["WEBHOOK_SECRET"] == ["provider:a-password-of-today", "provider:a-password-of-old"]


def as_read(name: str) -> object:
    return runpy.run_path(str(SETTINGS))[name]


def test_summaries_that_models_wrote_are_asked_for_only_where_somebody_says_so(monkeypatch):
    unless_set = as_read("HUGGINGFACE_AI_SUMMARIES")
    monkeypatch.setenv("HUGGINGFACE_AI_SUMMARIES", "1")

    assert unless_set is False
    assert as_read("HUGGINGFACE_AI_SUMMARIES") is True


def test_limits_of_sending_are_letters_a_span(monkeypatch):
    monkeypatch.setenv("SEND_LIMITS", "14/second, 10000/day")
    monkeypatch.setenv("DOMAIN_LIMITS", "Gmail.com=300/minute,outlook.com=5000/day,gmail.com=9000/hour")
    monkeypatch.setenv("WARM_UP", "2026-11-21")

    assert as_read("SEND_LIMITS") == {"second": 14, "day": 10_000}
    assert as_read("DOMAIN_LIMITS") == {"gmail.com": {"minute": 300, "hour": 9000}, "outlook.com": {"day": 5000}}
    assert as_read("WARM_UP") == date(2026, 11, 21)


def test_unless_set_nothing_is_limited():
    assert (as_read("SEND_LIMITS"), as_read("DOMAIN_LIMITS"), as_read("WARM_UP")) == ({}, {}, None)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("SEND_LIMITS", "10", "letters a second, minute, hour or day, each once at most, like 14/second,10000/day"),
        ("SEND_LIMITS", "0/day", "letters a second, minute, hour or day"),
        ("SEND_LIMITS", "10/week", "letters a second, minute, hour or day"),
        ("SEND_LIMITS", "10/day,20/day", "each once at most"),
        ("DOMAIN_LIMITS", "300/minute", "mail domains and limits like gmail.com=300/minute,outlook.com=5000/day"),
        ("DOMAIN_LIMITS", "a@gmail.com=300/minute", "mail domains and limits like gmail.com=300/minute"),
        ("DOMAIN_LIMITS", "gmail.com=5/second", "letters a minute, hour or day, each once at most, like gmail.com="),
        ("DOMAIN_LIMITS", "gmail.com=5/day,gmail.com=6/day", "each once at most"),
        ("WARM_UP", "tomorrow", "a day like 2026-11-21"),
        ("WARM_UP", "2026-02-30", "a day like 2026-11-21"),
    ],
)
def test_a_limit_that_cannot_be_read_is_one_sentence(monkeypatch, name, text, expected):
    monkeypatch.setenv(name, text)

    with pytest.raises(ImproperlyConfigured, match=re.escape(expected)) as raised:
        as_read(name)

    assert str(raised.value).startswith(f"{name}: expected ")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("imaps://ada%40example.org:a%2Fb%25@imap.example.org", "imap.example.org", 993, True),
        ("imaps://ada%40example.org:a%2Fb%25@imap.example.org:9993", "imap.example.org", 9993, True),
        ("imap://ada%40example.org:a%2Fb%25@localhost", "localhost", 143, False),
        ("imap://ada%40example.org:a%2Fb%25@[::1]:1143", "::1", 1143, False),
    ],
)
def test_the_mailbox_of_the_self_test_is_an_address(monkeypatch, url, host, port, tls):
    monkeypatch.setenv("SELF_TEST_IMAP", url)

    login = {"user": "ada@example.org", "password": "a/b%"}
    assert as_read("SELF_TEST_IMAP") == {"host": host, "port": port, "tls": tls} | login


@pytest.mark.parametrize(
    "heard_by",
    [
        {"SELF_TEST_IMAP": "imaps://ada:secret@imap.example.org"},
        {"ANYMAIL_PROVIDER": "postmark", "WEBHOOK_SECRET": "provider:a-password-of-today"},
    ],
)
def test_the_self_test_is_heard_of_by_a_mailbox_or_by_the_providers_reports(monkeypatch, heard_by):
    for name, value in heard_by.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SELF_TEST_ADDRESS", "self-test@example.org")

    assert as_read("SELF_TEST_ADDRESS") == "self-test@example.org"


def test_a_provider_that_may_not_report_is_not_enough_for_the_self_test(monkeypatch):
    monkeypatch.setenv("ANYMAIL_PROVIDER", "postmark")
    monkeypatch.setenv("SELF_TEST_ADDRESS", "self-test@example.org")

    with pytest.raises(ImproperlyConfigured, match=r"^SELF_TEST_ADDRESS: expected with SELF_TEST_IMAP"):
        as_read("SELF_TEST_ADDRESS")


def test_unless_set_there_is_no_self_test():
    assert (as_read("SELF_TEST_ADDRESS"), as_read("SELF_TEST_IMAP")) == ("", {})


# ----------------------------------------------------------------------------------------------- whom letters are from


@pytest.mark.parametrize("name", ["DEFAULT_FROM_EMAIL", "TRANSACTIONAL_FROM_EMAIL"])
@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("letters@example.org", "letters@example.org"),
        ("Paper Route <letters@example.org>", "Paper Route <letters@example.org>"),
        ("Papers, daily <letters@example.org>", '"Papers, daily" <letters@example.org>'),
        ('"Papers, daily" <letters@example.org>', '"Papers, daily" <letters@example.org>'),
        ('The "Route" <letters@example.org>', '"The \\"Route\\"" <letters@example.org>'),
        ("論文の新聞 <letters@example.org>", "論文の新聞 <letters@example.org>"),
        ("a@b.c <letters@example.org>", '"a@b.c" <letters@example.org>'),
    ],
)
def test_a_senders_name_is_quoted_if_it_must_be(monkeypatch, name, text, read):
    monkeypatch.setenv(name, text)

    assert as_read(name) == read
    assert getaddresses([read])[0][1] == "letters@example.org"


@pytest.mark.parametrize("name", ["DEFAULT_FROM_EMAIL", "TRANSACTIONAL_FROM_EMAIL"])
@pytest.mark.parametrize(
    "text", ["Paper Route", "a@b@c", "<a@example.org> b", "a@x.org, b@x.org", "A\nB <a@example.org>"]
)
def test_a_sender_that_is_no_single_address_is_refused_in_one_sentence(monkeypatch, name, text):
    monkeypatch.setenv(name, text)

    with pytest.raises(ImproperlyConfigured, match=f"^{name}: expected a name and an address like") as refused:
        as_read(name)

    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("site_name", ["Papers, daily", 'The "Route"', "論文, 新聞"])
def test_a_local_site_starts_whatever_it_is_called(monkeypatch, site_name):
    monkeypatch.setenv("SITE_NAME", site_name)

    [(name, address)] = getaddresses([str(as_read("DEFAULT_FROM_EMAIL"))])

    assert (name, address) == (site_name, "letters@localhost")


def test_unless_set_all_letters_are_from_one_sender():
    assert as_read("TRANSACTIONAL_FROM_EMAIL") == ""
