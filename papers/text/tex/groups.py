"""Which braces and which dollars of a text belong together."""

import re

MOST_NESTED = 12  # groups within groups; what is deeper stays as it was written
SIGN = re.compile(r"\\.|[{}$]", re.DOTALL)


class Source:
    """A text, in which the pairs are found once: in one pass, so that no text takes longer than its length."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.closing: dict[int, int] = {}  # of each opening brace that is closed
        self.next_dollar: dict[int, int] = {}  # of each dollar, the next in the same group
        signs = [(found.start(), found[0]) for found in SIGN.finditer(text) if len(found[0]) == 1]
        opened: list[int] = []
        for place, sign in signs:
            if sign == "{":
                opened.append(place)
            elif sign == "}" and opened:
                self.closing[opened.pop()] = place
        closes, dollars = set(self.closing.values()), [-1]
        for place, sign in signs:
            if place in self.closing:
                dollars.append(-1)
            elif place in closes:
                dollars.pop()
            elif sign == "$":
                self.next_dollar[dollars[-1]] = place
                dollars[-1] = place
