"""Why a paper came, or did not: what the page says is what happened."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from digest import previewing
from digest.models import Given
from papers.models import Paper
from papers.search import fits, understanding
from subscriptions.interests.kinds import InterestSpec
from subscriptions.models import Letter, Subscriber
from tests.digest.asking import PAGE, new, query
from tests.digest.world import make_world
from tests.factories import make_letter, make_paper, make_reader
from tests.subscriptions.test_views import NOON, every_row, open_preferences, travel

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch):
    travel(monkeypatch, NOON)
    previewing.drop_caches()  # the rows of another test may have the same keys


@pytest.fixture
def reader(client) -> Subscriber:
    reader = make_reader(hour=12, next_due_at=NOON, read_up_to=NOON - timedelta(days=1), trending_muted_at=NOON)
    open_preferences(client, reader)
    return reader


def given(reader: Subscriber, paper: Paper, **fields: Any) -> None:
    contents = {"for_you": [{"paper": paper.pk, "reason": {"code": "topic", "topic": "Ferries", "phrase": "quay"}}]}
    letter = make_letter(reader, kind="digest", key="2026-08-19", contents=contents, **fields)
    Given.objects.create(subscriber=reader, paper=paper, letter=letter)


# ---------------------------------------------------------------------------------------------------------- the ledger


def test_what_was_sent_is_told_with_the_day_and_the_reason_kept(client, reader):
    paper = new(abstract="They moor at the quay.")
    given(reader, paper, state=Letter.State.SENT, ended_at=NOON - timedelta(days=1))

    said = query(client, paper)

    assert escape("Sent to you on 19 August 2026: matches Ferries: “quay”.") in said
    assert "It would" not in said


def test_what_was_trending_is_told_so(client, reader):
    paper = new()
    letter = make_letter(reader, state=Letter.State.SENT, ended_at=NOON, contents={"trending": [{"paper": paper.pk}]})
    Given.objects.create(subscriber=reader, paper=paper, letter=letter)

    assert "Sent to you on 20 August 2026: it was trending." in query(client, paper)


def test_a_letter_that_is_on_its_way_is_told_apart_from_one_that_was_sent(client, reader):
    paper = new()
    given(reader, paper)

    assert "It is in our email to you of 20 August 2026, which is on its way" in query(client, paper)


@pytest.mark.parametrize("state", [Letter.State.FAILED, Letter.State.UNCERTAIN, Letter.State.SKIPPED])
def test_a_paper_of_a_letter_that_did_not_arrive_may_come_again(client, reader, state):
    paper = new()
    reader.add_interest(InterestSpec("phrase", "ferries"))
    given(reader, paper, state=state, ended_at=NOON - timedelta(days=1))

    said = query(client, paper)

    assert "It was in our email to you of 19 August 2026, which did not arrive, so it may come again." in said
    assert "It would be in your next digest" in said


def test_a_near_miss_of_the_ledger_is_told_with_both_numbers_of_that_day(client, reader):
    paper = new()
    lacked = {"code": "bar", "score": 0.41, "bar": 0.5}
    contents = {"for_you": [], "trending": [], "near_misses": [{"paper": paper.pk, "lacked": lacked}]}
    make_letter(reader, kind="digest", key="2026-08-20", contents=contents, state=Letter.State.SENT)

    assert escape(
        "It just missed your digest of 20 August 2026: 0.41, where 0.50 is close enough to your interests."
    ) in query(client, paper)


@pytest.mark.parametrize(("reason", "words"), [("paused", "it was paused"), ("too late", "was not running")])
def test_the_letter_that_a_paper_would_have_come_in_was_skipped(client, reader, reason, words):
    paper = new()
    make_letter(reader, kind="digest", key="2026-08-20", state=Letter.State.SKIPPED, reason=reason, ended_at=NOON)

    said = query(client, paper)

    assert "Your digest of 20 August 2026, the first after this paper arrived, was skipped: " in said
    assert words in said


def test_letters_of_other_readers_say_nothing(client, reader):
    paper = new()
    given(make_reader(), paper, state=Letter.State.SENT, ended_at=NOON)

    assert "Sent to you" not in query(client, paper)


# -------------------------------------------------------------------------------------------------------- computed now


def test_what_would_come_is_told_with_its_reason_and_that_it_was_computed_now(client, reader):
    paper = new()
    reader.add_interest(InterestSpec("phrase", "ferries"))

    said = query(client, paper)

    assert escape("It would be in your next digest: mentions “Ferries”.") in said
    assert "(computed now)" in said


def test_what_is_muted_names_the_interest(client, reader):
    paper = new(authors=["Wei Zhang"])
    reader.add_interest(InterestSpec("phrase", "ferries"))
    reader.add_interest(InterestSpec("author", "Wei Zhang", wanted=False))

    assert "It would not be in your next digest: it matches “Wei Zhang”, which you do not want." in query(
        client, paper
    )


def test_what_has_no_place_says_so(client, reader):
    Subscriber.objects.update(cap=1)
    reader.add_interest(InterestSpec("phrase", "ferries"))
    new(votes=9)

    assert "It would not be in your next digest: no room left in a digest of 1." in query(client, new(votes=1))


def test_what_is_below_the_bar_says_both_numbers(client, reader, monkeypatch):
    monkeypatch.setattr(fits, "FEWEST_PAPERS", 100)
    papers, _ = make_world(np.random.default_rng(1))
    understanding.refit("light", NOON)
    reader.add_interest(InterestSpec("phrase", "orcharda orchardb"))
    harbour = next(paper for paper in papers if paper.title.startswith("harbour") and paper.listed_on == NOON.date())

    said = query(client, harbour)

    assert "It would not be in your next digest: 0.00, where 0.50 is close enough to your interests." in said


@pytest.mark.parametrize(("bar", "shown"), [(2.0, "0.44"), (2.5, "0.50"), (3.0, "0.55")])
def test_the_bar_that_is_told_is_the_readers_own(client, reader, bar, shown):
    Subscriber.objects.update(bar=bar)
    reader.add_interest(InterestSpec("phrase", "ferries"))

    assert f"where {shown} is close enough to your interests." in query(client, new())


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"listed_on": date(2026, 8, 5)}, "It was listed on 5 August 2026: papers listed more than 14 days ago"),
        ({"listed_on": None, "published_on": date(2026, 8, 5)}, "No list has announced it"),
        ({"first_seen_at": NOON - timedelta(days=3)}, "it was already here when your last digest was planned"),
    ],
)
def test_what_can_reach_no_letter_says_why(client, reader, fields, words):
    listed = {"listed_on": fields["listed_on"]} if "listed_on" in fields else {}
    paper = new(**{name: value for name, value in fields.items() if name != "listed_on"})
    Paper.objects.update(**listed)
    reader.add_interest(InterestSpec("phrase", "ferries"))

    assert words in query(client, paper)


def test_an_example_of_ones_own_is_never_sent(client, reader):
    paper = new()
    reader.add_interest(InterestSpec("paper", paper.key))

    assert "You named this paper yourself, and such papers are never sent." in query(client, paper)


def test_without_interests_only_what_is_trending_comes(client, reader):
    assert "You have not named any interests" in query(client, new())


def test_a_paper_that_is_still_to_be_understood_says_so(client, reader):
    paper = make_paper(first_seen_at=NOON)

    assert "It arrived a moment ago and has not been analysed yet." in query(client, paper)


# ---------------------------------------------------------------------------------------------------------- the answer


def test_a_paper_is_found_by_id_and_by_address(client, reader):
    paper = new()

    for asked in (paper.arxiv_id, f"https://arxiv.org/abs/{paper.arxiv_id}v2", f"arXiv:{paper.arxiv_id}", paper.key):
        assert paper.title in query(client, asked)


@pytest.mark.parametrize(
    "asked", ["Ferries without harbours", "  ferries  WITHOUT harbours ", "“Ferries without harbours”"]
)
def test_a_paper_is_found_by_its_title(client, reader, asked):
    paper = new(abstract="They moor at the quay.")
    given(reader, paper, state=Letter.State.SENT, ended_at=NOON - timedelta(days=1))

    assert "Sent to you on 19 August 2026" in query(client, asked)


def test_of_a_title_that_is_not_quite_right_the_nearest_are_offered(client, reader):
    paper, other = new(title="Ferries without <b> harbours"), new(title="Apples of the orchard")

    said = query(client, "ferries and harbours")

    assert "No paper here has exactly this title. These are the nearest:" in said
    assert f'<li><a href="?paper={paper.key.replace(":", "%3A")}">{escape(paper.title)}</a></li>' in said
    assert other.title not in said


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("2608.99999", "This paper is not here"),
        ("ferries", "Enter an arXiv ID like 2608.16590, or the address or the title of a paper."),
        ("\0", "Enter an arXiv ID like 2608.16590"),
        ("9" * 5_000, "Enter an arXiv ID like 2608.16590"),
        ("<script>alert(1)</script>", "Enter an arXiv ID like 2608.16590"),
    ],
)
def test_what_names_no_paper_gets_one_sentence(client, reader, asked, words):
    said = query(client, asked)

    assert words in said
    assert "<script>alert" not in said


def test_looking_changes_nothing_and_is_never_kept(client, reader):
    paper = new()
    reader.add_interest(InterestSpec("phrase", "ferries"))
    given(reader, paper, state=Letter.State.FAILED, ended_at=NOON)
    before = every_row()

    answer = client.get(PAGE, {"paper": paper.key})

    assert "no-store" in answer.headers["Cache-Control"]
    assert every_row() == before
    assert client.post(PAGE, {"paper": paper.key}).status_code == 405


def test_without_a_visit_the_way_in_is_offered(client):
    assert client.get(PAGE).headers["Location"] == "/my-link/"


def test_many_interests_and_letters_ask_no_more_of_the_database_than_few(client, reader):
    papers = [new(title=f"Ferries {number}") for number in range(20)]

    def questions(count: int) -> int:
        for number in range(count):
            reader.add_interest(InterestSpec("phrase", f"ferries {number}"))
            reader.add_interest(InterestSpec("paper", papers[number].key))
            make_letter(reader, kind="digest", key=(date(2026, 8, 21) + timedelta(days=number + count)).isoformat())
        with CaptureQueriesContext(connection) as captured:
            query(client, papers[-1])
        return len(captured)

    questions(1)  # what is kept of the papers is then there

    assert questions(2) == questions(15)
