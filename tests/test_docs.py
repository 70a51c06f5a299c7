"""The documentation names what there is: files, modules, commands and their options, targets of make, tests, links."""

import re
import shlex
import tomllib
from collections.abc import Iterator

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

from tests.paths import ROOT

pytestmark = pytest.mark.one_database
FILES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
PAGES = {str(file.relative_to(ROOT)): file.read_text() for file in FILES}
MOST_LINES = 150  # of README: what is longer is not read
TARGETS = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text()))
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
FENCED = re.compile(r"(?ms)^```\w*\n(.*?)^```$")
PATH = re.compile(r"(?<![\w/.:-])(?:papers|subscriptions|digest|templates|tests|docs|\.ci)/[\w./-]*")


def code(page: str) -> Iterator[str]:
    """What is written as code on a page, on one line each: fenced, indented, and within a line."""
    text = PAGES[page]
    for block in FENCED.findall(text):
        yield from block.splitlines()
    prose = FENCED.sub("", text)
    yield from re.findall(r"(?m)^    (\S.*)$", prose)
    yield from (" ".join(span.replace("\\|", "|").split()) for span in re.findall(r"`([^`]+)`", prose))


def words(line: str) -> list[str]:
    return line.partition(" # ")[0].split()


def paths(page: str) -> set[str]:
    """Each file or folder of ours that a page names, but for what a fenced block says in a comment that it holds."""
    made_up = set(re.findall(r"(?m)^# (\S+\.\w+)$", "".join(FENCED.findall(PAGES[page]))))
    return {found.rstrip(".") for found in PATH.findall(FENCED.sub("", PAGES[page]))} - made_up


def modules(page: str) -> set[str]:
    return {found for line in code(page) for found in re.findall(r"python -m (tests(?:\.\w+)+)", line)}


def commands(page: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of manage.py and the options that it is shown with."""
    for line in code(page):
        for name, rest in re.findall(r"manage\.py (\w+)([^#]*)", line):
            yield name, re.findall(r"--[a-z]+", rest)


def options(name: str) -> set[str]:
    app = get_commands()[name]
    command = app if isinstance(app, BaseCommand) else load_command_class(app, name)
    return {option for action in command.create_parser("manage.py", name)._actions for option in action.option_strings}


def anchors(text: str) -> set[str]:
    """Of each heading, as the sites make them that show such pages."""
    headings = re.findall(r"(?m)^#+ (.+)$", FENCED.sub("", text))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_readme_is_short():
    assert len(PAGES["README.md"].splitlines()) <= MOST_LINES


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_is_there(page: str):
    missing = {path for path in paths(page) if not (ROOT / path).exists()}

    assert missing == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_module_that_a_page_runs_is_there(page: str):
    named = {name: ROOT.joinpath(*name.split(".")) for name in modules(page)}

    assert {name for name, path in named.items() if not (path.is_dir() or path.with_suffix(".py").exists())} == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_a_page_shows_is_there_and_takes_its_options(page: str):
    shown = list(commands(page))

    assert {name for name, _ in shown} <= get_commands().keys()
    assert [(name, option) for name, given in shown for option in given if option not in options(name)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_target_of_make_that_a_page_names_is_there(page: str):
    targets = [words(line)[1] for line in code(page) if re.match(r"make [a-z]", line)]
    extras = {extra for line in code(page) for extra in re.findall(r"\bEXTRA=([a-z-]+)", line)}

    assert set(targets) <= TARGETS
    assert extras <= EXTRAS.keys()


@pytest.mark.parametrize("page", PAGES)
def test_every_link_within_the_documentation_leads_somewhere(page: str):
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", PAGES[page]):
        file, _, anchor = link.partition("#")
        target = (ROOT / page).parent / file if file else ROOT / page

        assert target.is_file(), link
        assert not anchor or anchor in anchors(target.read_text()), link


def test_every_page_can_be_found_from_readme():
    linked = set(re.findall(r"\]\((docs/[^)#]+)", PAGES["README.md"]))

    assert linked == {page for page in PAGES if page.startswith("docs/")}


def test_every_test_that_proves_what_a_fault_does_is_there():
    shown = [shlex.split(line)[1:] for line in code("docs/faults.md") if line.startswith("pytest tests")]

    assert len(shown) > 10
    for arguments in shown:
        files, chosen = [one for one in arguments if one.startswith("tests/")], arguments[-1]
        text = " ".join((ROOT / file).read_text() for file in files)
        wanted = chosen.split(" or ") if "-k" in arguments else []

        assert [word for word in wanted if word not in text] == [], arguments
