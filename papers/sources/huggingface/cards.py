"""The cards of a day's page, read as people see them: the last resort."""

import re
from datetime import date
from functools import partial

from bs4 import Tag

from papers import identifiers
from papers.sources import checks
from papers.sources.base import Listing, Page, SourceError
from papers.sources.huggingface.page import find, soup
from papers.text import tex

COUNT = re.compile(r"(?P<number>\d{1,9}(?:\.\d{1,9})?)(?P<thousands>k?)", re.ASCII)
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS)
SHOWN_DAY = re.compile(rf"\b(?P<month>{MONTH}) (?P<day>\d\d?)\b(?:, (?P<year>\d{{4}})\b)?", re.ASCII)


def daily(body: bytes, day: date) -> Page:
    """What the cards of a day's page show: most say no abstract, and how many authors but not who."""
    page = soup(body)
    find(page, "article")
    if b"</html>" not in body:
        raise SourceError("expected a whole page, found one that ends before </html>")
    times = [str(time["datetime"]) for time in page.select("time[datetime]") if not time.find_parent("article")]
    stated = [stated for time in times if (stated := checks.day_of(time))]
    # The title names no year, so it only counts where no element says the whole date.
    if not stated and (title := page.select_one("title")):
        stated = [titled for titled in [_shown_day(_shown(title), day)] if titled]
    if day not in stated:
        found = " and ".join(map(str, stated)) or "no date"
        raise SourceError(f"expected the page to say that it is {day}, found {found}")
    return checks.each(page.select("article"), partial(_listing, day=day))


def _listing(article: Tag, day: date) -> Listing:
    link = find(article, "h3 a[href]")
    arxiv_id = checks.arxiv_id(str(link["href"]).removeprefix("/papers/"))
    abstract, time = article.select_one("p"), article.select_one("time")
    published_on = _shown_day(_shown(time), day) if time else None
    if time and not published_on:
        raise SourceError(f"expected a date like Aug 17 in a card's time, found {checks.found(_shown(time))}")
    return Listing(
        key=identifiers.arxiv_key(arxiv_id),
        arxiv_id=arxiv_id,
        title=checks.title(tex.to_unicode(_shown(link))),
        abstract=(tex.to_unicode(_shown(abstract)) or None) if abstract else None,
        organisation=_organisation(article),
        published_on=published_on,
        votes=_shown_count(article, ".shadow-alternate div.leading-none"),
        comments=_shown_count(article, 'a[href$="#community"]'),
    )


def _organisation(article: Tag) -> str | None:
    """The chip under the title. A submitter's badge may look like it, but is above the title, or says so."""
    for link in article.select('h3 ~ a[href^="/"]:has(img[alt]), h3 ~ * a[href^="/"]:has(img[alt])'):
        is_paper = str(link["href"]).startswith("/papers/")
        is_person = link.parent is not None and "Submitted by" in _shown(link.parent)
        if (name := _shown(link)) and not is_paper and not is_person:
            return name
    return None


def _shown(tag: Tag) -> str:
    return checks.clean(tag.get_text(" "))


def _shown_day(text: str, latest: date) -> date | None:
    """The date in a text such as "Aug 17" or "August 17, 2026"; without a year, the latest such day up to `latest`."""
    if not (found := SHOWN_DAY.search(text)):
        return None
    month = next(number for number, name in enumerate(MONTHS, 1) if name.startswith(found["month"]))
    years = [found["year"]] if found["year"] else [f"{latest.year - back:04}" for back in (0, 1)]
    days = [checks.day_of(f"{year}-{month:02}-{found['day']:0>2}") for year in years]
    return next((day for day in days if day and (found["year"] or day <= latest)), None)


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
