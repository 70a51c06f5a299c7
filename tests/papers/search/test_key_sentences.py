"""A paper's key sentences, stored when it is understood, so that no page has to choose them again."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from papers.models import Paper
from papers.search import understanding
from tests.factories import make_paper
from tests.papers.storing.samples import listing, store

pytestmark = pytest.mark.django_db
ASIDE = "Harbours are many, and their ships are more than anybody has ever counted by hand or otherwise."


def test_new_papers_get_their_key_sentences_with_their_terms():
    one = make_paper(abstract=f"{ASIDE} We propose a kettle of tides. It boils 40% faster.")
    said = one.key_sentences

    understanding.keep_up()

    assert Paper.objects.get().in_short == said == "We propose a kettle of tides. It boils 40% faster."


def test_a_paper_that_says_something_else_now_shows_that_at_once_and_keeps_it_once_it_is_understood():
    for says in ("kettle of tides", "lantern of moss"):
        store(listing(abstract=f"{ASIDE} We propose a {says}."))
        assert Paper.objects.get().key_sentences == f"We propose a {says}."
        understanding.keep_up()

    assert Paper.objects.get().in_short == "We propose a lantern of moss."


def test_papers_that_were_understood_before_got_their_key_sentences_by_a_migration():
    one, not_yet = make_paper(abstract="We propose a kettle."), make_paper(abstract="We propose tides.")
    understanding.keep_up()
    Paper.objects.update(in_short="")
    Paper.objects.filter(pk=not_yet.pk).update(terms="")

    import_module("papers.migrations.0017_in_short").fill(apps, SimpleNamespace(connection=connection))

    said = dict(Paper.objects.values_list("pk", "in_short"))
    assert said == {one.pk: "We propose a kettle.", not_yet.pk: ""}
