"""What sources say, as rows: one work is one row, the better word stands, and what readers did is a series."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from digest.models import Given
from papers import storing
from papers.models import Paper, PaperTopic, Sighting, Signal
from papers.sources.base import Listing, SourceError
from papers.storing import topics
from tests.factories import make_letter, make_paper, make_reader, make_topic

pytestmark = pytest.mark.django_db
DAY = date(2026, 8, 20)
MORNING = datetime(2026, 8, 20, 9, tzinfo=UTC)
NEXT_DAY = DAY + timedelta(days=1)


def listing(number: int = 1, **said: Any) -> Listing:
    arxiv_id = f"2608.{number:05}"
    return Listing(**{"key": f"arxiv:{arxiv_id}", "arxiv_id": arxiv_id, "title": f"Invented paper {number}"} | said)


def store(*listings: Listing, by: str = "huggingface:api", day: date = DAY, now: datetime = MORNING) -> storing.Merged:
    source, reading = by.split(":")
    return storing.merge_papers(listings, source, reading, day, now)


# --------------------------------------------------------------------------------------------------- one work, one row


def test_two_versions_a_listing_and_a_cross_list_are_one_row():
    store(listing(announced=True), by="arxiv:rss", day=DAY)
    store(listing(votes=3), by="huggingface:api", day=DAY)
    store(listing(), by="arxiv:rss", day=NEXT_DAY)  # as a cross-list
    store(listing(announced=False), by="arxiv:oai", day=NEXT_DAY)

    paper = Paper.objects.get()

    assert {(one.source, one.day, *sorted(one.facts)) for one in paper.sightings.all()} == {
        ("arxiv", DAY, "rss"),
        ("huggingface", DAY, "api"),
        ("arxiv", NEXT_DAY, "oai", "rss"),
    }


def test_a_row_known_by_its_doi_alone_and_the_arxiv_paper_with_that_doi_are_one():
    store(Listing(key="doi:10.1000/one", doi="10.1000/one", title="Invented paper 1"), by="another:list")

    store(listing(doi="10.1000/one"), by="arxiv:rss")

    paper = Paper.objects.get()
    assert (paper.key, paper.arxiv_id, paper.doi) == ("doi:10.1000/one", "2608.00001", "10.1000/one")
    store(listing(votes=2))
    assert Paper.objects.get().votes == 2


def test_two_rows_that_turn_out_to_be_one_are_joined_with_all_that_hangs_on_them():
    store(Listing(key="doi:10.1000/one", doi="10.1000/one", title="One", votes=4), by="another:list")
    store(listing())
    kept = Paper.objects.get(arxiv_id="2608.00001")

    store(listing(doi="10.1000/one"), by="arxiv:rss")

    paper = Paper.objects.get()
    assert paper.pk == kept.pk
    assert {one.source for one in paper.sightings.all()} == {"another", "huggingface", "arxiv"}
    assert (paper.votes, paper.signals.count()) == (4, 1)


def test_what_readers_were_given_of_a_joined_paper_counts_for_the_one_that_stays():
    store(Listing(key="doi:10.1000/one", doi="10.1000/one", title="One"), by="another:list")
    store(listing())
    gone, kept = Paper.objects.order_by("pk")
    letter = make_letter(kind="digest", contents={"for_you": [{"paper": gone.pk, "reason": {}}], "trending": []})
    Given.objects.create(subscriber=letter.subscriber, paper=gone, letter=letter)
    both = make_letter(make_reader(), kind="digest", contents={"for_you": [], "trending": [{"paper": gone.pk}]})
    for paper in (gone, kept):
        Given.objects.create(subscriber=both.subscriber, paper=paper, letter=both)

    store(listing(doi="10.1000/one"), by="arxiv:rss")

    letter.refresh_from_db()
    assert [pick["paper"] for pick in letter.contents["for_you"]] == [kept.pk]
    assert set(Given.objects.values_list("subscriber", "paper")) == {
        (letter.subscriber_id, kept.pk),
        (both.subscriber_id, kept.pk),
    }


def test_two_arxiv_papers_that_claim_one_doi_stay_two():
    store(listing(1, doi="10.1000/one"), listing(2, doi="10.1000/one"), by="arxiv:rss")
    store(listing(3, doi="10.1000/one"), by="arxiv:rss")
    store(listing(3, doi="10.1000/one", abstract="More."), by="arxiv:rss")

    assert dict(Paper.objects.order_by("arxiv_id").values_list("arxiv_id", "doi")) == {
        "2608.00001": "10.1000/one",
        "2608.00002": None,
        "2608.00003": None,
    }


def test_a_list_that_names_a_work_twice_lists_it_once():
    store(listing(), Listing(key="title:one", arxiv_id="2608.00001", title="Again"), by="another:list")
    store(listing(), Listing(key="title:one", arxiv_id="2608.00001", title="Again"), by="another:list", day=NEXT_DAY)

    assert Paper.objects.get().title == "Invented paper 1"
    assert Sighting.objects.count() == 2


def test_a_row_that_is_joined_away_by_a_later_listing_of_the_same_list_stays_away():
    store(Listing(key="title:one", doi="10.1000/one", title="One"), by="another:list")
    store(listing())

    store(Listing(key="title:one", title="One, again"), listing(doi="10.1000/one"), by="another:list", day=NEXT_DAY)

    assert Paper.objects.get().arxiv_id == "2608.00001"


def test_three_rows_that_a_list_shows_to_be_one_work_become_one():
    store(Listing(key="title:one", title="One", votes=4), by="another:list")
    store(Listing(key="doi:10.1000/one", doi="10.1000/one", title="One"), by="another:list", day=NEXT_DAY)
    store(listing())

    store(
        Listing(key="title:one", doi="10.1000/one", title="One"),
        Listing(key="title:one", arxiv_id="2608.00001", title="One"),
        by="another:list",
        day=NEXT_DAY + timedelta(days=1),
    )

    paper = Paper.objects.get()
    assert (paper.arxiv_id, paper.doi, paper.votes) == ("2608.00001", "10.1000/one", 4)
    assert paper.sightings.count() == 4


def test_the_doi_of_a_row_that_is_found_to_be_another_arxiv_paper_joins_nothing():
    store(Listing(key="title:one", doi="10.1000/one", title="One"), by="another:list")
    store(listing(1), listing(2))

    store(
        Listing(key="title:one", arxiv_id="2608.00001", title="One"),
        listing(2, doi="10.1000/one"),
        by="another:list",
        day=NEXT_DAY,
    )

    assert set(Paper.objects.values_list("arxiv_id", flat=True)) == {"2608.00001", "2608.00002"}


def test_an_id_longer_than_any_is_the_sources_mistake():
    with pytest.raises(SourceError, match="expected doi of at most 200 characters"):
        listing(doi="1" * 201)


# ----------------------------------------------------------------------------------------------------- the better word

SAYS = {
    "huggingface:api": "$\\alpha$ by the API",
    "arxiv:rss": "$\\alpha$ by arXiv",
    "huggingface:props": "by the page",
    "huggingface:cards": "$alpha$ by the cards",
}


@pytest.mark.parametrize("order", [list(SAYS), list(reversed(SAYS))], ids=["best first", "best last"])
def test_each_fact_is_the_one_of_the_most_trusted_reading_whatever_came_first(order: list[str]):
    for reading in order:
        store(listing(abstract=SAYS[reading]), by=reading)
        best = min(order[: order.index(reading) + 1], key=list(SAYS).index)
        assert Paper.objects.get().abstract == SAYS[best]


def test_mathematics_that_lost_its_backslashes_never_replaces_the_apis():
    store(listing(title="Bounds of $\\mathcal{O}(n)$"), by="arxiv:rss")
    store(
        listing(title="Bounds of $mathcal{O}(n)$", votes=9), by="huggingface:cards", now=MORNING + timedelta(hours=1)
    )

    paper = Paper.objects.get()
    assert (paper.title, paper.votes) == ("Bounds of $\\mathcal{O}(n)$", 9)


def test_identities_are_those_of_the_best_reading_that_names_authors():
    store(listing(authors=["Ada Quill"], identities={"Ada Quill": "huggingface:ada"}), by="huggingface:api")
    store(listing(authors=["A. Quill"]), by="arxiv:rss")

    assert Paper.objects.get().identities == {"Ada Quill": "huggingface:ada"}


def test_an_identity_that_its_source_takes_back_is_forgotten():
    store(listing(authors=["Ada Quill"], identities={"Ada Quill": "huggingface:ada"}))
    assert Paper.objects.get().identities == {"Ada Quill": "huggingface:ada"}

    store(listing(authors=["Ada Quill"], identities={}), now=MORNING + timedelta(hours=1))

    assert Paper.objects.get().identities == {}


def test_a_paper_of_whose_authors_nobody_is_identified_has_no_identities():
    store(listing(authors=["Ada Quill"]), by="arxiv:rss")

    assert Paper.objects.get().identities == {}


def test_what_a_better_reading_does_not_say_is_taken_from_the_next():
    store(listing(abstract="By arXiv.", categories=["cs.CL"]), by="arxiv:rss")
    store(listing(organisation="Tidewater Lab"))

    paper = Paper.objects.get()
    assert (paper.abstract, paper.categories, paper.organisation) == ("By arXiv.", ["cs.CL"], "Tidewater Lab")


def test_a_later_version_replaces_an_earlier_one():
    store(listing(abstract="First."), by="arxiv:rss", day=DAY)
    store(listing(abstract="Second.", announced=False), by="arxiv:rss", day=NEXT_DAY)

    assert Paper.objects.get().abstract == "Second."


def test_each_reading_of_a_day_is_kept_as_it_was_said():
    store(listing(abstract="Whole.", votes=1))
    store(listing(votes=2), by="huggingface:cards")

    assert Sighting.objects.get().facts == {
        "api": {"arxiv_id": "2608.00001", "title": "Invented paper 1", "abstract": "Whole.", "votes": 1},
        "cards": {"arxiv_id": "2608.00001", "title": "Invented paper 1", "votes": 2},
    }


def test_the_facts_of_a_source_that_is_gone_are_kept_and_any_other_comes_first():
    store(listing(abstract="Of the old source."), by="retired:list")
    store(listing(abstract="Of the cards."), by="huggingface:cards")

    assert Paper.objects.get().abstract == "Of the cards."


# ------------------------------------------------------------------------------------------------------- announcements


def test_a_paper_that_is_only_spoken_of_is_on_no_days_list():
    store(listing(announced=False), by="arxiv:rss")

    assert Paper.objects.get().listed_on is None
    assert not Paper.objects.listed(on=DAY, by="arxiv")


def test_a_paper_known_of_before_is_first_seen_when_it_is_announced():
    store(listing(announced=False), by="arxiv:query")

    store(listing(), now=MORNING + timedelta(days=1), day=NEXT_DAY)

    paper = Paper.objects.get()
    assert (paper.listed_on, paper.first_seen_at) == (NEXT_DAY, MORNING + timedelta(days=1))


def test_a_paper_announced_again_was_seen_first_when_it_was_first_announced():
    store(listing())
    store(listing(), now=MORNING + timedelta(days=1), day=NEXT_DAY)
    store(listing(announced=False), by="arxiv:rss", now=MORNING + timedelta(days=2), day=NEXT_DAY)

    assert Paper.objects.get().first_seen_at == MORNING
    assert Paper.objects.get().listed_on == NEXT_DAY


def test_a_new_abstract_is_scored_again():
    topic = make_topic(phrases=["dictionary learning"])
    store(listing(), by="huggingface:cards")
    assert not topic.papers.exists()

    store(listing(abstract="On dictionary learning."))

    assert topic.papers.get() == Paper.objects.get()


def test_votes_alone_score_nothing_again(django_assert_max_num_queries: Any, monkeypatch: pytest.MonkeyPatch):
    store(listing(votes=1))
    monkeypatch.setattr(topics, "score_topics", lambda papers: pytest.fail("scored") if papers else None)

    store(listing(votes=2))

    assert Paper.objects.get().votes == 2


# ------------------------------------------------------------------------------------------------------------- signals


def points() -> list[tuple[int, int]]:
    """Hours after the first morning, and votes."""
    series = Signal.objects.order_by("at").values_list("at", "votes")
    return [(int((at - MORNING).total_seconds() // 3600), votes) for at, votes in series]


def test_a_signal_is_written_when_a_paper_appears_and_whenever_something_changes():
    for hours, votes in enumerate([3, 3, 5, 5, 8]):
        store(listing(votes=votes), now=MORNING + timedelta(hours=hours))

    assert points() == [(0, 3), (2, 5), (4, 8)]


def test_a_paper_whose_source_counts_nothing_has_no_signals():
    store(listing(), by="arxiv:rss")

    assert not Signal.objects.exists()


def test_the_votes_are_those_that_were_read_last_from_whichever_list():
    store(listing(votes=10), now=MORNING)
    store(
        listing(votes=30, announced=False),
        by="huggingface-trending:api",
        day=NEXT_DAY,
        now=MORNING + timedelta(days=1),
    )
    store(listing(votes=31), now=MORNING + timedelta(days=2))

    assert Paper.objects.get().votes == 31


def test_old_signals_are_thinned_to_the_last_of_each_day():
    for hours in range(0, 24 * 5, 4):
        store(listing(votes=hours), now=MORNING + timedelta(hours=hours))
    now = MORNING + timedelta(days=5)

    storing.thin_signals(now)

    old = [point for point in points() if MORNING + timedelta(hours=point[0]) < now - timedelta(days=3)]
    assert old == [(12, 12), (36, 36)]
    assert len(points()) == 2 + 18


def test_signals_of_years_ago_are_forgotten():
    paper = make_paper()
    for days in (1, 729, 731):
        Signal.objects.create(paper=paper, at=MORNING - timedelta(days=days), votes=days)

    storing.thin_signals(MORNING)

    assert sorted(Signal.objects.values_list("votes", flat=True)) == [1, 729]


def test_storing_a_day_again_writes_no_row(django_assert_num_queries: Any):
    make_topic(phrases=["dictionary learning"])
    same = [listing(number, abstract="On dictionary learning.", votes=number) for number in range(3)]
    store(*same)
    before = [list(model.objects.order_by("pk").values()) for model in (Paper, Sighting, Signal, PaperTopic)]

    assert store(*same, now=MORNING + timedelta(hours=1)) == storing.Merged(0, 0)

    after = [list(model.objects.order_by("pk").values()) for model in (Paper, Sighting, Signal, PaperTopic)]
    assert after == before


def test_papers_joined_is_named_in_the_settings_and_called_with_both(settings: Settings):
    settings.PAPERS_JOINED = ["tests.papers.test_storing.note_joined"]
    JOINED.clear()
    store(Listing(key="doi:10.1000/one", doi="10.1000/one", title="One"), by="another:list")
    store(listing())
    gone, kept = Paper.objects.order_by("pk").values_list("pk", flat=True)

    store(replace(listing(), doi="10.1000/one"), by="arxiv:rss")

    assert [(kept, gone)] == JOINED


JOINED: list[tuple[int, int]] = []


def note_joined(kept: int, gone: int) -> None:
    JOINED.append((kept, gone))


# ---------------------------------------------------------------------------------- what was announced stays announced


def test_a_later_reading_of_the_same_day_takes_no_announcement_back():
    store(listing(1), listing(2), by="arxiv:rss")

    store(listing(1, announced=False), listing(2), by="arxiv:oai", now=MORNING + timedelta(hours=6))
    store(listing(2, announced=False), by="arxiv:query", now=MORNING + timedelta(hours=7))

    assert [paper.arxiv_id for paper in Paper.objects.listed(on=DAY, by="arxiv")] == ["2608.00001", "2608.00002"]
    assert set(Paper.objects.values_list("listed_on", flat=True)) == {DAY}


def test_a_paper_on_a_list_of_changes_is_announced_if_it_never_was():
    store(listing(once=True), by="arxiv:oai")

    assert Paper.objects.get().listed_on == DAY


def test_a_paper_on_a_list_of_changes_is_not_announced_again():
    store(listing(), by="arxiv:rss")
    store(listing(once=True), by="arxiv:oai", day=NEXT_DAY)

    assert Paper.objects.get().listed_on == DAY
    assert not Paper.objects.listed(on=NEXT_DAY, by="arxiv")


def test_ranks_are_of_what_was_announced():
    store(listing(1, announced=False), listing(2), listing(3, announced=False), listing(4), by="arxiv:oai")

    shown = Paper.objects.listed(on=DAY, by="arxiv").values_list("arxiv_id", "rank")
    assert list(shown) == [("2608.00002", 1), ("2608.00004", 2)]


def test_another_reading_of_the_same_day_may_bring_newer_votes():
    store(listing(votes=10))
    store(listing(votes=50), by="huggingface:cards", now=MORNING + timedelta(hours=6))

    assert Paper.objects.get().votes == 50


def test_of_two_papers_with_the_doi_of_a_third_row_none_is_dropped():
    store(Listing(key="doi:10.1000/one", doi="10.1000/one", title="One"), by="another:list")

    store(listing(1, doi="10.1000/one"), listing(2, doi="10.1000/one"), by="arxiv:rss")

    assert set(Paper.objects.values_list("arxiv_id", flat=True)) == {"2608.00001", "2608.00002"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.one_database
def test_new_votes_keep_no_letter_waiting():
    """A letter that names a paper takes a lock that a change of a unique column would conflict with."""
    store(listing(votes=1))
    locked: list[Exception | None] = []

    with transaction.atomic():
        store(listing(votes=2))
        thread = threading.Thread(target=_lock_as_a_letter_does, args=[locked])
        thread.start()
        thread.join()

    assert locked == [None]


def _lock_as_a_letter_does(locked: list[Exception | None]) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '300ms'")
            cursor.execute("SELECT 1 FROM papers_paper FOR KEY SHARE")
        locked.append(None)
    except DatabaseError as error:
        locked.append(error)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.one_database
def test_several_processes_that_score_a_new_topic_at_once_do_not_collide():
    store(*(listing(number, abstract="On dictionary learning.") for number in range(40)))
    topic = make_topic(phrases=["dictionary learning"], scored_at=None)
    problems: list[Exception] = []
    together = threading.Barrier(4)

    threads = [threading.Thread(target=_score_and_close, args=[together, problems]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    assert topic.papers.count() == 40


def _score_and_close(together: threading.Barrier, problems: list[Exception]) -> None:
    try:
        together.wait()
        storing.score_edited_topics(MORNING)
    except DatabaseError as error:
        problems.append(error)
    finally:
        connection.close()
