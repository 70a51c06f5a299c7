"""What a reader's own page shows beside the form: what they get, what came of it, what they said and saved."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from digest import last_days, previewing
from digest.last_days import LastDays
from digest.previewing import Preview
from subscriptions.models import Subscriber


@dataclass(frozen=True)
class MyPage:
    """Named in settings.MY_PAGE. Nothing of it is looked for before it is shown, and nothing twice."""

    reader: Subscriber
    now: datetime

    @cached_property
    def preview(self) -> Preview:
        """As everything is saved."""
        return previewing.of_reader(self.reader, self.now)

    @cached_property
    def last_days(self) -> LastDays:
        return last_days.of(self.reader, self.now)
