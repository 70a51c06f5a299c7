"""Cards, and the pages of papers."""

from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from papers.search import candidates, fits, similar, understanding
from tests.factories import DAY, make_paper, make_score, make_topic
from tests.invented import make_papers
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


@pytest.mark.parametrize("address", [DAY_PAGE, "/paper/arxiv:2608.1/"])
def test_what_stands_for_further_authors_is_no_author_with_a_page(body, address):
    make_paper(key="arxiv:2608.1", authors=["Ada", "Ben", "Cleo", "…"])  # as a list beyond all bounds ends

    assert "/author/Ada/" in body(address)
    assert "/author/%E2%80%A6/" not in body(address)


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
    assert "<script>alert" not in page


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
        "18 August 2026",
        DAY_PAGE,
        "letters",
        "cs.CL",
        "92",
        "GitHub stars",
        "Post",
        "morning post",
    ]
    assert [words for words in said if words not in page] == []
    assert "Ada, Ben, Cleo, Dag ▲ 92 votes 18 August 2026 Post" in text_of(page)
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


def test_nothing_stands_above_a_papers_own_title_but_the_frame(body):
    make_paper(key="arxiv:2608.1", title="The Own Title")

    main = body("/paper/arxiv:2608.1/").partition("</header>")[2]

    assert text_of(main.partition("</h1>")[0]) == "The Own Title"


def test_a_paper_page_says_who_each_fact_comes_from(body):
    paper = make_paper(key="arxiv:2608.1")
    paper.sightings.update(facts={"api": {"title": "Invented", "votes": 3}})
    announced = {"rss": {"abstract": "By arXiv.", "categories": ["cs.CL"]}}
    paper.sightings.create(source="arxiv", day=date(2026, 8, 19), rank=1, facts=announced)

    page = text_of(body("/paper/arxiv:2608.1/"))

    assert "Daily Papers, 20 Aug 2026: title, votes" in page
    assert "arXiv, 19 Aug 2026: abstract, categories" in page


def test_the_votes_of_a_paper_are_a_curve_once_there_are_three_different_points(body):
    paper = make_paper(key="arxiv:2608.1")
    for day, votes in ((20, 3), (21, 9)):
        paper.signals.create(at=datetime(2026, 8, day, 12, tzinfo=UTC), votes=votes)
    before = body("/paper/arxiv:2608.1/")
    paper.signals.create(at=datetime(2026, 8, 23, 12, tzinfo=UTC), votes=30)

    after = body("/paper/arxiv:2608.1/")

    assert "<svg" not in before
    assert "Votes: 3 on 20 Aug, 30 on 23 Aug 2026" in text_of(after)
    assert 'd="M2.0 41.6L' in after  # 3 of 30 votes stand at a tenth of the height


def test_email_me_papers_like_this_is_a_plain_link_to_a_sign_up_that_brings_the_paper_and_its_topics(body):
    make_score(make_paper(key="arxiv:2608.1", title="Lanterns"), make_topic(slug="post", name="Post"))
    make_topic(slug="tide")
    link = "/subscribe/?interests=paper:arxiv%3A2608.1&amp;topics=post"

    assert f'<a href="{link}">Email me papers like this</a>' in body("/paper/arxiv:2608.1/")
    page = body(link.replace("&amp;", "&"))
    assert "<b>paper: Lanterns</b>" in page
    assert [one["value"] for one in BeautifulSoup(page, "html.parser").select("input[name=topics]")] == ["post"]


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("/author/Ada%20Quill/", "interests=author:Ada%20Quill"),
        ("/organisation/Harbour/", "interests=organisation:Harbour"),
        ("/category/cs.CL/", "interests=category:cs.CL"),
        ("/topic/post/", "topics=post"),
        ("/search/?q=lamp+oil", "interests=phrase:lamp%20oil"),
    ],
)
def test_what_a_list_is_of_comes_along_to_the_sign_up(body, page, link):
    paper = make_paper(title="Lamp oil", authors=["Ada Quill"], organisation="Harbour", categories=["cs.CL"])
    make_score(paper, make_topic(slug="post"))
    understanding.keep_up()

    assert f'<a href="/subscribe/?{link}">Email me papers' in body(page)


