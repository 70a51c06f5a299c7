"""`manage.py evaluate` on a small invented set, whose judgements anyone would share."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from pytest_django import DjangoDbBlocker
from pytrec_eval import RelevanceEvaluator

from digest.evaluation import evaluate, metrics
from digest.evaluation.evaluate import Report
from papers.models import Paper
from tests.digest.evaluation.test_collections import lines, make_readers, make_set
from tests.factories import make_paper
from tests.paths import ROOT

INVENTED = ROOT / "tests" / "collections"
FLOORS = {"queries": 0.75, "readers": 0.5}  # of ndcg_10; half of what is below them would still look like a ranking
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)


class Said(NamedTuple):
    code: int
    out: str
    err: str
    run: list[list[str]]  # the lines of the run file, cut at their spaces
    left: list[str]  # what is left in the folder for temporary files


def command(folder: Path, tmp_path: Path) -> Said:
    """In a process of its own, whose site has a database that cannot even be opened."""
    run, temporary = tmp_path / "run.txt", tmp_path / "temporary"
    temporary.mkdir()
    settings = {"DATABASE_URL": "sqlite:////nowhere/site.sqlite3", "VAR_DIR": str(tmp_path), "TMPDIR": str(temporary)}
    arguments = [sys.executable, "manage.py", "evaluate", str(folder), "--json", "--run", str(run)]
    said = subprocess.run(
        arguments, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, timeout=120, check=False
    )
    ranked = [line.split(" ") for line in run.read_text().splitlines()] if run.exists() else []
    return Said(said.returncode, said.stdout, said.stderr, ranked, os.listdir(temporary))


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    return command(INVENTED / "queries", tmp_path_factory.mktemp("evaluate"))


@pytest.mark.one_database
def test_stdout_is_one_object_of_plain_numbers(said: Said):
    report = json.loads(said.out)

    assert said.code == 0, said.err
    assert report.pop("encoder") == "light"
    assert {type(value) for value in report.values()} <= {int, float}
    quality = {
        f"{of}{name}{end}" for of in ("", "bm25_") for name in metrics.MEASURES for end in ("", "_low", "_high")
    }
    assert quality | {"seconds", "peak_mb", "queries", "papers"} <= set(report)
    assert all(0 <= report[name] <= 1 for name in quality)
    assert (report["queries"], report["papers"]) == (10, 40)


@pytest.mark.one_database
def test_the_site_s_database_is_not_even_opened_and_nothing_is_left_behind(said: Said):
    assert said.code == 0, said.err
    assert said.left == []


@pytest.mark.one_database
def test_the_run_file_gives_the_figures_that_were_printed(said: Said):
    judgements = [line.split("\t") for line in (INVENTED / "queries/qrels/test.tsv").read_text().splitlines()[1:]]
    qrels: dict[str, dict[str, int]] = {}
    run: dict[str, dict[str, float]] = {}
    for query, paper, grade in judgements:
        if (query, paper) != ("q09", "qec1"):  # the example itself
            qrels.setdefault(query, {})[paper] = int(grade)
    for query, _, paper, _, score, _ in said.run:
        run.setdefault(query, {})[paper] = float(score)

    by_query = RelevanceEvaluator(qrels, {"ndcg_cut.10", "map"}).evaluate(run)

    for name, theirs in (("ndcg_10", "ndcg_cut_10"), ("map", "map")):
        mean = sum(figures[theirs] for figures in by_query.values()) / len(qrels)
        assert json.loads(said.out)[name] == pytest.approx(mean, abs=1e-5)


@pytest.mark.one_database
def test_the_run_file_is_as_trec_writes_it(said: Said):
    first = [line for line in said.run if line[0] == "q01"]

    assert {(zero, tag) for _, zero, *_, tag in said.run} == {("Q0", "paper-route-light")}
    assert [int(rank) for _, _, _, rank, _, _ in first] == list(range(1, len(first) + 1))
    scores = [float(score) for *_, score, _ in first]
    assert scores == sorted(set(scores), reverse=True)


@pytest.mark.one_database
def test_an_example_is_not_ranked_and_of_a_pool_nothing_else_is(said: Said):
    ranked = {query: {line[2] for line in said.run if line[0] == query} for query in ("q09", "q10")}

    assert "qec1" not in ranked["q09"]
    assert ranked["q10"]
    assert ranked["q10"] <= {"pro1", "pro3", "pro4", "pro5", "qec5", "med3", "rec5", "sec1", "sae3"}


# The rest runs in this process.


def test_a_malformed_set_is_one_sentence_and_stdout_stays_empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(CommandError) as refused:
        call_command("evaluate", str(make_set(tmp_path, queries="{oops\n")), json=True)

    assert str(refused.value) == "queries.jsonl, line 1: expected an object in JSON, found '{oops'"
    assert capsys.readouterr().out == ""


@pytest.fixture(scope="module")
def reports(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> dict[str, Report]:
    with django_db_blocker.unblock():
        return {kind: evaluate.evaluate(INVENTED / kind, "light", NOW) for kind in FLOORS}


@pytest.mark.parametrize("kind", FLOORS)
def test_the_ranking_is_as_good_as_it_was(reports: dict[str, Report], kind: str):
    assert reports[kind]["ndcg_10"] >= FLOORS[kind]


@pytest.mark.django_db
def test_the_site_s_rows_are_the_same_afterwards():
    make_paper(key="arxiv:2608.00001")
    before = connection.settings_dict["NAME"]

    evaluate.evaluate(INVENTED / "readers", "light", NOW)

    assert connection.settings_dict["NAME"] == before
    assert list(Paper.objects.values_list("key", flat=True)) == ["arxiv:2608.00001"]


@pytest.mark.django_db
def test_the_site_s_database_is_back_when_something_fails():
    before = connection.settings_dict["NAME"]

    with pytest.raises(IntegrityError), evaluate.own_database():
        Paper.objects.create(title="One without a moment")

    assert connection.settings_dict["NAME"] == before


@pytest.mark.django_db
def test_all_threads_know_the_same_database_meanwhile_and_afterwards():
    def known() -> tuple[str, str]:
        with ThreadPoolExecutor(1) as other:
            return connection.settings_dict["NAME"], other.submit(lambda: connection.settings_dict["NAME"]).result()

    with evaluate.own_database():
        meanwhile = known()

    assert meanwhile[0] == meanwhile[1]
    assert known()[0] == known()[1] != meanwhile[1]


@pytest.mark.django_db
def test_odd_texts_and_ids_are_ranked_like_others(tmp_path: Path):
    corpus = lines(
        [
            {"_id": "two words", "title": "Zebras\x00", "text": "stripes \ud800"},
            {"_id": 5, "title": "", "text": ""},
            {"_id": "huge", "text": "zebra " * 200_000},
            {"_id": "d", "title": "Unlike"},
        ]
    )
    queries = lines([{"_id": "q1", "text": "zebras\x00 with stripes\udfff"}, {"_id": "q2", "text": ""}])
    folder = make_set(tmp_path, corpus=corpus, queries=queries, qrels="q1\ttwo words\t1\nq2\td\t1\n")

    report = evaluate.evaluate(folder, "light", NOW)

    assert report["ndcg_10"] == 0.5  # the first query's is 1; an empty one finds nothing, which counts
    assert report["queries"] == 2


@pytest.mark.django_db
def test_a_query_without_relevant_papers_is_not_counted(tmp_path: Path):
    queries = lines([{"_id": "q1", "text": "title a"}, {"_id": "q2", "text": "title b"}])
    folder = make_set(tmp_path, queries=queries, qrels="q1\ta\t1\nq2\tb\t0\n")

    report = evaluate.evaluate(folder, "light", NOW)

    assert (report["queries"], report["ndcg_10"]) == (1, 1.0)


@pytest.mark.django_db
def test_where_nothing_is_relevant_there_are_no_figures(tmp_path: Path):
    report = evaluate.evaluate(make_set(tmp_path, qrels="q1\ta\t0\n"), "light", NOW)

    assert (report["queries"], report["ndcg_10"], report["map_low"], report["bm25_hit_10"]) == (0, None, None, None)


@pytest.mark.django_db
def test_a_reader_is_never_given_what_they_know(tmp_path: Path):
    corpus = lines([{"_id": name, "title": "Same words", "text": ""} for name in ("a", "b", "c")])
    folder = make_set(
        tmp_path,
        corpus=corpus,
        queries="",
        qrels="",
        libraries=lines([{"reader": 1, "known": ["a"], "relevant": ["b"]}]),
    )
    run = tmp_path / "run.txt"

    with run.open("w") as file:
        evaluate.evaluate(folder, "light", NOW, file)

    assert sorted(line.split()[2] for line in run.read_text().splitlines()) == ["b", "c"]


@pytest.mark.django_db
def test_each_wish_of_a_reader_is_scored_by_itself(tmp_path: Path):
    titles = {
        "some": "Weather forecasts for seas",
        "one": "Autoencoders",
        "other": "Weather forecasts for sea ice",
        "none": "City",
    }
    reader = {"reader": 1, "text": ["autoencoders", "weather forecasts for sea ice"], "known": []}
    folder = make_readers(tmp_path, reader | {"relevant": ["one", "other"]})
    (folder / "corpus.jsonl").write_text(lines([{"_id": name, "title": title} for name, title in titles.items()]))

    report = evaluate.evaluate(folder, "light", NOW)

    assert report["ndcg_10"] == 1.0


@pytest.mark.django_db
def test_ids_with_white_space_are_refused_for_a_run_file(tmp_path: Path):
    folder = make_readers(tmp_path, {"reader": "Ada Quill", "known": ["a"], "relevant": ["b"]})

    with pytest.raises(CommandError) as refused:
        call_command("evaluate", str(folder), run=tmp_path / "run.txt")

    assert str(refused.value) == (
        "--run: expected ids without white space, as run files part by it, found 'Ada Quill'"
    )


@pytest.mark.django_db
def test_a_run_file_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path):
    with pytest.raises(CommandError, match="--run: expected a file that can be written, found: "):
        call_command("evaluate", str(tmp_path / "nowhere"), run=tmp_path)


@pytest.mark.django_db
def test_judged_papers_that_the_corpus_lacks_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    evaluate.evaluate(make_set(tmp_path, qrels="q1\ta\t1\nq1\tgone\t1\n"), "light", NOW)

    assert "1 of the judged papers are not in corpus.jsonl, and count as not found" in caplog.text


@pytest.mark.django_db
def test_without_json_there_is_a_table(capsys: pytest.CaptureFixture[str]):
    call_command("evaluate", str(INVENTED / "readers"))

    table = capsys.readouterr().out
    assert "4 queries or readers with relevant papers, 40 papers, light" in table
    assert "nDCG, first 10" in table
    assert "BM25" in table


def test_without_its_extra_the_command_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pytrec_eval", None)  # as if it were not installed
    for module in ("metrics", "evaluate"):
        monkeypatch.delattr(f"digest.evaluation.{module}")
        monkeypatch.delitem(sys.modules, f"digest.evaluation.{module}")

    with pytest.raises(CommandError) as refused:
        call_command("evaluate", str(tmp_path))

    assert str(refused.value) == (
        "evaluate needs its libraries, and pytrec_eval is missing: make install EXTRA=evaluation"
    )
