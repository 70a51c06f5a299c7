import pytest

from tests.farend import FarEnd


@pytest.fixture
def far_end():
    with FarEnd() as far_end:
        yield far_end
