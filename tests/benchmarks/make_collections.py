"""Test collections out of recorded days, to rank: `python -m tests.benchmarks.make_collections FOLDER`.

Reads the folder that REPLICA_DATA names and writes one folder a set, as `manage.py evaluate` reads them. None of it
belongs into the repository. Nobody judged these papers by hand: what counts as relevant follows from what authors and
listings said, so read differences between two rankings, not heights. All that is drawn is drawn by a fixed seed.

    topics        a description of an arXiv category -> the new papers of June 2026 that are in it
    topics-0, -3, -10   the same as readers, who know none, 3 or 10 papers of March to May
    authors       an author's papers of March to May -> their papers of June; names collide, so a noisy stand-in
    next-day      the Daily Papers with a keyword up to a day -> those with it in the four weeks after it
    next-5, next-5-titles   the same known by five of them, and by the titles of five
    phrases       a keyword of Daily Papers -> the papers that carry it; keywords are incomplete judgements
    by-example    a paper -> those that share rare keywords with it, among a hundred
    seeds         the first five papers of a printed list -> the rest of it, among 5,000 others
    seeds-drawn   five of its papers, drawn twenty times -> the rest of it
    lists         a few words that somebody might have typed for a printed list -> the papers of it, among the same
    readers-N-day-A   N keywords as interests -> the new papers of a day that carry any, on a site that is A days old;
                  of one that was set up today there is a set for each day, as each is a site of its own
    judged-topics   papers of letters to readers of one topic each, read and graded by hand; see its README
    topics-at-N, phrases-at-N   N papers of all months; above the number of Daily Papers, phrases are also looked for
                  among arXiv papers without keywords, of which some would deserve them
"""

import gzip
import json
import os
import random
import re
import sys
import tarfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

SEED = 20261121
SIZES = (30, 500, 5_000, 40_000)
SPRING, JUNE = ("2026-03", "2026-04", "2026-05"), "2026-06"
MOST_AUTHORS, MOST_PHRASES, MOST_EXAMPLES, POOL = 1_500, 400, 300, 100
PHRASES_SINCE = date(2025, 12, 1)
DAYS_KNOWN_UP_TO = (date(2025, 9, 30), date(2026, 1, 31), date(2026, 4, 30), date(2026, 5, 31))
WEEKS_AFTER = timedelta(weeks=4)
FEW, DRAWS = 5, 20  # papers that a reader is known by, and how often as many are drawn of a printed list
JUDGED_DAYS = tuple(date(2026, 6, day) for day in (8, 9, 10, 11, 12))  # Monday to Friday
AGES, WISHES, READERS_A_DAY = (1, 30, 365), (1, 3, 10), 100
FIRST_LETTER, LEARNED_BEFORE, MOST_LEARNED = date(2026, 7, 15), "2026-06-01", 12_000
DESCRIPTIONS = {
    "cs.AI": "Artificial intelligence in general: agents that plan, reason and act, knowledge and its use, search.",
    "cs.CL": "Natural language processing and large language models: text, translation, dialogue, linguistics.",
    "cs.CV": "Images and video: recognising, segmenting, generating and reconstructing what a camera sees.",
    "cs.LG": "Machine learning methods and their theory: training, generalisation, optimisation, representations.",
    "stat.ML": "Statistical learning: kernels, Bayesian inference, guarantees and bounds for learning algorithms.",
    "cs.RO": "Robots: manipulation, locomotion, navigation, motion planning, control policies learned from data.",
    "cs.SE": "Software engineering: writing, testing, repairing and reviewing code, by people or by models.",
    "cs.CR": "Security and privacy: attacks, defences, cryptography, malware, leaks of private data.",
    "cs.HC": "How people use computers: interfaces, user studies, accessibility, working together with AI.",
    "cs.IR": "Search engines and recommender systems: retrieval, ranking, click models, user preferences.",
    "cs.CY": "Computing and society: education, law, ethics, policy, fairness, the effects of AI on people.",
    "cs.GR": "Computer graphics: rendering, meshes, Gaussian splatting, animation, geometry processing.",
    "cs.MA": "Several agents that cooperate, compete or negotiate; swarms and multi-agent learning.",
    "cs.IT": "Information theory: channel capacity, coding, compression, wireless transmission, entropy.",
    "cs.AR": "Hardware for computing: accelerators, FPGAs, chips, memory systems, circuit design.",
    "cs.SD": "Sound: music, audio generation, acoustic events, speech enhancement.",
    "cs.DC": "Distributed and parallel computing: clusters, scheduling, GPUs, serving systems, the cloud.",
    "eess.IV": "Processing of images and video as signals: medical scans, restoration, denoising, compression.",
    "eess.SY": "Control systems: stability, feedback controllers, power grids, dynamical systems with guarantees.",
    "math.OC": "Mathematical optimisation and control: convex and non-convex problems, convergence rates.",
    "math.RT": "Representation theory: modules of groups and algebras, quivers, Lie algebras, categories of them.",
    "cs.GT": "Game theory and mechanism design: auctions, equilibria, incentives, strategic behaviour.",
    "quant-ph": "Quantum mechanics and quantum computing: qubits, circuits, entanglement, error correction.",
    "q-bio.QM": "Quantitative biology: proteins, genomics, molecules and cells, studied with data and models.",
}
# What was typed for a list is not printed. These were written once, from its titles, before anything was ranked.
LIST_QUERIES = {
    1: "feature representations of encoders and decoders, data augmentation",
    2: "general representation learning",
    3: "how concepts are represented in the layers of neural networks",
    4: "new transformer layers and attention",
    5: "noise and representation learning",
}

