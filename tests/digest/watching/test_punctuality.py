"""What the status page says of letters: how many were due on a day, what became of them, and how late they were."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from digest.letters import planning
from digest.models import PostDay
from digest.watching import alarms, punctuality
from subscriptions.models import Letter
from subscriptions.sending import post
from tests.digest.watching import selftests
from tests.factories import make_letter, make_paper, make_reader

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
State = Letter.State


def today() -> PostDay:
    punctuality.count(NOON + timedelta(hours=6))
    return PostDay.objects.get(day=date(2026, 8, 20))


def make_sent(late_by: timedelta, **fields) -> Letter:
    return make_letter(kind="digest", state=State.SENT, promised_at=NOON, ended_at=NOON + late_by, **fields)


def test_a_day_is_counted_by_what_became_of_its_letters():
    for state, letters in ((State.SENT, 4), (State.FAILED, 1), (State.UNCERTAIN, 2), (State.PLANNED, 1)):
        for _ in range(letters):
            make_letter(state=state)
    make_letter(state=State.HANDOFF)
    make_letter(state=State.SKIPPED, reason="nothing new")

    day = today()

    assert (day.sent, day.failed, day.uncertain, day.waiting, day.due) == (4, 1, 2, 2, 9)


def test_lateness_is_that_of_the_last_but_one_of_a_hundred():
    make_sent(timedelta(hours=2))
    for _ in range(99):
        make_sent(3 * MINUTE)

    assert today().late_by == 180


def test_fewer_than_a_hundred_letters_are_as_late_as_the_latest():
    make_sent(timedelta(hours=2))
    make_sent(3 * MINUTE)

    assert today().late_by == 7200


def test_a_letter_that_was_planned_late_is_late_since_its_hour():
    make_reader(hour=9, next_due_at=NOON - timedelta(hours=3))
    make_paper(first_seen_at=NOON - timedelta(hours=4))

    planning.tick(NOON)

    assert Letter.objects.get().promised_at == NOON - timedelta(hours=3)


def test_a_letter_that_somebody_asked_for_was_promised_when_they_asked(mailbox):
    make_letter(at=NOON)

    post.drain(NOON)

    assert today().late_by == 0


def test_days_are_counted_again_only_after_a_while():
    make_letter(state=State.SENT, ended_at=NOON)
    punctuality.count(NOON)
    make_letter(state=State.SENT, ended_at=NOON)

    punctuality.count(NOON + MINUTE)
    soon = PostDay.objects.get().sent
    punctuality.count(NOON + 6 * MINUTE)

    assert (soon, PostDay.objects.get().sent) == (1, 2)


def test_what_is_settled_later_changes_the_day_that_it_was_due_on():
    letter = make_letter(state=State.UNCERTAIN)
    punctuality.count(NOON + timedelta(hours=1))
    letter.state, letter.ended_at = State.SENT, NOON
    letter.save()

    punctuality.count(NOON + DAY)

    assert list(PostDay.objects.values_list("day", "sent", "uncertain")) == [(date(2026, 8, 20), 1, 0)]


def test_a_day_without_letters_is_no_row():
    punctuality.count(NOON)

    assert not PostDay.objects.exists()


def test_the_status_page_shows_counts_and_no_reader(client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON + timedelta(hours=1))
    late = make_sent(95 * MINUTE)
    make_letter(state=State.UNCERTAIN)
    alarms.watch(NOON + timedelta(hours=1))

    page = client.get("/status/").content.decode()

    row = page.partition('<h2 id="letters">')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    assert re.findall(r"<td[^>]*>([^<]*)", row) == ["2", "1", "0", "1", "95 minutes"]
    assert late.subscriber.address not in page


def test_the_self_test_is_no_part_of_what_was_promised():
    selftests.make_test()
    make_letter(at=NOON, state=Letter.State.SENT, ended_at=NOON)

    punctuality.count(NOON + MINUTE)

    assert PostDay.objects.get().due == 1
