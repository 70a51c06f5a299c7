"""How much a form may send: what a page of a reader's papers needs where they are pasted, little anywhere else."""

import re

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from subscriptions import request_sizes, views
from subscriptions.links import Purpose
from tests.factories import make_reader
from tests.subscriptions.saving import PAGE, rows
from tests.subscriptions.test_views import FORM, errors, every_row, interests, link, open_preferences

pytestmark = pytest.mark.django_db
PREVIEW = "/preferences/preview/"
ENTRY = (
    "@article{{quill{0}, title={{Letters by Night, part {0}}}, volume={{abs/26{1:02}.{0:05}}}, abstract={{{2}}}}}\n"
)
LIBRARY = "".join(ENTRY.format(number, 1 + number % 12, "harbour " * 102) for number in range(3_000))


@pytest.fixture
def reader(client):
    reader = make_reader()
    open_preferences(client, reader)
    return reader


def filled(size: int) -> str:
    return "paste=" + "x" * (size - len("paste="))


def test_a_library_that_is_too_much_to_follow_costs_nothing_else_that_was_typed(client, reader):
    before = every_row()

    page = client.post(PAGE, interests(paste=LIBRARY, phrases="sparse autoencoders", hour="9", cap="7"))

    assert len(LIBRARY) > 2_700_000
    assert page.status_code == 200
    assert errors(page) == ["You can have at most 200 interests in all: these are 3001."]
    assert "sparse autoencoders</textarea>" in page.text
    assert '<option value="9" selected>' in page.text
    assert 'name="cap" value="7"' in page.text
    assert every_row() == before


@pytest.mark.parametrize("field", ["paste", "unwanted_paste"])
@pytest.mark.parametrize(("path", "cap"), [(PAGE, "many"), (PREVIEW, "many"), (PREVIEW, "7")])
def test_what_is_too_long_to_be_shown_again_is_said(client, reader, path, field, cap):
    text = "\n" * 40_000 + "2608.16590" + "\n" * 40_000

    page = client.post(path, interests(**{field: text}, cap=cap))

    assert "too long to show again: please paste it once more" in page.text
    assert "2608.16590" not in page.text.partition(f'name="{field}"')[2].partition("</textarea>")[0]


def test_what_is_short_is_shown_again(client, reader):
    page = client.post(PAGE, interests(paste="2608.16590", cap="many"))

    assert "2608.16590</textarea>" in page.text
    assert "to be shown again" not in page.text


def test_a_browser_cuts_nothing_off_from_what_is_pasted(client, reader):
    [box] = [tag for tag in client.get(PAGE).text.split("<textarea") if 'name="paste"' in tag]

    assert "maxlength" not in box.partition(">")[0]


@pytest.mark.parametrize("path", [PAGE, PREVIEW])
@pytest.mark.parametrize(("size", "status"), [(10_000_000, 200), (10_000_001, 413)])
def test_ten_megabytes_may_be_pasted_and_no_more(client, reader, path, size, status):
    assert client.post(path, filled(size), content_type=FORM).status_code == status


def forms() -> list[str]:
    reader = make_reader()
    purposes = (Purpose.CONFIRM, Purpose.MANAGE, Purpose.UNSUBSCRIBE, Purpose.FEEDBACK)
    names = ("start", "sign_up", "my_link")
    return [*(reverse(f"subscriptions:{name}") for name in names), *(link(reader, one) for one in purposes)]


def test_any_other_form_may_send_64_kilobytes_and_no_more(client, reader):
    statuses = {
        path: [client.post(path, filled(size), content_type=FORM).status_code for size in (64_000, 64_001)]
        for path in [*forms(), f"{PAGE}undo/1/"]
    }

    assert {path for path, (fits, more) in statuses.items() if fits == 413 or more != 413} == set()


@pytest.mark.parametrize(("path", "most"), [(PAGE, "10 MB"), ("/subscribe/", "64 kB")])
def test_the_page_says_how_much_was_expected(client, path, most):
    page = client.post(path, filled(10_000_001), content_type=FORM)

    assert (
        f"A form takes at most {most}, and this was more. Nothing was changed. Please send it in smaller parts."
        in page.text
    )


@pytest.mark.parametrize("path", [PAGE, PREVIEW])
def test_a_form_whose_cookie_is_gone_comes_back_as_it_was_filled_in_and_saves_at_the_next_try(reader, path):
    browser = Client(enforce_csrf_checks=True)
    open_preferences(browser, reader)
    before = every_row()

    page = browser.post(path, interests(phrases="sparse autoencoders", paste="2608.16590"))

    assert page.status_code == 403
    assert errors(page) == [
        "Nothing was saved because this page was out of date. Your answers are still here: please save again."
    ]
    assert "sparse autoencoders</textarea>" in page.text
    assert every_row() == before
    token = re.findall(r'name="csrfmiddlewaretoken" value="(.*?)"', page.text)[0]
    browser.post(PAGE, interests(phrases="sparse autoencoders", csrfmiddlewaretoken=token))
    assert rows(reader) == [("phrase", "sparse autoencoders", True, "chosen")]


@pytest.mark.parametrize("path", [PAGE, PREVIEW, f"{PAGE}undo/1/"])
def test_without_a_visit_a_form_whose_cookie_is_gone_shows_nothing(path):
    page = Client(enforce_csrf_checks=True).post(path, interests(phrases="sparse autoencoders"))

    assert page.status_code == 403
    assert "This page is out of date" in page.text
    assert "sparse autoencoders" not in page.text


def test_what_is_too_much_is_said_before_the_browser_is_asked_for_its_cookie():
    client = Client(enforce_csrf_checks=True)

    assert client.post(PAGE, filled(10_000_001), content_type=FORM).status_code == 413


@pytest.mark.parametrize("size", [64_001, 1_000_000])
def test_what_is_too_much_is_taken_off_the_line_as_browsers_show_an_answer_only_then(rf, size):
    request = rf.post("/my-link/", filled(size), content_type=FORM)

    response = request_sizes.RequestSizes(views.my_link).process_view(request, views.my_link, (), {})

    assert response.status_code == 413
    assert request.environ["wsgi.input"].read() == b""


@pytest.mark.parametrize("length", ["9" * 9_000, "-1", ""])
def test_a_length_that_is_none_breaks_nothing(client, length):
    assert client.post("/my-link/", filled(100), content_type=FORM, CONTENT_LENGTH=length).status_code in (200, 413)


def test_django_itself_refuses_nothing_that_a_form_may_send():
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE >= request_sizes.PASTE


def test_a_pasted_library_of_what_fits_is_kept(client, reader):
    page = client.post(PAGE, interests(paste="".join(LIBRARY.splitlines(keepends=True)[:150])))

    assert errors(page) == []
    assert len(rows(reader)) == 150


def test_a_file_that_is_sent_lands_nowhere_and_what_was_typed_beside_it_is_heard(client, reader, tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "not-there")  # Whoever would write there fails.
    upload = SimpleUploadedFile("library.bib", b"x" * 5_000_000)

    page = client.post(PAGE, interests(phrases="sparse autoencoders", paste=upload))

    assert page.status_code == 302
    assert [row.value for row in reader.interests.all()] == ["sparse autoencoders"]
