"""What operators type oddly is understood, or refused by one sentence that shows a value that would do."""

import runpy

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.digest.environment.odd import CODED, PASSWORD, PUBLIC, REFUSED, UNDERSTOOD, Odd
from tests.paths import ROOT

pytestmark = pytest.mark.one_database
MATTER_IN_PUBLIC = ("SECRET_KEY", "SECRET_KEY_FALLBACKS", "DEBUG")
PLACES = {"port": "2525", "own": "8123"}


def as_read(setting: str) -> object:
    settings = runpy.run_path(str(ROOT / "digest" / "settings.py"))
    if setting == "DATABASE":
        return settings["DATABASES"]["default"]["NAME"]
    read: object = settings[setting]
    return [str(network) for network in read] if setting == "TRUSTED_PROXIES" else read


def filled(text: object, **places: str) -> object:
    """With {port} and its like put in."""
    for name, value in places.items() if isinstance(text, str) else ():
        text = str(text).replace(f"{{{name}}}", value)
    return text


@pytest.mark.parametrize("odd", UNDERSTOOD, ids=str)
def test_an_odd_value_that_can_work_is_understood(odd: Odd, monkeypatch, tmp_path):
    monkeypatch.delenv("DATABASE_URL")
    for name, value in {**odd.besides, odd.name: odd.value}.items():
        monkeypatch.setenv(name, str(filled(value, folder=str(tmp_path), **PLACES)))

    read = as_read(odd.setting or odd.name)

    assert str(read) == str(filled(odd.read, folder=str(tmp_path), **PLACES))


@pytest.mark.parametrize(("name", "value", "would_do"), REFUSED, ids=lambda text: repr(text)[:50])
def test_what_cannot_work_is_refused_by_one_sentence_with_a_value_that_would_do(name, value, would_do, monkeypatch):
    for variable, needed in {**PUBLIC, name: value}.items() if name in MATTER_IN_PUBLIC else [(name, value)]:
        monkeypatch.setenv(variable, needed)

    with pytest.raises(ImproperlyConfigured) as refused:
        runpy.run_path(str(ROOT / "digest" / "settings.py"))

    assert str(refused.value).startswith(f"{name}: expected ")
    assert would_do in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    assert "no-one" not in str(refused.value).replace(name, "")


def test_a_password_that_was_percent_encoded_is_the_one_that_postgresql_is_told(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"postgres://ada:{CODED}@db/name?sslmode=require&connect_timeout=5")

    database = runpy.run_path(str(ROOT / "digest" / "settings.py"))["DATABASES"]["default"]

    assert (database["PASSWORD"], database["OPTIONS"]) == (PASSWORD, {"sslmode": "require", "connect_timeout": 5})


def test_there_are_sixty_odd_values_at_least():
    assert len(REFUSED) + len({(odd.name, odd.value) for odd in UNDERSTOOD}) >= 60


@pytest.mark.parametrize("host", ["[fd00::1]", "xn--bcher-kva.example"])
def test_a_site_answers_to_its_host_as_browsers_say_it(host, monkeypatch):
    for name, value in PUBLIC.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SITE_URL", f"https://{host}".replace("xn--bcher-kva", "bücher"))

    assert as_read("ALLOWED_HOSTS") == [host]


def test_letters_of_a_site_at_an_ipv6_address_are_named_by_what_a_message_id_can_hold(monkeypatch):
    for name, value in PUBLIC.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SITE_URL", "http://[fd00::1]:8000")

    assert as_read("SITE_IDENTITY") == "fd00--1"


def test_an_example_of_a_sender_is_one_that_would_do(monkeypatch):
    for name, value in {**PUBLIC, "SITE_NAME": "Papers, daily", "DEFAULT_FROM_EMAIL": ""}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ImproperlyConfigured, match="DEFAULT_FROM_EMAIL must be set") as refused:
        as_read("DEFAULT_FROM_EMAIL")
    monkeypatch.setenv("DEFAULT_FROM_EMAIL", str(refused.value).partition("DEFAULT_FROM_EMAIL='")[2].rstrip("'"))

    assert as_read("DEFAULT_FROM_EMAIL") == '"Papers, daily" <letters@papers.example.org>'


def test_a_folder_named_from_where_the_site_lies_is_the_same_wherever_a_process_starts(monkeypatch, tmp_path):
    monkeypatch.setenv("VAR_DIR", "../" * 30 + str(tmp_path).lstrip("/"))
    before = as_read("VAR_DIR")
    monkeypatch.chdir(tmp_path)

    assert as_read("VAR_DIR") == before


def test_a_secret_in_a_file_that_is_no_text_is_refused_in_one_sentence(monkeypatch, tmp_path):
    (tmp_path / "key").write_bytes(bytes(range(128, 200)))
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE: expected a readable file of text"):
        as_read("SECRET_KEY")


def test_two_ways_to_send_are_one_too_many(monkeypatch):
    for name, value in {**PUBLIC, "ANYMAIL_PROVIDER": "postmark"}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL: expected without ANYMAIL_PROVIDER"):
        as_read("SENDER")
