"""A source's day, read and remembered: through a real web server whose answers the test decides."""

import json
from datetime import timedelta

import pytest

from papers import collecting
from papers.models import Paper, PaperTopic, Topic
from tests.factories import make_topic
from tests.farend import FarEnd
from tests.papers.collecting.samples import DAY, HUGGINGFACE, LATER, MORNING, collect, entry, every_row, lists

pytestmark = pytest.mark.django_db


def test_a_day_is_remembered_in_the_sources_order(far_end: FarEnd):
    lists(far_end, entry(2), entry(1))

    collected = collect()

    assert str(collected) == "huggingface 2026-08-20: 2 listed, 2 new, 0 updated"
    assert [paper.key for paper in Paper.objects.listed(on=DAY, by="huggingface")] == [
        "arxiv:2608.00002",
        "arxiv:2608.00001",
    ]


def test_collecting_twice_changes_nothing(far_end: FarEnd):
    make_topic(phrases=["dictionary learning"])
    lists(far_end, entry(1), entry(2))
    collect()
    before = every_row()

    again = collect(MORNING + LATER)

    assert (again.new, again.updated) == (0, 0)
    assert every_row() == before


def test_a_growing_day_updates_votes_and_adds_papers(far_end: FarEnd):
    lists(far_end, entry(1, upvotes=3))
    lists(far_end, entry(2), entry(1, upvotes=9))
    collect()

    grown = collect(MORNING + LATER)

    assert (grown.new, grown.updated) == (1, 1)
    assert Paper.objects.get(arxiv_id="2608.00001").votes == 9


def test_a_paper_listed_again_another_day_is_one_row_with_two_sightings(far_end: FarEnd):
    before = DAY - timedelta(days=6)
    lists(far_end, entry(1, day=before, upvotes=5), day=before)
    lists(far_end, entry(1, upvotes=8))
    collect(MORNING - timedelta(days=6), before)
    collect()

    paper = Paper.objects.get()

    assert (paper.sightings.count(), paper.votes, paper.listed_on) == (2, 8, DAY)


def test_what_a_later_answer_does_not_say_blanks_nothing(far_end: FarEnd):
    full = entry(1, githubRepo="https://github.com/invented/one", ai_keywords=["one"])
    lists(far_end, full)
    lists(far_end, entry(1))
    collect()

    collect(MORNING + LATER)

    paper = Paper.objects.get()
    assert (paper.urls, paper.keywords) == ({"code": "https://github.com/invented/one"}, ["one"])


def test_pages_are_followed_until_the_last(far_end: FarEnd):
    lists(far_end, *[entry(number) for number in range(100)])
    second = json.dumps([entry(number) for number in range(95, 130)]).encode()
    far_end.answers(f"/api/daily_papers?date={DAY}&limit=100&p=1", body=second)

    collected = collect()

    assert collected.collection.listed == Paper.objects.count() == 130
    assert [paper.votes for paper in Paper.objects.listed(on=DAY, by="huggingface")] == list(range(130))


def test_papers_are_scored_by_every_topic_once(far_end: FarEnd):
    make_topic(phrases=["dictionary learning", "sparse autoencoder"])
    Topic.objects.exclude(group="Invented").delete()
    lists(far_end, entry(1), entry(2, summary="About something else."))

    collect()

    assert list(PaperTopic.objects.values_list("paper__arxiv_id", "phrase")) == [("2608.00001", "dictionary learning")]


def test_an_edited_topic_scores_the_recent_papers_again(far_end: FarEnd):
    lists(far_end, entry(1))
    collect()
    topic = make_topic(phrases=["dictionary learning"], scored_at=None)

    list(collecting.collect_due(HUGGINGFACE, MORNING))

    topic.refresh_from_db()
    assert topic.scored_at == MORNING
    assert topic.papers.count() == 1
