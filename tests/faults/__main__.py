"""`python -m tests.faults`: the storm of tests.faults.chaos by itself. Ends with 1 if a promise is broken.

Processes are forked from one that loads the main module of their caller anew, unless it has this name.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from tests import servers  # isort: skip - before Django's settings are read
from tests.faults import pausing  # isort: skip # noqa: F401 - sets Django up, before models are read
from django.core.management import call_command

from tests.faults import chaos
from tests.faults.chaos import Plan, Storm
from tests.faults.shared import connected_to
from tests.faults.sink import FaultySink


def main() -> None:
    plan = asked()
    with database() as (url, cluster), tempfile.TemporaryDirectory(prefix="paper-route-") as folder:
        with FaultySink(Path(folder)) as sink:
            report = Storm(plan, url, sink, cluster).run()
        print(*report.lines(), sep="\n")
    sys.exit("; ".join(report.broken) or 0)


def asked() -> Plan:
    parser = argparse.ArgumentParser(description=chaos.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in asdict(Plan(seed=int(time.time()))).items():
        parser.add_argument(f"--{name}", type=type(value), default=value, help=f"{value} unless told")
    return Plan(**vars(parser.parse_args()))


@contextmanager
def database() -> Iterator[tuple[str, servers.Cluster | None]]:
    """Prepared: on SQLite if the environment says so, else on a PostgreSQL that nobody else uses."""
    sqlite = os.environ["TEST_DATABASE"] == "sqlite"
    cluster = None if sqlite else servers.Cluster(servers.programs(servers.POSTGRESQL))
    url = (cluster or servers).database_url("chaos")
    with connected_to(url):
        call_command("migrate", verbosity=0)
        yield url, cluster


if __name__ == "__main__":
    main()
