"""What tests of the preferences page send and read."""

from datetime import UTC, datetime

from tests.subscriptions.test_views import errors, interests

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)

PAGE = "/preferences/"


def rows(reader) -> list[tuple[str, str, bool, str]]:
    return sorted(reader.interests.values_list("kind", "value", "wanted", "origin"))


def save(client, **changes):
    page = client.post(PAGE, interests(**changes))
    assert errors(page) == []
    return page
