import copy
import html
import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.sources.base import Listing, Page, SourceError
from papers.sources.huggingface import SOURCE
from papers.sources.huggingface.api import daily as api
from papers.sources.huggingface.api import month, trending, week
from papers.sources.huggingface.cards import daily as cards
from papers.sources.huggingface.page import daily as props
from papers.sources.huggingface.page import trending as trending_props
from tests.paths import PAGES

ANSWER = (PAGES / "huggingface_api.json").read_bytes()
PAGE = (PAGES / "huggingface_page.html").read_bytes()
DAY = date(2026, 9, 14)

pytestmark = pytest.mark.one_database
IDS = ["2609.99901", "2609.99902", "2609.99903", "2609.99904"]


def ids(page):
    return [listing.arxiv_id for listing in page.listings]


def answer(change):
    """The API's answer after `change` was made to its entries."""
    entries = json.loads(ANSWER)
    change(entries)
    return json.dumps(entries).encode()


def put(path, value):
    """A change: the value under a path such as "paper.authors.0.name" of the first entry."""

    def change(entries):
        *holders, name = path.split(".")
        holder = entries[0]
        for step in holders:
            holder = holder[int(step) if step.isdigit() else step]
        holder[int(name) if name.isdigit() else name] = value

    return change


def first(path, value):
    return api(answer(put(path, value)), DAY).listings[0]


def page(old, new, times=1):
    """The day's page after something in it was replaced."""
    assert old in PAGE.decode()
    return PAGE.decode().replace(old, new, times).encode()


# -------------------------------------------------------------------------------------------------------------- source


def test_addresses_are_those_of_the_site_in_the_settings(settings):
    settings.HUGGINGFACE_URL = "http://127.0.0.1:8900"

    addresses = {reading.name: reading.address(DAY) for reading in SOURCE.readings}

    assert addresses == {
        "api": "http://127.0.0.1:8900/api/daily_papers?date=2026-09-14&limit=100",
        "props": "http://127.0.0.1:8900/papers/date/2026-09-14",
        "week": "http://127.0.0.1:8900/api/daily_papers?week=2026-W38&limit=100",
        "month": "http://127.0.0.1:8900/api/daily_papers?month=2026-09&limit=100",
        "cards": "http://127.0.0.1:8900/papers/date/2026-09-14",
    }


def test_papers_are_expected_on_weekdays():
    week = [DAY + timedelta(days=ahead) for ahead in range(7)]

    assert [SOURCE.calendar.announces(day) for day in week] == [True] * 5 + [False] * 2


def test_every_reading_gives_the_same_papers_in_the_same_order():
    assert ids(api(ANSWER, DAY)) == ids(props(PAGE, DAY)) == ids(cards(PAGE, DAY)) == IDS
    assert api(ANSWER, DAY) == props(PAGE, DAY)


@pytest.mark.parametrize(("reading", "sample"), [(api, ANSWER), (props, PAGE), (cards, PAGE)])
def test_nobody_but_authors_is_kept(reading, sample):
    kept = json.dumps([listing.facts() for listing in reading(sample, DAY).listings], ensure_ascii=False)

    assert b"Sam Submitter" in sample
    assert "ubmitter" not in kept
    assert "Hidden Person" not in kept
    assert "avatar" not in kept


# ----------------------------------------------------------------------------------------------------------------- API


def test_the_api_says_all_of_a_paper():
    assert api(ANSWER, DAY).listings[0] == Listing(
        key="arxiv:2609.99901",
        arxiv_id="2609.99901",
        title="Lanterns in the Fog: Finding Lost Tools in Long Agent Traces",
        abstract="We ask why an agent forgets a tool that it has used before, and show that $n < 7$ lanterns, small "
        "notes left in its own trace, bring 41% of lost tools back.",
        authors=["Ilse Vandermolen", "Tomás Quiroga-Reyes", "沈 小雨"],
        identities={"Ilse Vandermolen": "huggingface:ilse-v"},
        organisation="Tidewater Lab",
        published_on=date(2026, 9, 11),
        keywords=["agent traces", "tool use"],
        urls={"code": "https://github.com/tidewater-lab/lanterns", "project": "https://lanterns.example.org/"},
        votes=1234,
        comments=12,
        stars=152,
    )


