from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from papers.models import Collection, Topic
from tests.factories import DAY, make_paper, make_score, make_topic

pytestmark = pytest.mark.django_db

DAY_PAGE = f"/date/{DAY}/"
BOX = "Get trending papers in your email inbox!"
SAMPLE = "SAMPLE edition"


@pytest.fixture
def body(client):
    return lambda address: client.get(address).content.decode()


def listed_together(how_many: int, topic: Topic, other: Topic) -> None:
    for _ in range(how_many):
        paper = make_paper()
        make_score(paper, topic)
        make_score(paper, other)


def queries(client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


# ---------------------------------------------------------------------------------------------------------------- days


def test_a_day_keeps_the_order_of_its_source(body):
    make_paper(title="Second of the list", rank=2, votes=90)
    make_paper(title="First of the list", rank=1, votes=3)
    make_paper(title="Third of the list", rank=3, votes=50)

    page = body(DAY_PAGE)

    places = [page.index(f">{place} of the list<") for place in ("First", "Second", "Third")]
    assert places == sorted(places)


def test_a_day_says_its_date_and_how_many_papers_it_has(body):
    make_paper()
    make_paper()

    page = body(DAY_PAGE)

    assert "Daily Papers · Thursday, 20 August 2026" in page
    assert "2 papers" in page


def test_a_day_links_to_the_days_around_it_that_have_papers(body):
    for day in (17, 20, 24, 25):
        make_paper(listed_on=date(2026, 8, day))

    page = body(DAY_PAGE)

    assert 'rel="prev" href="/date/2026-08-17/"' in page
    assert 'rel="next" href="/date/2026-08-24/"' in page
    assert "/date/2026-08-25/" not in page


def test_a_day_without_papers_says_so_and_links_to_the_nearest_days(body):
    make_paper(listed_on=DAY - timedelta(days=3))
    make_paper(listed_on=DAY + timedelta(days=3))

    page = body(DAY_PAGE)

    assert "Nothing was collected for this day." in page
    assert "/date/2026-08-17/" in page
    assert "/date/2026-08-23/" in page


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (Collection.Outcome.NOTHING, "Nothing was announced on this day."),
        (Collection.Outcome.NOTHING_YET, "Nothing has been announced for this day yet."),
        (Collection.Outcome.FAILED, "This day could not be read so far."),
    ],
)
def test_a_day_without_papers_says_why_when_it_is_on_record(body, outcome, sentence):
    Collection.objects.create(source="huggingface", day=DAY, outcome=outcome, collected_at=timezone.now())

    assert sentence in body(DAY_PAGE)


@pytest.mark.parametrize(
    "name", ["2026-02-30", "2026-13-01", "0000-01-01", "2026-8-1", "20260820", "yesterday", "٢٠٢٦-٠٨-٢٠"]
)
def test_a_date_that_does_not_exist_is_not_found(client, name):
    assert client.get(f"/date/{name}/").status_code == 404


def test_a_day_still_to_come_is_not_found(client):
    tomorrow = timezone.now().date() + timedelta(days=1)

    assert client.get(f"/date/{tomorrow}/").status_code == 404


def test_today_is_the_latest_day_that_has_papers(body):
    make_paper(title="Older", listed_on=DAY - timedelta(days=1))
    make_paper(title="Latest")

    page = body("/")

    assert "Latest" in page
    assert "Older" not in page
    assert f'<link rel="canonical" href="http://localhost:8000{DAY_PAGE}">' in page


def test_before_the_first_paper_today_says_that_papers_are_being_collected(body):
    assert "Papers are being collected." in body("/")


# --------------------------------------------------------------------------------------------------------------- cards


def test_a_card_counts_its_authors_names_three_and_says_how_many_more(body):
    make_paper(authors=["Ada", "Ben", "Cleo", "Dag", "Eva"], organisation="Harbour Institute")

    page = body(DAY_PAGE)

    assert "5 authors: Ada, Ben, Cleo and 2 more" in page
    assert "Dag" not in page
    assert "Harbour Institute" in page


def test_a_card_says_votes_comments_and_stars_when_they_are_known(body):
    make_paper(votes=92, comments=1, stars=1200)

    page = body(DAY_PAGE)

    assert 'aria-label="92 votes"' in page
    assert "1 comment<" in page
    assert "1200 stars" in page


def test_a_card_says_nothing_of_stars_that_are_not_known(body):
    make_paper(stars=None)

    assert "stars" not in body(DAY_PAGE)


def test_a_card_cuts_a_long_abstract_short(body):
    make_paper(key="arxiv:2608.1", abstract="word " * 100 + "end.")

    assert "end." not in body(DAY_PAGE)
    assert "end." in body("/paper/arxiv:2608.1/")


def test_a_card_shows_the_four_surest_topics_that_the_paper_is_about(body):
    paper = make_paper()
    for score in (0.6, 0.9, 0.55, 0.8, 0.7):
        make_score(paper, make_topic(name=f"Sure {score}"), score)

    page = body(DAY_PAGE)

    places = [page.index(f"Sure {score}<") for score in (0.9, 0.8, 0.7, 0.6)]
    assert places == sorted(places)
    assert "Sure 0.55<" not in page


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
    assert "<script" not in page


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


# --------------------------------------------------------------------------------------------- several lists of a day


def test_a_day_shows_the_daily_papers_and_links_to_what_arxiv_announced(body):
    make_paper(title="Of the day")
    make_paper(title="Announced", source="arxiv")

    page = body(DAY_PAGE)

    assert "Of the day" in page
    assert "Announced" not in page
    assert f'href="/date/{DAY}/arxiv/"' in page


