"""The next letter before its time: it is the very one that is then planned, and looking at it changes nothing."""

import re
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from digest import previewing
from digest.letters import composing, planning
from digest.letters.composing import Parts
from digest.matching import gathering
from digest.models import Given
from digest.previewing import Preview
from papers.models import Paper, Signal, Topic
from papers.search import fits, understanding
from papers.sources.base import Listing
from papers.storing import merge_papers
from subscriptions.forms import PreferencesForm
from subscriptions.interests.kinds import InterestSpec
from subscriptions.letters import Skip
from subscriptions.models import Letter, Subscriber
from tests.factories import make_letter, make_paper, make_reader, make_score, make_topic
from tests.invented import SUBJECTS, text
from tests.subscriptions.test_views import NOON, errors, every_row, interests, open_preferences, travel

pytestmark = pytest.mark.django_db
PAGE, PART = "/preferences/preview/", "/preferences/preview/?part"
AUTHORS = ("Ada Quill", "Tomas Brandt", "Wei Zhang", "Noor Haddad", "Ines Faro")
ORGANISATIONS = ("Harbour Institute", "Orchard Lab", "")
CATEGORIES = ("cs.CL", "cs.RO", "stat.ML", "math.AG")
LISTED = 180
READERS = 24


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch):
    travel(monkeypatch, NOON)
    previewing.drop_caches()  # the rows of another test may have the same keys


def due_reader(**fields: Any) -> Subscriber:
    return make_reader(**{"hour": 12, "next_due_at": NOON, "read_up_to": NOON - timedelta(days=1), **fields})


# ----------------------------------------------------------------------------------------------- the letter that comes


def make_world(dice: np.random.Generator) -> tuple[list[Paper], list[Topic]]:
    """Papers of the last twenty days, voted for and about this and that."""
    topics = [make_topic(name=f"Topic of {name}") for name in ("ferries", "apples", "tides")]
    papers = [_paper(number, dice) for number in range(LISTED)]
    for paper in papers:
        for topic in topics:
            if dice.random() < 0.15:
                make_score(paper, topic, float(dice.choice([0.5, 0.6, 1.0])), phrase=paper.title.split()[0])
    return papers, topics


def _paper(number: int, dice: np.random.Generator) -> Paper:
    title, abstract = text(number, SUBJECTS[number % 2])
    day = NOON.date() - timedelta(days=int(dice.integers(20)))
    paper = make_paper(
        title=title,
        abstract=abstract,
        listed_on=day,
        first_seen_at=datetime(day.year, day.month, day.day, int(dice.integers(12)), tzinfo=UTC),
        votes=int(dice.integers(40)),
        authors=dice.choice(AUTHORS, 2, replace=False).tolist(),
        organisation=str(dice.choice(ORGANISATIONS)),
        categories=dice.choice(CATEGORIES, 2, replace=False).tolist(),
    )
    Signal.objects.create(paper=paper, at=NOON - timedelta(hours=int(dice.integers(1, 60))), votes=paper.votes)
    return paper


def some_interests(papers: list[Paper], topics: list[Topic], dice: np.random.Generator) -> list[InterestSpec]:
    """Of all kinds, wanted and unwanted, in any order."""
    words = [" ".join(paper.title.split()[:2]) for paper in papers]
    values = [
        *(("topic", topic.slug) for topic in topics),
        *(("phrase", str(dice.choice(words))) for _ in range(3)),
        *(("paper", papers[int(dice.integers(LISTED))].key) for _ in range(7)),
        *(("author", name) for name in AUTHORS[:3]),
        *(("organisation", name) for name in ORGANISATIONS[:2]),
        *(("category", name) for name in CATEGORIES[:3]),
    ]
    chosen = dice.choice(len(values), int(dice.integers(0, 10)), replace=False)
    found = [InterestSpec(*values[one], wanted=bool(dice.random() < 0.8)) for one in chosen]
    guarded = [
        interest._replace(guard=("cs.CL",)) if interest.kind == "author" and dice.random() < 0.5 else interest
        for interest in found
    ]
    return list({interest.name: interest for interest in guarded}.values())


def make_any_reader(papers: list[Paper], topics: list[Topic], dice: np.random.Generator) -> Subscriber:
    """Somebody who is due, with a history."""
    reader = due_reader(
        cap=int(dice.choice([1, 2, 3, 5, 10, 30])),
        bar=Subscriber.Bar.values[Subscriber.objects.count() % 3],
        trending_muted_at=NOON if dice.random() < 0.4 else None,
        read_up_to=NOON - timedelta(hours=int(dice.choice([6, 24, 24, 24, 72, 400]))),
        paused_until=date(2026, 9, 1) if dice.random() < 0.1 else None,
    )
    reader.choose(some_interests(papers, topics, dice))
    for state in (Letter.State.SENT, Letter.State.FAILED, Letter.State.UNCERTAIN):
        letter = make_letter(reader, state=state)
        for place in dice.choice(LISTED, 12, replace=False):
            Given.objects.get_or_create(subscriber=reader, paper=papers[place], defaults={"letter": letter})
    return reader


