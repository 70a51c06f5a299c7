"""What axe (https://github.com/dequelabs/axe-core) finds on a page: WCAG 2.2 up to AA, and its best practices; and
what it no longer looks for, an id that stands twice."""

from collections.abc import Iterable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

IN_A_LETTER = {  # by rule: why what it finds in letters stays
    "landmark-one-main": "a mail program shows a letter inside its own page, of which it is not the main part",
    "region": "as landmark-one-main: a letter is one piece of somebody else's page",
}

REPEATED = """() => [...document.querySelectorAll('[id]')].map(one => one.id)
    .filter((id, place, all) => all.indexOf(id) !== place)"""


def problems(page: Page, allowed: Iterable[str] = ()) -> list[str]:
    """One line a rule and element, without the rules that are allowed, and one an id that is repeated."""
    found = Axe().run(page).response["violations"]
    repeated = [f"repeated id: {name}" for name in page.evaluate(REPEATED)]
    return repeated + [
        f"{rule['id']}: {element['html'][:200]} ({element['failureSummary'].splitlines()[-1].strip()})"
        for rule in found
        if rule["id"] not in allowed
        for element in rule["nodes"]
    ]
