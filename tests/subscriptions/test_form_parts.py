"""The preferences' form is folded in parts: each says what it holds, and opens where an answer needs correcting."""

import re

import pytest

from subscriptions.interests.kinds import InterestSpec
from tests.factories import make_paper, make_reader, make_topic
from tests.subscriptions.saving import PAGE
from tests.subscriptions.test_views import interests, open_preferences

pytestmark = pytest.mark.django_db

HEADINGS = [
    "In your own words, and papers like these",
    "Topics",
    "Authors, organisations, categories",
    "What you do not want to read about",
    "Your digest",
    "When",
]


@pytest.fixture
def reader(client):
    reader = make_reader(zone="America/New_York", hour=18)
    open_preferences(client, reader)
    return reader


def parts(text: str) -> dict[str, tuple[bool, str]]:
    """By heading: whether it is open, and what it says."""
    found = re.findall(
        r'<details class="part[^"]*"( open)?><summary><h2>(.*?)</h2> <span class="muted">(.*?)</span></summary>', text
    )
    return {heading: (bool(is_open), said) for is_open, heading, said in found}


def test_ones_own_words_and_pasting_stand_first_and_all_else_is_folded(client, reader):
    found = parts(client.get(PAGE).text)

    assert list(found) == HEADINGS
    assert [heading for heading, (is_open, _said) in found.items() if is_open] == HEADINGS[:1]


def test_each_part_says_what_it_holds(client, reader):
    topic, unwanted = make_topic(name="Ferries & tides"), make_topic(name="Apples")
    reader.choose(
        [
            InterestSpec("topic", topic.slug),
            InterestSpec("topic", unwanted.slug, wanted=False),
            InterestSpec("phrase", "quays"),
            InterestSpec("paper", make_paper(title="Harbours").key),
            InterestSpec("author", "Ada Quill", guard=("cs.CL",)),
            InterestSpec("organisation", "Orchard Lab", wanted=False),
        ]
    )

    said = [said for _is_open, said in parts(client.get(PAGE).text).values()]

    assert said == [
        "quays, Harbours",
        "Ferries &amp; tides",
        "Ada Quill (cs.CL)",
        "Apples, Orchard Lab",
        "Most papers in a digest: 10, Balanced",
        "18:00 New York",
    ]


def test_of_many_the_first_are_named_and_the_others_counted(client, reader):
    reader.choose(InterestSpec("phrase", f"phrase {number}") for number in range(6))

    said = parts(client.get(PAGE).text)[HEADINGS[0]][1]

    assert said == "phrase 0, phrase 1, phrase 2, phrase 3 and 2 more"


@pytest.mark.parametrize(
    ("wrong", "heading"),
    [
        ({"topics": ["none-such"]}, "Topics"),
        ({"categories": "cs.XX"}, "Authors, organisations, categories"),
        ({"unwanted_categories": "cs.XX"}, "What you do not want to read about"),
        ({"cap": "many"}, "Your digest"),
        ({"hour": "25"}, "When"),
        ({"paused_until": "soon"}, "When"),
    ],
)
def test_a_part_with_an_answer_that_needs_correcting_is_open(client, reader, wrong, heading):
    found = parts(client.post(PAGE, interests(**wrong)).text)

    assert [name for name, (is_open, _said) in found.items() if is_open] == [HEADINGS[0], heading]
