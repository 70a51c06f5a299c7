"""The rooms know of one another in one direction only: digest -> subscriptions -> papers."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.paths import ROOT

FORBIDDEN = {"papers": {"subscriptions", "digest"}, "subscriptions": {"digest"}}

pytestmark = pytest.mark.one_database


def named_rooms(source: str) -> Iterator[tuple[int, str]]:
    """Every room that a module names: in imports, "app.Model" strings and get_model calls. (line, room)"""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, (node.module or "").partition(".")[0]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            label, dot, name = node.value.partition(".")
            if dot and name[:1].isupper() and name.isidentifier():
                yield node.lineno, label
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("get_model"):
            yield from ((node.lineno, word.value) for word in node.args[:1] if isinstance(word, ast.Constant))


def wrong_ways(room: str, source: str) -> list[tuple[int, str]]:
    return [(line, name) for line, name in named_rooms(source) if name in FORBIDDEN[room]]


@pytest.mark.parametrize("room", FORBIDDEN)
def test_a_lower_room_names_no_higher_one(room: str):
    found = {
        str(module.relative_to(ROOT)): wrong
        for module in (ROOT / room).rglob("*.py")
        if (wrong := wrong_ways(room, module.read_text()))
    }

    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "import digest.letters.planning",
        "from digest import planning",
        "def late():\n    from subscriptions.models import Letter",
        "owner = models.ForeignKey('subscriptions.Subscriber')",
        "apps.get_model('digest', 'Given')",
    ],
)
def test_every_way_of_naming_a_room_is_seen(source: str):
    wrong = wrong_ways("papers", source)

    assert len(wrong) == 1


def test_migrations_never_import_our_models():
    ours = re.compile(r"^(import|from) (papers|subscriptions|digest)\.models", re.MULTILINE)

    assert [str(file) for file in ROOT.glob("*/migrations/*.py") if ours.search(file.read_text())] == []
