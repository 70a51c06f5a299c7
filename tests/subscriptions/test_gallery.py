"""The gallery of every kind of letter, on a local site."""

import importlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.conf import settings as site
from django.urls import clear_url_caches

import digest.urls
import subscriptions.urls
from subscriptions import gallery, letter_kinds
from subscriptions.models import Letter, Subscriber
from tests.factories import make_letter, make_paper, make_reader

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)


def rows() -> dict[str, list[object]]:
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in apps.get_models()}


def test_every_kind_of_letter_is_listed_with_its_subject_and_its_sizes(client):
    listed = client.get("/letters/").text

    shown = re.findall(r'href="/letters/([a-z-]+)/"', listed)
    assert {name.split("-")[0] for name in shown} == set(site.LETTERS)
    assert listed.count(" as sent") == len(shown)
    assert "Confirm" in listed


@pytest.mark.parametrize("kind", site.LETTERS)
def test_a_letter_is_seen_on_a_phone_and_a_laptop_and_read_with_its_headers(client, kind: str):
    sample = next(one for one in gallery.samples(NOW) if one.name.split("-")[0] == kind)

    page = client.get(f"/letters/{sample.name}/").text
    framed = client.get(f"/letters/{sample.name}/html/")

    assert re.findall(r'<iframe class="letter at-(\d+)"[^>]*sandbox="allow-popups allow-top-navigation"', page) == [
        "390",
        "800",
    ]
    assert '<th scope="row">Message-ID</th>' in page
    assert "sandbox allow-popups allow-top-navigation" in framed["Content-Security-Policy"]
    assert framed.text.lower().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("digest-weekly", "The week of 13 to 19 August."),
        ("digest-after-a-pause", "Back from your pause: the best of 6 to 19 August."),
        ("digest-after-silent-days", "Wednesday: nothing was close enough to your interests. Nearest:"),
        ("digest-after-an-outage", "No digest came on Wednesday, as the site was not running"),
        ("digest-rising-and-returning", "rising now: its votes have grown since"),
    ],
)
def test_digests_that_are_not_like_the_others_are_there_too(name: str, line: str):
    (sample,) = (one for one in gallery.samples(NOW) if one.name == name)

    assert line in " ".join(sample.text.split())
    assert line in " ".join(sample.html.split())


def test_opening_them_changes_nothing_and_sends_nothing(client, sink):
    make_letter(make_reader(address=gallery.ADDRESS))
    make_paper()
    before = rows()

    client.get("/letters/")
    for name in [sample.name for sample in gallery.samples(NOW)]:
        client.get(f"/letters/{name}/")
        client.get(f"/letters/{name}/html/")

    assert rows() == before
    assert sink.accepted == []


def test_only_invented_papers_are_in_them(client):
    make_paper(title="A Paper That a Source Listed", listed_on=NOW.date(), votes=999)

    said = "".join(sample.text for sample in gallery.samples(NOW))

    assert "SAMPLE edition" not in client.get("/letters/").text + client.get("/letters/digest-daily/").text
    assert "Letterbox: Sparse Autoencoders" in said
    assert "A Paper That a Source Listed" not in said


def test_their_links_open_nothing_whoever_comes_later(client):
    links = {
        link for sample in gallery.samples(NOW) for link in re.findall(r"http://localhost:8000(\S+)", sample.text)
    }
    make_reader()

    answers = {link.split("/")[1]: client.get(link).status_code for link in links if link.count("/") > 2}

    assert answers.pop("unsubscribe") == 200  # as to any token that is signed
    assert set(answers) >= {"confirm", "manage"}
    assert {answers["confirm"], answers["manage"]} == {410}


@pytest.fixture
def _public(settings) -> Iterator[None]:
    settings.LOCAL = False
    for module in (subscriptions.urls, digest.urls):
        importlib.reload(module)
    clear_url_caches()
    yield
    settings.LOCAL = True
    for module in (subscriptions.urls, digest.urls):
        importlib.reload(module)
    clear_url_caches()


@pytest.mark.usefixtures("_public")
@pytest.mark.parametrize("address", ["/letters/", "/letters/confirm/", "/letters/confirm/html/", "/mailbox/"])
def test_a_public_site_has_no_such_page(client, address: str):
    assert client.get(address).status_code == 404


def test_a_kind_that_says_nothing_of_samples_has_one_like_any_letter(settings):
    settings.LETTERS = {"manage": settings.LETTERS["manage"]}
    assert letter_kinds.of("manage").samples is None

    assert [sample.name for sample in gallery.samples(NOW)] == ["manage"]


def test_a_reader_who_has_the_same_address_is_back_at_once():
    reader = make_reader(address=gallery.ADDRESS)

    gallery.samples(NOW)

    assert list(Subscriber.objects.all()) == [reader]
    assert not Letter.objects.exists()
