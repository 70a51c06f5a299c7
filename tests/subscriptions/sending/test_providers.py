"""What is recorded of mail providers; and the made-up one of docs/extending.md, as somebody would add it."""

import json
import re
import sys
import types
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from anymail.backends import postmark
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from django.test import Client

from subscriptions.models import Event, Letter, Suppression
from subscriptions.sending import anymail, post, providers, webhooks
from tests import provider_reports as reports
from tests.factories import make_letter
from tests.farend import FarEnd
from tests.paths import ROOT

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)


def shown_in_docs() -> types.ModuleType:
    module = types.ModuleType("tidepost")
    (code,) = re.findall(r'```python\n("""Tidepost.*?)```', (ROOT / "docs" / "extending.md").read_text(), re.DOTALL)
    exec(compile(code, "docs/extending.md", "exec"), module.__dict__)  # Our own documentation's.
    return module


class TidepostBackend(postmark.EmailBackend):
    """What Anymail would have of it: it speaks as Postmark does."""

    esp_name = "Tidepost"


class TidepostView(PostmarkTrackingWebhookView):
    esp_name = "Tidepost"


@pytest.fixture
def tidepost(settings, monkeypatch):
    """The far end, once the provider is in Anymail and its record among ours."""
    backend = types.ModuleType("anymail.backends.tidepost")
    backend.EmailBackend = TidepostBackend  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "anymail.backends.tidepost", backend)
    monkeypatch.setitem(webhooks.views(), "tidepost_tracking_webhook", TidepostView)
    monkeypatch.setitem(providers.PROVIDERS, "tidepost", shown_in_docs().PROVIDER)
    monkeypatch.setattr(anymail, "REPEAT_AFTER", (0, 0))
    monkeypatch.setitem(reports.SETTINGS, "tidepost", {"TIDEPOST_SERVER_TOKEN": "x"})
    reports.serves(settings, "tidepost")
    settings.EMAIL_BACKEND, settings.SENDER_CONNECTIONS = providers.named("tidepost").backend, 1
    with FarEnd() as far_end:
        settings.ANYMAIL = settings.ANYMAIL | {"TIDEPOST_API_URL": f"{far_end.url}/"}
        yield far_end


def reported(letter: Letter, why: str) -> Any:
    """A bounce of which Anymail would say the contrary."""
    as_postmark = reports.report("postmark", "bounced" if why == "low tide" else "soft", letter)
    body = json.loads(as_postmark.body) | {"washed_back": {"why": why}}
    return replace(as_postmark, provider="tidepost", body=json.dumps(body).encode()).sent(Client())


@pytest.mark.parametrize(
    ("why", "meant", "suppressed"),
    [("no such shore", Event.Type.BOUNCED, True), ("low tide", Event.Type.SOFT, False)],
)
@pytest.mark.usefixtures("tidepost")
def test_the_made_up_providers_own_words_decide_whether_a_bounce_suppresses(why, meant, suppressed):
    letter = make_letter(at=NOW, state=Letter.State.SENT, ended_at=NOW)

    assert reported(letter, why).status_code == 200

    assert Event.objects.values_list("provider", "type").get() == ("Tidepost", meant)
    assert Suppression.objects.exists() == suppressed


def test_the_made_up_provider_is_offered_a_letter_again_under_one_key(tidepost):
    letter = make_letter()
    tidepost.answers("/email", 502)
    tidepost.answers("/email", 409)

    post.drain(NOW)

    letter.refresh_from_db()
    assert letter.state == Letter.State.SENT
    assert len({request.headers["X-Tidepost-Once"] for request in tidepost.requests}) == 1
    assert len(tidepost.requests) == 2


def test_a_provider_of_which_nothing_is_recorded_is_as_anymail_has_it():
    provider = providers.named("sparkpost")

    assert provider.backend == "anymail.backends.sparkpost.EmailBackend"
    assert provider.is_known()
    assert provider.reports()
    assert provider.idempotency_key is None


@pytest.mark.parametrize("name", ["unheard-of", "unheard_of", ""])
def test_a_provider_that_anymail_does_not_have_is_not_known(name):
    assert not providers.named(name).is_known()
    assert not providers.named(name).reports()


@pytest.mark.parametrize("provider", providers.PROVIDERS.values(), ids=providers.PROVIDERS)
def test_what_is_recorded_of_a_provider_is_of_one_that_anymail_has(provider):
    view = webhooks.views()[provider.webhook]

    assert provider.is_known()
    assert view.esp_name == provider.esp_name
    assert set(provider.words.values()) <= {"", *Event.Type.values}
    assert bool(provider.words) == bool(provider.places)


def test_each_extra_of_a_provider_can_be_installed():
    extras = {provider.extra for provider in providers.PROVIDERS.values() if provider.extra}

    assert extras == {lock.stem for lock in (ROOT / "subscriptions" / "sending").glob("*.lock")}
    for extra in extras:
        assert f".venv/installed-{extra}:" in (ROOT / "Makefile").read_text()
