"""Where the public reading pages live."""

from collections.abc import Callable
from datetime import date

from django.http import HttpResponse
from django.urls import path, register_converter

from papers import spans
from papers.spans import Span
from papers.views import authors, crawlers, days, elsewhere, feeds, papers, search, topics, trending


class Dated:
    """Days, weeks and months; one that no calendar has is no address of ours."""

    regex: str
    of: Callable[[date], Span]  # its page, of any day in it
    to_python: Callable[[str], Span]  # Django takes its ValueError for "no such page".

    def to_url(self, value: Span | date | str) -> str:
        return value if isinstance(value, str) else (self.of(value) if isinstance(value, date) else value).name


class Day(Dated):
    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
    of = staticmethod(spans.day)
    to_python = staticmethod(spans.day_named)


class Week(Dated):
    regex = "[0-9]{4}-W[0-9]{2}"
    of = staticmethod(spans.week)
    to_python = staticmethod(spans.week_named)


class Month(Dated):
    regex = "[0-9]{4}-[0-9]{2}"
    of = staticmethod(spans.month)
    to_python = staticmethod(spans.month_named)


class Key:
    """A paper's key, or a name, slashes included; but no NUL, which PostgreSQL refuses even to look for."""

    regex = r"[^\x00]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Form:
    """How a feed is written."""

    regex = "atom|json"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Day, "day")
register_converter(Week, "week")
register_converter(Month, "month")
register_converter(Key, "key")
register_converter(Form, "form")

app_name = "papers"
of_hugging_face: list[tuple[str, Callable[..., HttpResponse], str]] = [
    ("papers", elsewhere.latest, "hf_latest"),
    ("papers/date/<day:span>", elsewhere.dated, "hf_day"),
    ("papers/week/<week:span>", elsewhere.dated, "hf_week"),
    ("papers/month/<month:span>", elsewhere.dated, "hf_month"),
    ("papers/trending", elsewhere.trending, "hf_trending"),
    ("papers/<str:named>", elsewhere.paper, "hf_paper"),
]
urlpatterns = [
    path("feeds/", feeds.about, name="feeds"),
    path("feed.<form:form>", feeds.of_list, name="today_feed"),
    path("list/<slug:source>/feed.<form:form>", feeds.of_list, name="list_feed"),
    path("week/feed.<form:form>", feeds.of_span, {"kind": "week"}, name="week_feed"),
    path("month/feed.<form:form>", feeds.of_span, {"kind": "month"}, name="month_feed"),
    path("trending/feed.<form:form>", feeds.trending, name="trending_feed"),
    path("topic/<slug:slug>/feed.<form:form>", feeds.topic, name="topic_feed"),
    path("category/<key:name>/feed.<form:form>", feeds.category, name="category_feed"),
    path("author/<key:name>/feed.<form:form>", feeds.author, name="author_feed"),
    path("organisation/<key:name>/feed.<form:form>", feeds.organisation, name="organisation_feed"),
    path("search/feed.<form:form>", feeds.search, name="search_feed"),
    path("robots.txt", crawlers.robots, name="robots"),
    path("sitemap.xml", crawlers.sitemaps, name="sitemaps"),
    path("sitemap-<slug:section>.xml", crawlers.sitemap, name="sitemap"),
    path("favicon.ico", crawlers.icon, name="icon"),
    path("", days.today, name="today"),
    path("date/<day:day>/", days.day, name="day"),
    path("date/<day:day>/<slug:source>/", days.day, name="day_list"),
    path("week/<week:week>/", days.week, name="week"),
    path("week/<week:week>/<slug:source>/", days.week, name="week_list"),
    path("month/<month:month>/", days.month, name="month"),
    path("month/<month:month>/<slug:source>/", days.month, name="month_list"),
    path("paper/<key:key>.bib", papers.citation, {"form": "bib"}, name="bibtex"),
    path("paper/<key:key>.ris", papers.citation, {"form": "ris"}, name="ris"),
    path("paper/<key:key>/", papers.paper, name="paper"),
    path("trending/", trending.trending, name="trending"),
    path("about/", trending.about, name="about"),
    path("search/", search.search, name="search"),
    path("topics/", topics.topics, name="topics"),
    path("topic/<slug:slug>/", topics.topic, name="topic"),
    path("category/<key:name>/", topics.category, name="category"),
    path("author/<key:name>/", authors.author, name="author"),
    path("organisation/<key:name>/", authors.organisation, name="organisation"),
    *(path(f"{route}{slash}", view, name=name) for slash in ("/", "") for route, view, name in of_hugging_face),
]
