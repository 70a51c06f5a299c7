"""The light encoder: what the site's own papers say of words' meaning (LSA), beside a small table that was learned
beforehand, by numpy alone. The table is there from the first paper on, and counts for less the more the site has
learned from. Knows no rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from papers.search import lsa, term_table
from papers.search.encoders import EncoderSpec, State, Text, unit
from papers.search.lsa import LatentSemantics
from papers.search.term_table import TermTable
from papers.text.lexical import Lexicon
from papers.text.sparse import Floats

# Of the table's vector beside that of the site's own, both of length 1: in papers 0.8 where 500 were learned from,
# 0.25 at 5,000 and 0.18 at 10,000, and in a few typed words, of which the site knows less, as much as its own.
TABLE_SHARE, SHARED_AT, FADING = 0.8, 500, 1 / 2
TYPED_SHARE = 1.0


@dataclass(frozen=True)
class LightEncoder:
    """Both vectors, one behind the other: their cosine similarity is a mean of both."""

    own: LatentSemantics | None  # None: the site has too few papers to learn from
    table: TermTable | None  # None: learned by a version that had none
    share: float = 1.0  # of the table, in papers

    @property
    def dimensions(self) -> int:
        return sum(part.dimensions for part in (self.own, self.table) if part)

    def encode(self, texts: Sequence[Text]) -> Floats:
        parts = [unit(self.own.encode(texts))] if self.own else []
        if self.table:
            shares = np.where([text.is_query for text in texts], np.float32(TYPED_SHARE), np.float32(self.share))
            parts.append(self.table.encode(texts) * shares[:, None])
        return np.hstack(parts)


def learn(texts: Sequence[Text], lexicon: Lexicon) -> State:
    share = TABLE_SHARE * (SHARED_AT / max(len(texts), SHARED_AT)) ** FADING
    return {**lsa.learn(texts, lexicon), "table_share": np.array(share, np.float32)}


def load(state: State) -> LightEncoder:
    if "directions" not in state:
        return LightEncoder(None, term_table.shipped())
    own = lsa.load(state)
    if "table_share" not in state:
        return LightEncoder(own, None)
    return LightEncoder(own, term_table.shipped(), float(state["table_share"]))


# Of a nearness that the table helps to find, words that are said plainly need less: found by judged letters.
LIGHT = EncoderSpec(load=load, learn=learn, loads_unlearned=True, smoothing=1.5, loudness_weight=6.5, unsaid=-0.8)
