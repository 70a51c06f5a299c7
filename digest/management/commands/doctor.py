"""`manage.py doctor`: what is not well with this site, and what to do about it."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from digest.watching import doctor
from digest.watching.doctor.base import Level
from papers import site_clock


class Command(BaseCommand):
    help = "Look at all that the site leans on; exit code 1 if anything is red. Changes nothing, sends nothing."
    requires_system_checks = []  # What they say is among what is said here.

    def handle(self, **_: Any) -> None:
        worst = Level.OK
        for about, finding in doctor.findings(site_clock.now()):
            self.stdout.write(f"{finding.level:4}  {about}: {finding.says}")
            if finding.paste:
                self.stdout.write(f"      {finding.paste}")
            self.stdout.flush()
            worst = Level.RED if finding.level == Level.RED else worst
        if worst == Level.RED:
            sys.exit(1)
