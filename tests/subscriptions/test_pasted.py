"""Papers that are pasted into the preferences page."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from papers.models import Lookup, Paper
from papers.search import understanding
from subscriptions.interests import importing
from subscriptions.interests.kinds import InterestSpec
from tests.factories import make_paper, make_reader, make_topic
from tests.subscriptions.saving import NOON, PAGE, rows, save
from tests.subscriptions.test_views import every_row, open_preferences

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    reader = make_reader()
    open_preferences(client, reader)
    return reader


def test_a_pasted_paper_is_kept_and_listed_by_its_title(client, reader):
    paper = make_paper(key="arxiv:2608.16590", title="Letters by Night")

    page = save(client, paste="https://arxiv.org/abs/2608.16590v2")

    assert rows(reader) == [("paper", paper.key, True, "imported")]
    assert "1 paper already here" in page.text
    assert f'<a href="{paper.get_absolute_url()}">Letters by Night</a>' in client.get(PAGE).text
    assert not Lookup.objects.exists()


def test_a_pasted_paper_that_is_not_here_is_kept_and_asked_for(client, reader):
    page = save(client, paste="arXiv:2608.16590")

    assert rows(reader) == [("paper", "arxiv:2608.16590", True, "imported")]
    assert list(Lookup.objects.values_list("key", flat=True)) == ["arxiv:2608.16590"]
    assert "1 paper to look up on arXiv" in page.text


@pytest.mark.parametrize(
    ("outcome", "said"),
    [("waiting", "waiting to be looked up"), ("unknown", "not found on arXiv"), ("found", "found")],
)
def test_the_list_says_what_became_of_looking_a_paper_up(client, reader, outcome, said):
    save(client, paste="arXiv:2608.16590")
    Lookup.objects.update(outcome=outcome)

    assert f'arxiv:2608.16590 <span class="muted">{said}</span>' in client.get(PAGE).text


@pytest.mark.parametrize(
    "named",
    [
        "letters by NIGHT, or: “x<y”",
        "doi:10.1000/LETTERS",
        "@misc{a, doi={10.1000/x}, title={Letters by Night, or x<y}}",
    ],
)
def test_a_paper_is_found_by_its_title_or_its_doi(client, reader, named):
    paper = make_paper(title="Letters by Nìght; or “x<y”".replace("ì", "i"), doi="10.1000/letters")

    save(client, paste=named)

    assert rows(reader) == [("paper", paper.key, True, "imported")]


@pytest.mark.parametrize("prepare", [lambda: None, understanding.keep_up])
@pytest.mark.parametrize("typed", ["Nachte am Auto-Hafen", "nächte-am autohafen!", "NÄCHTE AM\xa0AUTO HAFEN"])
def test_a_title_is_compared_by_its_letters_without_accents_also_before_it_is_understood(prepare, typed):
    make_paper(key="arxiv:1", title="Nächte am Autohafen")
    prepare()

    assert importing.resolve(typed).papers == {"arxiv:1": "Nächte am Autohafen"}


def test_a_title_that_was_corrected_is_found_as_it_is_now():
    make_paper(key="arxiv:1", title="Letters by Night")
    understanding.keep_up()

    for prepare in (lambda: Paper.objects.update(title="Letters by Day", terms=""), understanding.keep_up):
        prepare()
        assert importing.resolve("Letters by Day").papers == {"arxiv:1": "Letters by Day"}
        assert importing.resolve("Letters by Night").papers == {}


def test_of_papers_with_the_same_title_the_last_is_meant():
    for key in ("arxiv:1", "arxiv:2"):
        make_paper(key=key, title="Letters by Night")
        understanding.keep_up()

    assert importing.resolve("Letters by Night").papers == {"arxiv:2": "Letters by Night"}


def test_looking_for_a_title_reads_no_other():
    for number in range(9):
        make_paper(title=f"Letters by Night {number}")
    understanding.keep_up()

    with CaptureQueriesContext(connection) as captured:
        importing.resolve("Letters by Night 3")

    with connection.cursor() as cursor:
        cursor.execute(captured[-1]["sql"])
        assert len(cursor.fetchall()) == 1


def test_papers_that_were_understood_before_titles_had_keys_are_found_by_their_titles():
    make_paper(key="arxiv:1", title="Letters by Night")
    understanding.keep_up()
    Paper.objects.update(title_key="")

    migration = import_module("papers.migrations.0005_titles")
    migration.make_keys(apps, SimpleNamespace(connection=connection))

    assert importing.resolve("Letters by night").papers == {"arxiv:1": "Letters by Night"}


def test_titles_and_dois_that_are_not_here_are_kept_and_asked_for(client, reader):
    make_paper(title="Letters by Night")

    page = save(
        client, paste="Letters by  Nights\n10.1000/nowhere\n@misc{a, title={A Sea: so <wide>}, doi={10.1000/a}}"
    )

    keys = ["doi:10.1000/nowhere", "title:A Sea: so <wide>", "title:Letters by Nights"]
    assert rows(reader) == [("paper", key, True, "imported") for key in keys]
    assert sorted(Lookup.objects.values_list("key", flat=True)) == keys
    assert "3 papers to look up on arXiv" in page.text
    assert "<li>A Sea: so &lt;wide&gt;</li>" in page.text
    listed = client.get(PAGE).text
    assert 'Letters by Nights <span class="muted">waiting to be looked up' in listed
    assert 'doi:10.1000/nowhere <span class="muted">waiting to be looked up' in listed


def test_who_pastes_is_told_beforehand_that_lines_may_be_sent_to_arxiv(client, reader):
    assert "Papers that are not here yet are looked up on arXiv." in client.get(PAGE).text


def test_a_title_that_is_not_known_to_arxiv_is_said_to_be_so(client, reader):
    save(client, paste="Letters by Nights")
    Lookup.objects.update(outcome="unknown")

    assert 'Letters by Nights <span class="muted">not found on arXiv' in client.get(PAGE).text


def test_what_cannot_be_looked_up_is_not_understood(client, reader):
    page = save(client, paste=f"Letters\nhttps://openreview.net/forum?id=a\n{'so long ' * 30}")

    assert rows(reader) == []
    assert "3 items not recognised, and left out" in page.text
    assert "<q>Letters</q>" in page.text
    assert "that takes a title of at least two words and at most 214 characters" in page.text
    assert "<q>https://openreview.net/forum?id=a</q>" in page.text


def test_of_a_long_line_that_is_not_understood_only_the_beginning_is_shown():
    (unknown,) = importing.resolve("word " * 100_000).unknown

    assert len(unknown.text) < 1_000


def test_what_was_pasted_is_shown_as_text(client, reader):
    page = save(client, paste="<script>alert</script>\n<script>")

    assert "<q>&lt;script&gt;" in page.text
    assert "<li>&lt;script&gt;" in page.text
    assert "<script>alert" not in page.text


def test_papers_stay_until_they_are_removed(client, reader):
    save(client, paste="2608.16590\n2608.16591")

    save(client, paste="2608.16592", dropped=["arxiv:2608.16590", "arxiv:gone"])

    assert [value for _kind, value, *_ in rows(reader)] == ["arxiv:2608.16591", "arxiv:2608.16592"]


def test_a_paper_that_is_pasted_as_not_wanted_is_not_wanted(client, reader):
    save(client, paste="2608.16590")

    save(client, unwanted_paste="2608.16590")

    assert rows(reader) == [("paper", "arxiv:2608.16590", False, "imported")]


def test_pasting_the_same_again_changes_nothing(client, reader):
    make_paper(key="arxiv:2608.16590")
    save(client, paste="2608.16590\n2608.16591")
    before = every_row()

    save(client, paste="2608.16590\n2608.16591")

    after = every_row()
    assert after["subscriptions_interest"] == before["subscriptions_interest"]
    assert after["papers_lookup"] == before["papers_lookup"]


def test_finding_many_papers_asks_the_database_no_more_than_finding_few():
    papers = [make_paper(doi=f"10.1000/{number}") for number in range(60)]
    lines = [line for paper in papers for line in (paper.arxiv_id, paper.doi, paper.title)]

    def queries(text: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            importing.resolve(text)
        return len(captured)

    assert queries("\n".join(lines[:3])) == queries("\n".join(lines)) == 2
    assert len(importing.resolve("\n".join(lines)).papers) == len(papers)


def test_the_page_asks_the_database_no_more_for_many_interests_than_for_few(client, reader):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(PAGE).status_code == 200
        return len(captured)

    def give(how_many: int) -> None:
        for number in range(how_many):
            paper, topic = make_paper(), make_topic()
            reader.add_interest(InterestSpec("paper", paper.key))
            reader.add_interest(InterestSpec("paper", f"arxiv:2607.{number:05}"))
            reader.add_interest(InterestSpec("topic", topic.slug), NOON)
            reader.add_interest(InterestSpec("paper", make_paper().key), NOON)

    give(1)
    for_few = queries()
    give(20)

    assert queries() == for_few