def test_what_the_api_does_not_say_is_none():
    last = api(ANSWER, DAY).listings[-1]

    assert (last.organisation, last.keywords, last.urls, last.stars) == (None, None, None, None)
    assert (last.votes, last.comments) == (0, 0)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("paper.summary", "abstract"),
        ("paper.authors", "authors"),
        ("paper.publishedAt", "published_on"),
        ("paper.ai_keywords", "keywords"),
        ("paper.upvotes", "votes"),
        ("numComments", "comments"),
        ("paper.githubStars", "stars"),
    ],
)
def test_null_says_as_little_as_nothing(path, field):
    assert getattr(first(path, None), field) is None


@pytest.mark.parametrize("reading", [api, props])
def test_of_authors_who_verified_their_claim_the_account_is_kept(reading):
    kept = [listing.identities for listing in reading(ANSWER if reading is api else PAGE, DAY).listings]

    assert kept == [
        {"Ilse Vandermolen": "huggingface:ilse-v"},
        {},
        {"Bram Fiskerstrand": "huggingface:Fiskerstrand.B"},
        {},
    ]


@pytest.mark.parametrize(
    "status", ["admin_assigned", "extracted_confirmed", "extracted_pending", "extracted_infirmed", "", None]
)
def test_an_account_that_is_not_verified_is_nobodys(status):
    assert first("paper.authors.0.status", status).identities == {}


def test_the_account_of_a_hidden_author_is_not_kept():
    assert first("paper.authors.0.hidden", True).identities == {}


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_authors_with_one_name_neither_is_identified(order):
    claimed = {"name": "Ilse Vandermolen", "user": {"user": "ilse-v"}, "status": "claimed_verified"}

    assert first("paper.authors", [claimed]).identities == {"Ilse Vandermolen": "huggingface:ilse-v"}
    assert first("paper.authors", [claimed, {"name": "Ilse Vandermolen"}][::order]).identities == {}


def test_an_account_may_be_named_in_another_place():
    assert first("paper.authors.0.user", {"name": "ilse-v"}).identities == {"Ilse Vandermolen": "huggingface:ilse-v"}


@pytest.mark.parametrize("name", ["", "ilse v", "../ilse", "ilse\n", "<b>", "i" * 97, "-ilse"])
def test_what_cannot_be_an_account_identifies_nobody(name):
    assert first("paper.authors.0.user", {"user": name}).identities == {}


def test_who_they_are_is_not_said_where_authors_are_not():
    assert first("paper.authors", None).identities is None


def test_an_empty_answer_is_an_answer():
    assert api(b"[]", DAY) == Page([])


def test_an_empty_abstract_is_none():
    assert first("paper.summary", " \n ").abstract is None


def test_text_comes_on_one_line_and_without_control_characters():
    listing = first("paper.title", "  Foggy\x00 \tLan\x1bterns\u2028of\x85\x9fUtrecht\ud800\n")

    assert listing.title == "Foggy Lanterns of Utrecht"
    assert first("paper.summary", "a\0 \n b").abstract == "a b"
    assert first("paper.authors.0.name", "Ilse\n\0Vandermolen").authors[0] == "Ilse Vandermolen"


def test_a_paper_listed_twice_keeps_its_first_place():
    def list_again(entries):
        entries.append(copy.deepcopy(entries[0]))
        entries[-1]["paper"]["upvotes"] = 5

    found = api(answer(list_again), DAY)

    assert ids(found) == IDS
    assert found.listings[0].votes == 1234


def test_the_organisation_may_stand_beside_the_paper_and_have_a_short_name_only():
    assert api(ANSWER, DAY).listings[1].organisation == "kettle-works"


