"""The form of a reader's interests: what is typed and ticked is kept, shown, and can be taken back."""

import pytest
from django.test import Client
from django.utils.html import escape

from papers.models import Paper
from subscriptions.forms import PreferencesForm
from subscriptions.interests.kinds import InterestSpec
from subscriptions.models import MOST_INTERESTS, Interest
from tests.factories import make_paper, make_reader, make_topic
from tests.subscriptions.saving import NOON, PAGE, rows, save
from tests.subscriptions.test_views import errors, every_row, interests, is_ticked, open_preferences

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    reader = make_reader()
    open_preferences(client, reader)
    return reader


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
        {"phrases": "x" * 100_001},
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

    assert "Wanted: the topic <b>Post &amp; letters</b>" in page
    assert "Not wanted: the paper <b>Letters by Night</b>" in page
    assert answer.headers["Location"] == "/preferences/?undone"
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
