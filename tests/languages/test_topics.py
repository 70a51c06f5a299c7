"""The topics that the site ships with are called in its language."""

import pytest
from django.utils import translation

from digest.management.commands.makemessages import GROUPS
from papers.models import Topic
from papers.search import names
from tests.factories import make_paper, make_score
from tests.languages import pseudo

pytestmark = pytest.mark.django_db


def test_a_translation_is_asked_for_every_group_of_topics():
    assert set(GROUPS) == set(Topic.objects.values_list("group", flat=True))


def test_a_topic_is_shown_and_found_by_its_name_in_the_language_of_the_site(client):
    topic = Topic.objects.get(slug="robotics")
    make_score(make_paper(), topic)
    with pseudo.spoken():
        name = translation.gettext(topic.name)
        page = client.get("/topic/robotics/").text
        found = names.called(name)

    assert f"<h1>{name}</h1>" in page
    assert [one.address for one in found] == ["/topic/robotics/"]
