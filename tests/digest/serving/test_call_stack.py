"""Calls in one another take memory from the system once, and not again at every turn of a loop."""

import resource

from digest.serving.call_stack import with_room

DEEP, TURNS = 300, 2_000


def test_no_loop_takes_memory_at_every_turn_however_deep_it_is():
    def deep(calls: int) -> int:
        return deep(calls - 1) if calls else taken_by_a_loop()

    most = max(with_room(deep)(calls) for calls in range(DEEP))

    assert most < TURNS / 10


def taken_by_a_loop() -> int:
    """How many pages of memory this process was given meanwhile."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(TURNS):
        called()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def called() -> None:
    return
