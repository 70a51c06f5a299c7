"""The form of a reader's interests: what is typed and pasted is kept, shown, and can be taken back."""

from datetime import UTC, datetime
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from papers.models import Lookup, Paper
from papers.search import understanding
from subscriptions.forms import PreferencesForm
from subscriptions.interests import importing
from subscriptions.interests.kinds import InterestSpec
from subscriptions.models import MOST_INTERESTS, Interest
from tests.factories import make_paper, make_reader, make_topic
from tests.subscriptions.test_views import errors, every_row, interests, is_ticked, open_preferences

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
PAGE = "/preferences/"


@pytest.fixture
def reader(client):
    reader = make_reader()
    open_preferences(client, reader)
    return reader


def rows(reader) -> list[tuple[str, str, bool, str]]:
    return sorted(reader.interests.values_list("kind", "value", "wanted", "origin"))


def save(client, **changes):
    page = client.post(PAGE, interests(**changes))
    assert errors(page) == []
    return page


# ------------------------------------------------------------------------------------------------- ticked and typed


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("phrases", "Dictionary  learning\n\n  RAG \nrag", [("phrase", "Dictionary learning"), ("phrase", "RAG")]),
        ("authors", "Ada Quill\nhuggingface:ada", [("author", "Ada Quill"), ("author", "huggingface:ada")]),
        ("organisations", "Harbour Institute", [("organisation", "Harbour Institute")]),
        ("categories", "cs.CL\r\ncond-mat.soft", [("category", "cond-mat.soft"), ("category", "cs.CL")]),
    ],
)
@pytest.mark.parametrize("wanted", [True, False])
def test_what_is_typed_one_a_line_is_kept_shown_and_removed_again(client, reader, field, typed, kept, wanted):
    name = field if wanted else f"unwanted_{field}"

    save(client, **{name: typed})

    assert rows(reader) == [(*one, wanted, "chosen") for one in kept]
    shown = client.get(PAGE).context["form"][name].value()
    assert sorted(shown.splitlines()) == sorted(value for _kind, value in kept)
    save(client, **{name: shown})
    assert rows(reader) == [(*one, wanted, "chosen") for one in kept]
    save(client)
    assert rows(reader) == []


def test_a_topic_is_muted_and_shown_so(client, reader):
    topic = make_topic()

    save(client, muted=[topic.slug])

    assert rows(reader) == [("topic", topic.slug, False, "chosen")]
    assert is_ticked(client.get(PAGE), topic)
    assert reader.topics() == []


def test_a_wanted_topic_that_is_muted_instead_is_not_wanted(client, reader):
    topic = make_topic()
    save(client, topics=[topic.slug])

    save(client, muted=[topic.slug])

    assert rows(reader) == [("topic", topic.slug, False, "chosen")]


def test_the_categories_in_which_a_name_counts_stay_when_the_form_is_saved(client, reader):
    reader.choose([InterestSpec("author", "Wei Zhang", guard=("cs.CL",))])

    typed = client.get(PAGE).context["form"]["authors"].value()
    save(client, authors=typed)

    assert typed == "Wei Zhang (cs.CL)"
    assert reader.interests.get().guard == ["cs.CL"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"phrases": "fine\n?!"},
        {"unwanted_phrases": "x" * 201},
        {"authors": "orcid:0000-0001"},
        {"organisations": "-"},
        {"categories": "cs.CL\nnot a category"},
        {"muted": ["no-such-topic"]},
        {"phrases": "RAG", "unwanted_phrases": "rag"},
        {"paste": "2608.16590", "unwanted_paste": "arXiv:2608.16590"},
        {"phrases": "\n".join(f"phrase {number}" for number in range(MOST_INTERESTS + 1))},
        {"paste": "x" * 100_001},
        {"paste": "\0"},
    ],
)
def test_interests_filled_in_wrongly_get_one_sentence_and_change_nothing(client, reader, wrong):
    before = every_row()

    page = client.post(PAGE, interests(**wrong))

    assert page.status_code == 200
    assert len(errors(page)) == 1
    assert every_row() == before


def test_what_was_typed_is_shown_again_as_text_beside_the_sentence(client, reader):
    page = client.post(PAGE, interests(authors="</textarea><script>alert(1)</script>", categories="?"))

    assert "<script>alert" not in page.text
    assert escape("</textarea><script>") in page.text


def test_what_is_not_wanted_is_folded_away_while_there_is_nothing(client, reader):
    assert '<details class="not">' in client.get(PAGE).text

    save(client, unwanted_phrases="blockchain")

    assert '<details class="not" open>' in client.get(PAGE).text


# -------------------------------------------------------------------------------------------------------------- pasted


def test_a_pasted_paper_is_kept_and_listed_by_its_title(client, reader):
    paper = make_paper(key="arxiv:2608.16590", title="Letters by Night")

    page = save(client, paste="https://arxiv.org/abs/2608.16590v2")

    assert rows(reader) == [("paper", paper.key, True, "imported")]
    assert "1 paper that is here" in page.text
    assert f'<a href="{paper.get_absolute_url()}">Letters by Night</a>' in client.get(PAGE).text
    assert not Lookup.objects.exists()


def test_a_pasted_paper_that_is_not_here_is_kept_and_asked_for(client, reader):
    page = save(client, paste="arXiv:2608.16590")

    assert rows(reader) == [("paper", "arxiv:2608.16590", True, "imported")]
    assert list(Lookup.objects.values_list("key", flat=True)) == ["arxiv:2608.16590"]
    assert "1 paper to be looked up at arXiv" in page.text


