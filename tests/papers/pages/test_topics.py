"""The pages of topics."""

from datetime import timedelta

import pytest

from tests.factories import DAY, make_paper, make_score, make_topic

pytestmark = pytest.mark.django_db


def test_topics_are_listed_in_their_groups_with_what_they_are(body):
    make_topic(name="Post", group="Zeta", description="Letters and who carries them.", slug="post")

    page = body("/topics/")

    assert page.index("Zeta") < page.index('href="/topic/post/"') < page.index("Letters and who carries them.")


def test_a_topic_lists_the_latest_day_first_then_the_most_voted(body):
    topic = make_topic(slug="post")
    for title, day, votes in [("C", DAY - timedelta(days=1), 99), ("B", DAY, 1), ("A", DAY, 5)]:
        make_score(make_paper(title=f"Paper {title}", listed_on=day, votes=votes), topic)

    page = body("/topic/post/")

    assert page.index("Paper A") < page.index("Paper B") < page.index("Paper C")


def test_a_topic_leaves_out_what_is_older_than_30_days_or_hardly_about_it(body):
    topic = make_topic(slug="post")
    make_score(make_paper(title="Recent"), topic, score=0.5)
    make_score(make_paper(title="Within", listed_on=DAY - timedelta(days=29)), topic)
    make_score(make_paper(title="Too old", listed_on=DAY - timedelta(days=30)), topic)
    make_score(make_paper(title="Hardly"), topic, score=0.49)

    page = body("/topic/post/")

    assert [title for title in ("Recent", "Within", "Too old", "Hardly") if title in page] == ["Recent", "Within"]


def test_a_topic_shows_what_counts_as_it(body):
    make_topic(slug="post", phrases=["morning post", "letter & box"])

    page = body("/topic/post/")

    assert "<q>morning post</q>, <q>letter &amp; box</q>" in page


def test_a_topic_shows_twenty_papers_a_page(body):
    topic = make_topic(slug="post")
    for _ in range(21):
        make_score(make_paper(), topic)

    first, second = body("/topic/post/"), body("/topic/post/?page=2")

    assert (first.count('class="card"'), second.count('class="card"')) == (20, 1)
    assert 'rel="next" href="?page=2"' in first
    assert 'rel="prev" href="?page=1"' in second


@pytest.mark.parametrize("number", ["", "0", "-1", "2.5", "x", "%00", "99", "9" * 5000])
def test_a_page_that_does_not_exist_shows_one_that_does(client, number):
    make_score(make_paper(title="Here"), make_topic(slug="post"))

    assert "Here" in client.get(f"/topic/post/?page={number}").content.decode()
