"""Where the public reading pages live."""

from datetime import date

from django.urls import path, register_converter

from papers.views import days, papers, search, topics, trending


class Day:
    """2026-08-20; a date that no calendar has is no address of ours."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)  # Django takes its ValueError for "no such page".

    def to_url(self, value: date | str) -> str:
        return str(value)


class Key:
    """A paper's key, slashes included; but no NUL, which PostgreSQL refuses even to look for."""

    regex = r"[^\x00]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Day, "day")
register_converter(Key, "key")

app_name = "papers"
urlpatterns = [
    path("", days.today, name="today"),
    path("date/<day:day>/", days.day, name="day"),
    path("date/<day:day>/<slug:source>/", days.day, name="list"),
    path("paper/<key:key>/", papers.paper, name="paper"),
    path("trending/", trending.trending, name="trending"),
    path("about/", trending.about, name="about"),
    path("search/", search.search, name="search"),
    path("topics/", topics.topics, name="topics"),
    path("topic/<slug:slug>/", topics.topic, name="topic"),
]
