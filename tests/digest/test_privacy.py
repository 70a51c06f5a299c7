"""The page that says what is held of readers, made from settings; and where readers find it."""

import html
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.utils import timezone
from pytest_django import Settings

from digest import checks
from digest.watching import pruning
from tests.digest.test_doors import PUBLIC, started
from tests.paths import ROOT

pytestmark = pytest.mark.django_db
PAGE = "/privacy/"


def words(client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


@pytest.mark.parametrize(
    ("contact", "link"),
    [("you@example.org", "mailto:you@example.org"), ("https://example.org/contact", "https://example.org/contact")],
)
def test_it_says_who_runs_the_site_and_how_to_reach_them(client, settings: Settings, contact, link):
    settings.CONTACT, settings.SITE_POSTAL_ADDRESS = contact, "Ada Quill\n1 Example Street"

    page = client.get(PAGE).text

    assert f'<a href="{link}">{contact}</a>' in page
    assert "Ada Quill<br>1 Example Street" in page


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"ANYMAIL_PROVIDER": "amazon_ses"}, "Emails leave by Amazon Ses,"),
        ({"EMAIL_URL": "smtp://mail.example.org:25", "EMAIL_HOST": "mail.example.org"}, "leave by mail.example.org,"),
        ({"ANYMAIL_PROVIDER": "", "EMAIL_URL": ""}, "written to files on this machine"),
    ],
)
def test_it_says_who_carries_letters(client, settings: Settings, variables, said):
    settings.ANYMAIL_PROVIDER = ""
    for name, value in variables.items():
        setattr(settings, name, value)

    assert said in words(client)


def test_it_says_for_how_long_by_the_spans_that_pruning_goes_by(client, monkeypatch):
    spans = {"UNCONFIRMED_KEPT_FOR": 31, "LEFT_KEPT_FOR": 32, "EVENTS_KEPT_FOR": 93, "LOOKUPS_KEPT_FOR": 34}
    for name, days in spans.items():
        monkeypatch.setattr(pruning, name, timedelta(days=days))

    said = words(client)

    for days in spans.values():
        assert f"{days} days" in said
    assert "13 months" in said
    assert "2 years" in said


@pytest.mark.parametrize("topic", ["consent", "Art. 6(1)(a)", "legitimate interest", "erase", "complain", "object"])
def test_it_says_why_and_what_readers_can_do(client, topic):
    assert topic in words(client)


def test_it_is_the_same_for_everyone_and_sets_no_cookie(client):
    answer = client.get(PAGE)

    assert "public" in answer.headers["Cache-Control"]
    assert not answer.cookies


@pytest.mark.parametrize("page", ["/", "/about/", "/subscribe/"])
def test_every_page_links_to_it_in_its_foot(client, page):
    assert 'href="/privacy/"' in client.get(page).text.partition("<footer")[2]


def test_the_box_links_to_it(client):
    box = client.get("/about/").text.partition('<aside class="subscribe"')[2].partition("</aside>")[0]

    assert 'href="/privacy/"' in box


@pytest.mark.parametrize("kind", site_settings.LETTERS)
def test_every_letter_links_to_it_in_its_foot(client, kind):
    listed = client.get("/letters/").text
    name = re.findall(rf'href="/letters/({kind}[a-z-]*)/"', listed)[0]

    shown = client.get(f"/letters/{name}/").text

    assert f"{site_settings.SITE_URL}{PAGE}" in html.unescape(shown)
    assert f"{site_settings.SITE_URL}{PAGE}" in client.get(f"/letters/{name}/html/").text


# ------------------------------------------------------------------------------------------------------- a public site


def test_a_public_site_without_a_postal_address_is_warned_of(tmp_path: Path):
    without = started(tmp_path, **PUBLIC)
    named = started(tmp_path, **PUBLIC | {"SITE_POSTAL_ADDRESS": "1 Example Street"})

    assert "SITE_POSTAL_ADDRESS: expected a postal address" in without.stderr
    assert "SITE_POSTAL_ADDRESS" not in named.stderr


def test_a_local_site_is_not(settings: Settings):
    settings.SITE_POSTAL_ADDRESS = ""

    assert checks.public_sites_say_who_runs_them() == []


def test_docs_say_the_same_spans():
    held = (ROOT / "docs" / "privacy.md").read_text()

    assert f"{pruning.LEFT_KEPT_FOR.days} days after leaving" in held
    assert f"{pruning.UNCONFIRMED_KEPT_FOR.days} days after an address was last entered" in held
    assert "13 months" in held


# ------------------------------------------------------------------------------------------------------- security.txt


def test_security_txt_says_whom_to_tell_of_a_weakness(client, settings: Settings):
    settings.CONTACT, settings.SITE_URL = "you@example.org", "https://papers.example.org"

    answer = client.get("/.well-known/security.txt")

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    said = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert said["Contact"] == "mailto:you@example.org"
    assert said["Canonical"] == "https://papers.example.org/.well-known/security.txt"
    lasts = datetime.fromisoformat(said["Expires"]) - timezone.now()
    assert timedelta(days=90) < lasts < timedelta(days=365)


def test_a_local_site_that_names_nobody_has_none(client, settings: Settings):
    settings.CONTACT = ""

    assert client.get("/.well-known/security.txt").status_code == 404