Record = dict[str, Any]


class Recorded(NamedTuple):
    """What REPLICA_DATA holds: arXiv's papers by id, Daily Papers by id with day and keywords, printed lists."""

    arxiv: dict[str, Record]
    daily: dict[str, Record]
    lists: list[Record]


def main() -> None:
    if len(sys.argv) != 2 or "REPLICA_DATA" not in os.environ:
        sys.exit("expected REPLICA_DATA (the folder of recorded days) and one argument, the folder to write sets into")
    data, folder = Path(os.environ["REPLICA_DATA"]), Path(sys.argv[1])
    recorded = Recorded(recorded_arxiv(data), _daily(data), _lines((data / "seeds.jsonl").read_text().splitlines()))
    for build in (topics, topics_of_readers, authors, next_day, phrases, by_example, seeds, topics_by_size):
        build(folder, recorded)
    phrases_by_size(folder, recorded)
    readers_by_age(folder, recorded)
    judged_topics(folder / "judged-topics", data, recorded)


# ---------------------------------------------------------------------------------------------------- what is recorded


def _lines(lines: Iterable[str]) -> list[Record]:
    return [json.loads(line) for line in lines]


def recorded_arxiv(data: Path) -> dict[str, Record]:
    with gzip.open(data / "arxiv_recent.jsonl.gz", "rt", encoding="utf-8") as lines:
        return {paper["id"]: paper for paper in _lines(lines)}


def _daily(data: Path) -> dict[str, Record]:
    """Those with keywords alone: of the others nobody knows what they would be."""
    found: dict[str, Record] = {}
    for day, body in sorted(_days(data)):
        for entry in json.loads(body):
            paper = entry["paper"]
            if keywords := sorted({_plain(word) for word in paper.get("ai_keywords") or []}):
                told = {"id": paper["id"], "title": entry["title"], "abstract": paper["summary"]}
                found.setdefault(paper["id"], told | {"day": day, "keywords": keywords})
    return found


def recorded_daily_ids(data: Path) -> set[str]:
    return {entry["paper"]["id"] for _, body in _days(data) for entry in json.loads(body)}