def test_a_day_that_fills_an_answer_may_have_another(settings):
    settings.HUGGINGFACE_URL = "http://127.0.0.1:8900"

    def hundred(entries):
        entries[:] = [copy.deepcopy(entries[number % 4]) for number in range(100)]

    full = api(answer(hundred), DAY)

    assert full.next is not None
    assert full.next.format(number=1) == "http://127.0.0.1:8900/api/daily_papers?date=2026-09-14&limit=100&p=1"
    assert ids(full) == IDS
    assert api(answer(lambda entries: (hundred(entries), entries.pop())), DAY).next is None


@pytest.mark.parametrize("moment", ["2026-09-13T00:00:00.000Z", "", "today", "2026-09-1"])
def test_papers_of_another_day_are_refused(moment):
    body = answer(lambda entries: entries[2]["paper"].update(submittedOnDailyAt=moment))

    with pytest.raises(SourceError, match=rf"submittedOnDailyAt to be 2026-09-14, found '{moment}' \(paper 3 "):
        api(body, DAY)


def test_old_answers_do_not_say_their_day():
    body = answer(lambda entries: [entry["paper"].pop("submittedOnDailyAt") for entry in entries])

    assert ids(api(body, DAY)) == IDS


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"papers": []}', "an object"),
        (b"null", "null"),
        (b"NaN", "a fraction"),
        (b'"papers"', "a string"),
        (b"true", "true or false"),
        (b"", "no JSON"),
        (b"[", "no JSON"),
        (b"<html></html>", "no JSON"),
        (b"\xff\xfe[", "no JSON"),
        (b"9" * 5000, "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (ANSWER[: len(ANSWER) // 2], "no JSON"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_not_an_array_of_papers_is_named(body, found):
    with pytest.raises(SourceError, match=f"^expected a JSON array of papers, found {found}"):
        api(body, DAY)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("paper", [], "expected paper to be an object, found an array"),
        ("paper", None, "expected paper, found none"),
        ("paper.id", None, "expected paper.id, found none"),
        ("paper.id", 2609.99901, "expected paper.id to be a string, found a fraction"),
        ("paper.title", None, "expected paper.title, found none"),
        ("paper.title", " \0 ", "expected a title, found an empty one"),
        ("paper.summary", ["a"], "expected paper.summary to be a string, found an array"),
        ("paper.authors", {"0": "a"}, "expected paper.authors to be an array, found an object"),
        ("paper.authors.1", "a", r"expected paper.authors\[\] to be an object, found a string"),
        ("paper.authors.1.name", None, r"expected paper.authors\[\].name, found none"),
        ("paper.authors.1.hidden", "no", r"expected paper.authors\[\].hidden to be true or false, found a string"),
        ("paper.authors.0.user", "a", r"expected paper.authors\[\].user to be an object, found a string"),
        ("paper.authors.0.user.user", 7, r"expected paper.authors\[\].user.user to be a string, found a whole number"),
        ("paper.authors.0.status", [], r"expected paper.authors\[\].status to be a string, found an array"),
        ("paper.organization", "a", "expected paper.organization to be an object, found a string"),
        ("paper.organization.fullname", 1, "expected paper.organization.fullname to be a string, found a whole"),
        ("paper.publishedAt", 1789, "expected paper.publishedAt to be a string, found a whole number"),
        ("paper.publishedAt", "soon", "expected paper.publishedAt to begin with a date, found 'soon'"),
        ("paper.publishedAt", "2026-02-30", "expected paper.publishedAt to begin with a date, found '2026-02-30'"),
        ("paper.publishedAt", "20260911", "expected paper.publishedAt to begin with a date, found '20260911'"),
        ("paper.submittedOnDailyAt", 1, "expected paper.submittedOnDailyAt to be a string, found a whole number"),
        ("paper.ai_keywords", "a, b", "expected paper.ai_keywords to be an array, found a string"),
        ("paper.ai_keywords.0", 7, r"expected paper.ai_keywords\[\] to be a string, found a whole number"),
        ("paper.githubRepo", False, "expected paper.githubRepo to be a string, found true or false"),
        ("paper.upvotes", "many", "expected paper.upvotes to be a whole number, found a string"),
        ("paper.upvotes", 12.0, "expected paper.upvotes to be a whole number, found a fraction"),
        ("paper.upvotes", True, "expected paper.upvotes to be a whole number, found true or false"),
        ("paper.upvotes", 2**31, "expected a count of at most 2147483647, found 2147483648"),
        ("numComments", [], "expected numComments to be a whole number, found an array"),
        ("paper.githubStars", {}, "expected paper.githubStars to be a whole number, found an object"),
    ],
)
def test_a_field_of_another_kind_is_named(path, value, message):
    with pytest.raises(SourceError, match=rf"^{message}.*\(paper 1 of the list\)$"):
        api(answer(put(path, value)), DAY)


