"""Papers that somebody asks for by name: looked up at arXiv, a few at a time, in its own good time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
import time_machine
from django.core.management import CommandError, call_command
from pytest_django import Settings

from papers import collecting, lookups
from papers.models import Lookup, Paper
from papers.sources import SOURCES, web
from papers.sources.base import Manners, Source
from tests.factories import make_paper
from tests.farend import FarEnd
from tests.paths import PAGES

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 8, 20, 9, tzinfo=UTC)
ANSWER = (PAGES / "arxiv_query.xml").read_bytes()  # of two invented papers
KNOWN = ["arxiv:2609.99901", "arxiv:hep-th/9901007"]
UNKNOWN = "arxiv:2609.00001"
AT_ONCE = Manners("arxiv.org", timedelta(0))
ARXIV = replace(
    SOURCES["arxiv"],
    manners=AT_ONCE,
    records=tuple(replace(records, manners=AT_ONCE) for records in SOURCES["arxiv"].records),
)
LANTERNS = "title:Lanterns in the Fog: Finding Lost Tools with α-Traces"
RIVERS = "title:rivers that REMEMBER."
FOG = "doi:10.99999/fog.2026.17"


@pytest.fixture
def far_end(settings: Settings) -> Iterator[FarEnd]:
    with FarEnd() as far_end:
        settings.ARXIV_API_URL = far_end.url
        far_end.answers("/api/query", body=ANSWER)
        yield far_end


def look_up(now: datetime = MORNING) -> list[str]:
    return [f"{one.key} {one.outcome}" for one in lookups.look_up(ARXIV, now)]


def test_what_was_asked_for_is_looked_up_in_one_request(far_end: FarEnd):
    lookups.ask_for([*KNOWN, UNKNOWN], MORNING)

    assert sorted(look_up()) == sorted([f"{key} found" for key in KNOWN] + [f"{UNKNOWN} unknown"])
    assert len(far_end.requests) == 1
    assert set(Paper.objects.values_list("key", flat=True)) == set(KNOWN)


def test_what_was_answered_is_not_asked_for_again(far_end: FarEnd):
    lookups.ask_for([*KNOWN, UNKNOWN], MORNING)
    look_up()

    lookups.ask_for([*KNOWN, UNKNOWN], MORNING)

    assert look_up(MORNING + timedelta(days=1)) == []
    assert len(far_end.requests) == 1


def test_a_paper_that_is_here_is_not_looked_up(far_end: FarEnd):
    make_paper(key=KNOWN[0])

    lookups.ask_for([KNOWN[0]], MORNING)

    assert not Lookup.objects.exists()


def test_a_paper_that_was_looked_up_is_on_no_list_and_in_no_letter(far_end: FarEnd):
    lookups.ask_for(KNOWN, MORNING)
    look_up()

    assert set(Paper.objects.values_list("listed_on", flat=True)) == {None}


def test_an_unreachable_archive_is_asked_again_later(far_end: FarEnd, settings: Settings):
    settings.ARXIV_API_URL = "http://127.0.0.1:9"
    lookups.ask_for(KNOWN, MORNING)

    assert look_up() == []
    assert set(Lookup.objects.values_list("outcome", flat=True)) == {Lookup.Outcome.WAITING}
    settings.ARXIV_API_URL = far_end.url
    assert len(look_up(MORNING + collecting.WHILE_UNREACHABLE)) == 2


def test_an_id_that_the_archive_stumbles_over_goes_alone_and_later_so_as_to_spoil_no_other(far_end: FarEnd):
    far_end.answers("/api/query?id_list=2609.99901,hep-th/9901007&max_results=2", 400)
    lookups.ask_for(KNOWN, MORNING)

    assert look_up() == []
    assert look_up(MORNING + timedelta(minutes=1)) == []
    assert len(look_up(MORNING + timedelta(hours=1))) == 1
    assert len(look_up(MORNING + timedelta(hours=1))) == 1


def test_the_query_api_is_left_alone_between_midnight_and_one(far_end: FarEnd):
    class Midnight(web.Clock):
        def now(self) -> datetime:
            return datetime(2026, 8, 20, 0, 30, tzinfo=UTC)

    lookups.ask_for(KNOWN, datetime(2026, 8, 20, tzinfo=UTC))
    at_midnight = lambda address, manners, **more: web.get(address, manners, clock=Midnight(), **more)  # noqa: E731

    assert lookups.look_up(SOURCES["arxiv"], datetime(2026, 8, 20, 0, 30, tzinfo=UTC), fetch=at_midnight) == []
    assert far_end.requests == []
    assert set(Lookup.objects.values_list("next_try_at", flat=True)) == {datetime(2026, 8, 20, 1, tzinfo=UTC)}


def test_the_command_says_what_came_of_each(
    far_end: FarEnd, capsys: pytest.CaptureFixture[str], traveller: time_machine.Traveller
):
    traveller.move_to(MORNING)  # The archive is left alone for an hour of the night.
    make_paper(key="arxiv:2608.00001")

    call_command("collect", paper=["2609.99901v3", "2609.00001", "2608.00001"])

    assert capsys.readouterr().out.splitlines() == [
        "arxiv:2609.99901: found",
        "arxiv:2609.00001: not known to its source",
        "arxiv:2608.00001: already here",
    ]


def test_the_command_refuses_what_is_no_id():
    with pytest.raises(CommandError, match=r"expected an arXiv id like 2608\.16590, found 'paper'"):
        call_command("collect", "--paper", "paper")


def test_what_was_unknown_is_asked_for_again_after_a_day(far_end: FarEnd):
    lookups.ask_for([UNKNOWN], MORNING)
    look_up()
    tomorrow = MORNING + timedelta(days=1, seconds=1)

    lookups.ask_for([UNKNOWN], tomorrow)

    assert look_up(tomorrow) == [f"{UNKNOWN} unknown"]


def test_what_an_odd_answer_does_not_name_is_asked_for_alone(far_end: FarEnd):
    odd = ANSWER.replace(b"Rivers that Remember", b"")
    far_end.answers("/api/query?id_list=2609.99901,hep-th/9901007&max_results=2", body=odd)
    lookups.ask_for(KNOWN, MORNING)

    assert look_up() == [f"{KNOWN[0]} found"]
    assert look_up() == []  # It is put off.
    assert look_up(MORNING + timedelta(hours=1)) == [f"{KNOWN[1]} found"]


# ----------------------------------------------------------------------------------------------------- titles and DOIs


def queries(far_end: FarEnd) -> list[str]:
    return [unquote(request.path.partition("search_query=")[2]) for request in far_end.requests]


def test_titles_are_looked_up_in_one_request_and_found_however_they_are_written(far_end: FarEnd):
    absent = "title:Rivers that Remember Nothing"
    lookups.ask_for([LANTERNS, RIVERS, absent], MORNING)

    assert sorted(look_up()) == sorted([f"{LANTERNS} found", f"{RIVERS} found", f"{absent} unknown"])
    assert queries(far_end) == [
        '(ti:"Finding Lost Tools with" AND ti:"Lanterns in the Fog") OR (ti:"Rivers that Remember Nothing") OR '
        '(ti:"rivers that REMEMBER")&max_results=15'
    ]
    assert set(Paper.objects.values_list("key", flat=True)) == set(KNOWN)


def test_of_papers_that_a_search_finds_only_those_asked_for_are_kept(far_end: FarEnd):
    lookups.ask_for([RIVERS], MORNING)

    look_up()

    assert set(Paper.objects.values_list("key", flat=True)) == {"arxiv:hep-th/9901007"}


def test_a_doi_is_looked_up_among_those_that_authors_gave(far_end: FarEnd):
    absent = "doi:10.99999/sea(1)"
    lookups.ask_for([FOG, absent], MORNING)

    assert sorted(look_up()) == [f"{FOG} found", f"{absent} unknown"]
    assert queries(far_end) == ['(doi:"10.99999/fog.2026.17") OR (doi:"10.99999/sea(1)")&max_results=2']
    assert set(Paper.objects.values_list("key", flat=True)) == {"arxiv:2609.99901"}


def test_each_way_of_naming_papers_has_a_request_of_its_own(far_end: FarEnd):
    lookups.ask_for([KNOWN[0], RIVERS, FOG, UNKNOWN], MORNING)

    assert len(look_up()) == 4
    assert len(far_end.requests) == 3


def test_one_request_asks_for_twenty_titles(far_end: FarEnd):
    lookups.ask_for([f"title:Letters by Night {number}" for number in range(21)], MORNING)

    assert [len(look_up()), len(look_up()), len(look_up())] == [20, 1, 0]


def test_a_title_that_was_crowded_out_by_others_is_asked_for_alone(far_end: FarEnd):
    rivers = b"Rivers that Remember"
    crowded = ANSWER.replace(b"<opensearch:totalResults>2", b"<opensearch:totalResults>900").replace(rivers, b"Crowd")
    far_end.answers("/api/query", body=crowded)
    far_end.answers("/api/query", body=ANSWER)
    far_end.take("/api/query")
    lookups.ask_for([LANTERNS, RIVERS], MORNING)

    assert look_up() == [f"{LANTERNS} found"]
    assert look_up() == [f"{RIVERS} found"]


def test_a_title_that_many_papers_have_in_theirs_is_unknown_in_the_end(far_end: FarEnd):
    crowded = ANSWER.replace(b"<opensearch:totalResults>2", b"<opensearch:totalResults>900")
    far_end.answers("/api/query", body=crowded)
    far_end.take("/api/query")
    lookups.ask_for(["title:The river"], MORNING)

    assert look_up() == ["title:The river unknown"]


def test_an_unreachable_archive_is_asked_nothing_else(far_end: FarEnd):
    far_end.answers("/api/query", 503)
    far_end.take("/api/query")
    lookups.ask_for([KNOWN[0], RIVERS, FOG], MORNING)

    assert look_up() == []
    assert len(far_end.requests) == 1


def test_what_is_never_understood_is_unknown_in_the_end(far_end: FarEnd):
    far_end.answers("/api/query", 400)
    far_end.take("/api/query")
    lookups.ask_for([FOG], MORNING)

    answers = [look_up(MORNING + timedelta(days=day)) for day in range(lookups.MOST_TRIES + 2)]

    assert answers == [*[[]] * lookups.MOST_TRIES, [f"{FOG} unknown"], []]


def test_what_was_found_and_is_here_no_more_is_asked_for_again_after_a_day(far_end: FarEnd):
    lookups.ask_for([RIVERS], MORNING)
    look_up()
    tomorrow = MORNING + timedelta(days=1, seconds=1)

    lookups.ask_for([RIVERS], tomorrow)

    assert look_up(tomorrow) == [f"{RIVERS} found"]


FOUND: list[tuple[str, str]] = []


def note(asked: str, key: str) -> None:
    FOUND.append((asked, key))


def test_the_rooms_above_are_told_by_which_key_a_paper_was_found(far_end: FarEnd, settings: Settings):
    FOUND.clear()
    settings.PAPERS_FOUND = ["tests.papers.test_lookups.note"]
    lookups.ask_for([KNOWN[0], RIVERS, FOG, UNKNOWN], MORNING)

    look_up()

    assert FOUND == [(RIVERS, "arxiv:hep-th/9901007"), (FOG, "arxiv:2609.99901")]


def test_who_asks_while_many_days_are_collected_waits_for_one_of_them(monkeypatch: pytest.MonkeyPatch):
    done: list[str] = []

    def collect_due(source: Source) -> Iterator[str]:
        for day in ("one day", "another"):
            done.append(day)
            yield day

    monkeypatch.setattr(collecting, "collect_due", collect_due)
    monkeypatch.setattr(lookups, "look_up", lambda *_: done.append("looked up"))
    list(lookups.collect_and_look_up(ARXIV))

    assert done == ["looked up", "one day", "looked up", "another", "looked up"]