def _days(data: Path) -> Iterable[tuple[date, bytes]]:
    for path in (data / "hf_daily_api").glob("*.json"):
        yield date.fromisoformat(path.stem), path.read_bytes()
    with tarfile.open(data / "hf_daily_api_more.tar.gz") as more:
        for member in more:
            if member.name.endswith(".json") and (file := more.extractfile(member)):
                yield date.fromisoformat(Path(member.name).stem), file.read()


def _plain(keyword: str) -> str:
    return " ".join(keyword.lower().split())


def _announced(recorded: Recorded, *months: str) -> list[Record]:
    """The papers that were new in these months: announced, and not published long before."""
    of_months = [paper for paper in recorded.arxiv.values() if (paper["announced"] or "")[:7] in months]
    return [paper for paper in of_months if paper["categories"] and paper["published_month"] >= months[0]]


# ------------------------------------------------------------------------------------------------------ how it is kept


def write(
    folder: Path,
    corpus: Iterable[Record],
    *,
    queries: Sequence[Record] = (),
    grades: Mapping[str, Mapping[str, int]] | None = None,
    pools: Mapping[str, Collection[str]] | None = None,
    libraries: Sequence[Record] = (),
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    papers = [{"_id": paper["id"], "title": paper["title"], "text": paper["abstract"]} for paper in corpus]
    _write(folder / "corpus.jsonl", papers)
    if queries:
        _write(folder / "queries.jsonl", queries)
        _write(folder / "meta.json", [{"relevant_from": 1}])
        lines = [f"{query}\t{paper}\t{grade}" for query, of in (grades or {}).items() for paper, grade in of.items()]
        (folder / "qrels").mkdir(exist_ok=True)
        (folder / "qrels" / "test.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *lines, ""]))
    if pools:
        _write(folder / "pools.jsonl", [{"query": query, "candidates": list(pool)} for query, pool in pools.items()])
    if libraries:
        _write(folder / "libraries.jsonl", libraries)
    print(f"{folder.name}: {len(papers)} papers, {len(queries) or len(libraries)} queries or readers")


def _write(path: Path, records: Iterable[Record]) -> None:
    path.write_text("".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records), encoding="utf-8")


def _drawn(among: Iterable[str], most: int, name: str) -> list[str]:
    """As many as are wanted, the same each time."""
    everything = sorted(among)
    return random.Random(f"{SEED} {name}").sample(everything, min(most, len(everything)))


# ------------------------------------------------------------------------------------------------------------ the sets


def topics(folder: Path, recorded: Recorded) -> None:
    _topics(folder / "topics", _announced(recorded, JUNE))


def _topics(folder: Path, papers: Sequence[Record]) -> None:
    grades = {name: {paper["id"]: 1 for paper in papers if name in paper["categories"]} for name in DESCRIPTIONS}
    queries = [{"_id": name, "text": text} for name, text in DESCRIPTIONS.items() if grades[name]]
    write(folder, papers, queries=queries, grades={name: of for name, of in grades.items() if of})


def topics_of_readers(folder: Path, recorded: Recorded) -> None:
    earlier, new = _announced(recorded, *SPRING), _announced(recorded, JUNE)
    for many in (0, 3, 10):
        libraries = [
            {
                "reader": name,
                "text": text,
                "known": _drawn(_in(earlier, name), 10, name)[:many],
                "relevant": _in(new, name),
                "candidates": [paper["id"] for paper in new],
            }
            for name, text in DESCRIPTIONS.items()
        ]
        write(folder / f"topics-{many}", [*earlier, *new], libraries=libraries)


def _in(papers: Iterable[Record], category: str) -> list[str]:
    return [paper["id"] for paper in papers if category in paper["categories"]]


def authors(folder: Path, recorded: Recorded) -> None:
    earlier, new = _announced(recorded, *SPRING), _announced(recorded, JUNE)
    known, relevant = _by_author(earlier), _by_author(new)
    names = _drawn((name for name in relevant if len(known[name]) >= 3), MOST_AUTHORS, "authors")
    among = [paper["id"] for paper in new]
    libraries = [
        {"reader": _one_word(name), "known": known[name], "relevant": relevant[name], "candidates": among}
        for name in names
    ]
    write(folder / "authors", [*earlier, *new], libraries=libraries)


def _one_word(name: str) -> str:
    """As run files want it."""
    return "_".join(name.split())


def _by_author(papers: Iterable[Record]) -> defaultdict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for paper in papers:
        for name in set(paper["authors"]):
            found[name].append(paper["id"])
    return found


def next_day(folder: Path, recorded: Recorded) -> None:
    """The same readers three times: by all that they know, by five papers of it, and by the titles of these."""
    daily = recorded.daily
    readers = list(_readers_of_keywords(daily))
    write(folder / "next-day", daily.values(), libraries=readers)
    few = [one | {"known": _drawn(one["known"], FEW, one["name"])} for one in readers if len(one["known"]) >= FEW]
    write(folder / "next-5", daily.values(), libraries=few)
    known = sorted({paper for one in few for paper in one["known"]})
    titles = [{"id": f"title:{paper}", "title": daily[paper]["title"], "abstract": ""} for paper in known]
    by_title = [one | {"known": [f"title:{paper}" for paper in one["known"]]} for one in few]
    write(folder / "next-5-titles", [*titles, *daily.values()], libraries=by_title)


def _readers_of_keywords(daily: Mapping[str, Record]) -> Iterator[Record]:
    for day in DAYS_KNOWN_UP_TO:
        before = [paper for paper in daily.values() if paper["day"] <= day]
        after = [paper for paper in daily.values() if day < paper["day"] <= day + WEEKS_AFTER]
        known, relevant, among = _by_keyword(before), _by_keyword(after), [paper["id"] for paper in after]
        for keyword in sorted(relevant):
            if 3 <= len(known[keyword]) <= 60 and len(relevant[keyword]) >= 2:
                name = f"{keyword} {day}"
                one = {"reader": _one_word(name), "known": known[keyword], "relevant": relevant[keyword]}
                yield one | {"candidates": among, "name": name}


def _by_keyword(papers: Iterable[Record]) -> defaultdict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for paper in papers:
        for keyword in paper["keywords"]:
            found[keyword].append(paper["id"])
    return found


def phrases(folder: Path, recorded: Recorded) -> None:
    papers = [paper for paper in recorded.daily.values() if paper["day"] >= PHRASES_SINCE]
    _phrases(folder / "phrases", papers, _drawn(_usable(papers), MOST_PHRASES, "phrases"))


def _usable(papers: Iterable[Record]) -> list[str]:
    of = _by_keyword(papers)
    return [word for word in of if 3 <= len(of[word]) <= 60 and 1 <= len(word.split()) <= 4 and len(word) > 2]


def _phrases(folder: Path, papers: Sequence[Record], words: Sequence[str]) -> None:
    of = _by_keyword(paper for paper in papers if "keywords" in paper)
    queries = [{"_id": f"p{number}", "text": word} for number, word in enumerate(words, 1)]
    grades = {query["_id"]: dict.fromkeys(of[query["text"]], 1) for query in queries}
    write(folder, papers, queries=queries, grades=grades)


def by_example(folder: Path, recorded: Recorded) -> None:
    of = {word: papers for word, papers in _by_keyword(recorded.daily.values()).items() if 2 <= len(papers) <= 20}
    shared: dict[str, Counter[str]] = {name: Counter() for name in recorded.daily}
    for papers in of.values():
        for one in papers:
            shared[one].update(other for other in papers if other != one)
    usable = [one for one, others in shared.items() if 5 <= len(others) <= 40 and max(others.values()) >= 2]
    chosen = _drawn(usable, MOST_EXAMPLES, "by-example")
    grades = {f"q{one}": {other: min(2, count) for other, count in shared[one].items()} for one in chosen}
    pools = {f"q{one}": _pool(one, shared[one], recorded.daily) for one in chosen}
    queries = [{"_id": f"q{one}", "paper": one} for one in chosen]
    write(folder / "by-example", recorded.daily.values(), queries=queries, grades=grades, pools=pools)


def _pool(one: str, relevant: Collection[str], among: Iterable[str]) -> list[str]:
    others = set(among) - set(relevant) - {one}
    return sorted([*relevant, *_drawn(others, POOL - len(relevant), one)])


def seeds(folder: Path, recorded: Recorded) -> None:
    printed = {_name(paper["title"]): paper | {"id": _name(paper["title"])} for paper in recorded.lists}
    others = {paper["id"]: paper for paper in recorded.arxiv.values() if _name(paper["title"]) not in printed}
    drawn = _drawn(others, 5_000, "seeds")
    by_list: defaultdict[int, list[str]] = defaultdict(list)
    for paper in sorted(recorded.lists, key=lambda paper: paper["rank"]):
        by_list[paper["list"]].append(_name(paper["title"]))
    libraries = [
        {"reader": f"list-{number}", "known": names[:5], "relevant": names[5:], "candidates": [*names[5:], *drawn]}
        for number, names in sorted(by_list.items())
    ]
    corpus = [*printed.values(), *(others[name] for name in drawn)]
    write(folder / "seeds", corpus, libraries=libraries)
    libraries = []
    for number, names in sorted(by_list.items()):
        for draw in range(DRAWS):
            known = random.Random(f"{number} {draw}").sample(names, FEW)
            rest = [name for name in names if name not in known]
            one = {"reader": f"list-{number}-{draw}", "known": known, "relevant": rest}
            libraries.append(one | {"candidates": [*rest, *drawn]})
    write(folder / "seeds-drawn", corpus, libraries=libraries)
    queries = [{"_id": f"list-{number}", "text": LIST_QUERIES[number]} for number in sorted(by_list)]
    grades = {f"list-{number}": dict.fromkeys(names, 1) for number, names in by_list.items()}
    pools = {f"list-{number}": [*dict.fromkeys(names), *drawn] for number, names in by_list.items()}
    write(folder / "lists", corpus, queries=queries, grades=grades, pools=pools)


def _name(title: str) -> str:
    return "-".join(re.findall(r"\w+", title.lower()))


# ---------------------------------------------------------------------------------------------------------- day by day


def readers_by_age(folder: Path, recorded: Recorded) -> None:
    """The same readers and the same new papers each time: only what the site has read before differs."""
    everything, seen = recorded.arxiv | recorded.daily, _first_seen(recorded)
    interests = _wishes([paper for name, paper in recorded.daily.items() if seen[name] < JUDGED_DAYS[0]])
    new = {day: [everything[name] for name in sorted(seen) if seen[name] == day] for day in JUDGED_DAYS}
    for many in WISHES:
        readers = {day: _readers(day, new[day], many, interests) for day in JUDGED_DAYS}
        for day in JUDGED_DAYS:
            write(folder / f"readers-{many}-day-1-{day}", new[day], libraries=readers[day])
        for age in AGES[1:]:
            since = JUDGED_DAYS[0] - timedelta(days=age - 1)
            read = [paper for name, paper in everything.items() if since <= seen[name] <= JUDGED_DAYS[-1]]
            read.sort(key=lambda paper: seen[paper["id"]])  # as a site that was there has stored them
            write(
                folder / f"readers-{many}-day-{age}", read, libraries=[one for day in readers.values() for one in day]
            )


def _first_seen(recorded: Recorded) -> dict[str, date]:
    """When a site that reads both sources had each paper: whichever listed it first."""
    seen = {name: paper["day"] for name, paper in recorded.daily.items()}
    for name, paper in recorded.arxiv.items():
        announced = date.fromisoformat(paper["announced"])
        seen[name] = min(announced, seen.get(name, announced))
    return seen


def _wishes(papers: Sequence[Record]) -> dict[str, list[str]]:
    """Readers by a keyword of these papers: that one, and others which these papers carry beside it."""
    usable, beside = set(_usable(papers)), defaultdict(set)
    for paper in papers:
        here = usable.intersection(paper["keywords"])
        for word in here:
            beside[word] |= here - {word}
    most = max(WISHES)
    return {
        word: [word, *_drawn(others, most - 1, word)] for word, others in beside.items() if len(others) >= most - 1
    }


def _readers(day: date, new: Sequence[Record], many: int, interests: Mapping[str, list[str]]) -> list[Record]:
    """Of those for whom anything new of the day is relevant, some."""
    of = _by_keyword(paper for paper in new if "keywords" in paper)
    relevant = {
        word: {paper for interest in wanted[:many] for paper in of[interest]} for word, wanted in interests.items()
    }
    drawn = _drawn((word for word, papers in relevant.items() if papers), READERS_A_DAY, f"readers {many} {day}")
    candidates = [paper["id"] for paper in new]
    return [
        {"reader": _one_word(f"{word} {day}"), "text": interests[word][:many], "known": []}
        | {"relevant": sorted(relevant[word]), "candidates": candidates}
        for word in drawn
    ]


# -------------------------------------------------------------------------------------------------------- size by size


def topics_by_size(folder: Path, recorded: Recorded) -> None:
    usable = [name for name, paper in recorded.arxiv.items() if paper["categories"]]
    drawn = _drawn(usable, max(SIZES), "topics by size")
    for size in SIZES:
        _topics(folder / f"topics-at-{size}", [recorded.arxiv[name] for name in drawn[:size]])


def phrases_by_size(folder: Path, recorded: Recorded) -> None:
    """The same phrases at all sizes, as far as the papers drawn carry them."""
    usable = _usable(recorded.daily.values())
    words = _drawn(usable, len(usable), "words by size")
    without = [name for name in recorded.arxiv if name not in recorded.daily]
    drawn = [*_drawn(recorded.daily, max(SIZES), "phrases by size"), *_drawn(without, max(SIZES), "without keywords")]
    everything = recorded.arxiv | recorded.daily
    for size in SIZES:
        papers = [everything[name] for name in drawn[:size]]
        carried = {word for paper in papers for word in paper.get("keywords", ())}
        _phrases(folder / f"phrases-at-{size}", papers, [word for word in words if word in carried][:MOST_PHRASES])


# ------------------------------------------------------------------------------------------------------ judged letters


def judged_topics(folder: Path, data: Path, recorded: Recorded) -> None:
    """What the judged letters were made of: what was announced from June on, learned from the papers of before."""
    papers = {
        name: _dated(paper, paper["announced"]) for name, paper in recorded.arxiv.items() if paper.get("announced")
    }
    for day, body in sorted(_days(data)):
        for entry in json.loads(body):
            paper = entry["paper"]
            told = {"title": entry["title"], "abstract": paper["summary"], "categories": []}
            told["authors"] = [author["name"] for author in paper.get("authors") or []]
            papers.setdefault(paper["id"], _dated(told | {"id": paper["id"]}, str(day)))
            papers[paper["id"]]["votes"] = paper.get("upvotes") or 0
    ordered = sorted(papers.values(), key=lambda paper: (paper["date"], paper["_id"]))
    before = [paper for paper in ordered if paper["date"] < LEARNED_BEFORE]
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "corpus.jsonl", [*before[-MOST_LEARNED:], *ordered[len(before) :]])
    (folder / "judged.jsonl").write_text((data / "judged_topics" / "judged.jsonl").read_text())
    letters = [str(FIRST_LETTER + timedelta(days=3 * number)) for number in range(13)]
    _write(folder / "meta.json", [{"letters": letters, "learned_before": LEARNED_BEFORE}])
    print(f"{folder.name}: {len(ordered) - len(before)} papers, {len(letters)} letters a topic")


def _dated(paper: Record, day: str) -> Record:
    fields = {"_id": f"arxiv:{paper['id']}", "title": paper["title"], "text": paper["abstract"], "date": day}
    return fields | {"authors": paper["authors"], "categories": paper["categories"] or []}


if __name__ == "__main__":
    main()
