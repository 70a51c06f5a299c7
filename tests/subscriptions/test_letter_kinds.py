"""What is recorded of letters of each kind; and the made-up one of docs/extending.md, as somebody would add it."""

import re
import sys
import types
from copy import deepcopy
from datetime import UTC, datetime

import pytest
from django.conf import settings as site

from subscriptions import letter_kinds
from subscriptions.models import Letter
from subscriptions.sending import post
from tests.factories import make_letter, make_reader
from tests.paths import ROOT

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
DOCS = (ROOT / "docs" / "extending.md").read_text().split("## A letter\n")[1].split("\n## ")[0]


@pytest.fixture
def anniversary(settings, monkeypatch, tmp_path) -> types.ModuleType:
    module = types.ModuleType("digest.letters.anniversary")
    (code,) = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    exec(compile(code, "docs/extending.md", "exec"), module.__dict__)  # Our own documentation's.
    monkeypatch.setitem(sys.modules, module.__name__, module)
    settings.LETTERS = settings.LETTERS | dict(re.findall(r'`"(\w+)": "([\w.]+)"`', DOCS))
    folder = tmp_path / "mail" / "anniversary"
    folder.mkdir(parents=True)
    texts = re.findall(r"```django\n(.*?)```", DOCS, re.DOTALL)
    for name, text in zip(("subject.txt", "body.txt", "body.html"), texts, strict=True):
        (folder / name).write_text(text)
    templates = deepcopy(site.TEMPLATES)
    templates[0]["DIRS"].append(tmp_path)
    settings.TEMPLATES = templates
    return module


def test_the_made_up_letter_is_sent_once_however_often_it_is_planned(anniversary, sink):
    reader = make_reader(confirmed_at=datetime(2025, 8, 20, 9, tzinfo=UTC))
    make_reader(confirmed_at=NOW)

    for _ in range(2):
        anniversary.plan(NOW)
        post.drain(NOW)

    [(recipient, message)] = sink.accepted
    assert recipient == reader.address
    assert message["Subject"] == "A year of Paper Route"
    assert "You have been reading since 20 August 2025." in message.get_body(("plain",)).get_content()


def test_the_made_up_letter_is_treated_as_its_record_says(anniversary, sink):
    reader = make_reader(confirmed_at=datetime(2025, 8, 20, 9, tzinfo=UTC))
    left = make_reader(confirmed_at=datetime(2025, 8, 20, 9, tzinfo=UTC))
    anniversary.plan(NOW)
    asked_for = make_letter()
    left.unsubscribe(NOW)

    post.drain(NOW)

    assert sink.recipients == [asked_for.subscriber.address, reader.address]
    assert sink.accepted[1][1]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert Letter.objects.get(subscriber=left).reason == "left"


def test_each_kind_is_what_it_has_always_been(settings):
    def names(attribute: str) -> list[str]:
        return letter_kinds.names(lambda kind: bool(getattr(kind, attribute)))

    of_readers = ["confirm", "manage", "goodbye", "moving", "address", "welcome", "digest"]
    assert list(settings.LETTERS) == [*of_readers, "operator", "selftest"]
    assert set(settings.LETTERS) - set(names("is_awaited")) == {"digest"}
    assert names("is_list_mail") == ["welcome", "digest"]
    assert names("asks_to_confirm") == ["confirm"]
    assert names("says_goodbye") == ["goodbye"]
    assert {name: letter_kinds.of(name).site_address for name in names("site_address")} == {
        "operator": "OPERATOR_EMAIL",
        "selftest": "SELF_TEST_ADDRESS",
    }
