"""A text on its way from TeX to what is read."""

from papers.text.tex.typography import HELD, typeset


class Decoded:
    """What may still be typeset, with a sign in place of each part that is finished."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.held: list[str] = []
        self.is_whole = True  # whether all commands in it were known

    def add(self, text: str) -> None:
        if not text:
            return  # Else whoever asks for the last sign would look through all that say nothing.
        if HELD in text:  # as no text has it but by malice
            self.held += [HELD] * text.count(HELD)
        self.parts.append(text)

    def hold(self, text: str) -> None:
        self.parts.append(HELD)
        self.held.append(text)

    def keep(self, text: str) -> None:
        """What was not understood, as it was written."""
        self.hold(text)
        self.is_whole = False

    def ends_with(self, signs: str) -> bool:
        """Whether it is empty, or one of these is its last sign."""
        last = next((part for part in reversed(self.parts) if part), signs)
        return last[-1] in signs

    def is_script_to_follow(self) -> bool:
        """Whether it ends in ^ or _ behind what may carry a script: a letter, a digit, a parenthesis, a formula."""
        line = "".join(self.parts[-2:])
        return line[-1:] in ("^", "_") and (line[-2:-1].isalnum() or line[-2:-1] in (")", "]", "*", "|", HELD))

    def append(self, other: "Decoded") -> None:
        self.parts += other.parts
        self.held += other.held
        self.is_whole = self.is_whole and other.is_whole

    def to_unicode(self) -> str:
        held = iter(self.held)
        first, *others = typeset("".join(self.parts)).split(HELD)
        return "".join([first, *(next(held) + other for other in others)])


def add_link(out: Decoded, address: str, label: Decoded) -> None:
    """A link as its label and its address, or as one of them where the other says nothing more."""
    said = label.to_unicode()
    if "." not in address or " " in address:  # a place within the paper
        out.append(label)
    elif _bare(said) in _bare(address) or said.lower() in ("this https url", "this http url", "this url"):
        out.hold(address)
    else:
        out.append(label)
        out.add(" (")
        out.hold(address)
        out.add(")")


def _bare(address: str) -> str:
    return address.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/. ").lower()
