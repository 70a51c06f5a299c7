"""A proof of work (ALTCHA, on this site alone): with it a sign-up goes to the front of a flood's queue. Nobody needs
one, and where no scripts run none is made."""

from datetime import timedelta
from typing import Any

import altcha
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from subscriptions import limits
from subscriptions.limits import FOR_EVER, Limit

# A browser tries 256 keys on average, some 0.3 ms each; to check one takes 2 ms.
ALGORITHM, COST, PREFIX = "PBKDF2/SHA-256", 5_000, "00"
LIVES = timedelta(hours=1)
LONGEST = 2_000  # characters of a solution
ONCE = Limit("proofs of work", 1, FOR_EVER)


def challenge() -> dict[str, Any]:
    """A new one, which no row remembers."""
    expires_at = timezone.now() + LIVES
    made = altcha.create_challenge(ALGORITHM, COST, key_prefix=PREFIX, expires_at=expires_at, hmac_secret=_secret())
    return made.to_dict()


def is_solved(solution: str) -> bool:
    """Whether it is a good one of a challenge of ours, and the first of that challenge."""
    if not solution or len(solution) > LONGEST or not altcha.verify_solution(solution, _secret()).verified:
        return False
    solved = altcha.Payload.from_base64(solution)
    return limits.turn(ONCE, str(solved.challenge.signature), timezone.now()) is not None


def _secret() -> str:
    return salted_hmac("proof of work", b"", settings.SECRET_KEY, algorithm="sha256").hexdigest()
