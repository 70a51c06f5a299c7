"""The site's clock, which may be far from the machine's: what goes by it, and what does not."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from papers import collecting, site_clock
from papers.models import Collection, Host
from papers.sources import web
from tests.farend import FarEnd
from tests.papers.collecting.samples import HUGGINGFACE, entry, lists
from tests.paths import ROOT

BEHIND = timedelta(days=-104)
A_MINUTE = timedelta(minutes=1)
REAL = {  # what asks the machine's clock, and why
    "papers/site_clock.py",  # from which the site's is made
    "papers/sources/web.py",  # how often sources are asked
    "papers/models/sightings.py",  # a default that nothing relies on
    "subscriptions/joining.py",  # how many sign-ups are taken,
    "subscriptions/views.py",  # and how many links are asked for
    "subscriptions/proof.py",  # how long a proof of work is good
    "subscriptions/sending/events.py",  # what providers report; a site with another clock has none
    "digest/views.py",  # until when security.txt may be believed
    "digest/management/commands/run.py",  # which sets the site's clock
}
MEASURES = "digest/evaluation/", "digest/management/commands/evaluate.py"  # on a database that it throws away


@pytest.fixture
def far_end(settings: Settings) -> Iterator[FarEnd]:
    settings.CLOCK_AHEAD = BEHIND
    with FarEnd() as far_end:
        settings.HUGGINGFACE_URL = far_end.url
        yield far_end


def is_about(moment: datetime | None, expected: datetime) -> bool:
    return moment is not None and abs(moment - expected) < A_MINUTE


def site_today() -> date:
    return site_clock.now().date()


def test_the_site_clock_is_as_far_ahead_as_is_set(settings: Settings):
    settings.CLOCK_AHEAD = BEHIND

    assert is_about(site_clock.now(), timezone.now() + BEHIND)


def test_nothing_else_asks_the_machines_clock():
    modules = [file for room in ("papers", "subscriptions", "digest") for file in (ROOT / room).rglob("*.py")]

    found = {
        str(file.relative_to(ROOT))
        for file in modules
        if re.search(r"\btimezone\.(now|localdate)\b|\bdatetime\.now\(\)|\bdate\.today\b", file.read_text())
        and "migrations" not in file.parts
    }

    assert {name for name in found if not name.startswith(MEASURES)} == REAL


@pytest.mark.django_db
def test_papers_are_first_seen_by_the_site_clock(far_end: FarEnd):
    lists(far_end, entry(1, day=site_today()), day=site_today())

    [collected] = [one for one in collecting.collect_due(HUGGINGFACE) if one.collection.day == site_today()]

    assert collected.new == 1
    assert is_about(collected.collection.collected_at, site_clock.now())


@pytest.mark.django_db
def test_a_source_that_asks_for_silence_is_asked_again_after_it_by_either_clock(far_end: FarEnd):
    far_end.answers(f"/api/daily_papers?date={site_today()}&limit=100", status=429, headers={"Retry-After": "1800"})

    collecting.collect(HUGGINGFACE, site_today())

    silence = timedelta(minutes=30)
    assert is_about(Host.objects.get().silent_until, timezone.now() + silence)
    assert is_about(Collection.objects.get().next_try_at, site_clock.now() + silence)


@pytest.mark.django_db
def test_sources_are_spaced_by_the_machines_clock(far_end: FarEnd):
    web.reserve(HUGGINGFACE.manners)

    assert is_about(Host.objects.get().next_request_at, timezone.now())
