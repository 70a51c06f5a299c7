"""What the clock asks for: terms and vectors of new papers, and a new fit when it is due; the command, the page."""

import re
from datetime import timedelta
from html import unescape
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.module_loading import import_string

from papers import sample, tasks
from papers.models import Fit, Paper, Vector
from papers.search import fits, understanding, vectors
from papers.search.encoders import EncoderSpec
from papers.search.understanding import REFIT_AFTER
from tests.invented import make_papers, text
from tests.papers.search.conftest import FEWEST, LATER, NOW, everything

pytestmark = pytest.mark.django_db


WITHOUT_LIBRARIES = EncoderSpec(
    load=lambda state: import_string("no_such_library.Encoder"), install="make install EXTRA=semantic"
)


def make_fit(**fields: object) -> Fit:
    filled = {"encoder": "light", "began_at": NOW, "ready_at": NOW, "papers": 1, "dimensions": 0, "state": b""}
    return Fit.objects.create(**filled | fields)


def found_by_index(term: str) -> list[int]:
    """The papers that the database's own index finds by a term."""
    question = (
        f"SELECT id FROM papers_paper WHERE array_to_tsvector(string_to_array(terms, ' ')) @@ '{term}'::tsquery"
        if connection.vendor == "postgresql"
        else f"SELECT rowid FROM papers_terms WHERE papers_terms MATCH '{term}'"
    )
    with connection.cursor() as cursor:
        cursor.execute(question)
        return [key for (key,) in cursor.fetchall()]


def status(client) -> str:
    body = client.get("/status/").content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body.partition("<main")[2])).split())


# -------------------------------------------------------------------------------------------------- terms and vectors


def test_new_papers_get_terms_with_their_authors():
    [paper] = make_papers(1)

    done = understanding.keep_up()

    terms = Paper.objects.get(pk=paper).terms
    assert done == 1
    assert terms.startswith("harbour")
    assert terms.endswith(" @adaquill")
    assert found_by_index("paper0") == [paper]


def test_new_papers_get_a_vector_in_the_fit_in_use(fitted):
    [paper] = make_papers(1, first=FEWEST)

    understanding.keep_up()

    [vector] = Vector.objects.filter(paper=paper)
    assert vector.fit_id == fits.current().fit


def test_keeping_up_twice_changes_nothing(fitted):
    make_papers(3, first=FEWEST)
    understanding.keep_up()
    before = everything()

    done = understanding.keep_up()

    assert done == 0
    assert everything() == before


def test_keeping_up_with_nothing_new_asks_three_questions(fitted):
    with CaptureQueriesContext(connection) as captured:
        understanding.keep_up()

    assert len(captured) == 3


def test_a_paper_that_says_something_else_now_gets_new_terms_and_a_new_vector(fitted):
    paper, like = fitted[0], fitted[1]
    Paper.objects.filter(pk=paper).update(title=text(1, "orchard")[0], abstract=text(1, "orchard")[1], terms="")

    understanding.keep_up()

    fit = fits.current().fit
    assert found_by_index("paper0") == []
    assert sorted(found_by_index("paper1")) == sorted([paper, like])
    one, other = vectors.matrix([paper, like], fit)
    assert np.allclose(one, other, atol=1e-3)


def test_progress_is_told_of_each_paper_once():
    make_papers(1_100)
    told = []

    understanding.keep_up(told.append)

    assert sum(told) == 1_100


def test_a_paper_that_is_changed_while_its_vector_is_made_gets_that_of_its_new_words(fitted, monkeypatch):
    monkeypatch.setattr(understanding, "MOST_PAPERS_FITTED", FEWEST)
    late = make_papers(FEWEST, first=FEWEST)

    def change(done: int) -> None:
        """Between reading the papers learned from, the latest, and storing their vectors."""
        if not Paper.objects.filter(pk=late[1]).exists():
            return  # once is enough
        Paper.objects.filter(pk=late[0]).update(title="lantern", abstract="", terms="")
        Paper.objects.filter(pk=late[1]).delete()
        understanding.keep_up()

    understanding.refit("light", LATER, progress=change)
    understanding.keep_up()

    known = fits.current()
    assert not vectors.matrix([late[0]], known.fit).any()  # nobody else speaks of lanterns
    assert Vector.objects.filter(fit=known.fit).count() == Paper.objects.count() == 2 * FEWEST - 1


# ---------------------------------------------------------------------------------------------------------- the clock