def cards(parts: Parts) -> dict[str, Any]:
    """What is shown of each paper in both parts; without the readers' own links, which say when they were made."""
    return {name: [(one.card, one.reason) for one in part] for name, part in parts._asdict().items()}


def said(letter: Letter, preview: Preview) -> str:
    """The text that a mail program would show, but for the tokens in its links."""
    letter = preview.letter if letter is None else letter
    composed = composing.digest([letter], NOON)[letter.pk]
    body = str(composed) if isinstance(composed, Skip) else composed.message().body
    return re.sub(r"/(feedback|manage|unsubscribe)/[^/]+/", r"/\1/", str(body))


@pytest.mark.parametrize(("seed", "fitted"), [(0, "a fit"), (1, "a fit"), (2, "no fit")])
def test_the_preview_is_the_letter_that_is_then_sent_card_for_card(monkeypatch, seed, fitted):
    dice = np.random.default_rng(seed)
    papers, topics = make_world(dice)
    monkeypatch.setattr(fits, "FEWEST_PAPERS", 100)
    understanding.keep_up()
    if fitted != "no fit":
        understanding.refit("light", NOON)
    readers = [make_any_reader(papers, topics, dice) for _ in range(READERS)]
    before = every_row()

    previews = {reader.pk: previewing.of_reader(reader, NOON) for reader in readers}
    assert every_row() == before
    assert planning.tick(NOON) > READERS / 2

    for letter in Letter.objects.filter(kind="digest"):
        preview = previews[letter.subscriber_id]
        if letter.reason == "paused":
            assert preview.is_paused
            continue
        assert preview.letter.reason == letter.reason
        assert preview.letter.contents == letter.contents
        assert cards(preview.parts) == cards(composing.parts(letter, composing.cards_of([letter])))
        assert said(preview.letter, preview) == said(letter, preview)
    shown = [preview.letter.contents for preview in previews.values()]
    assert any(item.get("late") for contents in shown for item in contents["for_you"])
    assert {"bar", "cap"} <= {item["lacked"]["code"] for contents in shown for item in contents["near_misses"]}


def test_the_preview_of_a_form_is_that_of_the_same_form_once_it_is_saved(monkeypatch):
    dice = np.random.default_rng(9)
    papers, topics = make_world(dice)
    monkeypatch.setattr(fits, "FEWEST_PAPERS", 100)
    understanding.refit("light", NOON)
    for _ in range(READERS):
        reader = make_any_reader(papers, topics, dice)
        form = PreferencesForm(reader, typed(some_interests(papers, topics, dice), dice))
        assert form.is_valid(), form.errors

        unsaved = previewing.of_form(form, NOON)
        form.apply()
        form.reader.schedule(NOON)
        form.reader.save()

        saved = previewing.of_reader(Subscriber.objects.get(pk=reader.pk), NOON)
        assert unsaved.letter.contents == saved.letter.contents
        assert (unsaved.days, unsaved.near_misses) == (saved.days, saved.near_misses)
        assert unsaved.next_letter == saved.next_letter


FIELDS = {
    "phrase": ("phrases", "unwanted_phrases"),
    "author": ("authors", "unwanted_authors"),
    "organisation": ("organisations", "unwanted_organisations"),
    "category": ("categories", "unwanted_categories"),
    "paper": ("paste", "unwanted_paste"),
}


def typed(asked: list[InterestSpec], dice: np.random.Generator) -> dict[str, Any]:
    """A form with these interests."""
    fields: dict[str, Any] = interests(
        cap=str(dice.choice([1, 5, 10])),
        bar=str(dice.choice(Subscriber.Bar.values)),
        trending="on" if dice.random() < 0.5 else "",
    )
    fields["topics"] = [interest.value for interest in asked if interest.kind == "topic" and interest.wanted]
    fields["muted"] = [interest.value for interest in asked if interest.kind == "topic" and not interest.wanted]
    for kind, names in FIELDS.items():
        for name, wanted in zip(names, (True, False), strict=True):
            fields[name] = "\n".join(
                interest.written for interest in asked if (interest.kind, interest.wanted) == (kind, wanted)
            )
    return fields | {name: value for name, value in fields.items() if value != ""}


