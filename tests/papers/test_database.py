"""What differs between the databases comes to the same on both."""

import pytest
from django.db import connection

from papers import database
from papers.models import Paper
from tests.factories import make_paper


@pytest.mark.django_db
def test_columns_are_set_in_rows_that_are_there_and_nowhere_else():
    here, gone = make_paper(), make_paper()
    Paper.objects.filter(pk=gone.pk).delete()
    for paper in (here, gone):
        paper.votes, paper.authors, paper.title = 7, ["Ada Quill"], "not named"

    database.set_columns([here, gone], ("votes", "stars"))

    found = Paper.objects.get()
    assert (found.pk, found.votes, found.stars, found.title == "not named") == (here.pk, 7, None, False)


@pytest.mark.django_db
@pytest.mark.parametrize("many", [False, True])
def test_the_latest_papers_with_some_terms_are_found_until_they_are_removed(many: bool):
    papers = [make_paper(terms="tide letter"), make_paper(terms="tide"), make_paper(terms="it's tide")]
    database.add_to_index([(paper.pk, paper.terms) for paper in papers])

    assert database.papers_with([["tide"]], 2, many=many) == [papers[2].pk, papers[1].pk]
    assert database.papers_with([["tide", "letter"], ["it's"]], 9, many=many) == [papers[2].pk, papers[0].pk]

    Paper.objects.filter(pk=papers[2].pk).update(terms="")
    database.remove_from_index([papers[2].pk])

    assert database.papers_with([["it's"]], 9, many=many) == []


@pytest.mark.django_db
def test_terms_come_in_the_order_of_keys_and_of_papers_that_are_there_alone():
    tide, new, gate = (make_paper(terms=terms).pk for terms in ("tide letter", "", "gate"))

    assert database.terms_of([gate, 10**9, new, tide], " | ") == ([tide, new, gate], "tide letter |  | gate")
    assert database.terms_of([gate, new, tide], " | ", understood=True) == ([tide, gate], "tide letter | gate")
    assert database.terms_of([10**9], " | ") == ([], "")


@pytest.mark.one_database  # SQLite stores texts as they are.
@pytest.mark.django_db
def test_what_a_search_reads_of_a_paper_is_stored_uncompressed():
    make_paper(abstract="The tide comes in. " * 100, terms=" ".join(["tide come"] * 200))

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_column_size(terms), octet_length(terms) FROM papers_paper")
        stored, said = cursor.fetchone()

    assert stored >= said


@pytest.mark.one_database  # SQLite plans well without counting.
@pytest.mark.django_db
def test_postgresql_counts_tables_anew_that_took_in_many_rows_at_once():
    def counted() -> float:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'papers_paper'")
            return cursor.fetchone()[0]

    for number in range(60):
        make_paper(arxiv_id=f"2608.{number:05}")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_class SET reltuples = 0 WHERE relname = 'papers_paper'")

    database.count_anew(40, Paper)
    assert counted() == 0

    database.count_anew(60, Paper)
    assert counted() == 60
