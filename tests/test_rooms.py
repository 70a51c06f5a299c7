"""The rooms, and the rooms within them, know of one another in one direction only; and none of it grows too long."""

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

import pytest

from tests.paths import ROOT

FORBIDDEN = {"papers": {"subscriptions", "digest"}, "subscriptions": {"digest"}}

# What stands in a line may import what stands in the lines above it, and what stands beside it in the same line knows
# nothing of it. A new module finds its place here first.
LINES = {
    "papers": [
        "addresses fragments identifiers database site_clock spans",
        "text",  # knows no rows
        "models",
        "sources search",
        "citing feeds printed storing templatetags trending",
        "sample",
        "collecting",
        "lookups",
        "views",
        "admin apps management tasks urls",
    ],
    "subscriptions": [
        "cross_site interests letter_kinds mime networks pending request_sizes slots",  # rows of papers alone
        "tokens wrapping",
        "fields models",
        "headers leaving limits links",
        "answering erasing proof signing_up",
        "moving",
        "composing",
        "sending",
        "forms mailbox",
        "form_parts visits",
        "gallery joining private_feed rights views",
        "admin apps management tasks urls",
    ],
    "digest": [
        "environment",
        "celery checks formats logs permissions serving settings sqlite wsgi",  # the project
        "apps",
        "asgi",
        "models",
        "matching saving",
        "letters",
        "admin_login exporting feedback feeds papers_joined previewing",
        "effects last_days why",
        "my_page watching",
        "privacy_notice",
        "views",
        "admin evaluation tasks urls",  # evaluation is an extra: only its command knows of it
        "management",
    ],
}

LONGEST_FILE, LONGEST_SETTINGS = 300, 400  # lines
LONG_FUNCTION, LONGEST_FUNCTION = 30, 40  # lines: from the one on a comment says why, at the other it ends
ASKS_WHICH_DATABASE = {"papers/database.py"}

pytestmark = pytest.mark.one_database


def modules(room: str) -> dict[str, Path]:
    """The room's modules by their dotted names, its migrations apart."""
    files = [file for file in sorted((ROOT / room).rglob("*.py")) if "migrations" not in file.parts]
    return {".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file for file in files}


def named(file: Path) -> str:
    return str(file.relative_to(ROOT))


ROOMS = {room: modules(room) for room in LINES}
FILES = [file for of_room in ROOMS.values() for file in of_room.values()]


# ---------------------------------------------------------------------------------------------------------- the rooms


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


# --------------------------------------------------------------------------------------------------- the rooms within


def imported(source: str, known: dict[str, Path]) -> set[str]:
    """The known modules that a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in known else node.module for name in names}
    return found & known.keys()


def inner(module: str) -> str:
    """The room within its room that a module is, or is in: "text" for papers.text.words."""
    return module.split(".")[1]


def wrong_arrows(module: str, source: str, room: str) -> list[str]:
    heights = {name: height for height, line in enumerate(LINES[room]) for name in line.split()}
    others = [other for other in imported(source, ROOMS[room]) if other != room and inner(other) != inner(module)]
    return [other for other in others if heights[inner(other)] >= heights[inner(module)]]


@pytest.mark.parametrize("room", LINES)
def test_every_module_has_its_place(room: str):
    places = [name for line in LINES[room] for name in line.split()]

    assert len(places) == len(set(places))
    assert {inner(module) for module in ROOMS[room] if module != room} <= set(places)


@pytest.mark.parametrize("room", LINES)
def test_within_a_room_arrows_point_in_one_direction(room: str):
    found = {
        module: wrong
        for module, file in ROOMS[room].items()
        if module != room and (wrong := wrong_arrows(module, file.read_text(), room))
    }

    assert found == {}


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("papers.text.words", "from papers.models import Paper"),
        ("papers.sources.web", "from papers.search import ranking"),
        ("papers.models", "import papers.sources.web"),
        ("papers.search.ranking", "def late():\n    from papers import sources"),
        ("subscriptions.models.readers", "from subscriptions import composing"),
        ("subscriptions.composing", "from subscriptions.sending.post import drain"),
        ("digest.matching.scoring", "from digest.letters import planning"),
        ("digest.views", "from digest.evaluation.metrics import compared"),
        ("digest.why", "from digest.watching import freshness"),
    ],
)
def test_an_arrow_in_the_wrong_direction_is_seen(module: str, source: str):
    assert len(wrong_arrows(module, source, module.split(".")[0])) == 1


def circle(imports: dict[str, set[str]]) -> list[str]:
    """Modules that import one another in a circle, the first one again as the last; none if there is no circle."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.mark.parametrize("room", LINES)
def test_no_modules_import_each_other_in_a_circle(room: str):
    imports = {module: imported(file.read_text(), ROOMS[room]) - {module} for module, file in ROOMS[room].items()}

    assert circle(imports) == []


def test_a_circle_is_seen():
    found = circle({"first": {"second"}, "second": {"third"}, "third": {"first"}, "fourth": {"first"}})

    assert set(pairwise(found)) == {("first", "third"), ("third", "second"), ("second", "first")}


def test_every_room_within_says_what_may_live_in_it():
    packages = [file for file in FILES if file.name == "__init__.py" and "management" not in file.parts]

    assert [named(file) for file in packages if not ast.get_docstring(ast.parse(file.read_text()))] == []


def test_only_one_module_knows_which_database_it_is():
    asking = {named(file) for file in FILES if re.search(r"\bconnections?\b.*\.vendor\b", file.read_text())}

    assert asking <= ASKS_WHICH_DATABASE


# ------------------------------------------------------------------------------------------------------- what is long


def test_no_file_is_too_long():
    longest = {named(file): LONGEST_FILE for file in FILES} | {"digest/settings.py": LONGEST_SETTINGS}
    lines = {named(file): len(file.read_text().splitlines()) for file in FILES}

    assert {file for file in lines if lines[file] > longest[file]} == set()


def too_long(source: str) -> list[str]:
    """The functions that are too long, or long without a comment above them, or beside their name, that says why."""
    lines, found = source.splitlines(), []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            length = node.end_lineno - node.lineno + 1
            begins = min(part.lineno for part in (node, *node.decorator_list))
            has_reason = lines[begins - 2].lstrip().startswith("#") or "  # " in lines[node.lineno - 1]
            if length > (LONGEST_FUNCTION if has_reason else LONG_FUNCTION):
                found.append(node.name)
    return found


def test_no_function_is_too_long():
    assert {named(file): found for file in FILES if (found := too_long(file.read_text()))} == {}


@pytest.mark.parametrize(
    ("before", "lines", "found"),
    [
        ("x = 1", 30, []),
        ("x = 1", 31, ["act"]),
        ("# It is one thought.", 40, []),
        ("# It is one thought.\n@once", 40, []),
        ("# It is one thought.", 41, ["act"]),
    ],
)
def test_a_long_function_is_seen_unless_a_comment_says_why(before: str, lines: int, found: list[str]):
    source = f"{before}\ndef act():\n" + "    x = 1\n" * (lines - 1)

    assert too_long(source) == found
