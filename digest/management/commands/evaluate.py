"""`manage.py evaluate`: measure the ranking on a test collection, in a database of its own."""

from argparse import ArgumentParser
from collections.abc import Mapping
from contextlib import nullcontext
from json import dumps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.module_loading import import_string

from digest.evaluation.collections import BadCollection

TITLES = {
    "ndcg_10": "nDCG, first 10",
    "ndcg_pct20": "nDCG, first 20%",
    "map": "MAP",
    "recall_100": "recall, first 100",
    "hit_10": "a hit in the first 10",
}
LETTER_TITLES = {
    "about": "about the topic",
    "touching": "at least touching it",
    "recall_about": "recall of what is about",
    "recall_touching": "recall of what touches",
    "volume": "volume",
    "empty": "empty letters",
    "new_pairs": "not judged",
}
WIDTH = 25  # of a column, in characters


class Command(BaseCommand):
    help = "Measure the ranking on a folder of judged papers, with BM25 beside it. The site's database is left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder",
            type=Path,
            metavar="DIR",
            help="with corpus.jsonl and queries.jsonl, libraries.jsonl or judged.jsonl",
        )
        parser.add_argument("--encoder", choices=sorted(settings.ENCODERS), default="light")
        parser.add_argument("--json", action="store_true", help="one object on stdout, and nothing else")
        parser.add_argument("--run", type=Path, metavar="FILE", help="write the rankings there, as TREC does")
        parser.add_argument(
            "--brought",
            type=Path,
            metavar="FILE",
            help="of judged letters: write there which papers came, as JSON lines",
        )

    def handle(
        self, *, folder: Path, encoder: str, json: bool, run: Path | None, brought: Path | None, **_: Any
    ) -> None:
        of_letters = (folder / "judged.jsonl").is_file()
        if run if of_letters else brought:
            raise CommandError(
                "--run is for rankings, and judged letters are none: use --brought FILE"
                if of_letters
                else f"--brought is for judged letters, and there is no judged.jsonl in {folder}: use --run FILE"
            )
        try:
            evaluate = import_string(f"digest.evaluation.{'letters' if of_letters else 'evaluate'}.evaluate")
        except ModuleNotFoundError as error:
            raise CommandError(
                f"evaluate needs its libraries, and {error.name} is missing: make install EXTRA=evaluation"
            ) from error
        try:  # Before the work is done, so that it is not done in vain.
            asked = brought if of_letters else run
            opened = asked.open("w", encoding="utf-8", errors="backslashreplace") if asked else nullcontext()
        except OSError as error:
            raise CommandError(
                f"{'--brought' if of_letters else '--run'}: expected a file that can be written, found: {error}"
            ) from error
        try:
            with opened as file:
                report = evaluate(folder, encoder, timezone.now(), file)
        except BadCollection as error:
            raise CommandError(str(error)) from error
        as_table = _letters_as_table if of_letters else _as_table
        self.stdout.write(dumps(report, indent=2, allow_nan=False) if json else as_table(report))


def _as_table(report: Mapping[str, Any]) -> str:
    head = (
        f"{report['queries']} queries or readers with relevant papers, {report['papers']} papers, {report['encoder']}"
    )
    rows = [" " * WIDTH + "".join(f"{title:>{WIDTH}}" for title in ("ours", "BM25", "gain"))]
    for name, title in TITLES.items():
        row = f"{title:{WIDTH}}"
        for of in ("", "bm25_", "gain_"):
            row += _with_bounds(report, f"{of}{name}")
        rows.append(row)
    foot = f"{report['seconds']} s to fit and rank (BM25 {report['bm25_seconds']} s), {report['peak_mb']} MB at most"
    return "\n".join([head, "", *rows, "", foot, "In brackets: 95% of resampled sets."])


def _letters_as_table(report: Mapping[str, Any]) -> str:
    head = f"{report['letters']} letters of {report['papers']} papers, {report['encoder']}"
    rows = [f"{title:{WIDTH}}{_with_bounds(report, name)}" for name, title in LETTER_TITLES.items()]
    foot = f"{report['papers_brought']} papers came; {report['seconds']} s, {report['peak_mb']} MB at most"
    return "\n".join([head, "", *rows, "", foot, "In brackets: 95% of resampled sets of topics."])


def _with_bounds(report: Mapping[str, Any], name: str) -> str:
    figure, low, high = (report[f"{name}{ending}"] for ending in ("", "_low", "_high"))
    return ("-" if figure is None else f"{figure:.3f} [{low:.3f}, {high:.3f}]").rjust(WIDTH)
