"""The made-up kind of interest of docs/extending.md, as somebody would add it: two records, and a line for each."""

import re
import types
from datetime import timedelta

import pytest
from django.core.management import call_command

from digest import previewing
from digest.letters import planning, wording
from digest.matching.kinds import KINDS as QUERY_KINDS
from papers.search import understanding
from subscriptions.interests import kinds
from subscriptions.interests.kinds import InterestSpec
from subscriptions.models import Letter, Subscriber
from tests.factories import make_paper, make_reader
from tests.paths import ROOT
from tests.subscriptions.saving import save
from tests.subscriptions.test_views import NOON, interests, open_preferences, travel

pytestmark = pytest.mark.django_db


def shown_in_docs(begin: str, names: dict[str, object]) -> types.SimpleNamespace:
    text = (ROOT / "docs/extending.md").read_text()
    (code,) = re.findall(rf"```python\n({re.escape(begin)}.*?)```", text, re.DOTALL)
    exec(compile(code, "docs/extending.md", "exec"), names)  # Our own docs'.
    return types.SimpleNamespace(**names)


@pytest.fixture(autouse=True)
def _keyword(monkeypatch: pytest.MonkeyPatch):
    keyword = shown_in_docs("KEYWORD =", dict(vars(kinds))).KEYWORD
    monkeypatch.setattr(kinds, "KEYWORD", keyword, raising=False)
    monkeypatch.setitem(kinds.KINDS, keyword.key, keyword)
    record = shown_in_docs('"""A keyword', {}).KIND
    monkeypatch.setitem(QUERY_KINDS, record.key, record)
    travel(monkeypatch, NOON)
    previewing.drop_caches()


@pytest.fixture
def reader(client) -> Subscriber:
    reader = make_reader(hour=12, next_due_at=NOON, read_up_to=NOON - timedelta(days=1), trending_muted_at=NOON)
    open_preferences(client, reader)
    return reader


def tidal(*keywords: str):
    paper = make_paper(keywords=list(keywords), first_seen_at=NOON - timedelta(hours=1))
    understanding.keep_up()
    return paper


def test_it_is_typed_on_the_preferences_page_checked_kept_and_shown_again(client, reader):
    save(client, keywords="Tide  tables\n\ntide tables", unwanted_keywords="Harbour dues")

    assert {row.spec for row in reader.interests.all()} == {
        InterestSpec("keyword", "Tide tables"),
        InterestSpec("keyword", "Harbour dues", wanted=False),
    }
    page = client.get("/preferences/").text
    assert ">\nTide tables</textarea>" in page
    assert ">\nHarbour dues</textarea>" in page
    assert (
        "Expected a keyword of at most 200 characters, found ?!."
        in client.post("/preferences/", interests(keywords="?!")).text
    )


def test_its_papers_come_with_their_reason_and_those_of_what_is_unwanted_do_not(client, reader):
    paper = tidal("TIDE TABLES", "ports")
    tidal("tide tables", "harbour dues"), tidal("ports")
    reader.choose([InterestSpec("keyword", "Tide tables"), InterestSpec("keyword", "harbour dues", wanted=False)])

    preview = previewing.of_reader(reader, NOON)
    planning.tick(NOON)

    contents = Letter.objects.get(subscriber=reader).contents
    (item,) = contents["for_you"]
    assert (item["paper"], item["reason"]) == (paper.pk, {"code": "keyword", "keyword": "Tide tables"})
    assert wording.reason(item, paper.title, paper.abstract) == "has the keyword Tide tables"
    (miss,) = contents["near_misses"]
    assert wording.lacked(miss["lacked"]) == "it matches “harbour dues”, which you do not want"
    assert preview.letter.contents == contents


def test_why_says_what_it_contributes(client, reader):
    paper = tidal("tide tables")
    reader.choose([InterestSpec("keyword", "tide tables")])

    said = client.get("/why/", {"paper": paper.key}).text

    assert "It would be in your next digest: has the keyword tide tables." in said
    assert "without it, you would not get this paper" in said


def test_it_needs_no_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
