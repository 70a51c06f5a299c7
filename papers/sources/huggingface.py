"""Hugging Face Daily Papers: its API first, then the data inside the day's page, the lists of the week and of the
month, and last the cards of the day's page. And, as a source of its own, what is trending there now.

The submitters, voters and commenters that the answers name are never kept: only the authors of papers are, and of an
author's account its name alone, where the claim to the paper was verified.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from types import NoneType
from typing import Any, TypeVar

from bs4 import BeautifulSoup, Tag
from bs4.exceptions import ParserRejectedMarkup
from django.conf import settings

from papers.sources import checks
from papers.sources.base import Latest, Listing, Manners, Page, Reading, Source, SourceError, Trust
from papers.sources.calendar import EVERY_DAY, MONDAY_TO_FRIDAY, Calendar

LIMIT = 100  # the most that the API gives at once; left out, it would give 50 and cut busy days
ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}", re.ASCII)
VERIFIED = "claimed_verified"  # Of the others some were guessed, and some entered by somebody else.
COUNT = re.compile(r"(?P<number>\d{1,9}(?:\.\d{1,9})?)(?P<thousands>k?)", re.ASCII)
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS)
SHOWN_DAY = re.compile(rf"\b(?P<month>{MONTH}) (?P<day>\d\d?)\b(?:, (?P<year>\d{{4}})\b)?", re.ASCII)
KINDS = {
    NoneType: "null",
    bool: "true or false",
    int: "a whole number",
    float: "a fraction",
    str: "a string",
    list: "an array",
    dict: "an object",
}

T = TypeVar("T")


def api_address(day: date) -> str:
    return f"{settings.HUGGINGFACE_URL}/api/daily_papers?date={day}&limit={LIMIT}"


def week_address(day: date) -> str:
    return f"{settings.HUGGINGFACE_URL}/api/daily_papers?week={day:%G-W%V}&limit={LIMIT}"


def month_address(day: date) -> str:
    return f"{settings.HUGGINGFACE_URL}/api/daily_papers?month={day:%Y-%m}&limit={LIMIT}"


def trending_address(day: date) -> str:
    return f"{settings.HUGGINGFACE_URL}/api/daily_papers?sort=trending&limit={LIMIT}"


def trending_page_address(day: date) -> str:
    return f"{settings.HUGGINGFACE_URL}/papers/trending"


def page_address(day: date) -> str:
    return f"{settings.HUGGINGFACE_URL}/papers/date/{day}"


def api(body: bytes, day: date) -> Page:
    """An answer of the API; an empty one is an answer too. A full one may have another behind it."""
    entries = _entries(body)
    more = f"{api_address(day)}&p={{number}}" if len(entries) == LIMIT else None
    return Page(_once_each(entries, lambda entry: _listing(entry, day)), more)


def week(body: bytes, day: date) -> Page:
    """What a week's list says of one of its days. A paper that was listed twice in it stands there once."""
    return _of_span(body, day, week_address(day))


def month(body: bytes, day: date) -> Page:
    """What a month's list says of one of its days. A paper that was listed twice in it stands there once."""
    return _of_span(body, day, month_address(day))


def trending(body: bytes, day: date) -> Page:
    """What is trending there now, best first: papers of any age, so none of them is announced by being on it."""
    return Page(_not_announced(_once_each(_entries(body), _listing)))


def trending_props(body: bytes, day: date) -> Page:
    """The data inside the page of what is trending."""
    data = _props(body)
    if not _optional(data, "isTrending", bool):
        raise SourceError("expected isTrending in data-props, found another list")
    return Page(_not_announced(_once_each(_required(data, "dailyPapers", list), _listing)))


def props(body: bytes, day: date) -> Page:
    """The data inside a day's page, its entries like the API's. A day without papers shows another day's page."""
    data = _props(body)
    shown = _optional(data, "date", str) or _required(data, "dateString", str)  # `date` is of 2024
    _expect_day(shown, day, "the page's date")
    return Page(_once_each(_required(data, "dailyPapers", list), lambda entry: _listing(entry, day)))