def test_a_paper_that_was_stored_meanwhile_is_in_the_next_preview():
    topic = make_topic()
    reader = due_reader(topics=[topic.slug], trending_muted_at=NOON)
    make_score(make_paper(first_seen_at=NOON - timedelta(hours=2)), topic)
    previewing.of_reader(reader, NOON)
    make_score(paper := make_paper(first_seen_at=NOON - timedelta(hours=1)), topic)

    preview = previewing.of_reader(reader, NOON)

    assert paper.pk in [item["paper"] for item in preview.letter.contents["for_you"]]


def test_a_title_that_was_corrected_meanwhile_is_in_the_next_preview():
    reader = due_reader(trending_muted_at=NOON)
    reader.add_interest(InterestSpec("phrase", "ferries"))
    said = [Listing(key="arxiv:2608.00001", arxiv_id="2608.00001", title=title) for title in ("Harbours", "Ferries")]
    previews = []

    for minutes, listing in enumerate(said):
        now = NOON - timedelta(hours=1) + timedelta(minutes=minutes)
        merge_papers([listing], "huggingface", "api", NOON.date(), now)
        understanding.keep_up()
        previews.append(previewing.of_reader(reader, NOON))

    assert [preview.total for preview in previews] == [0, 1]


def test_nothing_is_gathered_twice_while_nothing_has_changed():
    topic = make_topic()
    make_score(make_paper(), topic)
    first, second = due_reader(topics=[topic.slug]), due_reader()

    stocks = [previewing.stock(NOON + timedelta(minutes=minutes)) for minutes in (0, 5)]

    assert stocks[0].pool is stocks[1].pool
    assert len(previewing.of_reader(first, NOON).parts.for_you) == 1
    assert previewing.of_reader(second, NOON).parts.for_you.cards == []


def test_papers_a_day_are_counted_by_the_day_of_their_list_whatever_the_cap_and_what_was_given():
    topic = make_topic()
    reader = due_reader(topics=[topic.slug], cap=1)
    papers = [make_paper(listed_on=date(2026, 8, day)) for day in (20, 20, 18, 7, 6)]
    for paper in papers:
        make_score(paper, topic)
    Given.objects.create(subscriber=reader, paper=papers[0], letter=make_letter(reader, state=Letter.State.SENT))

    preview = previewing.of_reader(reader, NOON)

    counted = {day.day.day: day.papers for day in preview.days if day.papers}
    assert counted == {20: 2, 18: 1, 7: 1}
    assert (len(preview.days), preview.total) == (14, 4)


# ------------------------------------------------------------------------------------------------------------ the page


@pytest.fixture
def reader(client) -> Subscriber:
    reader = due_reader()
    open_preferences(client, reader)
    return reader


def a_paper(**fields: Any) -> Paper:
    paper = make_paper(**{"title": "Ferries without harbours", "first_seen_at": NOON - timedelta(hours=1)} | fields)
    understanding.keep_up()
    return paper


@pytest.mark.parametrize("address", [PAGE, PART])
def test_what_is_typed_is_previewed_and_nothing_is_stored(client, reader, address):
    paper = a_paper()
    before = every_row()

    page = client.post(address, interests(phrases="ferry without harbours", trending=""))

    assert paper.title in page.text
    assert "says &#x27;Ferries without harbours&#x27;" in page.text
    assert every_row() == before
    assert "no-store" in page.headers["Cache-Control"]


def test_the_page_keeps_everything_typed_and_saves_where_the_form_always_saves(client, reader):
    page = client.post(PAGE, interests(phrases="ferry harbours", hour="19", unwanted_authors="Wei Zhang"))

    assert escape("ferry harbours") in page.text
    assert re.search(r'value="19"[^>]* selected', page.text)
    assert "Wei Zhang" in page.text
    assert '<form method="post" action="/preferences/"' in page.text


def test_the_part_alone_has_no_page_around(client, reader):
    part = client.post(PART, interests())

    assert "<html" not in part.text
    assert "your next letter is due on" in part.text


def test_looking_shows_what_is_saved(client, reader):
    paper = a_paper()
    reader.add_interest(InterestSpec("phrase", "ferries"))

    page = client.get(PAGE)

    assert f"says &#x27;{paper.title.split()[0]}&#x27; (you asked for ferries)" in page.text or "says" in page.text
    assert paper.title in page.text


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ({"categories": "cs.NO.SUCH"}, "Expected an arXiv category like cs.CL, found cs.NO.SUCH."),
        ({"cap": "0"}, "Ensure this value is greater than or equal to 1."),
        ({"phrases": "RAG", "unwanted_phrases": "RAG"}, "Expected each thing as wanted or as not wanted"),
    ],
)
def test_a_bad_answer_gets_the_forms_own_sentence(client, reader, bad, sentence):
    page, part = client.post(PAGE, interests(**bad)), client.post(PART, interests(**bad))

    assert (page.status_code, part.status_code) == (200, 400)
    assert len(errors(page)) == len(errors(part)) == 1
    assert sentence in errors(page)[0]
    assert sentence in errors(part)[0]


