"""The step of the bar that a reader chose stays the same step, whatever score it stands for."""

import importlib

import pytest
from django.apps import apps
from django.db import connection

from subscriptions.models import Subscriber
from tests.factories import make_reader

pytestmark = pytest.mark.django_db
migration = importlib.import_module("subscriptions.migrations.0009_bar")


def test_each_step_of_before_becomes_the_same_step_of_now_and_back_again():
    before = [2.5, 3.0, 4.0]
    readers = [make_reader(bar=bar) for bar in before]

    migration.move(apps, connection.schema_editor())
    now = [Subscriber.objects.get(pk=reader.pk).bar for reader in readers]
    migration.move_back(apps, connection.schema_editor())
    back = [Subscriber.objects.get(pk=reader.pk).bar for reader in readers]

    assert now == Subscriber.Bar.values
    assert back == before
