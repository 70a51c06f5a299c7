"""Pages are made with the site's language active, unless another one is."""

import pytest
from django.http import HttpResponse
from django.urls import path
from django.utils.translation import override, trans_real

pytestmark = [pytest.mark.urls(__name__), pytest.mark.one_database]


def active() -> str:
    """Not what get_language() falls back to."""
    value = getattr(trans_real._active, "value", None)
    return value.to_language() if value else "none"


urlpatterns = [path("", lambda _request: HttpResponse(active()))]


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_page_is_made_in_the_language_of_the_site(client, settings, language):
    settings.LANGUAGE_CODE = language

    assert client.get("/").text == language
    assert active() == "none"


def test_a_language_that_is_active_stays_so(client):
    with override("fr", deactivate=True):
        assert client.get("/").text == "fr"
        assert active() == "fr"
