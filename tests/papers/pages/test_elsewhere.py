"""Addresses as others have them, and papers named in other ways."""

import pytest

from tests.factories import make_paper

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("/papers", "/"),
        ("/papers/", "/"),
        ("/papers?q=long+context", "/search/?q=long+context"),
        ("/papers/date/2026-08-20", "/date/2026-08-20/"),
        ("/papers/week/2026-W34", "/week/2026-W34/"),
        ("/papers/month/2026-08/", "/month/2026-08/"),
        ("/papers/trending", "/trending/"),
        ("/papers/2608.16590", "/paper/arxiv:2608.16590/"),
        ("/papers/2608.16590v2", "/paper/arxiv:2608.16590/"),
    ],
)
def test_an_address_of_hugging_face_leads_to_ours_for_good(client, theirs, ours):
    answer = client.get(theirs)

    assert (answer.status_code, answer.headers["Location"]) == (301, ours)


@pytest.mark.parametrize(
    "theirs", ["/papers/nonsense", "/papers/date/2026-02-30", "/papers/week/2026-W60", "/papers/%00"]
)
def test_an_address_that_hugging_face_would_not_have_either_is_not_found(client, theirs):
    assert client.get(theirs, follow=True).status_code == 404


@pytest.mark.parametrize("name", ["2608.16590", "2608.16590v3", "arXiv:2608.16590", "arxiv:2608.16590v1"])
def test_a_paper_named_in_another_way_is_found_under_its_key(client, name):
    paper = make_paper(key="arxiv:2608.16590")

    answer = client.get(f"/paper/{name}/")

    assert (answer.status_code, answer.headers["Location"]) == (301, paper.get_absolute_url())


def test_a_paper_that_is_not_here_is_not_found_by_any_name(client):
    assert client.get("/paper/2608.99999/", follow=True).status_code == 404
    assert client.get("/paper/arxiv:2608.99999/").status_code == 404
