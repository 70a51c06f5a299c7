"""Judged letters: papers of readers who follow one topic each, as the site brings them, beside judged pairs."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from digest.evaluation import judged, letters
from digest.evaluation.collections import BadCollection
from digest.evaluation.evaluate import Report
from digest.evaluation.judged import Judgement

pytestmark = pytest.mark.one_database
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
ROBOTS, AUDIO = "robotics", "speech-recognition"
PAPERS = {  # the day of each, and what it says
    "before": ("2026-07-01", "Apples", "They ripen."),
    "first": ("2026-07-13", "Robot manipulation of cups", "A robot arm lifts cups."),
    "aside": ("2026-07-14", "Cups", "We glaze cups. They are sold. They break (as in robot manipulation)."),
    "second": ("2026-07-17", "Speech recognition in kitchens", "Words are heard."),
    "late": ("2026-07-30", "Robot manipulation of plates", "A robot arm lifts plates."),
}
JUDGED = [
    {"topic": ROBOTS, "paper": "first", "grade": 2, "w": 3.0, "set": "chosen"},
    {"topic": ROBOTS, "paper": "aside", "grade": 0, "w": 1.0, "set": "chosen"},
    {"topic": ROBOTS, "paper": "late", "grade": 2, "w": 1.0, "set": "missed"},
    {"topic": AUDIO, "paper": "second", "grade": 1, "weight": 2.0, "set": "chosen"},
]
META = {"letters": ["2026-07-15", "2026-07-18"]}


def a_folder(folder: Path, *, corpus: Any = None, rows: Any = None, meta: Mapping[str, Any] = META) -> Path:
    papers = [{"_id": name, "date": day, "title": title, "text": text} for name, (day, title, text) in PAPERS.items()]
    for name, records in (("corpus.jsonl", corpus or papers), ("judged.jsonl", JUDGED if rows is None else rows)):
        (folder / name).write_text("".join(json.dumps(record) + "\n" for record in records))
    (folder / "meta.json").write_text(json.dumps(meta))
    return folder


def evaluated(folder: Path) -> tuple[Report, list[dict[str, Any]]]:
    brought = StringIO()
    return letters.evaluate(folder, "light", NOW, brought), list(map(json.loads, brought.getvalue().splitlines()))


@pytest.mark.django_db
def test_letters_bring_what_was_announced_between_them_and_each_paper_once(tmp_path: Path):
    _report, came = evaluated(a_folder(tmp_path))

    assert [(one["topic"], one["paper"], one["letter"], one["rank"]) for one in came] == [
        (ROBOTS, "first", "2026-07-15", 1),
        (AUDIO, "second", "2026-07-18", 1),
    ]
    assert came[0]["reason"]["code"] == "topic"


@pytest.mark.django_db
def test_figures_are_of_the_pairs_that_came_and_of_the_letters_planned(tmp_path: Path):
    report, _came = evaluated(a_folder(tmp_path))

    names = ("about", "touching", "recall_about", "recall_touching", "volume", "empty", "new_pairs")
    assert [report[name] for name in names] == pytest.approx([3 / 5, 1, 3 / 4, 5 / 6, 5 / 6, 2 / 4, 0])
    assert (report["letters"], report["papers_brought"], report["papers"]) == (4, 2, 5)


def test_a_figure_lies_within_its_bounds_and_is_none_where_nothing_came():
    rows = [Judgement((f"topic-{number}", "paper"), number % 3, 1.0, True) for number in range(30)]

    some = judged.measured(rows, {(f"topic-{number}", "paper") for number in range(20)}, {})
    none = judged.measured(rows, set(), {})

    assert some["about_low"] < some["about"] < some["about_high"]  # type: ignore[operator]
    assert (none["about"], none["about_low"], none["recall_about"]) == (None, None, 0)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"rows": [{"topic": ROBOTS, "paper": "lost", "grade": 2}]}, "line 1: expected the _id of a paper"),
        ({"rows": [{"topic": ROBOTS, "paper": "first", "grade": "2"}]}, 'expected a whole number from 0 as "grade"'),
        ({"rows": [{"topic": ROBOTS, "paper": "first", "grade": 2, "w": 0}]}, 'a number above 0 as "weight"'),
        ({"rows": [{"topic": ROBOTS, "paper": "first", "grade": 2, "set": "new"}]}, 'expected "chosen" or "missed"'),
        ({"rows": [JUDGED[0], JUDGED[0]]}, "judged.jsonl, line 2: expected a pair of topic and paper that no line"),
        ({"rows": []}, "judged.jsonl: expected at least one line"),
        ({"corpus": [{"_id": "first", "title": "No day", "text": ""}]}, 'expected a day like 2026-07-15 as "date"'),
        ({"meta": {}}, 'expected the days of the letters as "letters"'),
        ({"meta": {"letters": ["2026-07-18", "2026-07-15"]}}, 'expected days in order as "letters"'),
        ({"meta": META | {"learned_before": "2026-07-16"}}, "expected learned_before to be 2026-07-13 at the latest"),
        ({"meta": META | {"learned_before": "2026-06-01"}}, "expected papers of before 2026-06-01 to learn from"),
    ],
)  # fmt: skip
def test_what_is_malformed_is_one_sentence_that_says_what_was_expected(
    tmp_path: Path, changes: dict[str, Any], sentence: str
):
    with pytest.raises(BadCollection) as refused:
        judged.read(a_folder(tmp_path, **changes))

    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.django_db
def test_a_topic_that_the_site_has_not_is_refused(tmp_path: Path):
    rows = [{"topic": "alchemy", "paper": "first", "grade": 2}]

    with pytest.raises(BadCollection, match="expected slugs of this site's topics, found 'alchemy'"):
        letters.evaluate(a_folder(tmp_path, rows=rows), "light", NOW)


@pytest.mark.django_db
def test_without_json_there_is_a_table_of_the_letters(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    call_command("evaluate", str(a_folder(tmp_path)))

    said = capsys.readouterr().out
    assert "4 letters of 5 papers, light" in said
    assert "about the topic" in said
    assert "0.600 [" in said


def test_a_run_file_is_for_rankings_and_what_came_for_letters(tmp_path: Path):
    (tmp_path / "rankings").mkdir()

    with pytest.raises(CommandError, match="judged letters are none: use --brought"):
        call_command("evaluate", str(a_folder(tmp_path)), run=tmp_path / "run")
    with pytest.raises(CommandError, match=r"there is no judged\.jsonl"):
        call_command("evaluate", str(tmp_path / "rankings"), brought=tmp_path / "brought")
