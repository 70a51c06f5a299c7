"""Plain Python that does slowly what tokenizing does, and texts to do it to."""

import math

from hypothesis import strategies as st

from papers.text import tokenizing
from papers.text.lexical import K1, B
from papers.text.tokenizing import TokenizedTexts

WORDS = st.text(st.characters(exclude_characters=" ", exclude_categories=["Cs"]), min_size=1, max_size=12)
FEW = st.sampled_from(["spars", "autoencod", "model", "languag", "größe", "数据", "x", "y", "."])
TEXTS = st.lists(st.lists(FEW, max_size=12).map(" ".join), min_size=1, max_size=9)


def key(word: str) -> int:
    return int(tokenizing.keys_of(word.encode())[0])


def words(text: str) -> list[str]:
    return [word for word in text.split() if word != "."]


def pairs(text: str) -> list[tuple[str, str]]:
    both = zip(text.split(), text.split()[1:], strict=False)
    return [pair for pair in both if "." not in pair]


def pair_key(pair: tuple[str, str]) -> int:
    return int(TokenizedTexts.of([" ".join(pair)]).bigrams[0])


def slow_bm25(asked: str, text: str, texts: list[str], pair_weight: float) -> float:
    length = max(sum(len(words(one)) for one in texts) / len(texts), 1)
    relative = 1 - B + B * len(words(text)) / length

    def score(wanted: list, there: list, all_of_them: list[list]) -> float:
        total = 0.0
        for term in wanted:
            having = max(sum(term in one for one in all_of_them), 1)
            rarity = math.log(1 + max(len(texts) - having + 0.5, 0.5) / (having + 0.5))
            total += rarity * there.count(term) * (K1 + 1) / (there.count(term) + K1 * relative)
        return total

    single = score(words(asked), words(text), [words(one) for one in texts])
    return single + pair_weight * score(pairs(asked), pairs(text), [pairs(one) for one in texts])
