"""How others see that the site works: /healthz says when letters were last planned, and for how long one waits."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command

from digest import tasks
from digest.models import Heartbeat
from digest.watching import heartbeat
from papers import site_clock
from tests.factories import make_letter

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def test_a_new_site_has_planned_nothing_and_owes_nothing(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.text) == (200, "ok\nlast tick: none\noldest due letter: none\n")


@pytest.mark.parametrize("tick", [tasks.tick, lambda: call_command("tick")], ids=["task", "command"])
def test_each_tick_is_seen(client, tick):
    tick()

    assert re.search(r"last tick: \d\n", client.get("/healthz").text)  # in seconds, and machines are slow


def test_it_is_told_for_how_long_a_letter_has_waited_and_nothing_of_whose_it_is(client):
    letter = make_letter(at=site_clock.now() - 90 * SECOND)
    make_letter(at=site_clock.now() + 90 * SECOND)

    told = client.get("/healthz").text

    assert "oldest due letter: 90\n" in told
    assert letter.subscriber.address not in told


def test_ticks_that_follow_one_another_closely_are_noted_once(django_assert_num_queries):
    now = site_clock.now()
    heartbeat.beat(Heartbeat.TICK, now)

    with django_assert_num_queries(1):
        heartbeat.beat(Heartbeat.TICK, now + 5 * SECOND)
    heartbeat.beat(Heartbeat.TICK, now + 31 * SECOND)

    assert heartbeat.last(Heartbeat.TICK) == now + 31 * SECOND


def test_a_clock_that_was_set_back_is_followed():
    now = site_clock.now()
    heartbeat.beat(Heartbeat.TICK, now + 3600 * SECOND)

    heartbeat.beat(Heartbeat.TICK, now)

    assert heartbeat.last(Heartbeat.TICK) == now