@pytest.mark.parametrize(
    ("papers", "last", "due"),
    [
        (0, None, False),
        (1, None, True),
        (1, {"ready_at": None}, True),
        (14, {"papers": 10}, False),
        (15, {"papers": 10}, True),
        (1, {"began_at": NOW - REFIT_AFTER}, True),
        (1, {"began_at": NOW - REFIT_AFTER + timedelta(minutes=1)}, False),
        (0, {"began_at": NOW - REFIT_AFTER}, False),
        (FEWEST, {"papers": FEWEST - 1}, True),
        (1, {"encoder": "semantic"}, True),
    ],
)
def test_when_it_is_time_to_learn_anew(papers, last, due):
    make_papers(papers)
    if last is not None:
        make_fit(**last)

    assert understanding.is_due(NOW) == due


def test_a_site_with_as_many_papers_as_can_be_learned_from_learns_by_the_week(monkeypatch):
    monkeypatch.setattr(understanding, "MOST_PAPERS_FITTED", 10)
    make_papers(40)
    make_fit(papers=10)

    assert not understanding.is_due(NOW)


def test_the_clock_learns_when_it_is_due_and_only_then(monkeypatch):
    monkeypatch.setattr(fits, "FEWEST_PAPERS", 40)  # as it looks for what is similar to each, too
    make_papers(40)

    tasks.understand()
    first = fits.current().fit
    tasks.understand()

    assert Vector.objects.filter(fit=first).count() == 40
    assert fits.current().fit == first


def test_beat_has_the_task(settings):
    entry = settings.CELERY_BEAT_SCHEDULE["understand"]

    assert (entry["task"], entry["schedule"]) == (tasks.understand.name, 300)


def test_the_sample_edition_has_terms():
    sample.publish(NOW)

    assert not Paper.objects.filter(terms="").exists()
    assert found_by_index("letterbox")


# -------------------------------------------------------------------------------------------------------- the command


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("understand", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_learns_anew_though_it_is_not_due(fitted):
    said = command("--now", LATER.isoformat())

    assert Fit.objects.get().began_at == LATER
    assert said == f"light: learned from {FEWEST} papers; {FEWEST} papers have their vectors.\n"


def test_the_command_says_that_there_are_too_few_papers(settings):
    settings.ENCODERS = {"light": "tests.papers.search.test_fits.LEARNS_ALL"}
    make_papers(2)

    assert command().startswith(f"2 papers: from {FEWEST} on it is learned what they mean")


def test_the_command_says_that_the_light_encoder_goes_by_what_it_knew_before():
    make_papers(2)

    assert "until then words and what the encoder knew before decide" in command()


def test_the_command_expects_papers():
    with pytest.raises(CommandError, match=r"^expected papers to learn from, found none: manage\.py collect$"):
        command()


def test_the_command_goes_on_and_says_so(fitted, monkeypatch):
    monkeypatch.setattr(understanding, "MOST_PAPERS_FITTED", FEWEST)
    make_papers(FEWEST, first=FEWEST)
    begun = understanding.refit("light", LATER, stop=lambda: True)

    said = command()

    assert said.startswith("Going on with what was begun at 2026-08-20 13:00 UTC")
    assert fits.current().fit == begun.pk


def test_an_encoder_without_its_libraries_is_one_sentence(settings):
    settings.ENCODERS = settings.ENCODERS | {"semantic": f"{__name__}.WITHOUT_LIBRARIES"}
    make_papers(1)

    with pytest.raises(CommandError) as refused:
        command("--encoder", "semantic")

    assert str(refused.value) == (
        "The semantic encoder needs its libraries, and no_such_library is missing: make install EXTRA=semantic"
    )
    assert not Fit.objects.exists()


# ---------------------------------------------------------------------------------------------------- the status page


def test_the_status_page_says_what_was_learned_and_when(fitted, client):
    assert f"the light encoder, fitted on {FEWEST} papers at 2026-08-20 12:00 UTC" in status(client)


def test_the_status_page_says_that_there_are_too_few_papers(client, settings):
    settings.ENCODERS = {"light": "tests.papers.search.test_fits.LEARNS_ALL"}
    make_papers(FEWEST - 1)
    understanding.refit("light", NOW)

    assert f"By words and topics only: there are {FEWEST - 1} papers so far, and it takes {FEWEST} to" in status(
        client
    )


def test_the_status_page_says_what_a_site_of_few_papers_goes_by(client):
    make_papers(FEWEST - 1)
    understanding.refit("light", NOW)

    assert (
        "By words, topics and what the light encoder knew beforehand: "
        f"there are {FEWEST - 1} papers so far, and it takes {FEWEST} to learn more from them." in status(client)
    )


def test_the_status_page_says_that_learning_is_about_to_be_done(client):
    make_papers(FEWEST)

    assert "By words and topics only for now: learning what papers mean is about to begin." in status(client)
