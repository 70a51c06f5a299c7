import pytest


@pytest.fixture(autouse=True)
def ours(settings):
    """What we read of arXiv in these tests, so that no topics are asked for."""
    settings.ARXIV_CATEGORIES = ["cs.CL", "cs.LG"]
    return settings
