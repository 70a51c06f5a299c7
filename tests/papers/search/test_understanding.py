"""The understanding's life: terms and vectors of papers, and fits that follow one another while the site goes on."""

import re
import threading
from datetime import UTC, datetime, timedelta
from html import unescape
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.module_loading import import_string

from papers import sample, tasks
from papers.models import Fit, Paper, Vector
from papers.search import fits, understanding, vectors
from papers.search.encoders import EncoderSpec, Text
from papers.search.fits import FEWEST_PAPERS as FEWEST
from papers.search.understanding import REFIT_AFTER
from tests.invented import make_papers, text

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


WITHOUT_LIBRARIES = EncoderSpec(
    load=lambda state: import_string("no_such_library.Encoder"), install="make install EXTRA=semantic"
)


class CutOff(Exception):
    """What a process meets that is killed."""


@pytest.fixture
def fitted() -> list[int]:
    """The keys of enough papers, which were learned from."""
    papers = make_papers(FEWEST)
    understanding.refit("light", NOW)
    return papers


def make_fit(**fields: object) -> Fit:
    filled = {"encoder": "light", "began_at": NOW, "ready_at": NOW, "papers": 1, "dimensions": 0, "state": b""}
    return Fit.objects.create(**filled | fields)


def everything() -> list[tuple]:
    papers = Paper.objects.order_by("pk").values_list("pk", "terms")
    kept = Vector.objects.order_by("pk").values_list("pk", "paper", "fit", "data")
    return [*papers, *((*row, bytes(data)) for *row, data in kept), *Fit.objects.values_list("pk", "ready_at")]


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


# ------------------------------------------------------------------------------------------------------------ fitting


def test_with_too_few_papers_there_is_a_lexicon_and_no_vector():
    make_papers(FEWEST - 1)

    understanding.refit("light", NOW)

    known = fits.current()
    assert known.encoder is None
    assert known.lexicon.texts == FEWEST - 1
    assert not Vector.objects.exists()


def test_with_enough_papers_each_has_a_vector_of_length_1(fitted):
    known = fits.current()

    rows = vectors.matrix(fitted, known.fit)

    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-2)


def test_papers_of_one_subject_are_nearer_than_papers_of_another(fitted):
    rows = vectors.matrix(fitted[:40], fits.current().fit)

    alike = rows @ rows.T
    same = np.add.outer(np.arange(40), np.arange(40)) % 2 == 0

    assert alike[same].mean() > alike[~same].mean() + 0.2


def test_a_fit_is_the_same_when_it_is_loaded_again(fitted):
    known = fits.current()
    stored = vectors.matrix(fitted, known.fit)

    rows = Paper.objects.in_bulk(fitted)
    made = known.vectors([Text(rows[key].title, rows[key].abstract, rows[key].terms) for key in fitted])

    assert np.allclose(made, stored, atol=1e-3)
    assert known.whitening.shape == (known.encoder.dimensions,) * 2
    assert set(known.reference) == set(fitted)


def test_the_same_papers_make_the_same_vectors(fitted):
    before = vectors.matrix(fitted, fits.current().fit)

    understanding.refit("light", LATER)

    assert np.allclose(vectors.matrix(fitted, fits.current().fit), before, atol=1e-3)


def test_vectors_of_two_fits_never_mix(fitted):
    before = fits.current().fit

    after = understanding.refit("light", LATER).pk

    assert after != before
    assert set(Vector.objects.values_list("fit", flat=True)) == {after}
    assert vectors.matrix(fitted, before).shape == (FEWEST, 0)


def test_the_fit_in_use_stays_so_until_the_next_one_is_ready(fitted):
    before, seen = fits.current().fit, []

    fit = understanding.refit("light", LATER, progress=lambda done: seen.append(fits.current().fit))

    assert set(seen) == {before}
    assert fits.current().fit == fit.pk


def test_one_that_is_cut_off_goes_on_where_it_was(fitted, monkeypatch):
    monkeypatch.setattr(understanding, "MOST_PAPERS_FITTED", FEWEST)
    make_papers(2 * FEWEST, first=FEWEST)
    before, told = fits.current().fit, []

    def cut_off(done: int) -> None:
        told.append(done)
        if sum(told) > FEWEST:
            raise CutOff

    with pytest.raises(CutOff):
        understanding.refit("light", LATER, progress=cut_off)
    begun, in_use = Fit.objects.get(ready_at=None), fits.current().fit
    understanding.refit("light", LATER, progress=told.append)

    assert in_use == before
    assert fits.current().fit == begun.pk
    assert sum(told) == 3 * FEWEST == Vector.objects.filter(fit=begun).count()  # none was made twice


