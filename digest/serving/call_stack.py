"""Room on the call stack for whatever makes a page.

CPython keeps the frames of calls in chunks of 16 kB, about a hundred frames each, and returns a chunk to the system as
soon as the first call in it is over. Templates nest deeper than that: where a chunk ends just at the body of a loop,
each turn asks the system for memory and gives it back, which takes up to half of a page's CPU. Later versions mend
this (https://github.com/python/cpython/issues/142183); for others, one large chunk holds all of a page's frames.
"""

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")
FRAME = 15_400  # words of 8 bytes: CPython takes a chunk of 256 kB for it, and half of that is left for other frames


def with_room(call: Callable[..., T]) -> Callable[..., T]:
    """The same call, from a frame that says that it needs FRAME words; some 10 us more."""

    def roomy(*given: Any) -> T:
        return call(*given)

    roomy.__code__ = roomy.__code__.replace(co_stacksize=FRAME)
    return roomy
