"""What a paper did and found, in its abstract's own words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.text import summary
from papers.text.summary import MOST_CHARACTERS, MOST_WORDS, OVER, key_sentences, key_spans, sentences
from tests.depth import examples

pytestmark = pytest.mark.one_database

BACKGROUND = "Lanterns have long been lit by hand. Existing methods improve their light by 40% but burn oil."
DID = "We propose Glowworm, a lantern that lights itself."
HOW = "It rests on a wick of two strands."
FOUND = "Experiments on six harbours show that Glowworm saves 31% of the oil."
CODE = "Our code and models are available at https://example.org/glowworm."
TITLE = "Glowworm: A Lantern for Six Harbours"


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def test_it_is_what_was_done_and_what_was_found():
    assert key_sentences(f"{BACKGROUND} {DID} {HOW} {FOUND} {CODE}", TITLE) == [DID, FOUND]


@pytest.mark.parametrize(
    "leans",
    [
        "In this paper, ",
        "To address these limitations, ",
        "Motivated by this, ",
        "Based on these insights, ",
        "To this end, ",
        "However, ",
    ],
)
def test_what_leans_on_the_sentence_before_is_left_out(leans: str):
    assert key_sentences(f"{BACKGROUND} {leans}{DID[0].lower()}{DID[1:]} {HOW} However, {FOUND}", TITLE) == [
        DID,
        FOUND,
    ]


@pytest.mark.parametrize("opening", ["With two strands, ", "For six harbours, ", "In this paper, "])
def test_an_opening_that_says_something_stays_and_so_does_one_without_which_little_is_left(opening: str):
    says = opening != "In this paper, "
    sentence = f"{opening}we propose Glowworm{', a lantern that lights itself' if says else ''}."

    assert key_sentences(sentence, TITLE) == [sentence]


def test_a_claim_without_a_figure_stands_back_behind_one_with_a_figure():
    vague = "Extensive experiments demonstrate its superior performance and remarkable robustness."

    assert key_sentences(f"{DID} {HOW} {FOUND} {vague}", TITLE) == [DID, FOUND]


def test_of_a_result_that_is_too_long_the_end_with_its_figures_is_shown():
    many = " ".join(["harbour"] * 40)
    found = f"Experiments show that it lights {many}, raising the share of ships that come in from 41% to 87%."

    assert key_sentences(f"{DID} {HOW} {found}", TITLE) == [
        DID,
        "…\u00a0raising the share of ships that come in from 41% to 87%.",
    ]


def test_no_list_and_no_clause_is_left_hanging():
    listed = "We study lanterns by (1) " + "wick, " + " ".join(["lamp"] * 20) + ", (2) oil, " + " ".join(["rope"] * 30)

    (shown,) = key_sentences(f"{listed}.", "")

    assert "(1)" not in shown.removesuffix("…").strip() or "(2)" in shown


def test_what_others_found_is_no_result():
    others = "Candles outperform torches by 40%."

    assert key_sentences(f"{others} {DID} {HOW}", TITLE) == [DID]


def test_that_code_is_available_is_no_result():
    assert key_sentences(f"{DID} {HOW} {CODE}", TITLE) == [DID]


def test_what_was_done_besides_does_not_stand_for_what_was_done():
    besides = "We further propose a lamp oil of herring."

    assert key_sentences(f"{DID} {besides} {FOUND}", TITLE) == [DID, FOUND]


def test_of_two_things_made_the_one_that_the_title_names_was_done():
    other = "We introduce the notion of a harbour's darkness."

    assert key_sentences(f"{other} {DID} {FOUND}", TITLE)[0].startswith("We propose")


@pytest.mark.parametrize(
    "did",
    [
        "This paper presents a lantern that lights itself.",
        "We systematically investigate why lanterns go out.",
        "In this work, lanterns are compared with candles.",
        "A lantern that lights itself is introduced.",
        "Here we study the light of lanterns.",
    ],
)
def test_authors_say_what_they_did_in_several_ways(did: str):
    assert key_sentences(f"{BACKGROUND} {did} {FOUND}", "On Lanterns")[0] == did


@pytest.mark.parametrize(
    "found",
    [
        "Our results suggest that moths prefer candles.",
        "It outperforms candles by a wide margin.",
        "We find that lanterns go out at noon.",
        "Lighting one takes 3x less time.",
        "It achieves state-of-the-art light in every harbour.",
    ],
)
def test_authors_say_what_they_found_in_several_ways(found: str):
    assert key_sentences(f"{BACKGROUND} {DID} {HOW} {found}", TITLE) == [DID, found]


def test_a_long_sentence_ends_with_a_clause_and_an_ellipsis():
    long = f"We propose Glowworm, a lantern that lights itself at dusk, {'and again at midnight, ' * 12}until dawn."

    (shown,) = key_sentences(long, TITLE)

    assert shown.endswith("at midnight\u00a0…")
    assert long.startswith(shown.removesuffix("\u00a0…"))


def test_a_clause_that_would_leave_parentheses_open_is_no_end():
    long = (
        f"We propose Glowworm, a lantern that lights itself at dusk, dawn and noon (or so, {'or so, ' * 20}or so) too."
    )

    (shown,) = key_sentences(long, TITLE)

    assert shown.count("(") == shown.count(")")


@pytest.mark.parametrize(
    "goes_on",
    [
        "that while the light of candles fades, lanterns shine on",
        "that lanterns beat many lights such as candles, torches, beacons and fires",
    ],
)
def test_neither_a_clause_nor_a_list_is_left_hanging(goes_on: str):
    long = (
        f"Experiments on all of the six harbours show {goes_on}, {'as they did in the year before, ' * 6}as was hoped."
    )

    shown = key_sentences(f"{DID} {long}", TITLE)[-1].removesuffix("\u00a0…")

    assert not shown.endswith(("fades", "candles", "torches"))


def test_sentences_that_are_run_together_are_two():
    assert split("It has two strands.In this paper, we light it. Node.js does too.") == [
        "It has two strands.",
        "In this paper, we light it.",
        "Node.js does too.",
    ]


def test_a_result_that_is_too_long_beside_what_was_done_is_cut_at_a_clause():
    long = FOUND.replace(".", f", {'more than any candle did in the year before, ' * 6}as was hoped.")

    did, found = key_sentences(f"{DID} {long}", TITLE)

    assert (did, found.partition(",")[0]) == (DID, FOUND.removesuffix("."))
    assert len(f"{did} {found}".split()) <= MOST_WORDS + OVER + 1  # with the ellipsis


@pytest.mark.parametrize(
    "text",
    [
        "Lanterns, e.g. Glowworm, burn oil. They do.",
        "Wren et al. Found it in Fig. 2. They do.",
        "It has 2.5 strands and Wick v0.2 too. They do.",
        "Dr. J. Abara lit it vs. Nobody. They do.",
    ],
)
def test_a_full_stop_of_an_abbreviation_or_a_number_ends_no_sentence(text: str):
    assert split(text)[-1] == "They do."
    assert len(split(text)) == 2


@pytest.mark.parametrize("end", [".", "!", "?", '."', ".)", "…."])
def test_a_sentence_ends_with_its_marks(end: str):
    assert split(f"It burns{end} It shines.") == [f"It burns{end}", "It shines."]


def test_an_abstract_that_says_nothing_of_the_kind_shows_its_first_sentence():
    assert key_sentences("Fog is wet. Rain is wetter.", "Weather") == ["Fog is wet."]


def test_without_an_abstract_there_is_nothing():
    assert key_sentences("", TITLE) == key_sentences("  ", TITLE) == []


TEXTS = st.lists(
    st.sampled_from(
        [BACKGROUND, DID, HOW, FOUND, CODE, "we show 5%,", "(", ")", ".", "! A", "e.g.", "which", "…", "\u00a0"]
    )
    | st.text(max_size=30),
    max_size=12,
).map(" ".join)


def test_whatever_an_abstract_holds_its_own_words_are_shown_in_their_order_and_not_too_many():
    @examples(300)
    @given(TEXTS, st.text(max_size=20))
    def check(abstract: str, title: str) -> None:
        spans = key_spans(abstract, title)

        assert len(spans) <= 2
        assert spans == sorted(spans)
        assert all(0 <= start < end <= len(abstract) for start, end in spans)
        assert sum(len(abstract[start:end].split()) for start, end in spans) <= MOST_WORDS + OVER
        assert sum(end - start for start, end in spans) <= 2 * MOST_CHARACTERS
        assert bool(spans) == bool(abstract.strip())

    check()


@pytest.mark.parametrize(
    "piece", ["code ", "1", "a, ", "we propose, ", ". ", "(,", ".' ", "results ", "e.g. ", "A. ", "1."]
)
def test_a_hostile_abstract_is_read_once(piece: str):
    """One that was read again for each of its letters would take minutes."""
    spans = key_spans(piece * (20_000 // len(piece)), TITLE)

    assert sum(end - start for start, end in spans) <= 2 * MOST_CHARACTERS


def test_an_abstract_is_read_once_however_often_it_is_shown(monkeypatch):
    read = []
    monkeypatch.setattr(summary, "key_sentences", lambda abstract, _: read.append(abstract) or ["Fog is wet."])

    shown = [summary.in_short("Fog is wet. It is known.", TITLE) for _ in range(2)]

    assert shown == ["Fog is wet."] * 2
    assert len(read) == 1
    summary.in_short.cache_clear()