def test_an_entry_that_is_no_object_is_named():
    with pytest.raises(SourceError, match="expected each entry to be an object, found a string"):
        api(b'["2609.99901"]', DAY)


@pytest.mark.parametrize(
    "text", ["2609.999", "2609.999011", "260999901", "2609.99901\n", "2609.99901v2", "٢٦٠٩.٩٩٩٠١", ""]
)
def test_an_id_that_is_not_of_arxiv_is_refused(text):
    with pytest.raises(SourceError, match=r"expected an id like 2608.16590, found '"):
        first("paper.id", text)


def test_an_error_is_short_whatever_came():
    with pytest.raises(SourceError) as caught:
        first("paper.id", "0" * 10_000)

    assert len(str(caught.value)) < 200


def test_a_count_below_zero_is_zero():
    assert first("paper.upvotes", -3).votes == 0


@pytest.mark.parametrize(
    "address",
    [
        "http://a.example.org",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https://[",
        "https://a b.org",
        "HTTPS",
    ],
)
def test_an_address_that_is_not_https_is_left_out(address):
    listing = first("paper.projectPage", address)

    assert listing.urls == {"code": "https://github.com/tidewater-lab/lanterns"}


def test_blanks_around_an_address_are_forgiven():
    assert first("paper.projectPage", " https://a.example.org/\n").urls["project"] == "https://a.example.org/"


# ---------------------------------------------------------------------------------------------------- data in the page


def test_the_page_of_another_day_is_refused():
    with pytest.raises(SourceError, match=r"^expected the page's date to be 2026-09-13, found '2026-09-14'$"):
        props(PAGE, date(2026, 9, 13))


def test_the_page_of_a_week_is_refused():
    with pytest.raises(SourceError, match="found '2026-W38'"):
        props(page("dateString&quot;:&quot;2026-09-14", "dateString&quot;:&quot;2026-W38"), DAY)


def test_the_entries_of_the_page_are_checked_like_the_api_s():
    with pytest.raises(SourceError, match=r"expected paper.submittedOnDailyAt to be 2026-09-14"):
        props(page("submittedOnDailyAt&quot;:&quot;2026-09-14", "submittedOnDailyAt&quot;:&quot;2026-09-11"), DAY)


def test_the_page_of_2024_says_its_day_in_another_place():
    old = page("dateString&quot;:&quot;2026-09-14&quot;", "date&quot;:&quot;2026-09-14T00:00:00.000Z&quot;")

    assert ids(props(old, DAY)) == IDS
    with pytest.raises(SourceError, match="expected the page's date to be 2026-09-15"):
        props(old, DAY + timedelta(days=1))


def test_a_page_that_lists_nothing_on_the_right_day_is_an_answer():
    data = html.escape(json.dumps({"dateString": "2026-09-14", "dailyPapers": []}))

    assert props(f'<div data-target="DailyPapers" data-props="{data}"></div>'.encode(), DAY) == Page([])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'data-target="DailyPapers"',
            'data-target="PaperFeed"',
            r"expected an element \[data-target=\"DailyPapers\"\]",
        ),
        ('data-target="DailyPapers" data-props', 'data-target="DailyPapers" data-state', "expected an element"),
        ("{&quot;authLight", "&quot;authLight", "expected a JSON object in data-props, found no JSON"),
        ("&quot;dateString&quot;", "&quot;on&quot;", "expected dateString, found none"),
        ("dateString&quot;:&quot;2026-09-14&quot;", "dateString&quot;:7", "expected dateString to be a string"),
        ("&quot;dailyPapers&quot;", "&quot;items&quot;", "expected dailyPapers, found none"),
    ],
)
def test_data_that_is_not_where_it_was_is_named(old, new, message):
    with pytest.raises(SourceError, match=f"^{message}"):
        props(page(old, new), DAY)


