"""More, less, not this: what a reader may say of a paper from the letter."""

import html
import re
from email import message_from_bytes, policy

import pytest
from django.conf import settings as site_settings
from django.utils import timezone

from subscriptions import signing_up
from subscriptions.interests.kinds import InterestSpec
from subscriptions.sending import post
from tests.digest.saying import NOON, about, buttons, facts, notice, place, press
from tests.factories import make_letter, make_paper, make_reader, make_score, make_topic
from tests.subscriptions.test_views import every_row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


# ---------------------------------------------------------------------------------------------------------- the letter


def parts(mailbox) -> list[str]:
    """The text and the HTML of the one letter that was written."""
    post.drain(NOON)
    (file,) = mailbox.glob("*.eml")
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    return [message.get_body((kind,)).get_content() for kind in ("plain", "html")]


LINKS = ("more", "less", "save")


def feedback_links(text: str) -> list[str]:
    return [html.unescape(link) for link in re.findall(r'https?://[^\s"<>]*/feedback/[^\s"<>]+', text)]


def test_every_paper_of_a_letter_has_links_to_its_own_pages_in_both_parts(client, mailbox):
    papers = [make_paper(title=f"Paper of place {place}") for place in range(3)]
    contents = {"for_you": [], "trending": [{"paper": paper.pk} for paper in papers]}
    make_letter(kind="digest", key="2026-08-20", contents=contents)

    text, page = parts(mailbox)

    assert feedback_links(text) == feedback_links(page)
    for link, paper in zip(feedback_links(text), [paper for paper in papers for _ in LINKS], strict=True):
        assert paper.title in client.get(link.removeprefix(site_settings.SITE_URL)).text


def test_the_links_of_a_letter_share_one_token(mailbox):
    contents = {"for_you": [], "trending": [{"paper": make_paper().pk} for _ in range(5)]}
    make_letter(kind="digest", key="2026-08-20", contents=contents)

    text, _page = parts(mailbox)

    assert len({link.partition("/feedback/")[2].partition("/")[0] for link in feedback_links(text)}) == 1
    assert len(feedback_links(text)) == 5 * len(LINKS)


def test_a_welcome_letter_has_the_links_too(mailbox):
    make_paper()
    signing_up.confirm(make_reader(confirmed_at=None), NOON)

    text, page = parts(mailbox)

    assert len(feedback_links(text)) == len(feedback_links(page)) == len(LINKS)


@pytest.mark.parametrize("key", ["doi:10.1000/a<b>;c#d?e%f&g", "title:naïve “quotes” 'n'", "arxiv:math/0211159"])
def test_a_link_leads_to_its_paper_whatever_the_key(client, mailbox, key):
    paper = make_paper(key=key, title="The one meant")
    make_letter(kind="digest", key="2026-08-20", contents={"for_you": [], "trending": [{"paper": paper.pk}]})

    for part in parts(mailbox):
        links = feedback_links(part)
        assert len(links) == len(LINKS)
        assert all("The one meant" in client.get(link.removeprefix(site_settings.SITE_URL)).text for link in links)


# ----------------------------------------------------------------------------------------------- more and less like it


@pytest.mark.parametrize(("label", "wanted"), [("More like this", True), ("Less like this", False)])
def test_a_paper_becomes_an_example(client, label, wanted):
    reader, paper = make_reader(), make_paper()

    answer = press(client, place(reader, paper), label)

    interest = reader.interests.get()
    assert (interest.spec, interest.learned_at) == (InterestSpec("paper", paper.key, wanted), NOON)
    assert notice(answer).startswith("Done. This paper is an example of what you")


def test_saying_the_same_again_changes_nothing_and_says_so(client):
    reader, paper = make_reader(), make_paper()
    at = place(reader, paper)
    client.post(at, {"say": f"more:paper:{paper.key}"})
    before = every_row()

    again = client.post(at, {"say": f"more:paper:{paper.key}"})

    assert every_row() == before
    assert notice(again) == "Nothing changed: it was already so. This paper is an example of what you want."


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
    assert notice(answer) == "Done. You do not want papers about Letters & post."


def test_a_topic_that_brought_a_paper_by_a_word_in_passing_can_be_unwanted_too(client):
    topic, paper = make_topic(name="Letters & post"), make_paper()
    make_score(paper, topic, 0.2)

    assert "Not this topic: Letters & post" in buttons(client.get(place(make_reader(topics=[topic.slug]), paper)))


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
