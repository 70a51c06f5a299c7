"""Every kind of interest as it is found in papers: a module each; the other halves stand in subscriptions.interests.

To add a kind: a module beside these, and a line in KINDS.
"""

from digest.matching.kinds import author, category, organisation, paper, phrase, topic
from digest.matching.kinds.base import QueryKind

KINDS: dict[str, QueryKind] = {  # in the order in which feedback offers them
    kind.key: kind for kind in (paper.KIND, topic.KIND, phrase.KIND, organisation.KIND, author.KIND, category.KIND)
}
