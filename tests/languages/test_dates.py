"""How days and hours are written: in English as ever, else as Django has it for the language."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.formats import date_format, time_format

from digest.letters import wording

pytestmark = pytest.mark.one_database
MOMENT = datetime(2026, 8, 4, 7, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "english", "german"),
    [
        ("DATE_FORMAT", "4 August 2026", "4. August 2026"),
        ("SHORT_DATE_FORMAT", "4 Aug 2026", "04.08.2026"),
        ("MONTH_DAY_FORMAT", "4 August", "4. August"),
        ("YEAR_MONTH_FORMAT", "August 2026", "August 2026"),
        ("SHORT_DATETIME_FORMAT", "2026-08-04 07:05", "04.08.2026 07:05"),
        ("l, j F Y", "Tuesday, 4 August 2026", "Dienstag, 4 August 2026"),  # until a translation orders it otherwise
    ],
)
def test_a_date_is_written_by_the_language(name: str, english: str, german: str):
    assert date_format(MOMENT, name) == english
    with translation.override("de"):
        assert date_format(MOMENT, name) == german


def test_an_hour_is_written_by_the_language():
    assert time_format(MOMENT, "TIME_FORMAT") == "07:05"
    with translation.override("fi"):
        assert time_format(MOMENT, "TIME_FORMAT") == "7.05"


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-08-04", "2026-08-17", "4 to 17 August"),
        ("2026-07-30", "2026-08-04", "30 July to 4 August"),
        ("2025-12-30", "2026-01-04", "30 December 2025 to 4 January 2026"),
        ("2026-08-04", "2026-08-04", "4 August"),
    ],
)
def test_days_from_one_to_another_say_no_more_than_it_takes(first: str, last: str, words: str):
    assert wording.span(first, last) == words


@pytest.mark.parametrize(
    ("code", "page", "paper"),
    [
        ("en", 'lang="en"', ""),
        ("en-gb", 'lang="en-gb"', ""),
        ("de", 'lang="de"', ' lang="en"'),
        ("ar", 'lang="ar" dir="rtl"', ' lang="en" dir="ltr"'),
    ],
)
def test_a_page_says_its_language_and_what_on_it_is_english(code: str, page: str, paper: str):
    with translation.override(code):
        said = Template("<html {% page_language %}><p{% in_english %}>").render(Context())

    assert said == f"<html {page}><p{paper}>"


def test_a_day_of_a_page_is_in_the_order_that_a_translation_gives_it(settings):
    day = Template('{% load i18n %}{{ day|date:_("l, j F Y") }}')

    assert day.render(Context({"day": date(2026, 8, 4)})) == "Tuesday, 4 August 2026"
