"""The page of a reader's saved papers: looking, removing, putting back, taking the list elsewhere."""

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from digest import saving
from digest.models import Saved
from papers.models import Paper
from subscriptions.interests import pasting
from subscriptions.models import Subscriber
from tests.digest.saying import NOON, buttons, notice, place, press
from tests.factories import make_paper, make_reader
from tests.subscriptions.test_views import every_row, open_preferences

pytestmark = pytest.mark.django_db
PAGE, BIBTEX, RIS = "/saved/", "/saved/saved-papers.bib", "/saved/saved-papers.ris"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture
def reader(client) -> Subscriber:
    """Whose preferences are open."""
    reader = make_reader()
    open_preferences(client, reader)
    return reader


def keep(reader: Subscriber, *titles: str) -> list[Paper]:
    """Saved one after another."""
    papers = [make_paper(title=title) for title in titles]
    for number, paper in enumerate(papers):
        saving.save(reader, paper, NOON + number * HOUR)
    return papers


def titles(page: Any) -> list[str]:
    assert page.status_code == 200
    return [html.unescape(found) for found in re.findall(r"<h2>.*?<a [^>]*>(.*?)</a></h2>", page.text)]


def removing(client, paper: Paper, at: str = PAGE) -> Any:
    assert paper.key in buttons(client.get(at), "remove").values()
    return client.post(at, {"remove": paper.key})


# --------------------------------------------------------------------------------------------------------- the page


def test_the_last_saved_paper_stands_first(client, reader):
    keep(reader, "First", "Second", "Third")

    assert titles(client.get(PAGE)) == ["Third", "Second", "First"]


def test_a_list_is_shown_fifty_papers_at_a_time(client, reader):
    keep(reader, *(f"Paper {number}" for number in range(53)))

    first, second = client.get(PAGE), client.get(f"{PAGE}?page=2")

    assert titles(first) == [f"Paper {number}" for number in range(52, 2, -1)]
    assert titles(second) == ["Paper 2", "Paper 1", "Paper 0"]
    assert 'rel="next" href="?page=2"' in first.text
    assert titles(client.get(f"{PAGE}?page=99")) == titles(second)
    assert titles(client.get(f"{PAGE}?page=x")) == titles(first)


def test_a_day_is_the_readers_own(client, reader):
    Subscriber.objects.update(zone="Pacific/Auckland")
    saving.save(reader, make_paper(), datetime(2026, 8, 20, 13, tzinfo=UTC))

    assert "Saved on 21 August 2026" in client.get(PAGE).text


def test_an_empty_list_says_what_saving_is_for(client, reader):
    page = client.get(PAGE).text

    assert "Nothing is saved yet. Press Save under a paper in a digest" in page
    assert "BibTeX" not in page


def test_others_see_nothing_of_a_list(client, reader):
    keep(make_reader(), "Not mine")

    assert "Not mine" not in client.get(PAGE).text + client.get(BIBTEX).text + client.get(RIS).text


@pytest.mark.parametrize("at", [PAGE, BIBTEX, RIS])
def test_whose_preferences_are_not_open_is_led_to_a_fresh_link(at):
    keep(make_reader(), "Not mine")

    answer = Client().get(at)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/my-link/")


def test_nothing_of_it_is_kept_by_browsers_or_found_by_search_engines(client, reader):
    keep(reader, "Mine")

    for at in (PAGE, BIBTEX, RIS):
        assert "no-store" in client.get(at).headers["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in client.get(PAGE).text


def test_the_page_is_opened_from_the_preferences_and_from_the_answer_to_save(client, reader):
    answer = press(client, place(reader, make_paper(), "save"), "Save this paper")

    assert f'href="{PAGE}">See your saved papers</a>' in answer.text
    assert f'href="{PAGE}"' in client.get("/preferences/").text


def test_a_link_of_a_letter_alone_does_not_show_the_list():
    browser, reader = Client(), make_reader()
    keep(reader, "Saved before")

    answer = press(browser, place(reader, make_paper(), "save"), "Save this paper")

    assert "Saved before" not in answer.text
    assert browser.get(PAGE).status_code == 302


def test_a_page_takes_as_many_queries_for_many_papers_as_for_one(client, reader):
    counts = []
    for _ in range(2):
        keep(reader, *(f"Paper {number}" for number in range(20)))
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))

    assert counts[0] == counts[1]


# --------------------------------------------------------------------------------------------- removing, putting back


def test_a_paper_is_removed_and_put_back_at_its_place(client, reader):
    _first, second, _third = keep(reader, "First", "Second <b>", "Third")

    answer = removing(client, second)
    assert titles(answer) == ["Third", "First"]
    assert notice(answer) == "Removed from your list: “Second <b>”."

    answer = client.post(PAGE, {"undo": buttons(answer, "undo")["Undo"]})
    assert titles(answer) == ["Third", "Second <b>", "First"]
    assert notice(answer) == "Undone: “Second <b>” is in your list again."
    assert not buttons(answer, "undo")


