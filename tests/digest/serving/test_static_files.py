"""Static files have names that change with what is in them, and are kept for a year."""

import gzip

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.templatetags.static import static

pytestmark = pytest.mark.one_database
SHEET = "papers/site.css"


def test_a_name_says_what_is_in_the_file(monkeypatch):
    place = static(SHEET)

    assert place.startswith("/static/papers/site.")
    assert len(place) == len("/static/papers/site..css") + 12
    assert static("papers/none.css") == "/static/papers/none.css"


@pytest.mark.parametrize(("encoding", "unpacked"), [("br", brotli.decompress), ("gzip", gzip.decompress), ("", bytes)])
def test_a_file_is_sent_packed_and_kept_for_a_year(client, encoding, unpacked):
    answered = client.get(static(SHEET), headers={"accept-encoding": encoding})

    with open(finders.find(SHEET), "rb") as file:
        assert unpacked(answered.content) == file.read()
    assert answered["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answered["Content-Type"] == "text/css; charset=utf-8"
    assert answered["Vary"] == "Accept-Encoding"


def test_a_picture_is_sent_as_it_is(client):
    answered = client.get(static("papers/share.png"), headers={"accept-encoding": "br"})

    assert "Content-Encoding" not in answered
    assert answered.content[1:4] == b"PNG"


def test_who_has_a_file_is_told_so(client):
    tag = client.get(static(SHEET))["ETag"]

    assert client.get(static(SHEET), headers={"if-none-match": tag}).status_code == 304


def test_the_name_that_another_version_gave_a_file_leads_to_the_present_one_for_a_minute(client):
    answered = client.get("/static/papers/site.0123456789ab.css")

    assert answered.status_code == 200
    assert answered["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize(
    "place", ["papers/none.0123456789ab.css", "../settings.0123456789ab.py", "papers/../../x.0123456789ab.py"]
)
@pytest.mark.django_db
def test_what_is_no_file_of_ours_is_not_found(client, place):
    assert client.get(f"/static/{place}").status_code in (400, 404)


def test_while_developing_files_have_their_own_names(settings):
    settings.DEBUG = True

    assert static(SHEET) == "/static/papers/site.css"
