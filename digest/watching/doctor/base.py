"""What a check finds."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    UNKNOWN = "?"  # It could not be looked at from here.
    WARNING = "warn"
    RED = "RED"  # Pages or letters suffer.


@dataclass(frozen=True)
class Finding:
    """One sentence, and for what is not well the line to paste: into .env, a shell, or the zone of a domain."""

    level: Level
    says: str
    paste: str = ""


def ok(says: str) -> Finding:
    return Finding(Level.OK, says)


def red(says: str, paste: str) -> Finding:
    return Finding(Level.RED, says, paste)


def warning(says: str, paste: str) -> Finding:
    return Finding(Level.WARNING, says, paste)
