"""Cards of letters: made of the columns that they show, and of no others."""

from datetime import date

import pytest
from django.template.loader import render_to_string
from pytest_django import Settings

from digest.letters.cards import cards_for, context_of
from papers.models import Paper
from subscriptions.wrapping import wrapped
from tests.factories import make_paper

pytestmark = pytest.mark.django_db
SUMMARY = {"text": "Tides <come> and go.", "by": "tide/model"}


ABSTRACT = "Lamps have gone out. In this paper, we propose Glowworm, a lamp. It has a wick. It saves 31% of the oil."


@pytest.mark.parametrize(
    ("shows", "shown", "hidden"),
    [
        ("sentences", "In this paper, we propose Glowworm, a lamp. It saves 31% of the oil.", "It has a wick."),
        ("abstract", ABSTRACT, "No abstract yet"),
        ("title", "Ada Quill", "Glowworm"),
    ],
)
def test_a_card_shows_what_its_reader_wants_of_a_paper(shows: str, shown: str, hidden: str):
    paper = make_paper(title="Of Lamps", abstract=ABSTRACT)

    card = cards_for([paper.pk], shows)[paper.pk]

    for words in (card.html, " ".join(card.text.split())):
        assert shown in words
        assert hidden not in words


@pytest.mark.parametrize("kind", ["html", "txt"])
def test_a_card_shows_what_it_would_show_of_the_whole_row(kind: str, settings: Settings):
    """A column that the templates show and PAPER_FIELDS lacks would be its default, and nobody would notice."""
    settings.HUGGINGFACE_AI_SUMMARIES = True
    paper = make_paper(
        doi="10.5555/tide.1",
        identities={"Ada Quill": "huggingface:ada"},
        organisation="Harbour Institute",
        categories=["cs.CL", "cs.LG"],
        keywords=["tides"],
        urls={"code": "https://code.example.org/tide", "project": "https://tide.example.org/"},
        linked={"models": {"count": 1, "first": ["tide/model"]}},
        ai_summary=SUMMARY,
        published_on=date(2026, 8, 19),
        votes=7,
        comments=5,
        stars=3,
    )
    whole = context_of(Paper.objects.get(pk=paper.pk), settings.SITE_URL, "summary", 2026) | {
        "site_name": settings.SITE_NAME
    }

    card = cards_for([paper.pk], "summary")[paper.pk]

    shown = card.html if kind == "html" else card.text
    rendered = render_to_string(f"mail/card.{kind}", whole)
    assert shown.strip() == (rendered if kind == "html" else wrapped(rendered)).strip()


def test_votes_lead_to_where_people_vote_and_none_are_not_counted():
    voted, unvoted = make_paper(votes=54), make_paper(votes=0)

    cards = cards_for([voted.pk, unvoted.pk])

    assert f'href="https://huggingface.co/papers/{voted.arxiv_id}">▲\u00a054</a>' in cards[voted.pk].html
    assert "▲" not in cards[unvoted.pk].html
    assert "vote" not in cards[unvoted.pk].text
    assert f'href="https://huggingface.co/papers/{unvoted.arxiv_id}">Hugging\u00a0Face</a>' in cards[unvoted.pk].html
    assert [[name for name, _ in cards[paper.pk].links] for paper in (voted, unvoted)] == [["PDF"], ["PDF"]]


def test_a_paper_that_was_never_on_hugging_face_has_no_link_there():
    paper = make_paper(source="arxiv")

    card = cards_for([paper.pk])[paper.pk]

    assert "huggingface" not in f"{card.html}{card.text}{card.links}"


@pytest.mark.parametrize(
    ("published", "listed", "dated"),
    [
        (date(2026, 8, 17), date(2026, 8, 20), "17 Aug, listed 20 Aug"),
        (date(2024, 3, 3), date(2026, 8, 20), "3 Mar 2024, listed 20 Aug 2026"),
        (date(2026, 8, 20), date(2026, 8, 20), "20 Aug"),
        (date(2026, 8, 20), None, "20 Aug"),
        (None, date(2026, 8, 20), "20 Aug"),
        (date(2025, 3, 3), date(2025, 3, 5), "3 Mar, listed 5 Mar 2025"),
        (date(2025, 12, 30), date(2026, 1, 2), "30 Dec 2025, listed 2 Jan 2026"),
    ],
)
def test_the_day_of_listing_is_told_where_it_differs(published: date | None, listed: date | None, dated: str):
    paper = make_paper()
    Paper.objects.update(published_on=published, listed_on=listed)

    card = cards_for([paper.pk])[paper.pk]

    assert dated in card.html.replace("\u00a0", " ")
    assert dated in card.text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("authors", "byline"),
    [
        (["Ada"], "Ada"),
        (["Ada", "Ben", "Cleo"], "Ada, Ben, Cleo"),
        (["Ada", "Ben", "Cleo", "Dag"], "Ada, Ben … Dag (4 authors)"),
        ([], ""),
    ],
)
def test_a_byline_names_the_first_two_authors_and_the_last(authors: list[str], byline: str):
    assert make_paper(authors=authors).byline == byline


