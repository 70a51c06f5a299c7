"""Whatever stands in an address is answered: by a page that has the search box where there is nothing else to show."""

import pytest
from django.test import Client

from papers.search import understanding
from tests.depth import DEEP, sampled
from tests.factories import make_paper, make_score, make_topic

pytestmark = pytest.mark.django_db

PLACES = [
    *("/{}", "/date/{}/", "/week/{}/", "/month/{}/"),
    *("/topic/{}/", "/author/{}/", "/organisation/{}/", "/category/{}/"),
    *("/paper/{}/", "/paper/{}.bib", "/paper/{}.ris", "/papers/{}", "/papers/date/{}", "/date/2026-08-20/{}/"),
    *("/topic/{}/feed.atom", "/author/{}/feed.json", "/organisation/{}/feed.atom", "/category/{}/feed.json"),
    *("/list/{}/feed.atom", "/sitemap-{}.xml", "/manage/{}/", "/my-feed/{}/", "/letter/{}/", "/feedback/{}/more/x/"),
]
DATES = [
    *("2026-13-45", "abc", "0001-01-01", "0000-00-00", "9999-12-31", "1899-12-31", "2100-01-01", "2026-02-30"),
    *("2026-W54", "2026-W00", "0001-W01", "9999-W52", "2026-13", "2026-00", "0001-01", "9999-12", "-1", "2026-8-20"),
]
ODD = [
    *("x" * 10_000, "%00", "%ff", "%01%02", "a%0d%0ab", "%ED%A0%80", "%ED%A0%80%ED%B0%80", "%E2%80%AE"),
    *("%F0%9F%98%80", "%", "%zz", "%25", "%5c", "%7f", "..%2f..%2fetc"),
    *("%3Cscript%3Ealert(1)%3C/script%3E", "{{7*7}}", "'%20OR%201=1--"),
]
PAGES = [
    *("/", "/search/", "/search/feed.atom", "/date/2026-08-20/", "/week/2026-W34/", "/month/2026-08/", "/trending/"),
    *("/topics/", "/topic/post/", "/author/Ada%20Quill/", "/organisation/Harbour/", "/category/cs.CL/", "/feeds/"),
    *("/paper/arxiv:2608.1/", "/feed.atom", "/list/huggingface/feed.json", "/trending/feed.atom", "/week/feed.json"),
    *("/topic/post/feed.atom", "/about/", "/status/", "/privacy/", "/subscribe/", "/my-link/", "/sitemap-papers.xml"),
]
VALUES = [
    *("", "-1", "abc", "0", "9" * 400, "1.5", "1e3", "٢"),
    *("%00", "%ff", "%ED%A0%80", "%3Cscript%3E", "../..", "=&=&"),
]
NAMES = ["page", "p", "topic", "topics", "category", "code", "votes", "days", "all", "words", "similar", "interests"]
QUERIES = [
    *(f"{name}={value}" for name in NAMES for value in VALUES),
    *("q=%00", "q=%ff", "q=a%00b", "q=%ED%A0%80", "q=((((", "q=%22", "q=*", "q=AND+OR+NOT", "q=" + "a" * 20_000),
    *("q=" + "a+" * 5_000, "q[]=1", "q=1&q=2", "=", "&&&", "&".join(f"a{number}=1" for number in range(1_500))),
]


@pytest.fixture(autouse=True)
def _one_of_each():
    paper = make_paper(key="arxiv:2608.1", organisation="Harbour", categories=["cs.CL"])
    make_score(paper, make_topic(slug="post"))
    understanding.keep_up()


@pytest.mark.parametrize("place", sampled(PLACES, "/date/{}/", "/week/{}/", "/author/{}/", "/topic/{}/feed.atom"))
def test_a_page_that_there_is_not_has_the_search_box(client: Client, place: str):
    for name in (*DATES, *ODD):
        answer = client.get(place.format(name), follow=True)

        assert answer.status_code in (200, 400, 404, 410), name
        assert answer.status_code == 200 or '<form class="search" role="search"' in answer.text, name


@pytest.mark.parametrize("page", sampled(PAGES, "/", "/search/"))
def test_a_page_is_shown_or_has_the_search_box_whatever_is_asked_of_it(client: Client, page: str):
    for query in QUERIES if DEEP else QUERIES[::-6]:
        answer = client.get(f"{page}?{query}", follow=True)

        assert answer.status_code in (200, 400, 404), query[:100]
        assert answer.status_code == 200 or '<form class="search" role="search"' in answer.text, query[:100]
