"""`manage.py evaluate`: measure the ranking on a judged set, in a database of its own."""

import json
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from digest.evaluation import collections, evaluate
from digest.evaluation.evaluate import Report

SHOWN = {
    "ndcg_10": "nDCG, first 10",
    "ndcg_pct20": "nDCG, first 20%",
    "map": "MAP",
    "recall_100": "recall, first 100",
    "hit_10": "a hit in the first 10",
}
WIDTH = 25


class Command(BaseCommand):
    help = "Measure the ranking on a folder of judged papers, with BM25 beside it. The site's database is left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder", type=Path, metavar="DIR", help="with corpus.jsonl and queries.jsonl or libraries.jsonl"
        )
        parser.add_argument("--encoder", choices=sorted(settings.ENCODERS), default="light")
        parser.add_argument("--json", action="store_true", help="one object on stdout, and nothing else")
        parser.add_argument("--run", type=Path, metavar="FILE", help="write the rankings there, as TREC does")

    def handle(self, *, folder: Path, encoder: str, json: bool, run: Path | None, **_: Any) -> None:
        try:
            with ExitStack() as stack:
                file = stack.enter_context(_opened(run)) if run else None
                report = evaluate.evaluate(folder, encoder, timezone.now(), file)
        except collections.BadSet as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_as_json(report) if json else _as_table(report))


def _opened(run: Path) -> TextIO:
    """Before the work is done, so that it is not done in vain."""
    try:
        return run.open("w", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise CommandError(f"--run: expected a file that can be written, found: {error}") from error


def _as_json(report: Report) -> str:
    return json.dumps(report, indent=2, allow_nan=False)


def _as_table(report: Report) -> str:
    head = (
        f"{report['queries']} queries or readers with relevant papers, {report['papers']} papers, {report['encoder']}"
    )
    titles = "".join(f"{title:>{WIDTH}}" for title in ("ours", "BM25", "gain"))
    rows = [
        f"{title:{WIDTH}}" + "".join(_figure(report, f"{of}{name}") for of in ("", "bm25_", "gain_"))
        for name, title in SHOWN.items()
    ]
    foot = f"{report['seconds']} s to fit and rank (BM25 {report['bm25_seconds']} s), {report['peak_mb']} MB at most"
    return "\n".join([head, "", f"{'':{WIDTH}}{titles}", *rows, "", foot, "In brackets: 95% of resampled sets."])


def _figure(report: Report, name: str) -> str:
    figure, low, high = (report[f"{name}{ending}"] for ending in ("", "_low", "_high"))
    return (f"{figure:.3f} [{low:.3f}, {high:.3f}]" if figure is not None else "-").rjust(WIDTH)