def test_each_list_of_a_day_has_a_page(body):
    make_paper(title="Of the day")
    make_paper(title="Announced", source="arxiv")

    page = body(f"{DAY_PAGE}arxiv/")

    assert "Announced" in page
    assert "Of the day" not in page
    assert f'canonical" href="http://localhost:8000/date/{DAY}/arxiv/"' in page


def test_a_day_that_only_arxiv_announced_shows_that(body):
    make_paper(title="Announced", source="arxiv")

    assert "Announced" in body(DAY_PAGE)


def test_a_source_that_nobody_knows_has_no_list(client):
    assert client.get(f"{DAY_PAGE}unknown/").status_code == 404


def test_a_paper_that_was_only_replaced_that_day_is_not_on_its_list(body):
    paper = make_paper(title="Replaced", source="arxiv")
    paper.sightings.update(announced=False)

    assert "Replaced" not in body(f"{DAY_PAGE}arxiv/")


def test_a_long_list_comes_in_pages_and_keeps_its_ranks(body):
    for rank in range(1, 103):
        make_paper(title=f"Paper at {rank}.", rank=rank, source="arxiv")

    first, second = body(f"{DAY_PAGE}arxiv/"), body(f"{DAY_PAGE}arxiv/?page=2")

    assert "Paper at 100." in first
    assert "Paper at 101." not in first
    assert '<span class="rank">101</span>' in second
    assert "102 papers" in second


def test_the_first_page_is_the_latest_of_the_daily_papers_even_if_arxiv_is_ahead(body):
    make_paper(title="Of the day")
    make_paper(title="Announced", source="arxiv", listed_on=DAY + timedelta(days=1))

    assert "Of the day" in body("/")


def test_a_paper_that_was_never_announced_has_a_page(body):
    paper = make_paper(title="Looked up")
    paper.sightings.update(announced=False)

    assert "Looked up" in body(paper.get_absolute_url())


def test_an_empty_weekend_says_that_it_is_one(body):
    assert "it is a weekend or a holiday" in body("/date/2026-08-22/")


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


# -------------------------------------------------------------------------------------------------------------- topics


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


# --------------------------------------------------------------------------------------------------------- every page

PAGES = ["/", DAY_PAGE, "/paper/arxiv:2608.1/", "/topics/", "/topic/post/", "/trending/", "/search/", "/about/"]
EVERY_PAGE = [*PAGES, "/date/2001-01-01/", "/search/?q=letters", "/nowhere/"]


@pytest.fixture
def one_of_each():
    make_score(make_paper(key="arxiv:2608.1"), make_topic(slug="post"))


@pytest.mark.parametrize("address", EVERY_PAGE)
@pytest.mark.usefixtures("one_of_each")
def test_every_page_has_the_subscribe_box_and_one_main_heading(body, address):
    page = body(address)

    assert f">{BOX}</h2>" in page
    assert '<form method="post" action="/start/">' in page
    assert page.count("<h1") == 1


@pytest.mark.parametrize("address", EVERY_PAGE)
@pytest.mark.usefixtures("one_of_each")
def test_every_page_is_the_same_for_everyone(client, address):
    first, second = client.get(address), client.get(address)

    assert first.content == second.content
    assert not first.cookies
    assert not second.cookies
    assert "Cookie" not in first.headers.get("Vary", "")
    assert "csrf" not in first.content.decode().lower()


@pytest.mark.parametrize("address", EVERY_PAGE)
@pytest.mark.usefixtures("one_of_each")
def test_every_page_needs_nothing_from_elsewhere(body, address):
    page = body(address)

    assert not [part for part in ("<script", "<style", ' style="', 'src="http', "@import") if part in page]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.usefixtures("one_of_each")
def test_pages_are_only_read(client, address):
    assert client.post(address).status_code == 405
    assert client.head(address).status_code == 200


@pytest.mark.parametrize("address", EVERY_PAGE)
@pytest.mark.usefixtures("one_of_each")
def test_every_page_thanks_the_sources(body, address):
    page = body(address)

    assert "Hugging Face Daily Papers" in page
    assert "thank you to arXiv for use of its open access interoperability" in page


def test_the_postal_address_is_shown_when_there_is_one(body, settings):
    assert "<address>" not in body("/")
    settings.SITE_POSTAL_ADDRESS = "1 Pier\nHarbour"

    assert "<address>1 Pier<br>Harbour</address>" in body("/")


def test_pages_say_sample_only_while_samples_are_shown(body):
    sample = make_paper(key="sample:1", source="sample")
    assert SAMPLE in body("/")
    assert SAMPLE in body("/topics/")

    sample.delete()
    make_paper()

    assert SAMPLE not in body("/")


@pytest.mark.parametrize("address", [DAY_PAGE, "/", "/topic/post/"])
def test_a_page_asks_the_database_equally_often_for_3_and_for_300_papers(client, address):
    topic, other = make_topic(slug="post"), make_topic()
    listed_together(3, topic, other)
    for_three = queries(client, address)
    listed_together(297, topic, other)

    assert queries(client, address) == for_three


def test_the_page_for_a_broken_site_needs_no_context(client):
    client.raise_request_exception = False
    with connection.execute_wrapper(_out_of_order):
        answer = client.get("/topics/")

    assert answer.status_code == 500
    assert "Something broke" in answer.content.decode()


def _out_of_order(*arguments):
    raise RuntimeError("no database")


def test_what_is_trending_elsewhere_does_not_make_a_closed_day_an_open_one(body):
    for source, outcome in [("huggingface", "nothing"), ("arxiv", "nothing"), ("huggingface-trending", "listed")]:
        Collection.objects.create(source=source, day=DAY, outcome=outcome, collected_at=timezone.now())

    assert "Nothing was announced on this day." in body(DAY_PAGE)