@pytest.mark.parametrize("reading", [props, cards])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\xfd",
        b"<![\n",
        b"<!" * 50,
        b"<a b=&#" + b"9" * 5000 + b";>",
        b"<p>&#" + b"9" * 5000 + b";",
        b"<div>" * 20_000,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_a_page_that_is_none_is_not_understood(reading, body):
    with pytest.raises(SourceError, match=r"^expected an "):
        reading(body, DAY)


@pytest.mark.parametrize("reading", [props, cards])
def test_a_page_with_spoiled_letters_is_refused(reading):
    with pytest.raises(SourceError, match=r"^expected an HTML page in UTF-8, found something else$"):
        reading(PAGE.replace(b"Kettle", b"K\xe9ttle"), DAY)


# --------------------------------------------------------------------------------------------------------------- cards


def test_cards_say_what_they_show():
    lanterns, kettle, rivers, sheep = cards(PAGE, DAY).listings

    assert lanterns == Listing(
        key="arxiv:2609.99901",
        arxiv_id="2609.99901",
        title="Lanterns in the Fog: Finding Lost Tools in Long Agent Traces",
        abstract="We ask why an agent forgets a tool that it has used before.",
        organisation="Tidewater Lab",
        published_on=date(2026, 9, 11),
        votes=1200,
        comments=12,
    )
    assert kettle.facts() == {
        "arxiv_id": "2609.99902",
        "title": "A Kettle Is All You Boil",
        "votes": 38,
        "comments": 1,
    }
    assert rivers.title == 'Slow Maps & Fast Rivers: Routing Under "Late" Knowledge'
    assert rivers.organisation is None  # Faces are not an organisation.
    assert sheep.votes == 0


@pytest.mark.parametrize(
    ("shown", "votes"), [("-", 0), ("7", 7), ("1k", 1000), ("1.96k", 1960), (" 12\n", 12), ("2147483.6k", 2147483600)]
)
def test_numbers_are_read_as_people_read_them(shown, votes):
    assert cards(page(">38<", f">{shown}<"), DAY).listings[1].votes == votes


@pytest.mark.parametrize("shown", ["many", "", "1.2.3", "-1", "k", "٣", "1e9", "9999999k", "9" * 400])
def test_a_number_that_cannot_be_read_is_named(shown):
    with pytest.raises(SourceError, match=r"^expected a .*, found .*\(paper 2 of the list\)$"):
        cards(page(">38<", f">{shown}<"), DAY)


@pytest.mark.parametrize(
    ("day", "shown", "published"),
    [
        (date(2026, 9, 14), "Sep 11", date(2026, 9, 11)),
        (date(2026, 9, 14), "Published on Sep 11", date(2026, 9, 11)),
        (date(2026, 9, 14), "September 11, 2026", date(2026, 9, 11)),
        (date(2026, 9, 14), "May 3", date(2026, 5, 3)),
        (date(2026, 9, 14), "Sep 14", date(2026, 9, 14)),
        (date(2026, 9, 14), "Sep 15", date(2025, 9, 15)),
        (date(2026, 1, 5), "Dec 30", date(2025, 12, 30)),
        (date(2026, 1, 5), "Dec 30, 2023", date(2023, 12, 30)),
        (date(2025, 1, 6), "Feb 29", date(2024, 2, 29)),
    ],
)
def test_a_date_without_a_year_is_the_latest_that_has_come(day, shown, published):
    body = page(">Sep 11<", f">{shown}<").replace(b"September 14 -", f"{day:%B} {day.day} -".encode())

    assert cards(body, day).listings[0].published_on == published


