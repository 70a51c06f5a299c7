"""What the doctor says of one thing."""

from django.utils import timezone

from digest.watching.doctor import CHECKS
from digest.watching.doctor.base import Finding, Level


def found(about: str) -> list[Finding]:
    return list(CHECKS[about](timezone.now()))


def only_red(about: str) -> Finding:
    """The one red finding, which says what to paste, in one sentence and one line."""
    [finding] = [finding for finding in found(about) if finding.level == Level.RED]
    assert finding.paste
    assert "\n" not in finding.says + finding.paste
    return finding


def is_well(about: str) -> bool:
    return {finding.level for finding in found(about)} == {Level.OK}
