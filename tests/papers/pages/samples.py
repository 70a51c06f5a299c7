"""What the pages' tests share."""

from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from papers.models import Topic
from tests.factories import DAY, make_paper, make_score

DAY_PAGE = f"/date/{DAY}/"
BOX = "Get trending papers in your email inbox!"
SAMPLE = "SAMPLE edition"


def listed_together(how_many: int, topic: Topic, other: Topic) -> None:
    for _ in range(how_many):
        paper = make_paper()
        make_score(paper, topic)
        make_score(paper, other)


def text_of(page: str) -> str:
    """What stands between the tags, with one space between words."""
    return " ".join(BeautifulSoup(page, "html.parser").get_text().split())


def queries(client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