def cards(body: bytes, day: date) -> Page:
    """What the cards of a day's page show: most say no abstract, and how many authors but not who."""
    page = _soup(body)
    find(page, "article")
    if b"</html>" not in body:
        raise SourceError("expected a whole page, found one that ends before </html>")
    _expect_shown_day(page, day)
    return Page(_once_each(page.select("article"), lambda article: _card(article, day)))


def latest(body: bytes) -> date:
    """The day of the newest submission, which is what the API answers with when it is asked for no day."""
    entries = _entries(body)
    return _submitted_on(entries[0] if entries else {})


def find(tag: Tag, selector: str) -> Tag:
    """The first element inside the tag that the CSS selector matches; raises SourceError naming the selector."""
    if found := tag.select_one(selector):
        return found
    raise SourceError(f"expected an element {selector}, found none")


MANNERS = Manners("huggingface.co", timedelta(seconds=0.25))  # Its answers say when to pause.
SOURCE = Source(
    name="huggingface",
    title="Daily Papers",
    credit="Hugging Face Daily Papers, by AK and the research community",
    calendar=Calendar(MONDAY_TO_FRIDAY, grows_for=timedelta(days=14)),  # Votes settle only after one to two weeks.
    manners=MANNERS,
    readings=(
        Reading("api", api_address, api, Trust.API),
        Reading("props", page_address, props, Trust.PAGE),
        Reading("week", week_address, week, Trust.API),
        Reading("month", month_address, month, Trust.API),
        Reading("cards", page_address, cards, Trust.CARDS),
    ),
    latest=Latest(lambda: f"{settings.HUGGINGFACE_URL}/api/daily_papers?limit=1", latest),
)
TRENDING = Source(
    name="huggingface-trending",
    title="Trending on Hugging Face",
    announces=False,
    calendar=Calendar(EVERY_DAY),
    manners=MANNERS,
    readings=(
        Reading("api", trending_address, trending, Trust.API, live=True),
        Reading("props", trending_page_address, trending_props, Trust.PAGE, live=True),
    ),
)


def _of_span(body: bytes, day: date, address: str) -> Page:
    entries = _entries(body)
    own = [entry for entry in entries if _submitted_on(entry) == day]
    more = f"{address}&p={{number}}" if len(entries) == LIMIT else None
    return Page(_once_each(own, lambda entry: _listing(entry, day)), more)


def _submitted_on(item: object) -> date:
    """The day that an entry was listed on; raises SourceError where it does not say, as before March 2025."""
    paper = _required(_typed(item, "each entry", dict), "paper", dict)
    moment = _required(paper, "paper.submittedOnDailyAt", str)
    if day := checks.day_of(moment):
        return day
    raise SourceError(f"expected paper.submittedOnDailyAt to begin with a date, found {checks.found(moment)}")


def _not_announced(listings: Iterable[Listing]) -> list[Listing]:
    return [replace(listing, announced=False) for listing in listings]


def _once_each(items: Iterable[T], read: Callable[[T], Listing]) -> list[Listing]:
    """The listings in their order, each paper where it comes first; an error says which item it is in."""
    listings: dict[str, Listing] = {}
    for place, item in enumerate(items, 1):
        try:
            listing = read(item)
        except SourceError as error:
            raise SourceError(f"{error} (paper {place} of the list)") from error
        listings.setdefault(listing.key, listing)
    return list(listings.values())


def _expect_day(moment: str, day: date, where: str) -> None:
    if moment[:10] != day.isoformat():
        raise SourceError(f"expected {where} to be {day}, found {checks.found(moment)}")


# ---------------------------------------------------------------------------------------------------- entries in JSON


def _json(text: str | bytes, kind: type[T], expected: str) -> T:
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"expected {expected}, found no JSON: {error}") from error
    if type(value) is not kind:
        raise SourceError(f"expected {expected}, found {KINDS[type(value)]}")
    return value


def _optional(holder: dict[str, Any], path: str, kind: type[T]) -> T | None:
    """What the path's last name holds; None where it is absent, or null."""
    value: T | None = holder.get(path.rpartition(".")[2])
    return value if value is None else _typed(value, path, kind)


def _required(holder: dict[str, Any], path: str, kind: type[T]) -> T:
    value = _optional(holder, path, kind)
    if value is None:
        raise SourceError(f"expected {path}, found none")
    return value