def test_a_paper_is_removed_from_a_later_page_which_stays_open(client, reader):
    papers = keep(reader, *(f"Paper {number}" for number in range(52)))

    answer = removing(client, papers[0], f"{PAGE}?page=2")

    assert titles(answer) == ["Paper 1"]


@pytest.mark.parametrize("sent", [{}, {"remove": ""}, {"remove": "\0"}, {"remove": "arxiv:2608.99999"}, {"x": "y"}])
def test_what_is_not_in_the_list_cannot_be_removed(client, reader, sent):
    keep(reader, "Mine")
    before = every_row()

    answer = client.post(PAGE, sent)

    assert notice(answer) == "Nothing changed: this paper is not in your list."
    assert every_row() == before


def test_removing_or_undoing_twice_changes_nothing_more(client, reader):
    [paper] = keep(reader, "Mine")
    removed = removing(client, paper)

    again = client.post(PAGE, {"remove": paper.key})
    assert notice(again) == "Nothing changed: this paper is not in your list."
    for _ in range(2):
        undone = client.post(PAGE, {"undo": buttons(removed, "undo")["Undo"]})

    assert titles(undone) == ["Mine"]
    assert Saved.objects.count() == 1


def test_nobody_puts_a_paper_into_the_list_of_another(client, reader):
    [paper] = keep(reader, "Mine")
    receipt = buttons(removing(client, paper), "undo")["Undo"]
    browser, tomas = Client(), make_reader()
    open_preferences(browser, tomas)

    answer = browser.post(PAGE, {"undo": receipt})

    assert notice(answer) == "Nothing changed: this can no longer be undone."
    assert not Saved.objects.exists()


@pytest.mark.parametrize("receipt", ["x", "\0", "é:é", "W10:x:y"])
def test_what_was_not_signed_here_undoes_nothing(client, reader, receipt):
    answer = client.post(PAGE, {"undo": receipt})

    assert notice(answer) == "Nothing changed: this can no longer be undone."


def test_a_paper_that_is_gone_meanwhile_is_not_put_back(client, reader):
    [paper] = keep(reader, "Mine")
    receipt = buttons(removing(client, paper), "undo")["Undo"]
    paper.delete()

    assert notice(client.post(PAGE, {"undo": receipt})) == "Nothing changed: this can no longer be undone."


def test_a_list_that_was_filled_meanwhile_takes_nothing_back(client, reader, monkeypatch):
    monkeypatch.setattr(saving, "MOST_SAVED", 2)
    [paper, _other] = keep(reader, "Mine", "Other")
    receipt = buttons(removing(client, paper), "undo")["Undo"]
    saving.save(reader, make_paper(), NOON)

    answer = client.post(PAGE, {"undo": receipt})

    assert (
        notice(answer) == "Nothing changed: you have already saved 2 papers, the most you can save. Remove one first."
    )
    assert paper.title not in titles(answer)


def test_other_sites_cannot_have_a_paper_removed():
    browser, reader = Client(enforce_csrf_checks=True), make_reader()
    open_preferences(browser, reader)
    [paper] = keep(reader, "Mine")

    assert browser.post(PAGE, {"remove": paper.key}).status_code == 403
    assert Saved.objects.exists()


# ------------------------------------------------------------------------------------------------------------- taking

TITLES = [
    "Of Lamps",
    "LLMs & {friends}: 100% of $5_000, C# ^ ~",
    "“Moves” and <b>",
    "論文 β é",
    "What's 'new'?",
]


@pytest.mark.parametrize(
    ("at", "kind"), [(BIBTEX, "application/x-bibtex"), (RIS, "application/x-research-info-systems")]
)
def test_a_list_is_taken_as_a_file_in_its_order(client, reader, at, kind):
    keep(reader, "First", "Second")

    answer = client.get(at)

    assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{at.rpartition("/")[2]}"'
    assert answer.text.index("Second") < answer.text.index("First")


@pytest.mark.parametrize("at", [BIBTEX, RIS])
def test_what_was_taken_can_be_pasted_as_interests(client, reader, at):
    for title in TITLES:
        keep(reader, title)
    doi = make_paper(key="doi:10.1000/a_b", doi="10.1000/a_b", title="By its DOI", source="arxiv")
    saving.save(reader, doi, NOON - HOUR)

    pasted = pasting.understand(client.get(at).text)

    in_order = [saved.paper for saved in Saved.objects.of(reader)]
    without = str.maketrans("", "", '{}"')  # Pasting takes them for markup in any title.
    assert not pasted.unknown
    assert [(item.key, item.title) for item in pasted.items] == [
        (paper.key, paper.title.translate(without)) for paper in in_order
    ]


def test_looking_and_taking_change_nothing(client, reader):
    keep(reader, "Mine")
    client.get(PAGE)
    before = every_row()

    for at in (PAGE, BIBTEX, RIS):
        assert client.get(at).status_code == client.head(at).status_code == 200

    assert every_row() == before
