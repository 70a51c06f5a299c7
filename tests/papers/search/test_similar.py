"""The papers most like each paper: found in the background, as a search by example ranks them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from papers.models import ContentVersion, Paper, SimilarPapers
from papers.search import fits, ranking, similar, understanding
from papers.search.encoders import Text
from papers.storing import delete_papers
from tests.invented import make_papers, text
from tests.papers.search.conftest import FEWEST, LATER, paper

pytestmark = pytest.mark.django_db
FEW = 40


@pytest.fixture
def few(monkeypatch) -> list[int]:
    """As many papers as are enough here, which were learned from and compared; their keys."""
    monkeypatch.setattr(fits, "FEWEST_PAPERS", FEW)
    keys = make_papers(FEW)
    understanding.catch_up(LATER)
    return keys


def known_of(key: int) -> list[int]:
    return SimilarPapers.objects.get(paper=key).keys


def test_they_are_those_of_a_search_by_example_but_for_the_paper_itself(few):
    for one in Paper.objects.all():
        ranked = [other.paper for other in ranking.similar([Text(one.title, one.abstract, one.terms)])]
        assert known_of(one.pk)[:3] == [key for key in ranked if key != one.pk][:3]


def test_a_new_paper_has_its_own_and_becomes_one_of_those_that_it_is_similar_to(few):
    said = Paper.objects.get(pk=few[0])
    new = paper(said.title, said.abstract)

    understanding.catch_up(LATER)

    assert known_of(new.pk)[0] == few[0]
    assert known_of(few[0])[0] == new.pk


def test_a_paper_that_says_something_else_now_has_others(few):
    title, abstract = text(1, "orchard")  # as the second one says
    Paper.objects.filter(pk=few[0]).update(title=title, abstract=abstract, terms="")

    understanding.catch_up(LATER)

    assert known_of(few[0])[0] == few[1]


def test_a_new_fit_finds_others_and_until_then_the_old_ones_stay(few):
    before = {key: known_of(key) for key in few}
    SimilarPapers.objects.update(keys=[1])
    understanding.refit("light", LATER)
    assert known_of(few[0]) == [1]

    similar.find_all()

    assert {key: known_of(key) for key in few} == before


def test_finding_them_twice_changes_nothing_and_asks_little(few):
    before = list(SimilarPapers.objects.order_by("pk").values_list())

    with CaptureQueriesContext(connection) as captured:
        similar.find_all()

    assert list(SimilarPapers.objects.order_by("pk").values_list()) == before
    assert len(captured) == 2


def test_who_is_told_to_stop_leaves_the_rest_for_the_next_time(few):
    SimilarPapers.objects.all().delete()
    answers = iter([False, True])

    similar.find_all(stop=lambda: next(answers))
    assert SimilarPapers.objects.count() == similar.PAPERS_A_TRANSACTION

    similar.find_all()
    assert SimilarPapers.objects.count() == FEW


def test_pages_are_made_anew_once_others_are_found(few, django_capture_on_commit_callbacks):
    SimilarPapers.objects.all().delete()
    before = ContentVersion.objects.current()

    with django_capture_on_commit_callbacks(execute=True):
        similar.find_all()

    assert ContentVersion.objects.current() != before


def test_they_go_with_their_paper(few):
    delete_papers(Paper.objects.filter(pk=few[0]))

    assert not SimilarPapers.objects.filter(paper=few[0]).exists()


def test_a_site_of_few_papers_has_none():
    make_papers(FEWEST // 10)

    understanding.catch_up(LATER)

    assert not SimilarPapers.objects.exists()
