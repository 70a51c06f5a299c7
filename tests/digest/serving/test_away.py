"""Pages while the database is locked, full, or not there: 503, and nothing that was typed is lost."""

import re
import sqlite3
from html import unescape

import pytest
from django.db import OperationalError, connection

from subscriptions.models import Subscriber
from tests.digest.serving.site import PAGES
from tests.factories import make_reader
from tests.subscriptions.test_views import interests, open_preferences

PREFERENCES = "/preferences/"


@pytest.fixture
def away():
    """While this is entered, the database answers nothing."""

    def refuse(*_args):
        raise (
            OperationalError("terminating connection due to administrator command")
            if connection.vendor == "postgresql"
            else refused_by_sqlite(sqlite3.SQLITE_BUSY)
        )

    return connection.execute_wrapper(refuse)


def refused_by_sqlite(code):
    error = OperationalError("database is locked")
    error.__cause__ = sqlite3.OperationalError("database is locked")
    error.__cause__.sqlite_errorcode = code
    return error


def sent_again(page):
    """What one press on the page sends, by name."""
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)
    found = {}
    for name, value in fields:
        found.setdefault(unescape(name), []).append(unescape(value))
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_that_it_cannot_be_shown_now_and_leads_to_itself(path, client, away):
    with away:
        page = client.get(path)

    assert page.status_code == 503
    assert "Please try again in a moment" in page.text
    assert f'href="{path}"' in page.text
    assert page["Retry-After"]


@pytest.mark.django_db
def test_what_was_typed_stands_in_the_page_and_one_press_sends_it_again(client):
    reader = make_reader()
    open_preferences(client, reader)
    typed = interests(phrases='a "quoted" phrase\nand <another>', days=["0", "3"])

    def refuse_to_write(execute, sql, *args):
        if sql.startswith(("INSERT", "UPDATE")):
            raise OperationalError("no room") if connection.vendor == "postgresql" else refused_by_sqlite(13)
        return execute(sql, *args)

    with connection.execute_wrapper(refuse_to_write):
        page = client.post(PREFERENCES, typed)
    assert page.status_code == 503
    assert f'action="{PREFERENCES}"' in page.text

    saved = client.post(PREFERENCES, sent_again(page))

    assert saved.status_code == 302
    assert Subscriber.objects.get(pk=reader.pk).days == [0, 3]
    phrases = sorted(reader.interests.values_list("value", flat=True))
    assert phrases == ['a "quoted" phrase', "and <another>"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_a_database_that_restarts_costs_one_page(client):
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    other.close()

    first = client.get("/")
    connection.close()  # as at the end of a request
    second = client.get("/")

    assert (first.status_code, second.status_code) == (503, 200)


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor == 'postgresql'")
def test_a_full_disk_is_said_and_what_was_typed_is_kept(client):
    reader = make_reader()
    open_preferences(client, reader)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
    typed = interests(phrases="\n".join(f"phrase {number} {'x' * 150}" for number in range(190)))

    try:
        page = client.post(PREFERENCES, typed)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")

    assert page.status_code == 503
    assert sent_again(page)["phrases"] == [typed["phrases"]]


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor == 'postgresql'")
def test_a_question_that_is_wrong_is_no_trouble_of_the_database(client):
    def refuse(*_args):
        raise refused_by_sqlite(sqlite3.SQLITE_ERROR)

    with connection.execute_wrapper(refuse), pytest.raises(OperationalError):
        client.get("/")


@pytest.mark.django_db
def test_one_line_is_logged_of_it_and_no_way_through_the_code(client, away, caplog):
    with away:
        client.get("/")

    [record] = [record for record in caplog.records if record.name == "digest.serving.away"]
    assert record.exc_info is None
    assert "\n" not in record.getMessage()
