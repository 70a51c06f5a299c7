"""The recorded days once more, day by day, as a site lives through them: python -m tests.recorded.replay FIRST LAST

A process of its own, so that a test may kill it: started again it goes on where it was. Time runs SPEED times faster
while a source is being read, and jumps between the moments at which a site's clock would look. FAULTS of the requests
are spoiled, in every way that the stand-in knows. The last line of VAR_DIR/moments says where it is.
"""

import json
import os
import random
import sys
import time
import urllib.request
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django

SPEED = float(os.environ.get("SPEED", "50"))
FAULTS = float(os.environ.get("FAULTS", "0.1"))
MOMENTS = ((5, 1), (5, 12), (12, 0), (12, 11), (22, 0), (22, 11))  # hours and minutes (UTC) of each day
MODES: list[dict[str, Any]] = [
    *(
        {"fault": name}
        for name in ("429-bare", "503", "waf", "empty", "blank", "garbage", "html-redesign", "no-props")
    ),
    *({"fault": name} for name in ("drop", "truncate", "cut")),
    {"fault": "429", "seconds": 20},
    {"fault": "hang", "seconds": 0.05},
    {"fault": "slow", "seconds": 0.1},
    {"fault": "oversize", "megabytes": 21},
]


def main(first: date, last: date) -> None:
    django.setup()
    from papers import collecting
    from papers.sources import SOURCES

    progress = Path(os.environ["VAR_DIR"]) / "moments"
    for moment in moments(first, last, progress):
        steer("/__clock", today=str(moment.date()), hour=moment.hour)
        began = time.time()
        with progress.open("a") as file:
            file.write(f"{began} {moment.isoformat()}\n")
        for source in SOURCES.values():
            door = Spoiling(moment + timedelta(seconds=(time.time() - began) * SPEED))
            list(collecting.collect_due(source, door.clock.now(), fetch=door))
    with progress.open("a") as file:
        file.write("done\n")


def moments(first: date, last: date, progress: Path) -> list[datetime]:
    """Those that are still to come; one that was begun and not ended is begun again."""
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    everything = [datetime.combine(day, time_of_day(*at), UTC) for day in days for at in MOMENTS]
    lines = progress.read_text().split("\n") if progress.exists() else []
    begun = [datetime.fromisoformat(line.split()[1]) for line in lines if " " in line]
    return [moment for moment in everything if not begun or moment >= begun[-1]]


class Spoiling:
    """The door to the web, in hastened time, spoiling some of the answers."""

    def __init__(self, moment: datetime) -> None:
        from papers.sources import web

        class Hastened(web.Clock):
            began = time.time()

            def now(self) -> datetime:
                return moment + timedelta(seconds=(time.time() - self.began) * SPEED)

            def sleep(self, span: timedelta) -> None:
                time.sleep(span.total_seconds() / SPEED)

        self.web, self.clock, self.dice = web, Hastened(), random.Random(moment.timestamp())

    def __call__(self, address: str, manners: Any, **more: Any) -> Any:
        spoils = self.dice.random() < FAULTS
        if spoils:
            steer("/__control", path_prefix=urlsplit(address).path, **self.dice.choice(MODES))
        try:
            return self.web.get(address, manners, clock=self.clock, **more)
        except self.web.Silent:
            steer("/__control", clear=True)  # It was not asked, so the fault is still there.
            raise


def steer(path: str, **values: Any) -> None:
    request = urllib.request.Request(
        f"{os.environ['HUGGINGFACE_URL']}{path}", json.dumps(values).encode(), method="POST"
    )
    urllib.request.urlopen(request, timeout=30).close()


if __name__ == "__main__":
    main(date.fromisoformat(sys.argv[1]), date.fromisoformat(sys.argv[2]))
