"""What a reader wants and does not want: one row each, whoever added it and however often."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from subscriptions.interests.kinds import InterestSpec, category, list_of_categories, parse
from subscriptions.models import MOST_INTERESTS, Interest
from tests.factories import make_reader

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
LATER = datetime(2026, 8, 21, 12, tzinfo=UTC)


def rows(reader) -> list[tuple[str, str, bool, str]]:
    return sorted(reader.interests.values_list("kind", "value", "wanted", "origin"))


def test_adding_an_interest_again_changes_nothing():
    reader = make_reader()

    assert reader.add_interest(InterestSpec("phrase", "dictionary learning"))
    before = list(Interest.objects.values())
    assert reader.add_interest(InterestSpec("phrase", "dictionary learning"))

    assert list(Interest.objects.values()) == before


@pytest.mark.parametrize("kind", ["phrase", "author", "organisation"])
def test_interests_that_differ_in_case_and_white_space_only_are_one(kind):
    reader = make_reader()
    reader.add_interest(InterestSpec(kind, "Quiet Straße"))

    reader.add_interest(InterestSpec(kind, "QUIET  STRASSE"))

    assert reader.interests.count() == 1


def test_the_same_words_of_two_kinds_are_two_interests():
    reader = make_reader()

    reader.add_interest(InterestSpec("phrase", "Harbour"))
    reader.add_interest(InterestSpec("organisation", "Harbour"))

    assert reader.interests.count() == 2


@pytest.mark.parametrize("learned_at", [None, NOON])
def test_the_opposite_of_an_interest_takes_its_place(learned_at):
    reader = make_reader(topics=["rag"])

    reader.add_interest(InterestSpec("topic", "rag", wanted=False), learned_at)

    interest = reader.interests.get()
    assert (interest.wanted, interest.learned_at) == (False, learned_at)


def test_feedback_that_agrees_with_what_was_chosen_leaves_it_chosen():
    reader = make_reader(topics=["rag"])

    reader.add_interest(InterestSpec("topic", "rag"), NOON)

    assert rows(reader) == [("topic", "rag", True, "chosen")]


def test_feedback_given_again_keeps_its_first_moment():
    reader = make_reader()
    reader.add_interest(InterestSpec("topic", "rag"), NOON)

    reader.add_interest(InterestSpec("topic", "rag"), LATER)

    assert reader.interests.get().learned_at == NOON


def test_what_was_learned_and_is_then_chosen_is_the_readers_own():
    reader = make_reader()
    reader.add_interest(InterestSpec("topic", "rag"), NOON)

    reader.add_interest(InterestSpec("topic", "rag"))

    assert rows(reader) == [("topic", "rag", True, "chosen")]
    assert reader.interests.get().learned_at is None


def test_a_reader_has_so_many_interests_and_no_more():
    reader = make_reader()
    reader.choose(InterestSpec("phrase", f"phrase {number}") for number in range(MOST_INTERESTS))

    assert not reader.add_interest(InterestSpec("phrase", "one more"))
    assert reader.add_interest(InterestSpec("phrase", "phrase 0", wanted=False))

    assert reader.interests.count() == MOST_INTERESTS


def test_interests_of_others_are_left_alone():
    ada, tomas = make_reader(topics=["rag"]), make_reader(topics=["rag"])

    ada.choose([])

    assert (ada.topics(), tomas.topics()) == ([], ["rag"])


def test_choosing_topics_leaves_what_is_muted_or_learned_and_what_is_no_topic():
    reader = make_reader(topics=["old"])
    reader.add_interest(InterestSpec("topic", "muted", wanted=False))
    reader.add_interest(InterestSpec("topic", "learned"), NOON)
    reader.add_interest(InterestSpec("phrase", "old"))

    reader.choose_topics(["new"])

    assert rows(reader) == [
        ("phrase", "old", True, "chosen"),
        ("topic", "learned", True, "feedback"),
        ("topic", "muted", False, "chosen"),
        ("topic", "new", True, "chosen"),
    ]
    assert reader.topics() == ["new"]


def test_a_muted_topic_that_is_chosen_is_wanted():
    reader = make_reader()
    reader.add_interest(InterestSpec("topic", "rag", wanted=False))

    reader.choose_topics(["rag"])

    assert rows(reader) == [("topic", "rag", True, "chosen")]


def test_choosing_keeps_rows_that_stay_and_what_was_learned(django_assert_max_num_queries):
    reader = make_reader(topics=["a", "b"])
    reader.add_interest(InterestSpec("author", "Wei Zhang"), NOON)
    stays = reader.interests.get(value="a").pk

    with django_assert_max_num_queries(7):
        reader.choose(
            [InterestSpec("topic", "a"), *(InterestSpec("phrase", f"phrase {number}") for number in range(50))]
        )

    assert reader.interests.get(value="a").pk == stays
    assert not reader.interests.filter(value="b").exists()
    assert reader.interests.count() == 52


def test_an_author_has_the_categories_in_which_the_name_counts():
    reader = make_reader()

    reader.choose([InterestSpec("author", "Wei Zhang", guard=("cs.CL", "cs.LG"))])

    assert reader.interest_specs(learned=False) == [InterestSpec("author", "Wei Zhang", True, ("cs.CL", "cs.LG"))]


# ------------------------------------------------------------------------------------------------------- what is typed


@pytest.mark.parametrize(
    ("kind", "typed", "meant"),
    [
        ("phrase", "  Dictionary \t learning ", InterestSpec("phrase", "Dictionary learning")),
        ("author", "Ada Quill", InterestSpec("author", "Ada Quill")),
        ("author", "Wei Zhang (cs.CL, cs.lg)", InterestSpec("author", "Wei Zhang", True, ("cs.CL", "cs.LG"))),
        ("author", "Wei Zhang ()", InterestSpec("author", "Wei Zhang")),
        ("author", "huggingface:ada-q.1", InterestSpec("author", "huggingface:ada-q.1")),
        ("author", "https://huggingface.co/Ada/", InterestSpec("author", "huggingface:Ada")),
        ("organisation", "Harbour Institute", InterestSpec("organisation", "Harbour Institute")),
        ("category", "cs.CL", InterestSpec("category", "cs.CL")),
    ],
)
def test_what_is_typed_is_understood(kind, typed, meant):
    assert parse(kind, typed) == meant


@pytest.mark.parametrize("written", ["Ada Quill", "Wei Zhang (cs.CL, cs.LG)", "huggingface:ada"])
def test_an_author_is_written_as_typed(written):
    assert parse("author", written).written == written


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("phrase", "?!"),
        ("phrase", "x" * 201),
        ("author", "..."),
        ("author", "Ada " * 60),
        ("author", "orcid:0000-0001"),
        ("author", "huggingface:a/b"),
        ("author", "https://example.org/ada"),
        ("author", "Wei Zhang (Harbour Institute)"),
        ("organisation", "-"),
        ("organisation", "x" * 201),
        ("category", "language"),
        ("category", "cs.CL.x"),
        ("category", "cs.XX"),
        ("author", "Wei Zhang (cs.XX)"),
        ("category", "cs." + "x" * 201),
    ],
)
def test_what_is_typed_wrongly_gets_one_sentence_that_says_what_was_expected(kind, typed):
    with pytest.raises(ValidationError) as refused:
        parse(kind, typed)

    [sentence] = refused.value.messages
    assert sentence.startswith("Enter ")
    assert "” is " in sentence


@pytest.mark.parametrize(
    ("typed", "written"),
    [("CS.cl", "cs.CL"), ("cond-mat.Soft", "cond-mat.soft"), ("astro-ph.co", "astro-ph.CO"), ("Quant-ph", "quant-ph")],
)
def test_a_category_is_written_as_arxiv_writes_it(typed, written):
    assert category(typed) == written


@pytest.mark.parametrize("value", ["cs.CL", [1], ["CS.CL"], ["two words"], {}])
def test_a_guard_is_a_list_of_categories(value):
    list_of_categories(["cs.CL", "quant-ph"])

    with pytest.raises(ValidationError):
        list_of_categories(value)


def test_the_admin_checks_an_interest_and_shows_all_of_it(admin_client):
    reader = make_reader()
    reader.add_interest(InterestSpec("author", "Wei Zhang", guard=("cs.CL",)), NOON)

    page = admin_client.get(f"/admin/subscriptions/subscriber/{reader.pk}/change/").text

    assert "Wei Zhang" in page
    assert "[&quot;cs.CL&quot;]" in page
    assert "20 August 2026" in page
    with pytest.raises(ValidationError, match="Enter an arXiv category"):
        Interest(subscriber=reader, kind="category", value="two words").full_clean()
