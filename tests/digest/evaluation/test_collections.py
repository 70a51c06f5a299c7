"""Test collections as they come: whole, odd, and malformed in every way, each of which is one sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from digest.evaluation import collections
from digest.evaluation.collections import BadCollection

pytestmark = pytest.mark.one_database

PAPERS = [{"_id": name, "title": f"Title {name}", "text": f"Text {name}"} for name in ("a", "b", "c", "d")]


def lines(records: list[Any]) -> str:
    return "".join(f"{json.dumps(record)}\n" for record in records)


def make_set(folder: Path, **files: str) -> Path:
    """Two queries over four papers; a file is replaced by its stem, and left out if it is empty."""
    filled = {
        "corpus": lines(PAPERS),
        "queries": lines([{"_id": "q1", "text": "one"}, {"_id": "q2", "paper": "a"}]),
        "qrels": "query-id\tcorpus-id\tscore\nq1\ta\t2\nq1\tb\t0\nq2\ta\t2\nq2\tc\t1\n",
        "pools": "",
        "meta": "",
        "libraries": "",
    } | files
    (folder / "qrels").mkdir(exist_ok=True)
    named = {"qrels": "qrels/test.tsv", "meta": "meta.json"}
    for stem, content in filled.items():
        if content:
            (folder / named.get(stem, f"{stem}.jsonl")).write_text(content)
    return folder


def make_readers(folder: Path, *readers: dict[str, Any]) -> Path:
    return make_set(folder, queries="", qrels="", libraries=lines(list(readers)))


def test_a_set_of_queries_is_read(tmp_path: Path):
    collection = collections.read(make_set(tmp_path, meta='{"relevant_from": 2}'))

    assert collection.papers == ["a", "b", "c", "d"]
    assert [(need.name, need.texts, need.known, need.pool) for need in collection.needs] == [
        ("q1", ("one",), (), None),
        ("q2", (), (0,), None),
    ]
    assert collection.needs[0].grades == {0: 2}
    assert (collection.relevant_from, collection.of_readers) == (2, False)


def test_a_query_by_example_never_counts_its_own_paper(tmp_path: Path):
    folder = make_set(tmp_path, pools='{"query": "q2", "candidates": ["a", "c", "d", "c"]}\n')

    by_example = collections.read(folder).needs[1]

    assert by_example.grades == {2: 1}
    assert by_example.pool == (2, 3)


def test_a_header_is_not_needed(tmp_path: Path):
    collection = collections.read(make_set(tmp_path, qrels="q1\ta\t1\r\nq2\tc\t2.0\n"))

    assert [need.grades for need in collection.needs] == [{0: 1}, {2: 2}]


def test_ids_may_be_numbers(tmp_path: Path):
    corpus, queries = lines([{"_id": 7, "title": "Seven", "text": ""}]), '{"_id": 1, "text": "seven"}\n'

    collection = collections.read(make_set(tmp_path, corpus=corpus, queries=queries, qrels="1\t7\t1\n"))

    assert collection.papers == ["7"]
    assert collection.needs[0].grades == {0: 1}


def test_a_judged_paper_that_the_corpus_lacks_counts_as_one_that_nobody_can_find(tmp_path: Path):
    collection = collections.read(make_set(tmp_path, qrels="q1\ta\t1\nq1\tgone\t2\nq2\tgone\t1\n"))

    assert [need.grades for need in collection.needs] == [{0: 1, -1: 2}, {-1: 1}]
    assert collection.judged_missing == 1


def test_a_set_of_readers_is_read(tmp_path: Path):
    folder = make_readers(
        tmp_path,
        {"reader": "ada", "text": "in words", "known": ["a"], "relevant": ["b", "a"], "candidates": ["b", "a", "d"]},
        {"reader": 2, "known": [], "relevant": ["d"]},
    )

    ada, other = collections.read(folder).needs

    assert (ada.texts, ada.known, ada.grades, ada.pool) == (("in words",), (0,), {1: 1}, (1, 3))
    assert (other.name, other.texts, other.known, other.grades, other.pool) == ("2", (), (), {3: 1}, None)


def test_a_reader_may_have_several_wishes_in_words(tmp_path: Path):
    reader = {"reader": "ada", "text": ["one thing", "", "another"], "known": [], "relevant": ["b"]}

    (ada,) = collections.read(make_readers(tmp_path, reader)).needs

    assert ada.texts == ("one thing", "another")


def test_readers_with_the_same_candidates_share_one_list_of_them(tmp_path: Path):
    library = {"known": ["a"], "relevant": ["b"], "candidates": ["b", "c", "d"]}

    first, second = collections.read(make_readers(tmp_path, {"reader": 1} | library, {"reader": 2} | library)).needs

    assert first.pool is second.pool


def test_texts_may_be_empty_absent_or_hold_what_no_database_takes(tmp_path: Path):
    corpus = (
        '{"_id": "a"}\n{"_id": "b", "title": "", "text": null}\n{"_id": "c", "text": "x\\u0000\\ud800y\\u2028z"}\n\n'
    )

    found = list(collections.texts(make_set(tmp_path, corpus=corpus)))

    assert found == [("", ""), ("", ""), ("", "xy z")]


MALFORMED = {
    "no JSON": ({"corpus": lines(PAPERS) + "{oops\n"}, "corpus.jsonl, line 5: expected an object in JSON"),
    "not an object": ({"queries": "[1]\n"}, "queries.jsonl, line 1: expected an object in JSON"),
    "too deep": ({"queries": "[" * 100_000}, "queries.jsonl, line 1: expected an object in JSON"),
    "no id": ({"corpus": '{"title": "x"}\n'}, 'corpus.jsonl, line 1: expected a text or a number as "_id"'),
    "an empty id": ({"corpus": '{"_id": ""}\n'}, 'corpus.jsonl, line 1: expected a text or a number as "_id"'),
    "an id that is neither": ({"corpus": '{"_id": true}\n'}, 'line 1: expected a text or a number as "_id"'),
    "an id twice": ({"corpus": lines([*PAPERS, PAPERS[0]])}, "corpus.jsonl, line 5: expected an _id that no line"),
    "a text that is none": (
        {"corpus": '{"_id": "a", "text": 3}\n'},
        'corpus.jsonl, line 1: expected a text as "text"',
    ),
    "an empty corpus": ({"corpus": "\n"}, "corpus.jsonl: expected at least one paper, found none"),
    "a query twice": ({"queries": '{"_id": 1, "text": "x"}\n' * 2}, "queries.jsonl, line 2: expected an _id that no"),
    "a query for nothing": ({"queries": '{"_id": "q1"}\n'}, 'line 1: expected a "text", or the "paper" that is the'),
    "an unknown example": ({"queries": '{"_id": "q1", "paper": "z"}\n'}, "line 1: expected the _id of a paper in"),
    "two cells": ({"qrels": "q1\ta\n"}, "qrels/test.tsv, line 1: expected query, paper and grade with tabs"),
    "an unknown query": ({"qrels": "q1\ta\t1\nq9\ta\t1\n"}, "qrels/test.tsv, line 2: expected the _id of a query"),
    "a grade in words": ({"qrels": "q1\ta\thigh\n"}, "qrels/test.tsv, line 1: expected a whole number as grade"),
    "half a grade": ({"qrels": "q1\ta\t0.5\n"}, "qrels/test.tsv, line 1: expected a whole number as grade"),
    "an endless grade": ({"qrels": "q1\ta\tinf\n"}, "qrels/test.tsv, line 1: expected a whole number as grade"),
    "two grades": ({"qrels": "q1\ta\t1\nq1\ta\t2\n"}, "line 2: expected the grade that a line before gave, 1"),
    "a pool for no query": ({"pools": '{"query": "q9", "candidates": []}\n'}, "pools.jsonl, line 1: expected a query"),
    "a pool without list": ({"pools": '{"query": "q1"}\n'}, 'pools.jsonl, line 1: expected a list of ids as "candid'),
    "a pool of strangers": (
        {"pools": '{"query": "q1", "candidates": ["z"]}\n'},
        "line 1: expected the _id of a paper",
    ),
    "a meta of words": ({"meta": "oops"}, 'meta.json: expected an object like {"relevant_from": 1}'),
    "a meta from nothing": ({"meta": '{"relevant_from": 0}'}, 'meta.json: expected an object like {"relevant_from"'),
    "both kinds": ({"libraries": '{"reader": 1}\n'}, "expected corpus.jsonl and either queries.jsonl or libraries"),
    "a reader without list": (
        {"queries": "", "libraries": '{"reader": 1, "relevant": ["a"]}\n'},
        'libraries.jsonl, line 1: expected a list of ids as "known"',
    ),
    "an interest that is no text": (
        {"queries": "", "libraries": '{"reader": 1, "text": ["x", 3], "known": [], "relevant": []}\n'},
        'libraries.jsonl, line 1: expected a text or a list of texts as "text"',
    ),
    "a reader twice": (
        {"queries": "", "libraries": '{"reader": 1, "known": [], "relevant": []}\n' * 2},
        "libraries.jsonl, line 2: expected a reader that no line before has",
    ),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_what_is_malformed_is_one_sentence_with_file_and_line(case: str, tmp_path: Path):
    files, sentence = MALFORMED[case]

    with pytest.raises(BadCollection) as refused:
        collections.read(make_set(tmp_path, **files))

    assert sentence in str(refused.value)
    assert ", found" in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    assert len(str(refused.value)) < 400


def test_bytes_that_are_no_text_are_one_sentence(tmp_path: Path):
    folder = make_set(tmp_path)
    (folder / "queries.jsonl").write_bytes(b'{"_id": "q1", "text": "\xff\xfe"}\n')

    with pytest.raises(BadCollection, match=r"^queries.jsonl, line 1: expected UTF-8, found b'"):
        collections.read(folder)


def test_a_file_that_is_missing_is_one_sentence(tmp_path: Path):
    folder = make_set(tmp_path)
    (folder / "qrels" / "test.tsv").unlink()

    with pytest.raises(
        BadCollection, match=r"^qrels/test.tsv: expected a file that can be read, found: .*No such file"
    ):
        collections.read(folder)


def test_a_folder_that_is_missing_is_one_sentence(tmp_path: Path):
    with pytest.raises(BadCollection, match=r"nowhere: expected corpus.jsonl and either .*, found 'no folder'"):
        collections.read(tmp_path / "nowhere")