def _typed(value: Any, path: str, kind: type[T]) -> T:
    # Not isinstance, for which true is a whole number.
    if type(value) is not kind:
        raise SourceError(f"expected {path} to be {KINDS[kind]}, found {KINDS[type(value)]}")
    return value


def _entries(body: bytes) -> list[Any]:
    return _json(body, list, "a JSON array of papers")


def _listing(item: object, day: date | None = None) -> Listing:
    entry = _typed(item, "each entry", dict)
    paper = _required(entry, "paper", dict)
    submitted_at = _optional(paper, "paper.submittedOnDailyAt", str)
    if day and submitted_at is not None:  # Answers for days before March 2025 do not say it.
        _expect_day(submitted_at, day, "paper.submittedOnDailyAt")
    arxiv_id = checks.arxiv_id(_required(paper, "paper.id", str))
    return Listing(
        key=f"arxiv:{arxiv_id}",
        arxiv_id=arxiv_id,
        title=checks.title(_required(paper, "paper.title", str)),
        abstract=_text(paper, "paper.summary"),
        authors=_authors(paper),
        identities=_identities(paper),
        organisation=_organisation(paper, "paper.organization") or _organisation(entry, "organization"),
        published_on=_published_on(paper),
        keywords=_keywords(paper),
        urls=_urls(paper),
        votes=_count(paper, "paper.upvotes"),
        comments=_count(entry, "numComments"),
        stars=_count(paper, "paper.githubStars"),
    )


def _text(holder: dict[str, Any], path: str) -> str | None:
    return checks.clean(_optional(holder, path, str) or "") or None


def _authors(paper: dict[str, Any]) -> list[str] | None:
    authors = _optional(paper, "paper.authors", list)
    return None if authors is None else [name for author in authors if (name := _author(author))]


def _author(item: object) -> str:
    """The name, empty for an author who is to be hidden."""
    author = _typed(item, "paper.authors[]", dict)
    name = checks.clean(_required(author, "paper.authors[].name", str))
    return "" if _optional(author, "paper.authors[].hidden", bool) else name


def _identities(paper: dict[str, Any]) -> dict[str, str] | None:
    """The accounts of those authors who are sure to own one. Of two authors with one name nobody knows which it is."""
    authors = _optional(paper, "paper.authors", list)
    if authors is None:
        return None
    names = Counter(filter(None, map(_author, authors)))
    accounts = {_author(author): _account(author) for author in authors}
    return {name: f"huggingface:{account}" for name, account in accounts.items() if account and names[name] == 1}


def _account(author: dict[str, Any]) -> str:
    """The account's name, empty unless it is verified that it is the author's."""
    user: dict[str, Any] = _optional(author, "paper.authors[].user", dict) or {}
    named = [_optional(user, f"paper.authors[].user.{name}", str) for name in ("user", "name")]
    account = next(filter(None, named), "")
    verified = _optional(author, "paper.authors[].status", str) == VERIFIED
    return account if verified and ACCOUNT.fullmatch(account) else ""


def _organisation(holder: dict[str, Any], path: str) -> str | None:
    organisation: dict[str, Any] = _optional(holder, path, dict) or {}
    return _text(organisation, f"{path}.fullname") or _text(organisation, f"{path}.name")


def _published_on(paper: dict[str, Any]) -> date | None:
    # Not the entry's own publishedAt, which is some hours earlier and so often lies on another day.
    moment = _optional(paper, "paper.publishedAt", str)
    if moment is None:
        return None
    if day := checks.day_of(moment):
        return day
    raise SourceError(f"expected paper.publishedAt to begin with a date, found {checks.found(moment)}")


def _keywords(paper: dict[str, Any]) -> list[str] | None:
    keywords = _optional(paper, "paper.ai_keywords", list)
    if keywords is None:
        return None
    cleaned = [checks.clean(_typed(keyword, "paper.ai_keywords[]", str)) for keyword in keywords]
    return [keyword for keyword in cleaned if keyword]


