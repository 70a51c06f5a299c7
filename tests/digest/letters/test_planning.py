"""Who is due, for which slot, with what; what is skipped, and why."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from digest.letters import planning
from digest.matching.gathering import Edition
from digest.models import Given
from subscriptions import signing_up
from subscriptions.models import Letter, Subscriber
from tests.factories import make_letter, make_paper, make_reader, make_score, make_topic

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)  # a Thursday
EARLIER = NOON - timedelta(hours=5)


def due_reader(**fields: object) -> Subscriber:
    return make_reader(**{"hour": 12, "next_due_at": NOON, "read_up_to": NOON - timedelta(days=1), **fields})


def the_letter() -> Letter:
    return Letter.objects.get(kind="digest")


def papers_in(letter: Letter) -> list[int]:
    return [item["paper"] for part in ("for_you", "trending") for item in letter.contents[part]]


def test_a_reader_whose_hour_has_struck_gets_one_letter_for_the_local_date():
    due_reader(zone="Asia/Tokyo", hour=21)
    make_paper()

    planned = planning.tick(NOON)

    assert (planned, the_letter().key, the_letter().state) == (1, "2026-08-20", Letter.State.PLANNED)


def test_a_second_tick_plans_nothing():
    due_reader()
    make_paper()
    planning.tick(NOON)

    planned = planning.tick(NOON + timedelta(minutes=1))

    assert (planned, Letter.objects.count()) == (0, 1)


def test_two_plans_from_the_same_reading_of_readers_make_one_letter():
    """Fails without the constraint one_letter_per_reader_kind_and_key."""
    due_reader()
    paper = make_paper()
    both_read = [list(Subscriber.objects.due(NOON)) for _ in range(2)]

    planned = [planning.plan(readers, Edition(NOON, {paper.pk: {}})) for readers in both_read]

    assert (planned, Letter.objects.count()) == ([1, 0], 1)


def test_where_one_letter_was_planned_by_another_the_rest_are_planned_and_give_their_papers():
    first, second, third = (due_reader() for _ in range(3))
    paper = make_paper()
    make_letter(second, kind="digest", key="2026-08-20", state=Letter.State.SENT)

    planned = planning.tick(NOON)

    assert planned == 2
    assert sorted(Letter.objects.values_list("subscriber", flat=True)) == [first.pk, second.pk, third.pk]
    assert sorted(Given.objects.values_list("subscriber", "paper")) == [(first.pk, paper.pk), (third.pk, paper.pk)]


def test_a_letter_keeps_what_was_chosen_with_every_character():
    topic = make_topic(name='Café \\ "\t\n☕')
    due_reader(topics=[topic.slug], trending_muted_at=NOON)
    make_score(make_paper(first_seen_at=NOON), topic, phrase="naïve\\N")

    planning.tick(NOON)

    (item,) = the_letter().contents["for_you"]
    assert (item["reason"]["topic"], item["reason"]["phrase"]) == (topic.name, "naïve\\N")


@pytest.mark.one_database  # SQLite's test database is in memory, which threads share as one connection.
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_two_processes_that_plan_for_the_same_readers_at_once_write_each_a_letter_once(locked: bool):
    """Whether by ticks, which lock the readers, or by plans that know nothing of one another."""
    readers, paper = [due_reader() for _ in range(20)], make_paper()
    together = threading.Barrier(2)

    def work(_: int) -> int:
        mine = list(Subscriber.objects.due(NOON))
        together.wait()
        try:
            return planning.tick(NOON) if locked else planning.plan(mine, Edition(NOON, {paper.pk: {}}))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        planned = sum(threads.map(work, range(2)))

    assert planned == len(readers) == Letter.objects.values("subscriber").distinct().count() == Letter.objects.count()
    assert Given.objects.count() == len(readers)


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
def test_a_process_that_dies_before_the_commit_leaves_nothing_and_the_next_tick_plans_all():
    due_reader()
    paper = make_paper()

    with pytest.raises(DatabaseError):
        _plan_and_die(paper.pk)
    connection.close()

    assert not Letter.objects.exists()
    assert not Given.objects.exists()
    assert planning.tick(NOON) == 1


@transaction.atomic
def _plan_and_die(paper: int) -> None:
    planning.plan(list(Subscriber.objects.due(NOON)), Edition(NOON, {paper: {}}))
    assert Given.objects.exists()
    connection.cursor().execute("SELECT pg_terminate_backend(pg_backend_pid())")


def test_planning_moves_the_reader_to_the_next_slot_and_the_window_up_to_now():
    reader = due_reader(zone="Europe/Berlin", hour=7)

    planning.tick(NOON)

    reader.refresh_from_db()
    assert reader.last_slot == date(2026, 8, 20)
    assert reader.read_up_to == NOON
    assert reader.next_due_at == datetime(2026, 8, 21, 5, tzinfo=UTC)


def test_a_day_without_papers_is_skipped_and_says_so():
    due_reader()

    planning.tick(NOON)

    assert (the_letter().state, the_letter().reason) == (Letter.State.SKIPPED, "nothing new")


def test_a_paused_reader_gets_nothing_and_the_reason_is_kept():
    due_reader(paused_until=date(2026, 8, 21))
    make_paper()

    planning.tick(NOON)

    assert (the_letter().state, the_letter().reason) == (Letter.State.SKIPPED, "paused")


def test_on_the_day_the_pause_ends_letters_come_again():
    due_reader(paused_until=date(2026, 8, 20))
    make_paper()

    planning.tick(NOON)

    assert the_letter().state == Letter.State.PLANNED


@pytest.mark.parametrize(
    "fields", [{"confirmed_at": None}, {"left_at": NOON}, {"next_due_at": NOON + timedelta(minutes=1)}]
)
def test_who_has_not_confirmed_has_left_or_is_not_due_gets_nothing(fields: dict[str, datetime | None]):
    due_reader(**fields)
    make_paper()

    planning.tick(NOON)

    assert not Letter.objects.exists()


def test_after_days_of_downtime_only_the_latest_slot_is_planned():
    due_reader(next_due_at=NOON - timedelta(days=4), read_up_to=NOON - timedelta(days=5))
    papers = [make_paper(first_seen_at=NOON - timedelta(days=days)) for days in (4, 2)]

    planning.tick(NOON + timedelta(hours=3))

    assert the_letter().key == "2026-08-20"
    assert sorted(papers_in(the_letter())) == [paper.pk for paper in papers]


def test_a_weekly_letter_may_be_three_days_late_but_not_more():
    weekly = {"cadence": "weekly", "days": [0], "next_due_at": datetime(2026, 8, 17, 12, tzinfo=UTC)}
    make_paper()
    in_time, too_late = due_reader(**weekly, hour=13), due_reader(**weekly, hour=12)

    planning.tick(NOON)

    states = {letter.subscriber_id: (letter.state, letter.reason) for letter in Letter.objects.all()}
    assert states == {in_time.pk: (Letter.State.PLANNED, ""), too_late.pk: (Letter.State.SKIPPED, "too late")}


def test_for_you_takes_papers_since_the_last_letter_that_match_a_topic_with_the_reason():
    topic = make_topic(name="Sparse autoencoders")
    due_reader(topics=[topic.slug], trending_muted_at=NOON, read_up_to=EARLIER)
    seen_before = make_paper(first_seen_at=EARLIER - timedelta(hours=1))
    other, wanted = make_paper(first_seen_at=NOON), make_paper(first_seen_at=NOON)
    make_score(seen_before, topic)
    make_score(wanted, topic, phrase="dictionary learning")

    planning.tick(NOON)

    (item,) = the_letter().contents["for_you"]
    reason = {"code": "topic", "topic": "Sparse autoencoders", "phrase": "dictionary learning"}
    assert (item["paper"], item["reason"]) == (wanted.pk, reason)
    assert other.pk not in papers_in(the_letter())


@pytest.mark.parametrize(("days_ago", "comes"), [(14, True), (15, False)])
def test_papers_listed_more_than_fourteen_days_ago_reach_nobodys_letter(days_ago: int, comes: bool):
    topic = make_topic()
    due_reader(topics=[topic.slug], trending_muted_at=NOON)
    paper = make_paper(listed_on=(NOON - timedelta(days=days_ago)).date(), first_seen_at=NOON)
    make_score(paper, topic)

    planning.tick(NOON)

    assert (the_letter().state == Letter.State.PLANNED) == comes


def test_trending_is_the_last_seven_days_by_votes_an_hour():
    due_reader()
    few, many, long_ago = make_paper(votes=3), make_paper(votes=30), make_paper(votes=30, listed_on=date(2026, 8, 14))
    make_paper(votes=300, listed_on=date(2026, 8, 12))

    planning.tick(NOON)

    assert papers_in(the_letter()) == [many.pk, few.pk, long_ago.pk]


def test_a_paper_comes_in_one_letter_only():
    reader = due_reader()
    first, second = make_paper(votes=2), make_paper(votes=1)
    given_before = make_letter(reader, state=Letter.State.SENT)
    Given.objects.create(subscriber=reader, paper=first, letter=given_before)

    planning.tick(NOON)

    assert papers_in(the_letter()) == [second.pk]
    assert set(Given.objects.values_list("paper", flat=True)) == {first.pk, second.pk}


@pytest.mark.parametrize("state", [Letter.State.FAILED, Letter.State.UNCERTAIN, Letter.State.SKIPPED])
def test_the_papers_of_a_letter_that_did_not_arrive_come_in_the_next(state: str):
    topic = make_topic()
    reader = due_reader(topics=[topic.slug], trending_muted_at=NOON)
    paper = make_paper(first_seen_at=NOON - timedelta(days=3))
    make_score(paper, topic)
    lost = make_letter(reader, state=state)
    Given.objects.create(subscriber=reader, paper=paper, letter=lost)

    planning.tick(NOON)

    assert papers_in(the_letter()) == [paper.pk]
    assert Given.objects.get().letter == the_letter()


def test_changing_to_a_zone_where_it_is_already_tomorrow_opens_no_second_slot():
    reader = due_reader(zone="UTC")
    make_paper()
    planning.tick(NOON)
    reader.refresh_from_db()

    reader.zone, reader.hour = "Pacific/Auckland", 6
    reader.schedule(NOON)
    reader.save()
    planning.tick(NOON + timedelta(hours=6))

    assert list(Letter.objects.order_by("key").values_list("key", flat=True)) == ["2026-08-20", "2026-08-21"]


def test_changing_to_a_zone_where_it_is_still_yesterday_repeats_no_slot():
    reader = due_reader(zone="Pacific/Auckland", hour=0, next_due_at=NOON)
    planning.tick(NOON)
    reader.refresh_from_db()

    reader.zone, reader.hour = "Pacific/Honolulu", 1
    reader.schedule(NOON)
    reader.save()

    assert reader.last_slot == date(2026, 8, 21)
    assert reader.next_due_at == datetime(2026, 8, 22, 11, tzinfo=UTC)


def test_whoever_travels_over_midnight_before_their_hour_gets_the_letter_at_once():
    reader = due_reader(zone="Europe/Berlin", hour=22, days=[3], last_slot=date(2026, 8, 13))
    reader.schedule(NOON)
    late_that_evening = datetime(2026, 8, 20, 19, tzinfo=UTC)  # 21:00 in Berlin, Friday 04:00 in Tokyo
    make_paper()

    reader.zone, reader.hour = "Asia/Tokyo", 3
    reader.schedule(late_that_evening)
    reader.save()
    planning.tick(late_that_evening)

    assert (the_letter().key, the_letter().state) == ("2026-08-20", Letter.State.PLANNED)


def test_a_slot_that_was_missed_is_not_lost_when_the_reader_changes_something_before_the_next_tick():
    reader = due_reader(hour=23, last_slot=date(2026, 8, 18))
    reader.schedule(NOON - timedelta(days=1))
    after_midnight = datetime(2026, 8, 20, 0, 5, tzinfo=UTC)

    reader.schedule(after_midnight)
    reader.save()
    planning.tick(after_midnight)

    assert the_letter().key == "2026-08-19"


def test_a_slot_that_was_missed_days_ago_is_too_late_whatever_the_reader_changes():
    reader = due_reader(hour=12, days=[1], last_slot=date(2026, 8, 11))
    reader.schedule(NOON - timedelta(days=3))
    make_paper()

    reader.schedule(NOON)
    reader.save()
    planning.tick(NOON)

    assert (the_letter().key, the_letter().reason) == ("2026-08-18", "too late")


def test_where_the_zone_has_other_rules_by_now_the_letter_and_what_is_new_wait_for_the_hour():
    reader = due_reader(hour=13, last_slot=date(2026, 8, 19), read_up_to=EARLIER)

    planning.tick(NOON)

    reader.refresh_from_db()
    assert not Letter.objects.exists()
    assert (reader.read_up_to, reader.next_due_at) == (EARLIER, NOON + timedelta(hours=1))


def test_who_comes_back_where_it_is_still_yesterday_gets_no_slot_again():
    reader = due_reader(zone="Pacific/Honolulu", last_slot=date(2026, 8, 21), left_at=EARLIER)

    signing_up.confirm(reader, NOON)

    assert reader.last_slot == date(2026, 8, 21)


def test_a_paper_that_was_being_stored_while_a_letter_was_planned_comes_in_the_next():
    topic = make_topic()
    due_reader(topics=[topic.slug], trending_muted_at=NOON, read_up_to=EARLIER)
    paper = make_paper(first_seen_at=EARLIER - timedelta(seconds=30))
    make_score(paper, topic)

    planning.tick(NOON)

    assert papers_in(the_letter()) == [paper.pk]


@pytest.mark.parametrize("fields", [{"hour": 24}, {"days": []}, {"days": [7]}, {"days": ["0"]}, {"cap": 0}])
def test_a_wish_that_no_tick_could_plan_is_refused(fields: dict[str, object]):
    reader = make_reader()
    for name, value in fields.items():
        setattr(reader, name, value)

    with pytest.raises(ValidationError):
        reader.clean_fields()
