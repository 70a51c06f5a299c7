"""What a letter says where the site had nothing new for it, or was not there for the last one."""

from datetime import timedelta

import pytest

from digest import previewing
from digest.letters import planning
from subscriptions.models import Letter, Subscriber
from tests.digest.letters.days import BEGINS, at, begun, both_parts, letter_of, live, paper_of, papers_in

pytestmark = pytest.mark.django_db
FRIDAY, SUNDAY, NEXT_MONDAY = (BEGINS + timedelta(days=ahead) for ahead in (4, 6, 7))


def reader_of_few(**fields: object) -> Subscriber:
    """Whose letters hold so few papers that some are left for the next days."""
    return begun(**{"cap": 1} | fields)


def test_on_a_sunday_it_is_said_that_nothing_new_has_come_since_friday():
    reader = reader_of_few()
    for votes in (9, 8, 7):
        paper_of(FRIDAY, votes=votes)

    live(FRIDAY, 3)

    said = "It is Sunday: no new papers since those of Friday, 7 August; these were in none of your digests."
    for part in both_parts(letter_of(reader, SUNDAY)):
        assert said in " ".join(part.split())


def test_where_papers_came_on_a_sunday_nothing_is_said():
    reader = reader_of_few()
    for day in (FRIDAY, FRIDAY + timedelta(days=1), SUNDAY):
        paper_of(day)

    live(FRIDAY, 3)

    assert "special" not in letter_of(reader, SUNDAY).contents


def test_on_a_weekday_no_reason_is_made_up():
    reader = reader_of_few()
    for votes in (9, 8):
        paper_of(FRIDAY, votes=votes)
    live(FRIDAY, 1)
    Subscriber.objects.update(next_slot=NEXT_MONDAY, next_due_at=at(NEXT_MONDAY), last_slot=SUNDAY)

    planning.tick(at(NEXT_MONDAY))

    said = "No new papers have come since those of Friday, 7 August; these were in none of your digests."
    assert said in " ".join(both_parts(letter_of(reader, NEXT_MONDAY))[0].split())


def test_where_it_is_monday_already_it_is_not_called_sunday():
    reader = reader_of_few(zone="Pacific/Auckland", hour=0, next_due_at=at(SUNDAY), read_up_to=at(FRIDAY, 13))
    paper_of(FRIDAY)

    planning.tick(at(SUNDAY))

    assert letter_of(reader, NEXT_MONDAY).contents["special"] == {"code": "quiet", "day": "", "since": "2026-08-07"}


def test_a_week_without_sources_brings_what_is_left_then_nothing_and_the_first_letter_after_it_says_so():
    reader = reader_of_few()
    for votes in (9, 8, 7):
        paper_of(BEGINS, votes=votes)
    live(BEGINS, 10)
    back = BEGINS + timedelta(days=10)
    paper = paper_of(back)

    planning.tick(at(back))

    codes = {
        letter.key: letter.reason or letter.contents.get("special", {}).get("code", "")
        for letter in Letter.objects.filter(subscriber=reader)
    }
    assert list(dict(sorted(codes.items())).values()) == ["", "quiet", "quiet", *["nothing new"] * 7, "silent"]
    assert papers_in(letter_of(reader, back)) == [paper.pk]
    assert "Monday, Tuesday and Wednesday: there was nothing new for you." in both_parts(letter_of(reader, back))[0]


def test_after_a_letter_that_the_site_was_too_late_for_the_next_says_so():
    reader = begun(days=[0, 3])
    paper_of(BEGINS)

    live(BEGINS + timedelta(days=2), 2)

    said = "No digest came on Monday, as the site was not running; this one makes up for it."
    assert said in " ".join(both_parts(letter_of(reader, BEGINS + timedelta(days=3)))[0].split())


def test_the_preview_of_a_quiet_day_says_it_too():
    reader = reader_of_few()
    for votes in (9, 8, 7):
        paper_of(FRIDAY, votes=votes)
    live(FRIDAY, 2)
    reader.refresh_from_db()
    previewing.drop_caches()

    preview = previewing.of_reader(reader, at(SUNDAY))
    planning.tick(at(SUNDAY))

    assert preview.special
    assert preview.letter.contents == letter_of(reader, SUNDAY).contents