def _urls(paper: dict[str, Any]) -> dict[str, str] | None:
    said = {"code": _text(paper, "paper.githubRepo"), "project": _text(paper, "paper.projectPage")}
    return {kind: address for kind, address in said.items() if address and checks.is_safe(address)} or None


def _count(holder: dict[str, Any], path: str) -> int | None:
    number = _optional(holder, path, int)
    return None if number is None else checks.count(number)


# -------------------------------------------------------------------------------------------------- cards of the page


def _props(body: bytes) -> dict[str, Any]:
    box = find(_soup(body), '[data-target="DailyPapers"][data-props]')
    return _json(str(box["data-props"]), dict, "a JSON object in data-props")


def _soup(body: bytes) -> BeautifulSoup:
    try:
        # Decoded here, as Beautiful Soup would guess an encoding rather than say that the page is spoiled.
        return BeautifulSoup(body.decode(), "html.parser")
    except (ParserRejectedMarkup, ValueError) as error:  # ValueError: not UTF-8, or a reference like &#9…9;
        raise SourceError("expected an HTML page in UTF-8, found something else") from error


def _shown(tag: Tag) -> str:
    return checks.clean(tag.get_text(" "))


def _expect_shown_day(page: Tag, day: date) -> None:
    """The title names no year, so it only counts where no element says the whole date."""
    times = [str(time["datetime"]) for time in page.select("time[datetime]") if not time.find_parent("article")]
    stated = [stated for time in times if (stated := checks.day_of(time))]
    if not stated and (title := page.select_one("title")):
        stated = [titled for titled in [_shown_day(_shown(title), day)] if titled]
    if day not in stated:
        found = " and ".join(map(str, stated)) or "no date"
        raise SourceError(f"expected the page to say that it is {day}, found {found}")


def _shown_day(text: str, latest: date) -> date | None:
    """The date in a text such as "Aug 17" or "August 17, 2026"; without a year, the latest such day up to `latest`."""
    if not (found := SHOWN_DAY.search(text)):
        return None
    month = next(number for number, name in enumerate(MONTHS, 1) if name.startswith(found["month"]))
    years = [found["year"]] if found["year"] else [f"{latest.year - back:04}" for back in (0, 1)]
    days = [checks.day_of(f"{year}-{month:02}-{found['day']:0>2}") for year in years]
    return next((day for day in days if day and (found["year"] or day <= latest)), None)


def _card(article: Tag, day: date) -> Listing:
    link = find(article, "h3 a[href]")
    arxiv_id = checks.arxiv_id(str(link["href"]).removeprefix("/papers/"))
    abstract = article.select_one("p")
    return Listing(
        key=f"arxiv:{arxiv_id}",
        arxiv_id=arxiv_id,
        title=checks.title(_shown(link)),
        abstract=(_shown(abstract) or None) if abstract else None,
        organisation=_chip(article),
        published_on=_card_day(article, day),
        votes=_shown_count(article, ".shadow-alternate div.leading-none"),
        comments=_shown_count(article, 'a[href$="#community"]'),
    )


def _chip(article: Tag) -> str | None:
    """The organisation under the title. A submitter's badge may look like it, but is above the title, or says so."""
    for link in article.select('h3 ~ a[href^="/"]:has(img[alt]), h3 ~ * a[href^="/"]:has(img[alt])'):
        is_paper = str(link["href"]).startswith("/papers/")
        is_person = link.parent is not None and "Submitted by" in _shown(link.parent)
        if (name := _shown(link)) and not is_paper and not is_person:
            return name
    return None


def _card_day(article: Tag, day: date) -> date | None:
    if not (time := article.select_one("time")):
        return None
    if published := _shown_day(_shown(time), day):
        return published
    raise SourceError(f"expected a date like Aug 17 in a card's time, found {checks.found(_shown(time))}")


def _shown_count(article: Tag, selector: str) -> int | None:
    """The number in the element, written like 12, 1.2k, or - for none."""
    if not (element := article.select_one(selector)):
        return None
    text = _shown(element)
    if text == "-":
        return 0
    if not (found := COUNT.fullmatch(text)):
        raise SourceError(f"expected a number in {selector}, found {checks.found(text)}")
    return checks.count(round(float(found["number"]) * (1000 if found["thousands"] else 1)))
