"""A page of another site cannot send our forms; whatever says nothing of where it comes from can."""

import re

import pytest
from django.conf import settings as site_settings
from django.test import Client

from subscriptions import links
from subscriptions.links import Purpose
from subscriptions.models import LetterRequest
from tests.factories import make_reader

pytestmark = pytest.mark.django_db
OURS = [
    {},
    {"Origin": "null"},
    {"Origin": "http://testserver"},
    {"Origin": site_settings.SITE_URL},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"},
    {"Sec-Fetch-Site": "none"},
]
THEIRS = [
    {"Origin": "https://elsewhere.example"},
    {"Origin": "http://testserver.elsewhere.example"},
    {"Origin": "nonsense"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
    {"Sec-Fetch-Site": "same-site", "Origin": "https://sibling.example"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
]


@pytest.mark.parametrize("headers", OURS)
def test_our_own_pages_old_browsers_and_programs_sign_up(headers):
    answer = Client().post("/subscribe/", {"address": "ada@example.org"}, headers=headers)

    assert answer.status_code == 302
    assert LetterRequest.objects.count() == 1


@pytest.mark.parametrize("headers", THEIRS)
@pytest.mark.parametrize("way", ["/subscribe/", "/my-link/"])
def test_a_page_of_another_site_signs_nobody_up(headers, way):
    answer = Client().post(way, {"address": "ada@example.org"}, headers=headers)

    assert answer.status_code == 403
    assert "another site" in answer.text
    assert not LetterRequest.objects.exists()


@pytest.mark.parametrize("headers", THEIRS)
def test_links_from_anywhere_open_and_only_their_forms_must_be_ours(headers):
    reader = make_reader(confirmed_at=None, next_due_at=None, read_up_to=None)
    path = links.make(reader, Purpose.CONFIRM).removeprefix(site_settings.SITE_URL)

    assert Client().get(path, headers=headers).status_code == 200
    assert Client().post(path, {"zone": "UTC", "hour": "7"}, headers=headers).status_code == 403
    reader.refresh_from_db()
    assert not reader.is_reading


@pytest.mark.parametrize("headers", THEIRS)
def test_leaving_by_a_mail_program_is_taken_from_anywhere(headers):
    reader = make_reader()
    path = links.make(reader, Purpose.UNSUBSCRIBE).removeprefix(site_settings.SITE_URL)

    assert Client().post(path, {"List-Unsubscribe": "One-Click"}, headers=headers).status_code == 200
    reader.refresh_from_db()
    assert not reader.is_reading


def test_reports_of_providers_are_taken_from_anywhere():
    answer = Client().post("/webhooks/postmark/tracking/", {}, headers=THEIRS[0])

    assert answer.status_code == 404  # as without the header, where no provider is in use
    assert not re.search("another site", answer.text)
