"""Settings: README lists each variable that is read, and no other."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
READERS = r'\b(?:variable|required|whole_number|switch|web_address|listed)\(\s*"([A-Z_]+)"'

pytestmark = pytest.mark.one_database


def read_by_settings() -> set[str]:
    return set(re.findall(READERS, (ROOT / "digest" / "settings.py").read_text()))


def listed_in_readme() -> set[str]:
    rows = re.findall(r"^\| ((?:`[A-Z_*]+`(?:, )?)+) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    return set(re.findall(r"`([A-Z_*]+)`", " ".join(rows)))


def test_readme_lists_every_variable_that_settings_read_and_no_other():
    assert listed_in_readme() == read_by_settings() | {"ANYMAIL_*"}


def test_settings_are_the_only_reader_of_the_environment():
    rooms = [file for room in ("papers", "subscriptions", "digest") for file in (ROOT / room).rglob("*.py")]

    readers = {
        str(file.relative_to(ROOT))
        for file in rooms
        if re.search(r"os\.(environ|getenv)\b(?!\.setdefault)", file.read_text())
    }

    assert readers == {"digest/settings.py"}


def anymail() -> dict[str, object]:
    read: dict[str, object] = runpy.run_path(str(ROOT / "digest" / "settings.py"))["ANYMAIL"]
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


@pytest.mark.parametrize(
    ("provider", "backend"),
    [
        ("resend", "subscriptions.repeatable.Resend"),
        ("brevo", "subscriptions.repeatable.Brevo"),
        ("postmark", "anymail.backends.postmark.EmailBackend"),
    ],
)
def test_providers_that_take_a_letter_once_under_one_key_are_offered_it_under_one(monkeypatch, provider, backend):
    monkeypatch.setenv("ANYMAIL_PROVIDER", provider)

    read = runpy.run_path(str(ROOT / "digest" / "settings.py"))

    assert read["EMAIL_BACKEND"] == backend