def test_search_engines_and_reference_managers_know_a_paper_by_its_tags(body):
    make_paper(
        key="arxiv:2608.1",
        title='On "Tides" & <Ebbs>',
        authors=["Ada Quill", "Tomás Brandt"],
        published_on=date(2026, 8, 18),
        doi="10.5555/tide.1",
    )

    tags = BeautifulSoup(body("/paper/arxiv:2608.1/"), "html.parser").select("meta[name^=citation_]")

    said = [(tag["name"].removeprefix("citation_"), tag["content"]) for tag in tags]
    assert said[:7] == [
        ("title", 'On "Tides" & <Ebbs>'),
        ("author", "Ada Quill"),
        ("author", "Tomás Brandt"),
        ("publication_date", "2026/08/18"),
        ("doi", "10.5555/tide.1"),
        ("arxiv_id", "2608.1"),
        ("pdf_url", "https://arxiv.org/pdf/2608.1"),
    ]


def test_a_link_to_a_paper_that_is_passed_on_has_its_title_its_key_sentences_and_a_picture(client, body):
    make_paper(key="arxiv:2608.1", title="Tides")

    head = BeautifulSoup(body("/paper/arxiv:2608.1/"), "html.parser")

    said = {tag["property"]: tag["content"] for tag in head.select("meta[property]")}
    assert said["og:title"] == "Tides"
    assert said["og:description"].startswith("What paper")
    assert said["og:url"] == "http://localhost:8000/paper/arxiv:2608.1/"
    assert client.get(said["og:image"].removeprefix("http://localhost:8000"))["Content-Type"] == "image/png"


@pytest.mark.parametrize(
    ("form", "kind", "begins"),
    [("bib", "application/x-bibtex", "@misc{"), ("ris", "application/x-research-info-systems", "TY  - GEN")],
)
def test_a_paper_is_taken_along_as_a_reference(client, form, kind, begins):
    make_paper(key="doi:10.1101/2026.08.20/x")

    answer = client.get(f"/paper/doi:10.1101/2026.08.20/x.{form}")

    assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.text.startswith(begins)


def test_a_paper_that_is_not_here_has_no_reference(client):
    assert client.get("/paper/arxiv:2608.1.bib").status_code == 404


# ------------------------------------------------------------------------------------------------------ similar papers


@pytest.fixture
def three_alike(monkeypatch):
    """Three papers that say nearly the same, the last much voted for, among others; what they mean is learned."""
    monkeypatch.setattr(fits, "FEWEST_PAPERS", 100)
    candidates.drop_caches()
    make_papers(100)
    alike = [
        make_paper(title=f"Glowworm lanterns {end}", abstract="Glowworm lanterns shine by tide. " * 5, **fields)
        for end, fields in [
            ("first", {}),
            ("newer", {"votes": 1}),
            ("older", {"votes": 50, "listed_on": DAY - timedelta(days=9)}),
        ]
    ]
    understanding.refit("light", timezone.now())
    monkeypatch.setattr(similar, "MOST", 2)
    similar.find_all()
    return alike


def test_similar_papers_are_near_in_meaning_the_newest_first_and_never_itself(body, three_alike):
    first, newer, older = three_alike

    shown = body(first.get_absolute_url()).partition('<ul class="similar">')[2].partition("</ul>")[0]

    assert shown.index(newer.title) < shown.index(older.title)
    assert first.title not in shown
    assert shown.count("<li>") == 2


def test_similar_papers_can_be_the_most_voted_first(body, three_alike):
    first, newer, older = three_alike

    shown = body(f"{first.get_absolute_url()}?similar=votes").partition('<ul class="similar">')[2]

    assert shown.index(older.title) < shown.index(newer.title)


def test_a_site_of_few_papers_knows_no_similar_ones(body):
    alone = [make_paper(title="Robots that grasp", abstract="A robot arm.") for _ in range(3)]
    understanding.catch_up(timezone.now())

    assert "Similar papers" not in body(alone[0].get_absolute_url())