@pytest.mark.parametrize(
    ("outcome", "said"), [("waiting", "to be looked up"), ("unknown", "not known to arXiv"), ("found", "found")]
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


def test_a_title_that_is_only_alike_is_not_understood(client, reader):
    make_paper(title="Letters by Night")

    page = save(client, paste="Letters by Nights\n10.1000/nowhere\nhttps://openreview.net/forum?id=a")

    assert rows(reader) == []
    assert "3 things not understood, and left out" in page.text
    assert "<q>Letters by Nights</q>" in page.text
    assert "No paper here has exactly this title" in page.text
    assert "<q>10.1000/nowhere</q>" in page.text
    assert "<q>https://openreview.net/forum?id=a</q>" in page.text


def test_what_was_pasted_is_shown_as_text(client, reader):
    page = save(client, paste="<script>alert(1)</script>")

    assert "<q>&lt;script&gt;" in page.text


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


# ------------------------------------------------------------------------------------------------------ before saving


def test_the_form_tells_what_it_would_leave_and_saves_nothing(reader):
    topic, other, paper = make_topic(), make_topic(), make_paper()
    reader.choose(
        [
            InterestSpec("paper", "arxiv:2608.99991"),
            InterestSpec("paper", "arxiv:2608.99992"),
            InterestSpec("phrase", "old"),
        ]
    )
    reader.add_interest(InterestSpec("author", "Ada Quill"), NOON)
    before = every_row()

    form = PreferencesForm(
        reader,
        interests(
            topics=[topic.slug],
            muted=[other.slug],
            phrases="new",
            authors="Wei Zhang (cs.CL)",
            unwanted_categories="cs.CV",
            paste=f"{paper.arxiv_id}\n2608.99993",
            dropped=["arxiv:2608.99991"],
        ),
    )

    assert form.is_valid()
    assert sorted(form.interests()) == sorted(
        [
            InterestSpec("author", "Ada Quill"),
            InterestSpec("author", "Wei Zhang", guard=("cs.CL",)),
            InterestSpec("category", "cs.CV", wanted=False),
            InterestSpec("paper", "arxiv:2608.99992"),
            InterestSpec("paper", "arxiv:2608.99993"),
            InterestSpec("paper", paper.key),
            InterestSpec("phrase", "new"),
            InterestSpec("topic", topic.slug),
            InterestSpec("topic", other.slug, wanted=False),
        ]
    )
    assert every_row() == before


def test_what_the_form_tells_is_what_saving_leaves(client, reader):
    reader.add_interest(InterestSpec("author", "Ada Quill", wanted=False), NOON)
    asked = interests(phrases="RAG", unwanted_authors="Wei Zhang", authors="ada quill", paste="2608.16590")
    form = PreferencesForm(reader, asked)
    assert form.is_valid()

    client.post(PAGE, asked)

    assert sorted(form.interests()) == sorted(row.spec for row in reader.interests.all())


# ------------------------------------------------------------------------------------------------------------- learned


def test_what_was_learned_is_listed_by_name_with_one_button_that_forgets_it(client, reader):
    topic, paper = make_topic(name="Post & letters"), make_paper(title="Letters by Night")
    reader.add_interest(InterestSpec("topic", topic.slug), NOON)
    reader.add_interest(InterestSpec("paper", paper.key, wanted=False), NOON)

    page = client.get(PAGE).text
    answer = client.post(f"{PAGE}undo/{reader.interests.get(kind='paper').pk}/")

    assert "More of the topic <b>Post &amp; letters</b>" in page
    assert "Less of the paper <b>Letters by Night</b>" in page
    assert answer.headers["Location"] == "/preferences/?saved"
    assert rows(reader) == [("topic", topic.slug, True, "feedback")]


def test_saving_the_form_leaves_what_was_learned(client, reader):
    topic = make_topic()
    reader.add_interest(InterestSpec("topic", topic.slug), NOON)

    assert not is_ticked(client.get(PAGE), topic)
    save(client)

    assert rows(reader) == [("topic", topic.slug, True, "feedback")]


def test_only_what_was_learned_of_this_very_reader_can_be_forgotten(client, reader):
    other = make_reader()
    other.add_interest(InterestSpec("phrase", "theirs"), NOON)
    reader.add_interest(InterestSpec("phrase", "chosen"))

    for interest in Interest.objects.all():
        client.post(f"{PAGE}undo/{interest.pk}/")
    client.post(f"{PAGE}undo/{2**70}/")

    assert Interest.objects.count() == 2


def test_forgetting_needs_an_open_session_and_no_other_site_can_do_it(reader):
    reader.add_interest(InterestSpec("phrase", "learned"), NOON)
    address = f"{PAGE}undo/{reader.interests.get().pk}/"
    browser = Client(enforce_csrf_checks=True)

    assert Client().post(address).headers["Location"] == "/my-link/"
    open_preferences(browser, reader)
    assert browser.post(address).status_code == 403

    assert reader.interests.exists()


def test_a_paper_known_by_another_key_now_is_listed_by_its_title(client, reader):
    save(client, paste="2608.16590")
    Paper.objects.create(
        key="doi:10.1000/joined", arxiv_id="2608.16590", title="Joined since", first_seen_at=NOON, abstract=""
    )

    assert 'href="/paper/doi:10.1000/joined/">Joined since</a>' in client.get(PAGE).text
