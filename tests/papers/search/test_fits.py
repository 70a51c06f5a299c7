"""Fits: they are learned, cut off and gone on with, and follow one another while the site goes on."""

import threading

import numpy as np
import pytest
from django.db import connection, transaction

from papers.models import Fit, Paper, Vector
from papers.search import fits, lsa, understanding, vectors
from papers.search.encoders import EncoderSpec, Text
from tests.invented import make_papers
from tests.papers.search.conftest import FEWEST, LATER, NOW, everything

pytestmark = pytest.mark.django_db


class CutOff(Exception):
    """What a process meets that is killed."""


LEARNS_ALL = EncoderSpec(load=lsa.load, learn=lsa.learn)  # and knows nothing beforehand


def test_with_too_few_papers_for_an_encoder_that_learns_all_there_is_a_lexicon_and_no_vector(settings):
    settings.ENCODERS = {"light": f"{__name__}.LEARNS_ALL"}
    make_papers(FEWEST - 1)

    understanding.refit("light", NOW)

    known = fits.current()
    assert known.encoder is None
    assert known.lexicon.texts == FEWEST - 1
    assert not Vector.objects.exists()


def test_with_a_few_papers_the_light_encoder_goes_by_what_it_knew_beforehand():
    papers = make_papers(3)

    understanding.refit("light", NOW)

    known = fits.current()
    assert not known.mean.any()  # What a few papers have in common is what they are about.
    assert Vector.objects.count() == len(papers)


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

    assert not failed, failed
    assert not Fit.objects.filter(ready_at=None).exists()
    assert Vector.objects.filter(fit=fits.current().fit).count() == 2 * FEWEST


def test_of_no_papers_a_fit_can_be_used():
    understanding.refit("light", NOW)

    known = fits.current()

    assert (known.encoder.own, known.lexicon.texts) == (None, 1)


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
