"""The change to released topics' phrases: what an operator wrote stays."""

import importlib

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from papers.models import Topic
from papers.text.phrases import list_of_phrases
from tests.factories import make_topic

pytestmark = pytest.mark.django_db
migration = importlib.import_module("papers.migrations.0006_phrases")


def migrated(**fields) -> Topic:
    Topic.objects.filter(slug=fields["slug"]).delete()
    topic = make_topic(**fields)
    migration.curate(apps, connection.schema_editor())  # Not entered: SQLite's cannot be inside a transaction.
    topic.refresh_from_db()
    return topic


@pytest.fixture(autouse=True)
def robotics_changes(monkeypatch):
    """To one invented change, so that these tests do not follow what is curated."""
    monkeypatch.setattr(migration, "CHANGES", {"robotics": migration.Change("legged, LIBERO", '"legged"')})


def test_phrases_are_removed_and_added_and_the_operators_own_stay():
    topic = migrated(slug="robotics", phrases=["legged", "my own robots"], scored_at=timezone.now())

    assert topic.phrases == ["my own robots", '"legged"']
    assert topic.scored_at is None


def test_a_topic_that_is_as_it_should_be_keeps_its_scores():
    topic = migrated(slug="robotics", phrases=["my own robots", '"legged"'], scored_at=timezone.now())

    assert topic.scored_at is not None


def test_an_operators_own_topic_is_left_alone():
    topic = migrated(slug="knitting-robots", phrases=["LIBERO"], scored_at=timezone.now())

    assert topic.phrases == ["LIBERO"]
    assert topic.scored_at is not None


def test_every_topic_has_phrases_that_the_admin_takes():
    for topic in Topic.objects.all():
        list_of_phrases(topic.phrases)
        assert topic.phrases
        assert len(set(topic.phrases)) == len(topic.phrases)
