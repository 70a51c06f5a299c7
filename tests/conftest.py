"""What every test may lean on. Servers are started by tests/servers.py, before Django's settings are read."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import hypothesis
import pytest
from pytest_django import Settings

from tests.sink import Sink

# No deadline: machines are shared, and speed is measured by benchmarks. The same examples every time.
hypothesis.settings.register_profile("here", deadline=None, derandomize=True)
hypothesis.settings.load_profile("here")


def pytest_report_header() -> str:
    return f"semantic encoder: {without_semantic() or 'tested with the weights in ENCODER_PATH'}"


def without_semantic() -> str:
    """Why the optional encoder cannot be tested here; empty where it can."""
    if not all(map(find_spec, ("onnxruntime", "tokenizers", "huggingface_hub"))):
        return "NOT tested, as its libraries are missing: make install EXTRA=semantic"
    if not os.environ.get("ENCODER_PATH"):
        return "NOT tested, as ENCODER_PATH names no folder with its weights"
    return ""


@pytest.fixture
def mailbox(settings: Settings, tmp_path: Path) -> Path:
    """The folder that letters are written to, of this test alone."""
    settings.MAIL_DIR = tmp_path / "mail"
    return settings.MAIL_DIR


@pytest.fixture
def sink(settings: Settings) -> Iterator[Sink]:
    """A mail server of this test alone, which the site sends by."""
    with Sink() as sink:
        sink.serves(settings)
        yield sink
