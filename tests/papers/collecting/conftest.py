from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.farend import FarEnd


@pytest.fixture
def far_end(settings: Settings) -> Iterator[FarEnd]:
    with FarEnd() as far_end:
        settings.HUGGINGFACE_URL = far_end.url
        yield far_end
