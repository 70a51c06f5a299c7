"""Cards, and the pages of papers."""

from datetime import date

import pytest

from tests.factories import make_paper, make_score, make_topic
from tests.papers.pages.samples import DAY_PAGE, text_of

pytestmark = pytest.mark.django_db


def test_a_card_names_the_first_two_authors_and_the_last_and_says_how_many_they_are(body):
    make_paper(authors=["Ada", "Ben", "Cleo", "Dag", "Eva"], organisation="Harbour Institute")

    page = body(DAY_PAGE)

    assert "Ada, Ben … Eva (5 authors) Harbour Institute" in text_of(page)
    assert "Dag" not in page


def test_a_card_leads_to_its_authors_its_organisation_its_topics_and_its_category(body):
    paper = make_paper(authors=["Ada Quill"], organisation="Harbour/Lab", categories=["cs.RO", "cs.AI"])
    make_score(paper, make_topic(slug="post"))

    card = body(DAY_PAGE).partition('<article class="card">')[2].partition("</article>")[0]

    leads = ["/author/Ada%20Quill/", "/organisation/Harbour/Lab/", "/topic/post/", "/category/cs.RO/"]
    assert [address for address in leads if f'href="{address}"' not in card] == []


def test_a_card_says_nothing_of_what_there_is_none_of(body):
    make_paper(votes=0, comments=0, stars=0)

    card = body(DAY_PAGE).partition('<article class="card">')[2].partition("</article>")[0]

    assert [word for word in ("▲", "comment", "★", "Abstract") if word in card] == []


def test_a_card_says_votes_comments_and_stars_when_they_are_known(body):
    make_paper(votes=92, comments=1, stars=1200)

    page = body(DAY_PAGE)

    assert 'aria-label="92 votes on Hugging Face"' in page
    assert "1 comment<" in page
    assert 'aria-label="1200 stars on GitHub"' in page


def test_a_card_says_nothing_of_stars_that_are_not_known(body):
    make_paper(stars=None)

    assert "stars" not in body(DAY_PAGE)


@pytest.mark.parametrize("address", [DAY_PAGE, "/paper/arxiv:2608.1/"])
def test_the_count_of_comments_leads_to_them(body, address):
    make_paper(key="arxiv:2608.1", comments=3)

    page = body(address)

    assert '<a href="https://huggingface.co/papers/2608.1#community" rel="noopener">3' in page


@pytest.mark.parametrize(("key", "comments"), [("arxiv:2608.1", 0), ("doi:10.5555/tide.1", 3)])
@pytest.mark.parametrize("address", [DAY_PAGE, "/paper/{}/"])
def test_a_count_of_comments_that_are_nowhere_leads_nowhere(body, address, key, comments):
    make_paper(key=key, comments=comments)

    assert "#community" not in body(address.format(key))


def test_a_card_cuts_a_long_abstract_short_and_holds_all_of_it_to_be_opened(body):
    make_paper(key="arxiv:2608.1", abstract="word " * 100 + "end.")

    before, _, opened = body(DAY_PAGE).partition("<details>")

    assert "end." not in before
    assert "end." in opened
    assert "end." in body("/paper/arxiv:2608.1/")


def test_a_card_shows_the_two_surest_topics_that_the_paper_is_about(body):
    paper = make_paper()
    for score in (0.6, 0.9, 0.55, 0.8, 0.7):
        make_score(paper, make_topic(name=f"Sure {score}"), score)

    page = body(DAY_PAGE)

    card = page.partition('<article class="card">')[2].partition("</article>")[0]
    assert card.index("Sure 0.9<") < card.index("Sure 0.8<")
    assert "Sure 0.7<" not in card


@pytest.mark.parametrize("address", [DAY_PAGE, "/paper/arxiv:2608.1/"])
def test_a_topic_that_a_paper_is_hardly_about_is_not_shown_with_it(body, address):
    paper = make_paper(key="arxiv:2608.1")
    make_score(paper, make_topic(name="Just"), 0.5)
    make_score(paper, make_topic(name="Hardly"), 0.49)

    page = body(address)

    assert "Just<" in page
    assert "Hardly<" not in page


@pytest.mark.parametrize("address", [DAY_PAGE, "/paper/arxiv:2608.1/", "/topic/tiny/"])
def test_an_abstract_is_shown_as_the_text_it_is(body, address):
    paper = make_paper(key="arxiv:2608.1", abstract='If x<y then <script>alert("&amp;")</script> holds.')
    make_score(paper, make_topic(slug="tiny"))

    page = body(address)

    assert "If x&lt;y then &lt;script&gt;alert(&quot;&amp;amp;&quot;)&lt;/script&gt; holds." in page
    assert "<script>" not in page


