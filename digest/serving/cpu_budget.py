"""How much of this process's CPU a network may have for pages that are made for it."""

from math import ceil
from threading import Lock
from time import monotonic

from cachetools import LRUCache

NETWORKS = 10_000  # the latest ones are known; of another nothing is known, and it may have all


class CpuBudget:
    """A token bucket for each network, of seconds of CPU: `most` at once, and `pace` more each second. They are taken
    once it is known how many it took, so a bucket may be overdrawn."""

    def __init__(self, most: float, pace: float) -> None:
        self.most, self.pace, self.turn = most, pace, Lock()
        self.left: LRUCache[str, tuple[float, float]] = LRUCache(NETWORKS)  # seconds of CPU, and at which moment

    def wait(self, network: str) -> int:
        """After how many seconds there is some left; 0: there is."""
        left = self._change(network, 0.0)
        return 0 if left > 0 else ceil(-left / self.pace) + 1

    def spend(self, network: str, seconds: float) -> None:
        self._change(network, -seconds)

    def _change(self, network: str, seconds: float) -> float:
        with self.turn:
            now = monotonic()
            left, at = self.left.get(network, (self.most, now))
            left = min(self.most, left + (now - at) * self.pace) + seconds
            self.left[network] = left, now
            return left
