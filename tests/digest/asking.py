"""What tests of the page that says why ask and read."""

from datetime import timedelta
from typing import Any

from papers.models import Paper
from papers.search import understanding
from tests.factories import make_paper
from tests.subscriptions.test_views import NOON

PAGE = "/why/"


def new(**fields: Any) -> Paper:
    paper = make_paper(**{"title": "Ferries without harbours", "first_seen_at": NOON - timedelta(hours=1)} | fields)
    understanding.keep_up()
    return paper


def query(client, paper: Paper | str) -> str:
    """The page's answer."""
    answer = client.get(PAGE, {"paper": paper if isinstance(paper, str) else paper.key})
    assert answer.status_code == 200
    return answer.text