def test_one_that_is_cut_off_while_it_learns_leaves_nothing_behind(fitted):
    before = everything()

    def cut_off(done: int) -> None:
        raise CutOff

    with pytest.raises(CutOff):
        understanding.refit("light", LATER, progress=cut_off)

    assert everything() == before


def test_one_that_is_told_to_stop_is_not_ready_and_goes_on_later(fitted, monkeypatch):
    monkeypatch.setattr(understanding, "MOST_PAPERS_FITTED", FEWEST)
    make_papers(FEWEST, first=FEWEST)

    stopped = understanding.refit("light", LATER, stop=lambda: True)
    later = understanding.refit("light", LATER)

    assert stopped.ready_at is None
    assert (later.pk, later.ready_at) == (stopped.pk, LATER)


def test_a_fit_that_is_replaced_while_it_is_made_stops_quietly(fitted, monkeypatch):
    monkeypatch.setattr(understanding, "MOST_PAPERS_FITTED", FEWEST)
    make_papers(2 * FEWEST, first=FEWEST)
    told = []

    def replace(done: int) -> None:
        told.append(done)
        if sum(told) > FEWEST:
            Fit.objects.filter(ready_at=None).delete()

    fit = understanding.refit("light", LATER, progress=replace)

    assert fit.ready_at is None
    assert not Vector.objects.filter(fit=fit.pk).exists()


@pytest.mark.one_database  # SQLite's is in memory here, where a table is locked at once and not waited for.
@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_no_harm():
    make_papers(2 * FEWEST)
    together, failed = threading.Barrier(2), []

    def work() -> None:
        try:
            together.wait(timeout=60)
            understanding.refit("light", NOW)
        except Exception as error:  # noqa: BLE001  # whatever it was, the test tells
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    assert not failed
    assert not Fit.objects.filter(ready_at=None).exists()
    assert Vector.objects.filter(fit=fits.current().fit).count() == 2 * FEWEST


def test_of_no_papers_a_fit_can_be_used():
    understanding.refit("light", NOW)

    known = fits.current()

    assert (known.encoder, known.lexicon.texts) == (None, 1)


def test_a_site_that_never_learned_has_nothing_in_use():
    assert fits.current() is None


def test_a_fit_of_another_time_is_never_taken_for_this_one(fitted):
    """Keys that are counted come again after a rollback, and in another database."""
    Fit.objects.all().delete()
    with transaction.atomic():
        understanding.refit("light", NOW)
        rolled_back = fits.current()
        transaction.set_rollback(True)
    Paper.objects.filter(pk__in=fitted[:100]).delete()

    understanding.refit("light", NOW)

    assert fits.current().fit != rolled_back.fit
    assert fits.current().lexicon.texts == FEWEST - 100


def test_until_another_encoder_has_learned_the_light_one_goes_on(fitted, settings):
    before = fits.current().fit

    settings.ENCODER = "semantic"

    assert fits.current().fit == before
    assert understanding.is_due(NOW)


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


def test_the_clock_learns_when_it_is_due_and_only_then():
    make_papers(FEWEST)

    tasks.understand()
    first = fits.current().fit
    tasks.understand()

    assert Vector.objects.filter(fit=first).count() == FEWEST
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


def test_the_command_says_that_there_are_too_few_papers():
    make_papers(2)

    assert command().startswith(f"2 papers: from {FEWEST} on it is learned what they mean")


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
    assert f"the light encoder, which was fitted on {FEWEST} papers at 2026-08-20 12:00 UTC" in status(client)


def test_the_status_page_says_that_there_are_too_few_papers(client):
    make_papers(FEWEST - 1)
    understanding.refit("light", NOW)

    assert f"By words and topics alone: there are {FEWEST - 1} papers so far, of the {FEWEST} that it takes" in status(
        client
    )


def test_the_status_page_says_that_learning_is_about_to_be_done(client):
    make_papers(FEWEST)

    assert "By words and topics alone, until it is learned what papers mean" in status(client)
