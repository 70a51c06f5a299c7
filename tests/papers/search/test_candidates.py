"""Which papers come into question: by the index and by vectors, exactly as counted without a database."""

import random

import pytest

from papers.models import Fit, Paper
from papers.search import candidates, fits, ranking, understanding, vectors
from papers.search.encoders import Text
from papers.text import tokenizing
from tests.papers.search.conftest import NOW, found, paper

pytestmark = pytest.mark.django_db
SUBJECTS = [
    "tide harbour quay mooring pilot swell anchor buoy chart lighthouse current shoal",
    "pigeon wing feather loft flight nest migration homing breed flock ringing beak",
    "letter stamp envelope sorting postcode parcel delivery mailbox courier address seal ink",
    "loom warp weft thread shuttle weave cloth dye spindle linen pattern selvage",
]


def invented(count: int) -> list[Paper]:
    """Papers about four subjects, of words drawn with a fixed seed."""
    dice = random.Random(7)
    rows = []
    for number in range(count):
        words = SUBJECTS[number % len(SUBJECTS)].split()
        text = [dice.choice(words) for _ in range(20)] + [f"odd{dice.randrange(300)}" for _ in range(5)]
        dice.shuffle(text)
        title, abstract = " ".join(text[:5]), " ".join(text[5:])
        rows.append(Paper(key=f"test:{number}", title=title, abstract=abstract, first_seen_at=NOW))
    return Paper.objects.bulk_create(rows)


@pytest.fixture
def collection(monkeypatch: pytest.MonkeyPatch) -> list[Paper]:
    """Some hundred papers with vectors."""
    monkeypatch.setattr(fits, "FEWEST_PAPERS", 100)
    papers = invented(400)
    understanding.keep_up()
    understanding.refit("light", NOW)
    assert Fit.objects.get().dimensions
    return papers


def test_a_paper_near_in_meaning_is_found_without_the_word(collection: list[Paper]):
    by_key = {one.pk: one for one in collection}
    has_word = {one.pk for one in collection if "lighthouse" in f"{one.title} {one.abstract}".split()}

    ranked = found("lighthouse", most=100)

    near = [by_key[key] for key in ranked if key not in has_word]
    assert near
    assert sum(int(one.key.partition(":")[2]) % 4 == 0 for one in near) > 0.8 * len(near)


def test_a_paper_that_comes_later_is_near_in_meaning_too_and_what_it_said_before_is_forgotten(collection):
    found("lighthouse")  # All vectors are in memory now.
    late = paper("Mooring, swell and buoy", "Anchor, shoal and quay.")
    understanding.keep_up()
    assert late.pk in found("lighthouse", most=400)

    Paper.objects.filter(pk=late.pk).update(title="Loom, warp and weft", abstract="Thread and cloth.", terms="")
    understanding.keep_up()

    assert late.pk not in found("lighthouse", most=100)
    assert late.pk in found("spindle", most=400)


QUERIES = [
    "lighthouse",
    "homing pigeon",
    "sorting of letters",
    "odd17",
    "odd17 odd18 loom",
    "ship",
    "warp dye tide wing",
]


@pytest.mark.parametrize("query", QUERIES)
def test_the_index_gives_exactly_the_latest_papers_that_have_the_words(collection: list[Paper], query: str):
    """Counted here without any database, so that both find the same."""
    asked = sorted(words(query))
    texts = {key: set(terms.split()) for key, terms in Paper.objects.values_list("pk", "terms")}
    has_all = {key for key, terms in texts.items() if terms.issuperset(asked)}
    has_any = {key for key, terms in texts.items() if not terms.isdisjoint(asked)}

    for share in (0.0, 1.0):  # Of the papers: where most have the words, PostgreSQL reads the papers themselves.
        assert set(candidates.having([asked], 400, share)) == has_all
        assert set(candidates.having([[word] for word in asked], 400, share)) == has_any
        assert candidates.having([[word] for word in asked], 3, share) == sorted(has_any, reverse=True)[:3]


@pytest.mark.parametrize("query", QUERIES)
def test_what_is_found_is_what_ranking_by_brute_force_has_first(collection: list[Paper], query: str):
    known = fits.current()
    assert known
    rows = list(Paper.objects.order_by("pk").values_list("pk", "terms"))
    meant = known.vectors([Text(query, "", tokenizing.terms(query, ""))])[0]
    nearness = -(vectors.matrix([key for key, _ in rows], known.fit) @ meant)
    near = {rows[place][0] for place in nearness.argsort()[: candidates.MOST_NEAREST]} if meant.any() else set()
    has_any = {key for key, terms in rows if not words(query).isdisjoint(terms.split())}

    assert found(query, most=20) == found(query, among=sorted(near | has_any))[:20]


def words(query: str) -> set[str]:
    return set(tokenizing.terms(query, "").split()) - {tokenizing.BREAK}


@pytest.mark.parametrize("query", ["lighthouse", "warp dye tide wing"])
def test_how_many_are_asked_for_does_not_change_what_comes_first(
    collection: list[Paper], query: str, monkeypatch: pytest.MonkeyPatch
):
    """A page asks for a few, an evaluation for many: what is measured must be what readers see."""
    for name in ("SMOOTHED", "NEIGHBOURHOOD"):
        monkeypatch.setattr(ranking, name, 30)
    for name in ("MOST_NEAREST", "MOST_WITH_TERMS"):
        monkeypatch.setattr(candidates, name, 50)

    assert found(query, most=5) == found(query, most=1_000)[:5]