def test_the_count_of_comments_leads_to_them():
    paper = make_paper(key="arxiv:2608.1", comments=3)

    card = cards_for([paper.pk])[paper.pk]

    assert '<a href="https://huggingface.co/papers/2608.1#community">3\u00a0comments</a>' in card.html
    assert "\n  3\u00a0comments: https://huggingface.co/papers/2608.1#community" in card.text


@pytest.mark.parametrize(("key", "comments"), [("arxiv:2608.1", 0), ("doi:10.5555/tide.1", 3)])
def test_a_count_of_comments_that_are_nowhere_leads_nowhere(key: str, comments: int):
    paper = make_paper(key=key, comments=comments)

    card = cards_for([paper.pk])[paper.pk]

    assert "#community" not in card.html + card.text


LABEL = "AI-generated summary, Hugging Face"


def test_a_summary_that_a_machine_wrote_is_labelled_and_shown_to_whoever_asked_for_it(settings: Settings):
    paper = make_paper(abstract="Of tides.", ai_summary=SUMMARY)
    settings.HUGGINGFACE_AI_SUMMARIES = True

    card = cards_for([paper.pk], "summary")[paper.pk]

    assert (
        f'<p class="says">Tides &lt;come&gt; and go. <span class="order">({LABEL}, tide/model)</span></p>' in card.html
    )
    assert f"\n\n  Tides <come> and go. ({LABEL}, tide/model)\n\n  PDF: " in card.text
    assert "Of tides." not in card.html + card.text


@pytest.mark.parametrize("shows", ["sentences", "abstract", "title"])
def test_nobody_else_gets_it(shows: str, settings: Settings):
    paper = make_paper(abstract="Of tides.", ai_summary=SUMMARY)
    settings.HUGGINGFACE_AI_SUMMARIES = True

    card = cards_for([paper.pk], shows)[paper.pk]

    assert LABEL not in card.html + card.text


def test_a_summary_whose_maker_is_unknown_names_none(settings: Settings):
    paper = make_paper(ai_summary=SUMMARY | {"by": ""})
    settings.HUGGINGFACE_AI_SUMMARIES = True

    card = cards_for([paper.pk], "summary")[paper.pk]

    assert f"({LABEL})" in card.html
    assert f"({LABEL})" in card.text


def test_where_the_site_keeps_no_summaries_key_sentences_stand_in_their_place(settings: Settings):
    paper = make_paper(abstract="Of tides.", ai_summary=SUMMARY)
    shown = []
    for is_kept in (True, False, True):
        settings.HUGGINGFACE_AI_SUMMARIES = is_kept
        card = cards_for([paper.pk], "summary")[paper.pk]
        shown.append((LABEL in card.html, "Of tides." in card.html))

    assert shown == [(True, False), (False, True), (True, False)]


def test_a_long_summary_is_cut_so_that_a_letter_stays_small(settings: Settings):
    paper = make_paper(ai_summary=SUMMARY | {"text": "word " * 300 + "end."})
    settings.HUGGINGFACE_AI_SUMMARIES = True

    card = cards_for([paper.pk], "summary")[paper.pk]

    assert "word …" in card.html
    assert "end." not in card.html + card.text


def test_a_paper_without_a_summary_shows_its_key_sentences(settings: Settings):
    paper = make_paper(abstract="Of tides.")
    settings.HUGGINGFACE_AI_SUMMARIES = True

    card = cards_for([paper.pk], "summary")[paper.pk]

    assert LABEL not in card.html + card.text
    assert "Of tides." in card.html


def test_under_its_title_all_that_the_text_says_of_a_paper_is_indented():
    paper = make_paper(title="Of Lamps " * 12, authors=["A Rather Long Name"] * 3, organisation="Harbour " * 9)
    card = cards_for([paper.pk])[paper.pk]
    reason = "matches Lamps: " + "lamp " * 20

    shown = wrapped(card.shown("paper", "txt", reason, "https://papers.example.org/feedback/"))
    title, rest = shown.strip().split("\n  ", 1)

    assert " ".join(title.split()) == paper.title.strip()
    assert [line for line in rest.split("\n")[1:] if line and not line.startswith("  ")] == []
    assert rest.index("matches Lamps") < rest.index("Harbour") < rest.index(paper.abstract)
    assert max(map(len, rest.split("\n"))) <= 76


@pytest.mark.parametrize("votes", [0, 7])
@pytest.mark.parametrize("shows", ["sentences", "abstract", "title"])
def test_within_a_card_of_the_text_no_two_lines_in_a_row_are_empty(shows: str, votes: int):
    paper = make_paper(votes=votes)

    shown = cards_for([paper.pk], shows)[paper.pk].shown("paper", "txt", "", "https://papers.example.org/feedback/")

    assert "\n\n\n" not in shown.strip()
