"""What a letter says of the days before it on which nothing came."""

from datetime import timedelta

import pytest

from digest import previewing
from digest.letters import planning
from papers.models import Paper
from papers.search import understanding
from subscriptions.interests.kinds import InterestSpec
from subscriptions.models import Letter, Subscriber
from tests.digest.letters.days import BEGINS, at, begun, both_parts, letter_of, live, paper_of
from tests.factories import make_letter

pytestmark = pytest.mark.django_db
NEXT = BEGINS + timedelta(days=1)


def reader_of_lanterns(**fields: object) -> Subscriber:
    reader = begun(**{"trending_muted_at": at(BEGINS)} | fields)
    reader.add_interest(InterestSpec("phrase", "lanterns"))
    return reader


def nearly_came(reader: Subscriber, paper: Paper, score: float = 0.41) -> None:
    """On the day before BEGINS nothing came to the reader, and this came nearest."""
    day = BEGINS - timedelta(days=1)
    misses = [{"paper": paper.pk, "lacked": {"code": "bar", "score": score, "bar": 0.5}}]
    contents = {"for_you": [], "trending": [], "near_misses": misses}
    skipped = {"state": Letter.State.SKIPPED, "reason": "nothing new", "at": at(day)}
    make_letter(reader, kind="digest", key=day.isoformat(), contents=contents, **skipped)


def special(reader: Subscriber, day=BEGINS) -> dict[str, object] | None:
    return letter_of(reader, day).contents.get("special")


def test_the_next_letter_says_what_came_nearest_with_a_link_to_its_page(settings):
    reader = reader_of_lanterns()
    near = paper_of(BEGINS - timedelta(days=1), title="Candles & wicks")
    nearly_came(reader, near)
    paper_of(BEGINS, title="Lanterns")

    planning.tick(at(BEGINS))

    text, page = both_parts(letter_of(reader, BEGINS))
    assert "Sunday: nothing was close enough to your interests. Nearest:\nCandles & wicks (0.41, where 0.50" in text
    assert f"{settings.SITE_URL}{near.get_absolute_url()}\n" in text
    assert f'href="{settings.SITE_URL}{near.get_absolute_url()}"' in page
    assert "Candles &amp; wicks</a> (0.41, where 0.50 is close enough)" in page


def test_what_planning_found_near_on_the_day_itself_is_what_the_next_letter_tells():
    reader = reader_of_lanterns()
    reader.add_interest(InterestSpec("phrase", "glass"))
    near = paper_of(BEGINS, title="Of ships", abstract="Ships (ropes, sails, lanterns, anchors) at sea.")
    paper_of(NEXT, title="Lanterns")

    live(BEGINS, 2)

    assert letter_of(reader, BEGINS).reason == "nothing new"
    assert special(reader, NEXT)["nearest"]["paper"] == near.pk  # type: ignore[index]


def test_of_several_days_the_nearest_of_all_is_told():
    reader = reader_of_lanterns()
    far, near = paper_of(BEGINS - timedelta(days=1)), paper_of(BEGINS, title="Of ships, with lanterns aboard")
    nearly_came(reader, far, score=0.2)
    nearly = {"paper": near.pk, "lacked": {"code": "bar", "score": 0.4, "bar": 0.5}}
    skipped = {"state": Letter.State.SKIPPED, "reason": "nothing new", "at": at(BEGINS)}
    make_letter(reader, kind="digest", key=BEGINS.isoformat(), contents={"near_misses": [nearly]}, **skipped)
    reader.done_with(BEGINS, at(BEGINS))
    reader.save()
    paper_of(NEXT, title="Lanterns")

    planning.tick(at(NEXT))

    assert special(reader, NEXT) == {
        "code": "silent",
        "days": ["2026-08-02", "2026-08-03"],
        "nearest": {"paper": near.pk, "code": "bar", "score": 0.4, "bar": 0.5},
    }


def test_at_most_three_days_are_named():
    reader = begun()
    live(BEGINS, 5)
    fifth = BEGINS + timedelta(days=5)
    paper_of(fifth)

    planning.tick(at(fifth))

    assert "Wednesday, Thursday and Friday: there was nothing new for you." in both_parts(letter_of(reader, fifth))[0]


def test_days_on_which_no_letter_was_wanted_are_no_silence():
    reader = begun(days=[0, 1, 2, 3, 4])  # not at weekends
    live(BEGINS + timedelta(days=4), 1)
    monday = BEGINS + timedelta(days=7)
    paper_of(monday)

    planning.tick(at(monday))

    assert special(reader, monday)["days"] == ["2026-08-07"]  # type: ignore[index]


def test_after_a_letter_that_came_nothing_is_said():
    reader = begun()
    paper_of(BEGINS)
    paper_of(NEXT)

    live(BEGINS, 2)

    assert special(reader, NEXT) is None


def test_a_paper_that_comes_in_the_letter_itself_is_not_the_one_that_nearly_came():
    reader = reader_of_lanterns()
    nearly_came(reader, paper_of(BEGINS, title="Lanterns"))

    planning.tick(at(BEGINS))

    assert special(reader)["nearest"] is None  # type: ignore[index]


def test_a_paper_that_is_gone_is_not_named():
    reader = reader_of_lanterns()
    near = paper_of(BEGINS - timedelta(days=1))
    nearly_came(reader, near)
    paper_of(BEGINS, title="Lanterns")
    planning.tick(at(BEGINS))
    near.delete()

    assert "Sunday: there was nothing new for you." in both_parts(letter_of(reader, BEGINS))[0]


def test_the_preview_says_it_too():
    reader = reader_of_lanterns()
    nearly_came(reader, paper_of(BEGINS - timedelta(days=1)))
    paper_of(BEGINS, title="Lanterns")
    understanding.keep_up()
    previewing.drop_caches()

    preview = previewing.of_reader(reader, at(BEGINS))
    planning.tick(at(BEGINS))

    assert preview.special
    assert preview.letter.contents == letter_of(reader, BEGINS).contents
