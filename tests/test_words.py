"""What readers are told, in every template and every call of gettext, keeps to the same few words and marks."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent.parent
ROOMS = ("papers", "subscriptions", "digest")
GETTEXT = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
TAGS = re.compile(r'{% translate "(.*?)" %}|{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}', re.DOTALL)
FILLED_IN = re.compile(r"{{.*?}}|%\(\w+\)|<[^>]*>")
BOX = "Get trending papers in your email inbox!"  # as the page says it that this site began with


def told() -> Iterator[tuple[str, str]]:
    """Each sentence, and the file in which it stands."""
    for path in (HERE / "templates").rglob("*.*"):
        for found in TAGS.finditer(path.read_text()):
            yield found[1] or found[2], str(path.relative_to(HERE))
    for path in (path for room in ROOMS for path in (HERE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in GETTEXT:
                for said in node.args:
                    if isinstance(said, ast.Constant) and isinstance(said.value, str):
                        yield said.value, str(path.relative_to(HERE))


@pytest.mark.parametrize(
    ("shunned", "instead"),
    [
        (r"\bletters?\b", "digest for the papers at the reader's hour, email for anything else"),
        (r"\bbar\b", "close enough to your interests"),
        (r"arXiv ids?\b", "arXiv ID"),
        (r"\w'|'\w|''", "curly quotes and apostrophes: ‘ ’ “ ”"),
        (r"\.\.\.", "one …"),
        (r"!", "a full stop"),
        (r"—", "a comma, a colon or a full stop"),
    ],
)
def test_readers_are_told_things_in_the_words_that_were_settled(shunned, instead):
    odd = [f"{file}: {said}" for said, file in told() if re.search(shunned, FILLED_IN.sub("", said)) and said != BOX]

    assert odd == [], f"expected {instead}"


def test_what_readers_are_told_is_found_in_templates_and_in_every_room():
    assert {file.partition("/")[0] for _said, file in told()} == {"templates", *ROOMS}
