"""The ranking on every test collection of a folder, BM25 beside it: `python -m tests.benchmarks.relevance FOLDER`.

Collections are made by `python -m tests.benchmarks.make_collections`; any other in the layouts that `manage.py
evaluate` reads will do.
A gain stands with the bounds of 95% of resampled sets of queries; one that spans 0 may be chance.
"""

import json
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.paths import ROOT

MEASURES = {"ndcg_10": "nDCG@10", "ndcg_pct20": "nDCG%20", "map": "MAP", "recall_100": "R@100", "hit_10": "hit@10"}


def main() -> None:
    parser = ArgumentParser(description="Measure the ranking on all test collections of a folder.")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="with a folder for each set")
    parser.add_argument("--encoder", default="light")
    parser.add_argument("--only", nargs="+", metavar="SET", help="these sets alone")
    asked = parser.parse_args()
    sets = [path.parent for path in sorted(asked.folder.glob("*/corpus.jsonl"))]
    if not sets:
        maker = "python -m tests.benchmarks.make_collections"
        sys.exit(f"expected test collections in {asked.folder}, found none: {maker} makes some")
    print("| set | papers | queries | measure | ours | BM25 | gain | seconds | MB |", f"|{'---|' * 9}", sep="\n")
    for one in sets:
        if not asked.only or one.name in asked.only:
            print("\n".join(_rows(one.name, evaluated(one, asked.encoder))), flush=True)


def evaluated(folder: Path, encoder: str) -> dict[str, Any]:
    """What the command prints, in a process of its own, so that the memory is this set's alone."""
    command = [sys.executable, "manage.py", "evaluate", str(folder.resolve()), "--encoder", encoder, "--json"]
    said = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False)
    if said.returncode:
        sys.exit(f"{folder.name}: expected manage.py evaluate to end well, found exit code {said.returncode}")
    report: dict[str, Any] = json.loads(said.stdout)
    return report


def _rows(name: str, report: dict[str, Any]) -> Iterator[str]:
    size = f"| {name} | {report['papers']} | {report['queries']} |"
    cost = f"| {report['seconds']:.1f} | {report['peak_mb']:.0f} |"
    for measure, title in MEASURES.items():
        if report[measure] is not None:
            ours, bm25, gain, low, high = (
                report[key]
                for key in (measure, f"bm25_{measure}", *(f"gain_{measure}{end}" for end in ("", "_low", "_high")))
            )
            yield f"{size} {title} | {ours:.3f} | {bm25:.3f} | {gain:+.3f} [{low:+.3f}, {high:+.3f}] {cost}"
            size, cost = "| | | |", "| | |"


if __name__ == "__main__":
    main()
