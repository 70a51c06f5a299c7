"""Migrations that were released stay as they are: sites have run them already."""

import hashlib

from tests.paths import ROOT

RELEASED = {  # SHA-256 of each, its first 16 digits; later ones join with their release.
    "digest/migrations/0001_initial.py": "038c153148fe20fd",
    "digest/migrations/0002_alarm.py": "fa927c27c786efe8",
    "digest/migrations/0003_unheard.py": "b877db95e4a8fbf2",
    "digest/migrations/0004_promise.py": "b5927f7ab02a930c",
    "digest/migrations/0005_lost.py": "a7f363121b8bcf95",
    "papers/migrations/0001_initial.py": "d7c1e65e86109381",
    "papers/migrations/0002_topics.py": "84c9d5e9da90cc67",
    "papers/migrations/0003_collecting.py": "8c87bb2a15d13128",
    "papers/migrations/0004_understanding.py": "a8d14879e48d5382",
    "papers/migrations/0005_titles.py": "418d00f662b6f47b",
    "subscriptions/migrations/0001_initial.py": "5de92ed72ad9c0a2",
    "subscriptions/migrations/0002_interests.py": "c0d10f2092b2dad8",
    "subscriptions/migrations/0003_queue.py": "d926a218a66b7cb0",
    "subscriptions/migrations/0004_bar.py": "fb6c739f0f01b83c",
    "subscriptions/migrations/0005_next_slot.py": "f2f4d7991ea4f5a0",
    "subscriptions/migrations/0006_event.py": "5873a85c305d5254",
    "subscriptions/migrations/0007_promise.py": "ad923a439b62530d",
}


def test_a_released_migration_is_never_edited():
    found = {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest()[:16] for name in RELEASED}

    assert found == RELEASED