@pytest.mark.parametrize("shown", ["yesterday", "", "Sep 31", "Feb 29", "Smarch 13", "11", "Sep 11, 0000"])
def test_a_date_that_cannot_be_read_is_named(shown):
    with pytest.raises(SourceError, match=r"^expected a date like Aug 17 in a card's time, found '"):
        cards(page(">Sep 11<", f">{shown}<"), DAY)


def test_a_submitter_is_never_taken_for_an_organisation():
    badge = '<a href="/pat"><img alt="pat" src="/a.svg"> Pat</a>'
    above = page("Submitted by\n", badge, 9)
    below = page(
        '<div class="flex"><a href="/papers', f'<div>Submitted by {badge}</div><div class="flex"><a href="/papers'
    )

    assert [listing.organisation for listing in cards(above, DAY).listings] == ["Tidewater Lab", None, None, None]
    assert [listing.organisation for listing in cards(below, DAY).listings] == ["Tidewater Lab", None, None, None]


def test_an_empty_abstract_on_a_card_is_none():
    body = page("We ask why an agent forgets a tool that it has used before.", " ", 9)

    assert cards(body, DAY).listings[0].abstract is None


def test_a_card_without_counts_says_none():
    body = page("shadow-alternate", "votes", 9).replace(b"#community", b"#talk")

    assert {(listing.votes, listing.comments) for listing in cards(body, DAY).listings} == {(None, None)}


TITLE = "<title>Daily Papers - September 14 - Hugging Face</title>"
HEADER = '<main><time datetime="{}T00:00:00.000Z"><span>Sep</span><span>14</span></time>'


@pytest.mark.parametrize(
    "sayings",
    [
        TITLE,
        "<title>Daily Papers - Sep 14, 2026</title>",
        HEADER.format("2026-09-14"),
        HEADER.format("2026-09-11") + HEADER.format("2026-09-14"),
        TITLE + '<time datetime="P1D">a day</time>',
    ],
)
def test_a_page_that_says_its_day_is_believed(sayings):
    assert ids(cards(page(TITLE, sayings), DAY)) == IDS


@pytest.mark.parametrize(
    ("sayings", "found"),
    [
        ("<title>Daily Papers - Hugging Face</title>", "no date"),
        ("", "no date"),
        (
            "<article><h3><a href=/papers/2609.99905>A</a></h3><time datetime=2026-09-14>Sep 1</time></article>",
            "no date",
        ),
        ("<title>Daily Papers - September 11</title>", "2026-09-11"),
        ("<title>Daily Papers - September 14, 2025</title>", "2025-09-14"),
        ("<title>Daily Papers - September 20, 2026</title>", "2026-09-20"),
        (HEADER.format("2026-09-11"), "2026-09-11"),
        (TITLE + HEADER.format("2025-09-14"), "2025-09-14"),  # The title names no year, so it cannot overrule.
    ],
)
def test_a_page_that_does_not_say_the_day_is_refused(sayings, found):
    with pytest.raises(SourceError, match=f"^expected the page to say that it is 2026-09-14, found {found}$"):
        cards(page(TITLE, sayings), DAY)


def test_a_page_without_cards_is_never_a_success():
    with pytest.raises(SourceError, match=r"^expected an element article, found none$"):
        cards(page("article", "section", 99), DAY)


def test_a_page_that_was_cut_off_is_refused_though_some_cards_are_whole():
    with pytest.raises(SourceError, match=r"^expected a whole page, found one that ends before </html>$"):
        cards(PAGE[: PAGE.rindex(b"Sheep with Sparse")], DAY)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<h3", "<h4", r"expected an element h3 a\[href\], found none"),
        ('line-clamp-3">A Kettle Is All You Boil', '">', "expected a title, found an empty one"),
        ('<a href="/papers/2609.99902" class="line', '<a href="/p/2609.99902" class="line', "expected an id like"),
    ],
)
def test_a_card_that_cannot_be_read_is_named(old, new, message):
    with pytest.raises(SourceError, match=rf"^{message}.*\(paper [12] of the list\)$"):
        cards(page(old, new), DAY)


# --------------------------------------------------------------------------------------------------- whatever may come

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.just("2026-09-14"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
)


