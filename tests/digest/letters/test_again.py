"""An old paper that is trending again, out of the tables into a letter."""

from datetime import date, timedelta

import pytest

from digest import previewing
from digest.letters import composing, planning
from papers.models import Paper, Signal
from subscriptions import signing_up
from subscriptions.interests.kinds import InterestSpec
from tests.digest.letters.days import BEGINS, at, begun, both_parts, letter_of, live, paper_of, papers_in
from tests.factories import make_reader, make_score, make_topic

pytestmark = pytest.mark.django_db


def old_paper(gained: int = 60, **fields: object) -> Paper:
    """Of March 2024, which gets votes again in the days before BEGINS."""
    day = date(2024, 3, 8)
    paper = paper_of(day, **{"published_on": date(2024, 3, 7), "votes": 500 + gained} | fields)
    Signal.objects.create(paper=paper, at=at(BEGINS) - timedelta(days=9), votes=500)
    Signal.objects.create(paper=paper, at=at(BEGINS) - timedelta(hours=5), votes=500 + gained)
    return paper


def new_papers(count: int = 3) -> list[Paper]:
    """Each gets ten votes a day."""
    papers = [paper_of(BEGINS - timedelta(days=1), votes=15) for _ in range(count)]
    for paper in papers:
        Signal.objects.create(paper=paper, at=at(BEGINS) - timedelta(hours=1), votes=15)
    return papers


def test_it_comes_in_trending_and_says_from_when_it_is_in_both_parts():
    reader, new, old = begun(), new_papers(), old_paper()

    planning.tick(at(BEGINS))

    assert papers_in(letter_of(reader, BEGINS)) == [*(paper.pk for paper in new), old.pk]
    assert all("from March 2024, trending again" in part for part in both_parts(letter_of(reader, BEGINS)))


def test_it_comes_once():
    reader, _new, old = begun(), new_papers(), old_paper()

    live(BEGINS, 2)

    assert old.pk not in papers_in(letter_of(reader, BEGINS + timedelta(days=1)))


@pytest.mark.parametrize(("gained", "is_listed"), [(3, True), (60, False)])
def test_few_votes_or_never_having_been_listed_bring_no_old_paper(gained: int, is_listed: bool):
    reader, new, old = begun(), new_papers(), old_paper(gained)
    if not is_listed:
        old.sightings.all().delete()
        Paper.objects.filter(pk=old.pk).update(listed_on=None)

    planning.tick(at(BEGINS))

    assert papers_in(letter_of(reader, BEGINS)) == [paper.pk for paper in new]


def test_a_welcome_letter_has_none():
    reader, new, _old = make_reader(confirmed_at=None), new_papers(), old_paper()
    signing_up.confirm(reader, at(BEGINS))
    letter = reader.letters.select_related("subscriber").get(kind="welcome")

    composing.welcome([letter], at(BEGINS))

    assert papers_in(letter) == [paper.pk for paper in new]


def test_the_preview_has_the_same_one_and_keeps_out_what_is_not_wanted():
    new_papers()
    unwanted, old = old_paper(gained=90), old_paper()
    topic = make_topic()
    make_score(unwanted, topic)
    reader = begun()
    reader.add_interest(InterestSpec("topic", topic.slug, wanted=False))
    previewing.drop_caches()

    preview = previewing.of_reader(reader, at(BEGINS))
    planning.tick(at(BEGINS))

    assert papers_in(letter_of(reader, BEGINS))[-1] == old.pk
    assert preview.letter.contents == letter_of(reader, BEGINS).contents
    assert [shown.reason for shown in preview.parts.trending][-1] == "from March 2024, trending again"
