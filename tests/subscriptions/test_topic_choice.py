"""The short choice of topics, on every page that has one, and the zones in parts of the world."""

import re
from datetime import timedelta

import pytest

from papers.models import Topic
from subscriptions.forms import zones
from subscriptions.links import Purpose
from tests.factories import make_paper, make_reader, make_score, make_topic
from tests.subscriptions.test_views import NOON, is_ticked, link, open_preferences, stranger, travel

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon(monkeypatch):
    travel(monkeypatch, NOON)


def slugs(text: str, name: str = "topics") -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]+)"', text)


@pytest.mark.parametrize("page", ["/subscribe/next/", "confirm", "/preferences/"])
def test_every_topic_can_be_chosen_once_and_groups_are_folded(client, page):
    reader = stranger() if page == "confirm" else make_reader()
    client.post("/subscribe/", {"address": "ada@example.org"})
    if page == "/preferences/":
        open_preferences(client, reader)

    text = client.get(link(reader, Purpose.CONFIRM) if page == "confirm" else page).text

    assert sorted(slugs(text)) == sorted(Topic.objects.values_list("slug", flat=True))
    assert "<details><summary>Robotics and worlds " in text
    assert re.search(r"subscriptions/topics\.\w*\.?js", text)


def test_topics_that_people_voted_for_lately_come_first(client):
    liked, old = make_topic(name="Liked", group="Ferries"), make_topic(name="Old", group="Ferries")
    for votes in (3, 5):
        make_score(make_paper(votes=votes, listed_on=NOON.date()), liked)
    make_score(make_paper(votes=90, listed_on=NOON.date() - timedelta(days=31)), old)

    client.post("/subscribe/", {"address": "ada@example.org"})
    text = client.get("/subscribe/next/").text

    assert slugs(text)[0] == liked.slug
    assert text.index("<legend>Popular</legend>") < text.index(liked.slug) < text.index("<summary>Ferries")
    assert text.index("<summary>Ferries") < text.index(f'"{old.slug}"')


def test_a_paper_that_mentions_a_topic_in_passing_makes_it_not_popular(client):
    topic = make_topic()
    make_score(make_paper(votes=9, listed_on=NOON.date()), topic, 0.3)

    assert Topic.objects.popular(NOON) == []


def test_chosen_topics_are_seen_at_once_and_ticked(client):
    topic = make_topic(group="Ferries")
    reader = make_reader(topics=[topic.slug])
    open_preferences(client, reader)

    page = client.get("/preferences/")

    assert is_ticked(page, topic)
    assert slugs(page.text)[0] == topic.slug
    assert page.text.index("<legend>Chosen</legend>") < page.text.index(f'value="{topic.slug}"')


def test_what_is_ticked_and_not_yet_saved_is_seen_at_once_too(client):
    topic = make_topic(group="Ferries")

    client.post("/subscribe/", {"address": "ada@example.org"})
    page = client.post("/subscribe/next/", {"zone": "nowhere", "hour": "7", "topics": [topic.slug]})

    assert is_ticked(page, topic)
    assert slugs(page.text)[0] == topic.slug


def test_zones_stand_under_their_part_of_the_world():
    parts = {name: dict(places) for name, places in zones() if name != "UTC"}

    assert parts["Europe"]["Europe/Berlin"] == "Berlin"
    assert parts["America"]["America/Argentina/Buenos_Aires"] == "Argentina/Buenos Aires"
    assert list(parts) == sorted(parts)
