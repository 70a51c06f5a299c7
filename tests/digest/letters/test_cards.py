"""Cards of letters: made of the columns that they show, and of no others."""

from datetime import date

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from digest.letters.cards import cards_for
from papers.models import Paper
from tests.factories import make_paper

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["html", "txt"])
def test_a_card_shows_what_it_would_show_of_the_whole_row(kind: str):
    """A column that the templates show and PAPER_FIELDS lacks would be its default, and nobody would notice."""
    paper = make_paper(
        doi="10.5555/tide.1",
        identities={"Ada Quill": "huggingface:ada"},
        organisation="Harbour Institute",
        categories=["cs.CL", "cs.LG"],
        keywords=["tides"],
        urls={"code": "https://code.example.org/tide", "project": "https://tide.example.org/"},
        published_on=date(2026, 8, 19),
        votes=7,
        comments=5,
        stars=3,
    )
    whole = {"paper": Paper.objects.get(pk=paper.pk), "paper_url": f"{settings.SITE_URL}{paper.get_absolute_url()}"}

    card = cards_for([paper.pk])[paper.pk]

    shown = card.html if kind == "html" else card.text
    assert shown.strip() == render_to_string(f"mail/card.{kind}", whole).strip()


def test_the_count_of_comments_leads_to_them():
    paper = make_paper(key="arxiv:2608.1", comments=3)

    card = cards_for([paper.pk])[paper.pk]

    assert '<a href="https://huggingface.co/papers/2608.1#community">3 comments</a>' in card.html
    assert "\nComments: https://huggingface.co/papers/2608.1#community" in card.text


@pytest.mark.parametrize(("key", "comments"), [("arxiv:2608.1", 0), ("doi:10.5555/tide.1", 3)])
def test_a_count_of_comments_that_are_nowhere_leads_nowhere(key: str, comments: int):
    paper = make_paper(key=key, comments=comments)

    card = cards_for([paper.pk])[paper.pk]

    assert "#community" not in card.html + card.text