def test_an_empty_form_is_not_taken_for_none(client, reader):
    assert client.post(PART).status_code == 400


def test_without_a_visit_the_way_in_is_offered(client):
    for answer in (client.get(PAGE), client.post(PART, interests())):
        assert answer.headers["Location"] == "/my-link/"


def test_no_other_site_can_have_a_readers_letter_written():
    browser, reader = Client(enforce_csrf_checks=True), due_reader()
    open_preferences(browser, reader)

    assert browser.post(PART, interests()).status_code == 403


def test_a_letter_without_papers_says_that_it_would_be_skipped(client, reader):
    part = client.post(PART, interests(phrases="ferries"))

    assert "there would be nothing new to bring, and it would be skipped" in part.text


def test_a_pause_says_when_letters_come_again(client, reader):
    part = client.post(PART, interests(paused_until="2026-09-03"))

    assert "Letters are paused." in part.text
    assert "your next letter is due on Thursday, 3 September 2026 at 07:00 (UTC)" in part.text


def test_a_near_miss_says_what_it_lacked(client, reader):
    first, second = a_paper(votes=9), a_paper(title="More ferries without harbours")

    part = client.post(PART, interests(phrases="ferries without harbours", cap="1", trending=""))

    assert part.text.index(first.title) < part.text.index("Nearly") < part.text.index(second.title)
    assert "there was no place left in a letter of 1" in part.text


def test_the_chart_can_be_read_without_seeing_it(client, reader):
    a_paper()

    part = client.post(PART, interests(phrases="ferries"))

    assert "Less than one paper a day over the last 14 days" in part.text
    assert "1 paper in all says what you ask for" in part.text
    assert re.search(
        r'<svg[^>]* role="img" aria-labelledby="a-day-title"><title[^>]*>Papers a day:.* 20 Aug: 1</title>', part.text
    )


def test_a_preview_asks_no_more_of_the_database_for_many_interests_than_for_few(client, reader):
    papers = [a_paper(title=f"Ferries {number}") for number in range(30)]

    def questions(count: int) -> int:
        keys = "\n".join(paper.key.removeprefix("arxiv:") for paper in papers[:count])
        words = "\n".join(f"phrase {number}" for number in range(count))
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.post(PART, interests(phrases=words, paste=keys, cap="30")).status_code == 200
        return len(captured)

    questions(3)  # what is kept of the papers is then there

    assert questions(25) == questions(3)


# --------------------------------------------------------------------------------------------------------- the command


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("preview", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_the_letter_and_what_nearly_came():
    topic = make_topic(name="Ferries")
    reader = due_reader(topics=[topic.slug], cap=1, trending_muted_at=NOON)
    came, nearly = (make_paper(first_seen_at=NOON, title=title) for title in ("A ferry", "A second ferry"))
    make_score(came, topic, phrase="ferry")
    make_score(nearly, topic, 0.6, phrase="ferry")

    said = printed(reader.address.upper(), "--now", "2026-08-20T12:00:00Z")

    assert "[matches Ferries: 'ferry']\nA ferry" in said
    assert "Nearly: A second ferry\n  there was no place left in a letter of 1" in said


def test_the_command_says_that_there_would_be_no_letter():
    assert printed(due_reader().address) == "No letter: nothing new\n"


@pytest.mark.parametrize("make", [lambda: "nobody@example.org", lambda: due_reader(left_at=NOON).address])
def test_the_command_has_one_sentence_for_who_gets_no_letters(make):
    with pytest.raises(CommandError, match="expected the address of a reader who gets letters"):
        printed(make())


def test_a_pool_of_a_window_and_that_of_all_days_give_a_reader_the_same(monkeypatch):
    """What rose, and when, is the same whoever else is due."""
    paper = make_paper(listed_on=date(2026, 8, 15), votes=50, first_seen_at=NOON - timedelta(days=3))
    Signal.objects.create(paper=paper, at=NOON - timedelta(hours=5), votes=50)

    of_window = gathering.pool(NOON - timedelta(days=4), NOON)

    assert [one.risen_at for one in of_window.candidates] == [
        one.risen_at for one in gathering.recent(NOON).candidates
    ]
    assert of_window.candidates[0].risen_at == NOON - timedelta(hours=5)
