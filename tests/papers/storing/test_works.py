"""One work, one row."""

from datetime import timedelta

import pytest

from digest.models import Given
from papers.models import Paper, Sighting
from papers.sources.base import Listing, SourceError
from tests.factories import make_letter, make_reader
from tests.papers.storing.samples import DAY, NEXT_DAY, listing, store

pytestmark = pytest.mark.django_db


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