@pytest.mark.parametrize("address", [DAY_PAGE, "/paper/arxiv:2608.1/"])
def test_a_title_and_names_are_shown_as_the_text_they_are(body, address):
    make_paper(
        key="arxiv:2608.1", title="<i>a</i>", authors=["<b>b</b>"], organisation="<u>c</u>", keywords=["<s>d</s>"]
    )

    page = body(address)

    assert not [tag for tag in ("<i>", "<b>", "<u>", "<s>") if tag in page]


@pytest.mark.parametrize("address", [DAY_PAGE, "/paper/arxiv:2608.1/"])
def test_an_absent_abstract_is_said(body, address):
    make_paper(key="arxiv:2608.1", abstract="")

    assert "No abstract yet: the source has not given one." in body(address)


# -------------------------------------------------------------------------------------------------------------- papers


def test_a_paper_page_says_all_that_is_known(body):
    paper = make_paper(
        key="arxiv:2608.1",
        authors=["Ada", "Ben", "Cleo", "Dag"],
        published_on=date(2026, 8, 18),
        urls={"code": "https://example.org/code"},
        keywords=["letters"],
        categories=["cs.CL"],
        votes=92,
        stars=7,
    )
    make_score(paper, make_topic(name="Post"), phrase="morning post")

    page = body("/paper/arxiv:2608.1/")

    said = [
        "Ada, Ben, Cleo, Dag",
        "18 August 2026",
        DAY_PAGE,
        "letters",
        "cs.CL",
        "92",
        "Stars",
        "Post",
        "morning post",
    ]
    assert [words for words in said if words not in page] == []
    assert 'href="https://arxiv.org/abs/2608.1" rel="noopener"' in page
    assert 'href="https://example.org/code" rel="noopener"' in page


def test_a_paper_page_says_what_is_linked_on_hugging_face_in_words(body):
    make_paper(
        key="arxiv:2608.1",
        linked={
            "spaces": {"count": 2, "first": ["tide/demo"]},
            "models": {"count": 3, "first": ["tide/lantern", "lantern"]},
            "datasets": {"count": 1, "first": ["tide/lamps"]},
        },
    )

    page = body("/paper/arxiv:2608.1/")

    words = '<a href="https://huggingface.co/papers/2608.1" rel="noopener">3 models, 1 dataset, 2 Spaces</a>'
    named = [
        ("tide/lantern", "https://huggingface.co/tide/lantern"),
        ("lantern", "https://huggingface.co/lantern"),
        ("tide/lamps", "https://huggingface.co/datasets/tide/lamps"),
        ("tide/demo", "https://huggingface.co/spaces/tide/demo"),
    ]
    links = ", ".join(f'<a href="{address}" rel="noopener">{name}</a>' for name, address in named)
    assert f"{words}: {links}</dd>" in page


def test_a_paper_page_says_how_many_are_linked_where_none_is_named(body):
    make_paper(key="arxiv:2608.1", linked={"spaces": {"count": 1, "first": []}})

    assert 'rel="noopener">1 Space</a></dd>' in body("/paper/arxiv:2608.1/")


def test_a_paper_page_says_nothing_of_what_is_not_known_to_be_linked(body):
    make_paper(key="arxiv:2608.1")

    assert "On Hugging Face" not in body("/paper/arxiv:2608.1/")


SUMMARY = {"text": "Tides <come> and go.", "by": "tide/model"}


@pytest.mark.parametrize(
    "address",
    ["/", DAY_PAGE, "/topic/tiny/", "/trending/", "/about/", "/search/?q=tide", "/paper/arxiv:2608.1/"],
)
def test_a_summary_that_a_model_wrote_stands_on_no_public_page(body, settings, address):
    paper = make_paper(title="A tide", key="arxiv:2608.1", votes=9, ai_summary=SUMMARY)
    make_score(paper, make_topic(slug="tiny"))
    settings.HUGGINGFACE_AI_SUMMARIES = True

    page = body(address)

    assert "AI-generated" not in page
    assert "and go" not in page


def test_an_address_in_an_abstract_becomes_a_link(body):
    make_paper(key="arxiv:2608.1", abstract="Code: https://example.org/a?b=1&c=2.")

    page = body("/paper/arxiv:2608.1/")

    assert '<a href="https://example.org/a?b=1&amp;c=2" rel="nofollow">https://example.org/a?b=1&amp;c=2</a>.' in page


def test_a_key_may_hold_slashes(client):
    paper = make_paper(key="doi:10.1101/2026.08.20/x")

    assert client.get(paper.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("address", ["/paper/arxiv:9999.1/", "/paper/a%00b/", "/paper/%FF/", "/topic/nothing/"])
def test_what_is_not_there_is_not_found(client, address):
    assert client.get(address).status_code == 404
