"""More, less, not this: what a reader may say of a paper from the letter, and how all of it is undone."""

import html
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from digest.joining import papers_joined
from papers.models import Paper
from subscriptions import links
from subscriptions.interests.kinds import InterestSpec
from subscriptions.links import Purpose
from subscriptions.models import MOST_INTERESTS, MOST_REPLACED, Interest, Subscriber
from subscriptions.sending import post
from tests.factories import make_letter, make_paper, make_reader, make_score, make_topic
from tests.subscriptions.test_views import age_links, every_row, kinds

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
LATER = datetime(2026, 8, 21, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def place(reader: Subscriber, paper: Paper) -> str:
    """The path of the link in a letter to the reader that is about the paper."""
    return f"{links.make(reader, Purpose.FEEDBACK).removeprefix(site_settings.SITE_URL)}{paper.key}/"


def buttons(page: Any, name: str = "say") -> dict[str, str]:
    """What can be pressed: its label, and what it sends."""
    found = re.findall(rf'<button[^>]* name="{name}" value="([^"]*)">(.*?)</button>', page.text, re.DOTALL)
    return {html.unescape(re.sub(r"<[^>]+>", "", label)): html.unescape(value) for value, label in found}


def press(client, at: str, label: str) -> Any:
    return client.post(at, {"say": buttons(client.get(at))[label]})


def undo(client, at: str, answer: Any) -> Any:
    """By the first such button, that of the answer."""
    return client.post(at, {"undo": buttons(answer, "undo")["Undo"]})


def notice(page: Any) -> str:
    [said] = re.findall(r'<div class="notice" role="status"><p>(.*?)</p>', page.text)
    return html.unescape(said)


def facts(reader: Subscriber) -> list[tuple[str, str, bool, str, list[str]]]:
    return sorted(reader.interests.values_list("kind", "value", "wanted", "origin", "guard"))


def moments(reader: Subscriber) -> list[tuple[str, str, datetime | None]]:
    return sorted(reader.interests.values_list("kind", "value", "learned_at"))


def about(topic, **fields: Any) -> Paper:
    paper = make_paper(**fields)
    make_score(paper, topic)
    return paper


# ---------------------------------------------------------------------------------------------------------- the letter


def parts(mailbox) -> list[str]:
    """The text and the HTML of the one letter that was written."""
    post.drain(NOON)
    (file,) = mailbox.glob("*.eml")
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    return [message.get_body((kind,)).get_content() for kind in ("plain", "html")]


def feedback_links(text: str) -> list[str]:
    return [html.unescape(link) for link in re.findall(r'https?://[^\s"<>]*/feedback/[^\s"<>]+', text)]


def test_every_paper_of_a_letter_has_a_link_to_its_own_page_in_both_parts(client, mailbox):
    papers = [make_paper(title=f"Paper of place {place}") for place in range(3)]
    contents = {"for_you": [], "trending": [{"paper": paper.pk} for paper in papers]}
    make_letter(kind="digest", key="2026-08-20", contents=contents)

    text, page = parts(mailbox)

    assert feedback_links(text) == feedback_links(page)
    for link, paper in zip(feedback_links(text), papers, strict=True):
        assert paper.title in client.get(link.removeprefix(site_settings.SITE_URL)).text


def test_the_links_of_a_letter_share_one_token(mailbox):
    contents = {"for_you": [], "trending": [{"paper": make_paper().pk} for _ in range(5)]}
    make_letter(kind="digest", key="2026-08-20", contents=contents)

    text, _page = parts(mailbox)

    assert len({link.partition("/feedback/")[2].partition("/")[0] for link in feedback_links(text)}) == 1
    assert len(feedback_links(text)) == 5


def test_a_welcome_letter_has_the_links_too(mailbox):
    make_paper()
    make_reader(confirmed_at=None).confirm(NOON)

    text, page = parts(mailbox)

    assert len(feedback_links(text)) == len(feedback_links(page)) == 1


@pytest.mark.parametrize("key", ["doi:10.1000/a<b>;c#d?e%f&g", "title:naïve “quotes” 'n'", "arxiv:math/0211159"])
def test_a_link_leads_to_its_paper_whatever_the_key(client, mailbox, key):
    paper = make_paper(key=key, title="The one meant")
    make_letter(kind="digest", key="2026-08-20", contents={"for_you": [], "trending": [{"paper": paper.pk}]})

    for part in parts(mailbox):
        [link] = feedback_links(part)
        assert "The one meant" in client.get(link.removeprefix(site_settings.SITE_URL)).text


# ----------------------------------------------------------------------------------------------- more and less like it


@pytest.mark.parametrize(("label", "wanted"), [("More like this", True), ("Less like this", False)])
def test_a_paper_becomes_an_example(client, label, wanted):
    reader, paper = make_reader(), make_paper()

    answer = press(client, place(reader, paper), label)

    interest = reader.interests.get()
    assert (interest.spec, interest.learned_at) == (InterestSpec("paper", paper.key, wanted), NOON)
    assert notice(answer).startswith("Changed. This paper is an example of what you")


def test_saying_the_same_again_changes_nothing_and_says_so(client):
    reader, paper = make_reader(), make_paper()
    at = place(reader, paper)
    client.post(at, {"say": f"more:paper:{paper.key}"})
    before = every_row()

    again = client.post(at, {"say": f"more:paper:{paper.key}"})

    assert every_row() == before
    assert notice(again) == "Nothing changed, as it was so already. This paper is an example of what you want."


def test_what_is_so_is_said_instead_of_offered(client):
    reader, paper = make_reader(), make_paper()
    reader.add_interest(InterestSpec("paper", paper.key))

    page = client.get(place(reader, paper))

    assert "This paper is an example of what you want." in page.text
    assert "More like this" not in buttons(page)
    assert "Less like this" in buttons(page)
    assert not buttons(page, "undo")  # It was asked for in so many words.


def test_a_paper_that_the_reader_has_by_another_of_its_names_is_that_paper(client):
    reader, paper = make_reader(), make_paper(key="doi:10.1000/one", doi="10.1000/one", arxiv_id="2608.16590")
    reader.add_interest(InterestSpec("paper", "arxiv:2608.16590"))

    press(client, place(reader, paper), "Less like this")

    assert facts(reader) == [("paper", "arxiv:2608.16590", False, "feedback", [])]


def test_the_page_says_what_each_button_will_change(client):
    reader, paper = make_reader(), make_paper()

    page = client.get(place(reader, paper)).text

    assert paper.title in page
    assert "Makes this paper an example of what you want." in page
    assert "Makes this paper an example of what you do not want." in page


# -------------------------------------------------------------------------------------------------------- not this one


def test_a_topic_that_the_reader_wants_can_be_unwanted_and_no_other(client):
    topic, other = make_topic(name="Letters & post"), make_topic(name="Not asked for")
    reader, paper = make_reader(topics=[topic.slug]), about(topic)
    make_score(paper, other)
    at = place(reader, paper)
    assert [label for label in buttons(client.get(at)) if "topic" in label] == ["Not this topic: Letters & post"]

    answer = press(client, at, "Not this topic: Letters & post")

    assert facts(reader) == [("topic", topic.slug, False, "feedback", [])]
    assert notice(answer) == "Changed. You do not want the topic Letters & post."


@pytest.mark.parametrize(
    ("interest", "label"),
    [
        (InterestSpec("phrase", "Sealed  Envelope"), "Not this phrase: Sealed  Envelope"),
        (InterestSpec("phrase", "SEALED ENVELOPE"), "Not this phrase: SEALED ENVELOPE"),
        (InterestSpec("author", "ada quill"), "Not this author: Ada Quill"),
        (InterestSpec("author", "Ada Quill", guard=("cs.CL", "cs.LG")), "Not this author: Ada Quill"),
        (InterestSpec("author", "huggingface:tomas"), "Not this author: Tomas Brandt"),
        (InterestSpec("organisation", "harbour institute"), "Not this organisation: Harbour Institute"),
    ],
)
def test_what_the_reader_wants_and_the_paper_has_can_be_unwanted(client, interest, label):
    reader = make_reader()
    reader.choose([interest])
    paper = make_paper(
        abstract="Of sealed envelopes.",
        organisation="Harbour Institute",
        categories=["cs.CL"],
        identities={"Tomas Brandt": "huggingface:tomas"},
    )

    press(client, place(reader, paper), label)

    assert facts(reader) == [(interest.kind, interest.value, False, "feedback", list(interest.guard))]


@pytest.mark.parametrize(
    "interest",
    [
        InterestSpec("phrase", "open envelope"),
        InterestSpec("author", "Ada Quillon"),
        InterestSpec("author", "Ada Quill", guard=("math.CO",)),
        InterestSpec("author", "huggingface:ada"),
        InterestSpec("organisation", "Harbour"),
        InterestSpec("topic", "none-of-it"),
    ],
)
def test_what_the_paper_does_not_have_cannot_be_unwanted_here(client, interest):
    reader = make_reader()
    reader.choose([interest])
    paper = make_paper(abstract="Of sealed envelopes.", organisation="Harbour Institute", categories=["cs.CL"])

    page = client.get(place(reader, paper))

    assert not [label for label in buttons(page) if label.startswith("Not this")]


def test_an_author_who_counts_in_other_categories_alone_is_not_offered_at_all(client):
    reader, paper = make_reader(), make_paper(authors=["Wei Zhang"], categories=["cs.CL"])
    reader.choose([InterestSpec("author", "Wei Zhang", guard=("math.CO",))])

    page = client.get(place(reader, paper))

    assert not [label for label in buttons(page) if "Wei Zhang" in label]


# ----------------------------------------------------------------------------------------------------------- following


def test_the_first_five_authors_and_those_known_for_sure_can_be_followed(client):
    names = [f"Author {letter}" for letter in "ABCDEFGH"]
    reader, paper = make_reader(), make_paper(authors=names, identities={"Author G": "huggingface:g"})

    page = client.get(place(reader, paper))

    offered = [label.removeprefix("Follow ") for label in buttons(page) if label.startswith("Follow ")]
    assert offered == [*names[:5], "Author G"]


@pytest.mark.parametrize(
    ("author", "interest"),
    [
        ("Ada Quill", InterestSpec("author", "Ada Quill", guard=("cs.CL", "stat.ML"))),
        ("Tomas Brandt", InterestSpec("author", "huggingface:tomas")),
        ("Harbour Institute", InterestSpec("organisation", "Harbour Institute")),
    ],
)
def test_who_is_followed_is_known_as_surely_as_the_paper_tells(client, author, interest):
    reader = make_reader()
    paper = make_paper(
        organisation="Harbour Institute",
        categories=["cs.CL", "stat.ML", "not a category"],
        identities={"Tomas Brandt": "huggingface:tomas"},
    )

    press(client, place(reader, paper), f"Follow {author}")

    assert [row.spec for row in reader.interests.all()] == [interest]


def test_an_author_who_is_unwanted_can_be_followed_after_all(client):
    reader, paper = make_reader(), make_paper(identities={"Ada Quill": "huggingface:ada"})
    reader.choose([InterestSpec("author", "Ada Quill", wanted=False)])

    press(client, place(reader, paper), "Follow Ada Quill")

    assert facts(reader) == [("author", "Ada Quill", True, "feedback", [])]


@pytest.mark.parametrize("name", ["x" * 300, "…", "https://example.org/ada", "Ada (Harbour)"])
def test_a_name_that_no_reader_could_have_typed_is_not_offered(client, name):
    reader, paper = make_reader(), make_paper(authors=[name], organisation="…")

    page = client.get(place(reader, paper))

    assert page.status_code == 200
    assert not [label for label in buttons(page) if label.startswith("Follow")]


def test_names_are_shown_as_text_and_can_be_pressed_whatever_they_hold(client):
    odd = '"O\'Brien" <b> & {{ 7 }} %s:x'
    reader, paper = make_reader(), make_paper(authors=["Ada Quill"], organisation=odd)

    answer = press(client, place(reader, paper), f"Follow {odd}")

    assert facts(reader) == [("organisation", odd, True, "feedback", [])]
    assert "<b> &" not in answer.text


# ---------------------------------------------------------------------------------------------------------------- undo


def test_undo_brings_back_what_was_chosen_with_its_origin_and_guard(client):
    topic = make_topic(name="Letters")
    reader, paper = make_reader(), about(topic, categories=["cs.CL"])
    reader.choose(
        [
            InterestSpec("topic", topic.slug),
            InterestSpec("author", "ADA QUILL", guard=("cs.CL", "cs.LG")),
            InterestSpec("paper", paper.key),
        ]
    )
    at, before = place(reader, paper), facts(reader)

    for label in ("Not this topic: Letters", "Not this author: Ada Quill", "Less like this"):
        answer = press(client, at, label)
        assert facts(reader) != before
        answer = undo(client, at, answer)
        assert notice(answer) == f"Undone: all is as it was before “{label}”."
        assert facts(reader) == before


def test_undo_forgets_what_was_new(client):
    reader, paper = make_reader(), make_paper()
    at = place(reader, paper)

    undo(client, at, press(client, at, "More like this"))

    assert not Interest.objects.exists()


def test_undo_pressed_again_undoes_nothing_more_and_says_so(client):
    reader, paper = make_reader(), make_paper()
    at = place(reader, paper)
    press(client, at, "More like this")
    answer = press(client, at, "Less like this")
    undo(client, at, answer)
    before = every_row()

    again = undo(client, at, answer)

    assert every_row() == before
    assert notice(again) == "Nothing changed: there is no “Less like this” to undo."


def test_what_was_chosen_is_not_undone_from_a_letter(client):
    reader, paper = make_reader(), make_paper()
    reader.add_interest(InterestSpec("paper", paper.key))

    client.post(place(reader, paper), {"undo": f"more:paper:{paper.key}"})

    assert facts(reader) == [("paper", paper.key, True, "imported", [])]


def test_undo_among_the_preferences_brings_back_what_was_chosen(client):
    reader = make_reader(topics=["rag"])
    reader.add_interest(InterestSpec("topic", "rag", wanted=False), NOON)
    client.post(links.make(reader, Purpose.MANAGE).removeprefix(site_settings.SITE_URL))

    client.post(f"/preferences/undo/{reader.interests.get().pk}/")

    assert facts(reader) == [("topic", "rag", True, "chosen", [])]


def test_choosing_ends_what_feedback_had_replaced():
    reader = make_reader(topics=["rag"])
    reader.add_interest(InterestSpec("topic", "rag", wanted=False), NOON)
    reader.choose_topics(["rag"])
    reader.add_interest(InterestSpec("topic", "rag", wanted=False), LATER)

    assert reader.undo(InterestSpec("topic", "rag", wanted=False))

    assert facts(reader) == [("topic", "rag", True, "chosen", [])]
    assert reader.interests.get().replaced == []
    assert not reader.undo(InterestSpec("topic", "rag"))


WISHES = st.builds(
    InterestSpec,
    st.sampled_from(["author", "phrase"]),
    st.sampled_from(["Ada Quill", "ADA  QUILL", "Tomas Brandt"]),
    st.booleans(),
    st.sampled_from([(), ("cs.CL",), ("cs.CL", "cs.LG")]),
)


class Undoing(TestCase):
    @given(st.lists(WISHES, max_size=4), st.lists(WISHES, max_size=12))
    def test_as_many_undos_as_there_was_feedback_bring_everything_back_step_by_step(self, chosen, said):
        reader = make_reader()
        reader.choose({interest.name: interest for interest in chosen}.values())
        states = []
        for number, interest in enumerate(said):
            states.append((interest, facts(reader), moments(reader)))
            reader.add_interest(interest, NOON + timedelta(minutes=number))

        for interest, before, learned in reversed(states):
            if facts(reader) != before:
                assert reader.undo(interest)
            assert facts(reader) == before
            assert moments(reader) == learned

    @given(st.lists(WISHES, max_size=4), st.lists(st.tuples(WISHES, st.booleans()), max_size=25))
    def test_however_feedback_and_undo_alternate_undoing_all_that_is_left_brings_everything_back(self, chosen, steps):
        reader = make_reader()
        reader.choose({interest.name: interest for interest in chosen}.values())
        before = facts(reader)

        for interest, takes_back in steps:
            reader.undo(interest) if takes_back else reader.add_interest(interest, NOON)
        while learned := reader.interests.filter(origin=Interest.Origin.FEEDBACK).first():
            assert reader.undo(learned.spec)

        assert facts(reader) == before


@pytest.mark.parametrize("chosen", [True, False])
def test_changing_ones_mind_for_ever_keeps_a_bounded_past_whose_end_is_what_was_chosen(chosen):
    reader = make_reader()
    reader.choose([InterestSpec("author", "Ada Quill", chosen, ("cs.CL",))])
    for number in range(3 * MOST_REPLACED):
        reader.add_interest(InterestSpec("author", "ada quill", (number % 2 == 0) != chosen), NOON)
    assert len(reader.interests.get().replaced) <= MOST_REPLACED

    wanted = []
    while (row := reader.interests.get()).origin == Interest.Origin.FEEDBACK:
        wanted.append(row.wanted)
        reader.undo(row.spec)

    assert facts(reader) == [("author", "Ada Quill", chosen, "chosen", ["cs.CL"])]
    assert all(one != next_one for one, next_one in zip(wanted, [*wanted[1:], chosen], strict=True))


# ------------------------------------------------------------------------------------------------- what cannot be done


def test_whoever_has_left_is_told_so_and_nothing_changes(client):
    reader, paper = make_reader(), make_paper()
    at = place(reader, paper)
    reader.unsubscribe(NOON)
    before = every_row()

    for answer in (client.get(at), client.post(at, {"say": f"more:paper:{paper.key}"})):
        assert answer.status_code == 410
        assert "You get no letters now" in answer.text
        assert not buttons(answer)
    assert every_row() == before


def test_an_expired_link_changes_nothing_and_offers_a_fresh_one(client, monkeypatch):
    reader, paper = make_reader(), make_paper()
    at = place(reader, paper)
    age_links(monkeypatch, 31)

    answer = client.post(at, {"say": f"more:paper:{paper.key}"})

    assert answer.status_code == 410
    assert not Interest.objects.exists()
    client.post(re.search(r'action="(/fresh-link/[^"]+)"', answer.text)[1])
    assert kinds(reader) == ["manage"]


@pytest.mark.parametrize("key", ["arxiv:2608.99999", "x", ":", "doi:", "%20", "a" * 500, "é/../x"])
def test_a_paper_that_is_gone_or_never_was_gets_one_sentence(client, key):
    at = f"{place(make_reader(), make_paper(key='doi:10.1000/here')).rpartition('doi:')[0]}{key}/"

    for answer in (client.get(at), client.post(at, {"say": f"more:paper:{key}"})):
        assert answer.status_code == 404
        assert "This paper is no longer here" in answer.text
    assert not Interest.objects.exists()


def test_a_link_that_was_cut_short_before_its_paper_gets_one_sentence(client):
    paper = make_paper()
    at = place(make_reader(), paper).removesuffix(f"{paper.key}/")

    answer = client.get(at)

    assert answer.status_code == 404
    assert "This paper is no longer here" in answer.text


@pytest.mark.parametrize(
    "sent", [{}, {"say": ""}, {"say": "more:topic:rag"}, {"say": "more:paper:x"}, {"undo": "\0"}, {"say": "é" * 9999}]
)
def test_what_is_no_button_of_the_page_is_refused_in_one_sentence(client, sent):
    reader, paper = make_reader(topics=["rag"]), make_paper()
    before = every_row()

    answer = client.post(place(reader, paper), sent)

    assert answer.status_code == 400
    assert notice(answer) == "Nothing changed: expected one of the buttons below, found something else."
    assert every_row() == before


def test_a_reader_who_has_all_the_interests_there_can_be_is_told_so_in_one_sentence(client):
    reader, paper = make_reader(), make_paper()
    reader.choose(InterestSpec("phrase", f"phrase {number}") for number in range(MOST_INTERESTS))
    before = every_row()

    answer = press(client, place(reader, paper), "More like this")

    assert notice(answer) == "Nothing changed: you have 200 interests, which is all there can be; drop one first."
    assert every_row() == before


def test_the_token_is_the_proof_and_no_cookie_is_needed():
    browser, reader, paper = Client(enforce_csrf_checks=True), make_reader(), make_paper()

    browser.post(place(reader, paper), {"say": f"more:paper:{paper.key}"})

    assert reader.interests.exists()
    assert not browser.cookies


def test_a_link_is_one_readers_alone(client):
    ada, tomas, paper = make_reader(), make_reader(), make_paper()
    client.post(place(ada, paper), {"say": f"more:paper:{paper.key}"})

    client.post(place(tomas, paper), {"undo": f"more:paper:{paper.key}"})
    client.post(place(tomas, paper), {"say": f"less:paper:{paper.key}"})

    assert facts(ada) == [("paper", paper.key, True, "feedback", [])]
    assert facts(tomas) == [("paper", paper.key, False, "feedback", [])]


def test_a_page_takes_as_many_queries_for_a_full_reader_and_paper_as_for_bare_ones(client):
    reader, bare = make_reader(), make_paper(authors=[])
    full = make_paper(authors=[f"Author {number}" for number in range(600)], abstract="Of phrase 7 and phrase 8.")
    counts = []
    for paper in (bare, full):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(place(reader, paper)).status_code == 200
        counts.append(len(queries))
        reader.choose(InterestSpec("phrase", f"phrase {number}") for number in range(MOST_INTERESTS))
        make_score(full, make_topic())

    assert counts[0] == counts[1]


# ------------------------------------------------------------------------------------------------------------- joining


def joined(reader: Subscriber, kept: Paper, gone: Paper) -> list[tuple[str, str, bool, str, list[str]]]:
    """What the reader has once the two papers are one."""
    papers_joined(kept.pk, gone.pk)
    return facts(reader)


def test_an_example_that_is_joined_away_is_an_example_by_its_other_key():
    reader, kept, gone = make_reader(), make_paper(), make_paper()
    reader.add_interest(InterestSpec("paper", gone.key, wanted=False), NOON)
    reader.add_interest(InterestSpec("phrase", gone.key))

    assert joined(reader, kept, gone) == [
        ("paper", kept.key, False, "feedback", []),
        ("phrase", gone.key, True, "chosen", []),
    ]


def test_an_example_by_both_keys_is_one():
    reader, kept, gone = make_reader(), make_paper(), make_paper()
    for paper in (kept, gone):
        reader.add_interest(InterestSpec("paper", paper.key))

    assert joined(reader, kept, gone) == [("paper", kept.key, True, "imported", [])]


@pytest.mark.parametrize("asked_of_the_kept", [True, False])
@pytest.mark.parametrize("wanted", [True, False])
def test_of_two_examples_that_become_one_what_was_asked_for_goes_before_what_was_learned(asked_of_the_kept, wanted):
    reader, kept, gone = make_reader(), make_paper(), make_paper()
    asked, learned = (kept, gone) if asked_of_the_kept else (gone, kept)
    reader.add_interest(InterestSpec("paper", asked.key, wanted))
    reader.add_interest(InterestSpec("paper", learned.key, not wanted), NOON)

    assert joined(reader, kept, gone) == [("paper", kept.key, wanted, "imported", [])]


@pytest.mark.parametrize("learned_at", [None, NOON])
@pytest.mark.parametrize("kept_is_wanted", [True, False])
def test_of_two_examples_as_good_as_each_other_the_wanted_one_stays(kept_is_wanted, learned_at):
    reader, kept, gone = make_reader(), make_paper(), make_paper()
    reader.add_interest(InterestSpec("paper", kept.key, kept_is_wanted), learned_at)
    reader.add_interest(InterestSpec("paper", gone.key, not kept_is_wanted), learned_at)

    [(_kind, key, wanted, *_rest)] = joined(reader, kept, gone)

    assert (key, wanted) == (kept.key, True)


def test_undo_after_joining_brings_back_what_was_chosen_by_the_key_that_stayed():
    reader, kept, gone = make_reader(), make_paper(), make_paper()
    reader.add_interest(InterestSpec("paper", gone.key))
    reader.add_interest(InterestSpec("paper", gone.key, wanted=False), NOON)

    papers_joined(kept.pk, gone.pk)
    reader.undo(InterestSpec("paper", kept.key, wanted=False))

    assert facts(reader) == [("paper", kept.key, True, "imported", [])]


def test_joining_leaves_other_readers_and_papers_alone():
    kept, gone, other = make_paper(), make_paper(), make_paper()
    ada, tomas = make_reader(), make_reader()
    for reader, paper in ((ada, gone), (tomas, kept), (tomas, other)):
        reader.add_interest(InterestSpec("paper", paper.key))

    papers_joined(kept.pk, gone.pk)

    assert [row.value for row in ada.interests.all()] == [kept.key]
    assert [row.value for row in tomas.interests.order_by("pk")] == [kept.key, other.key]


def test_the_link_of_a_paper_that_was_joined_away_opens_the_one_that_stayed(client):
    reader, gone = make_reader(), Paper(key="doi:10.1000/one")
    make_paper(title="What stayed", doi="10.1000/one")

    page = client.get(place(reader, gone))

    assert "What stayed" in page.text
