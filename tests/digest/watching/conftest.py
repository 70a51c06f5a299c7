"""Who is told, and how the self-test comes back."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests import provider_reports as reports
from tests.digest.watching.scene import OPERATOR
from tests.digest.watching.selftests import OURS
from tests.mailbox import Mailbox


@pytest.fixture
def operator(settings: Settings) -> None:
    settings.OPERATOR_EMAIL = OPERATOR


@pytest.fixture
def self_test(settings: Settings, operator: None) -> None:
    settings.SELF_TEST_ADDRESS = OURS


@pytest.fixture
def inbox(settings: Settings) -> Iterator[Mailbox]:
    with Mailbox() as inbox:
        inbox.serves(settings)
        yield inbox


@pytest.fixture
def postmark(settings: Settings) -> None:
    reports.serves(settings, "postmark")