def places(value):
    """Every place in a JSON value, as the holder and the name or number in it."""
    names = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    for name in names:
        yield value, name
        yield from places(value[name])


def holds(reading, body):
    """The promise: SourceError and nothing else, or listings that can be stored."""
    try:
        found = reading(body, DAY)
    except SourceError as error:
        text = str(error)
        assert text.isprintable()
    else:
        text = json.dumps([listing.facts() for listing in found.listings], ensure_ascii=False)
        assert all(listing.title for listing in found.listings)
        assert all(0 <= (listing.votes or 0) < 2**31 for listing in found.listings)
    assert "\\u0000" not in text
    text.encode()


@st.composite
def spoiled(draw, sample):
    """The sample with a few bytes changed, cut out or put in."""
    body = bytearray(sample)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = start + draw(st.integers(0, 40))
        body[start:end] = draw(
            st.binary(max_size=6) | st.sampled_from([b"<", b'"', b"&#", b"</", b"<![", b"null", b"{"])
        )
    return bytes(body)


@given(body=spoiled(ANSWER))
def test_a_spoiled_answer_is_refused_in_one_way(body):
    holds(api, body)


@given(body=spoiled(PAGE))
def test_a_spoiled_page_is_refused_in_one_way(body):
    holds(props, body)
    holds(cards, body)


@given(data=st.data(), value=JSON)
def test_a_value_of_any_kind_in_any_place_is_refused_in_one_way(data, value):
    entries = [json.loads(ANSWER)]
    everywhere = list(places(entries))
    holder, name = everywhere[data.draw(st.integers(0, len(everywhere) - 1))]
    holder[name] = value
    embedded = html.escape(json.dumps({"dateString": "2026-09-14", "dailyPapers": entries[0]}))

    holds(api, json.dumps(entries[0]).encode())
    holds(props, f'<div data-target="DailyPapers" data-props="{embedded}"></div>'.encode())


def test_the_latest_day_is_that_of_the_newest_submission():
    newest = [{"paper": {"submittedOnDailyAt": "2026-09-14T00:00:00.000Z"}}]

    assert SOURCE.latest.parse(json.dumps(newest).encode()) == DAY


@pytest.mark.parametrize("body", [b"[]", b"{}", b"<html>", b'[{"paper": {"submittedOnDailyAt": "yesterday"}}]'])
def test_an_answer_that_names_no_latest_day_is_refused(body):
    with pytest.raises(SourceError, match=r"^expected "):
        SOURCE.latest.parse(body)


# ------------------------------------------------------------------------------------------ weeks, months, what trends

TWO_DAYS = answer(put("paper.submittedOnDailyAt", "2026-09-10T00:00:00.000Z"))  # the first is of an earlier day


@pytest.mark.parametrize("reading", [week, month], ids=["week", "month"])
def test_a_longer_list_is_read_for_the_one_day(reading):
    assert ids(reading(TWO_DAYS, DAY)) == IDS[1:]
    assert ids(reading(TWO_DAYS, date(2026, 9, 10))) == IDS[:1]


@pytest.mark.parametrize("reading", [week, month], ids=["week", "month"])
def test_a_longer_list_that_does_not_say_the_days_is_not_understood(reading):
    with pytest.raises(SourceError, match=r"^expected paper.submittedOnDailyAt, found none"):
        reading(answer(lambda entries: entries[0]["paper"].pop("submittedOnDailyAt")), DAY)


def test_a_full_longer_list_has_another_behind_it():
    page = week(json.dumps((json.loads(ANSWER) * 25)[:100]).encode(), DAY)

    assert page.next is not None
    assert page.next.endswith("week=2026-W38&limit=100&p={number}")


def test_what_trends_keeps_its_order_and_is_not_announced_by_it():
    page = trending(TWO_DAYS, DAY)

    assert ids(page) == IDS
    assert not any(one.announced for one in page.listings)


def test_the_page_of_what_trends_must_say_that_it_is_that():
    with pytest.raises(SourceError, match="expected isTrending"):
        trending_props(PAGE, DAY)
