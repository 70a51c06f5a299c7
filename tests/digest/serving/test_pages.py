"""Public pages are kept whole in each process's memory, and given to nobody once what they show has changed."""

import gzip
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from ipaddress import ip_network
from threading import Event

import brotli
import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path

from digest import urls
from digest.serving import pages
from papers.models import ContentVersion, Paper
from papers.views.public import public
from tests.digest.serving.test_away import away  # noqa: F401 - a fixture
from tests.factories import DAY, make_paper, make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
DAY_PAGE = f"/date/{DAY}/"
FEED = "/feed.atom"
EVERY_ENCODING = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}


def seen(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{Paper.objects.count()}, {request.GET.urlencode()}")


def with_a_token(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_token(request) * 100)


def with_a_session(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.session.get('visit')}, {Paper.objects.count()}")


def broken(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{Paper.objects.count()}", status=503)


urlpatterns = [
    *urls.urlpatterns,
    path("kept/", public("page", "topic")(seen)),
    path("token/", public()(with_a_token)),
    path("session/", public()(with_a_session)),
    path("broken/", public()(broken)),
]


@pytest.fixture(autouse=True)
def _kept(settings):
    settings.PAGES_KEPT = 1_000_000


@pytest.fixture
def at_once(monkeypatch):
    """What is written is seen by the next request, not within a second."""
    monkeypatch.setattr(pages, "FRESH_FOR", 0.0)


@pytest.fixture
def within_a_second(monkeypatch):
    """However long a busy machine takes."""
    monkeypatch.setattr(pages, "FRESH_FOR", 600.0)


@pytest.fixture
def written(django_capture_on_commit_callbacks):
    """A paper is stored as collecting does it, and committed."""

    def write(**fields):
        with django_capture_on_commit_callbacks(execute=True):
            make_paper(**fields)
            ContentVersion.objects.move()

    return write


# ------------------------------------------------------------------------------------------------------- what is kept


@pytest.mark.usefixtures("within_a_second")
@pytest.mark.parametrize("address", ["/", DAY_PAGE, FEED, "/topic/post/", "/search/?q=invented", "/robots.txt"])
def test_a_page_is_made_once_and_then_asks_the_database_nothing(client, address):
    make_topic(slug="post")
    make_paper()
    first = client.get(address)

    with CaptureQueriesContext(connection) as captured:
        second = client.get(address)

    assert [query["sql"] for query in captured] == []
    assert (second.content, second.headers) == (first.content, first.headers)


@pytest.mark.usefixtures("at_once")
def test_what_is_written_is_shown_by_every_process(written):
    processes = [Client(), Client()]
    before = {process.get("/kept/").text for process in processes}

    written()

    assert before == {"0, "}
    assert {process.get("/kept/").text for process in processes} == {"1, "}


@pytest.mark.usefixtures("within_a_second")
def test_the_version_is_asked_for_at_most_once_a_second(client, written):
    client.get("/kept/")
    written()

    with CaptureQueriesContext(connection) as captured:
        assert client.get("/kept/").text == "0, "

    assert len(captured) == 0


@pytest.mark.usefixtures("at_once")
def test_pages_are_made_anew_on_another_day(client, traveller):
    assert client.get("/kept/").text == "0, "
    make_paper()

    traveller.shift(timedelta(days=1))

    assert client.get("/kept/").text == "1, "


def test_an_address_is_told_from_another_by_the_parameters_that_its_view_knows_and_given_no_others(client):
    asked = ["/kept/", "/kept/?utm=x", "/kept/?page=2&utm=x", "/kept/?topic=a&page=2", "/kept/?page=2&topic=a"]

    assert [client.get(address).text for address in asked] == [
        *("0, ", "0, ", "0, page=2", "0, page=2&topic=a", "0, page=2&topic=a")
    ]
    make_paper()
    assert {client.get(address).text[0] for address in [*asked, "/kept/?utm=y", "/kept/?x&topic=a&page=2"]} == {"0"}


def test_the_least_recently_used_is_given_up_first(client, settings):
    settings.PAGES_KEPT = 3 * pages.HEAVY  # The bodies are small: two fit.
    client.get("/kept/?page=1")
    client.get("/kept/?page=2")
    client.get("/kept/?page=1")

    client.get("/kept/?page=3")
    make_paper()

    assert [client.get(f"/kept/?page={number}").text[0] for number in (1, 3, 2)] == ["0", "0", "1"]


def test_a_page_larger_than_all_that_may_be_kept_is_made_each_time(client, settings):
    settings.PAGES_KEPT = 10

    assert client.get("/kept/").text == "0, "
    make_paper()
    assert client.get("/kept/").text == "1, "


@pytest.mark.parametrize("address", ["/broken/", "/session/"])
def test_neither_errors_nor_pages_that_read_a_session_are_kept(client, address):
    first = client.get(address)
    make_paper()

    assert client.get(address).text != first.text
    assert "public" not in first.headers.get("Cache-Control", "")


def test_a_page_with_a_form_token_is_neither_kept_nor_packed(client):
    first, second = (client.get("/token/", headers={"accept-encoding": "br, gzip"}) for _ in range(2))

    assert first.content != second.content
    assert not {"Content-Encoding", "ETag"} & {*first.headers, *second.headers}


def test_pages_that_are_not_public_pass_as_they_are(client):
    answered = client.get("/subscribe/", headers={"accept-encoding": "br, gzip"})

    assert not {"Content-Encoding", "ETag"} & answered.headers.keys()


@pytest.mark.usefixtures("at_once")
def test_while_the_database_is_away_what_is_kept_is_shown_and_its_page_of_regret_is_not_kept(client, away):  # noqa: F811
    client.get("/kept/")

    with away:
        assert client.get("/kept/").text == "0, "
        assert client.get(DAY_PAGE).status_code == 503

    assert client.get(DAY_PAGE).status_code == 200


def test_a_page_from_memory_is_refused_under_a_name_that_is_not_ours(client):
    client.get("/kept/")

    assert client.get("/kept/", headers={"host": "elsewhere.example"}).status_code == 400


@pytest.mark.usefixtures("within_a_second")
def test_a_page_that_many_ask_for_at_once_is_made_once(rf):
    asked, may_go_on = [], Event()

    def slow(request: HttpRequest) -> HttpResponse:
        asked.append(request)
        may_go_on.wait(10)
        return HttpResponse("made")

    cache = pages.PageCache(slow)
    cache.version.current()
    with ThreadPoolExecutor() as threads:
        answers = [threads.submit(cache, rf.get("/kept/")) for _ in range(3)]
        wait(answers, timeout=0.2)  # By then all would have asked.
        may_go_on.set()

    assert len(asked) == 1
    assert [answer.result().text for answer in answers] == ["made"] * 3


# ------------------------------------------------------------------------------------------------------ how it is sent


@pytest.mark.parametrize("address", [DAY_PAGE, FEED])
def test_in_each_encoding_it_is_the_same_page_with_a_tag_of_its_own(client, address):
    make_paper()
    answers = {name: client.get(address, headers={"accept-encoding": name}) for name in EVERY_ENCODING}

    assert len({EVERY_ENCODING[name](answer.content) for name, answer in answers.items()}) == 1
    assert [answer.headers.get("Content-Encoding", "identity") for answer in answers.values()] == [*EVERY_ENCODING]
    assert len({answer["ETag"] for answer in answers.values()}) == 3
    assert {answer["ETag"][0] for answer in answers.values()} == {'"'}
    assert {answer["Vary"] for answer in answers.values()} == {"Accept-Encoding"}
    assert {answer["Cache-Control"] for answer in answers.values()} == {
        "public, max-age=60, stale-while-revalidate=600"
    }


@pytest.mark.parametrize("encoding", EVERY_ENCODING)
@pytest.mark.parametrize("address", [DAY_PAGE, FEED])
def test_who_has_the_page_is_told_so_and_sent_nothing(client, address, encoding):
    make_paper()
    headers = {"accept-encoding": encoding}
    tag = client.get(address, headers=headers)["ETag"]

    same = client.get(address, headers=headers | {"if-none-match": f'"other", W/{tag}'})
    other = client.get(address, headers=headers | {"if-none-match": '"other"'})

    assert (same.status_code, same.content, same["ETag"]) == (304, b"", tag)
    assert same["Vary"] == "Accept-Encoding"
    assert "max-age=60" in same["Cache-Control"]
    assert other.status_code == 200


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("encoding", EVERY_ENCODING)
def test_head_says_of_a_page_what_get_says_and_sends_none_of_it(client, encoding, kept):
    headers = {"accept-encoding": encoding}
    got = client.get(DAY_PAGE, headers=headers)

    head = (client if kept else Client()).head(DAY_PAGE, headers=headers)

    assert dict(head.items()) == dict(got.items())
    assert int(head["Content-Length"]) == len(got.content)


def test_to_head_no_body_is_handed_to_the_server(rf):
    cache = pages.PageCache(seen)

    assert cache(rf.get("/kept/")).content == b"0, "
    assert cache(rf.head("/kept/")).content == b""


def test_a_page_from_memory_has_the_headers_of_a_page(client):
    first, second = client.get("/kept/"), client.get("/kept/")

    assert {"Content-Security-Policy", "Permissions-Policy", "X-Frame-Options"} <= second.headers.keys()
    assert dict(second.items()) == dict(first.items())


# ------------------------------------------------------------------------------------------- what a network may have


def of_network(client, address, network):
    return client.get(address, headers={"x-forwarded-for": network})


@pytest.fixture
def _one_page_each(settings):
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.0/8")]
    settings.CPU_OF_A_NETWORK = (1e-9, 1e-4)


@pytest.mark.parametrize("address", ["/search/?q=more", "/nowhere/", "/status/", DAY_PAGE])
@pytest.mark.usefixtures("_one_page_each")
def test_a_network_that_had_more_pages_made_than_it_may_waits_for_a_moment(client, address):
    of_network(client, "/kept/", "203.0.113.5")

    refused = of_network(client, address, "203.0.113.77")

    assert refused.status_code == 429
    assert int(refused["Retry-After"]) >= 1
    assert refused["Cache-Control"] == "no-store"
    assert "Your network has asked for more pages than we can make at once." in refused.text


@pytest.mark.usefixtures("_one_page_each")
def test_it_has_what_is_kept_and_all_that_is_not_made_for_readers(client):
    of_network(client, "/kept/", "203.0.113.5")

    assert of_network(client, "/kept/", "203.0.113.5").status_code == 200
    assert of_network(client, "/subscribe/", "203.0.113.5").status_code == 200
    assert of_network(client, "/healthz", "203.0.113.5").status_code == 200


@pytest.mark.usefixtures("_one_page_each")
def test_other_networks_do_not_wait(client):
    of_network(client, "/kept/", "203.0.113.5")

    assert of_network(client, DAY_PAGE, "203.0.114.5").status_code != 429
