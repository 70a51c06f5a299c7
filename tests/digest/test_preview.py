"""The next letter before its time: it is the very one that is then planned, and looking at it changes nothing."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from digest import previewing
from digest.letters import composing, planning
from digest.letters.composing import Parts
from digest.models import Given
from papers.search import fits, understanding
from papers.sources.base import Listing
from papers.storing import merge_papers
from subscriptions.forms import PreferencesForm
from subscriptions.interests.kinds import InterestSpec
from subscriptions.models import Letter, Subscriber
from tests.digest.world import due_reader, make_any_reader, make_world, said, some_interests
from tests.factories import make_letter, make_paper, make_score, make_topic
from tests.subscriptions.test_views import NOON, every_row, interests, open_preferences, travel

pytestmark = pytest.mark.django_db

READERS = 24


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch):
    travel(monkeypatch, NOON)
    previewing.drop_caches()  # the rows of another test may have the same keys


# ----------------------------------------------------------------------------------------------- the letter that comes


def cards(parts: Parts) -> dict[str, Any]:
    """What is shown of each paper in both parts; without the readers' own links, which say when they were made."""
    return {name: [(one.card, one.reason) for one in part] for name, part in parts._asdict().items()}


@pytest.mark.parametrize(
    ("seed", "fitted"), [(0, "a fit"), pytest.param(1, "a fit", marks=pytest.mark.deep), (2, "no fit")]
)
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
