"""A network's seconds of CPU come back with time."""

import pytest

from digest.serving import cpu_budget
from digest.serving.cpu_budget import CpuBudget

pytestmark = pytest.mark.one_database


@pytest.fixture
def clock(monkeypatch):
    moment = [100.0]
    monkeypatch.setattr(cpu_budget, "monotonic", lambda: moment[0])
    return moment


def test_what_is_spent_comes_back_at_the_pace_that_was_set(clock):
    budget = CpuBudget(most=2.0, pace=0.5)
    budget.spend("here", 3.0)

    assert budget.wait("here") == 3
    assert budget.wait("elsewhere") == 0
    clock[0] += 3
    assert budget.wait("here") == 0


def test_no_more_comes_together_than_the_most(clock):
    budget = CpuBudget(most=2.0, pace=0.5)
    budget.spend("here", 0.1)
    clock[0] += 1000

    budget.spend("here", 2.0)

    assert budget.wait("here") > 0
