"""Between us and the mail server or provider: when what readers' letters are told is about us all."""

import threading
from dataclasses import dataclass, field

from subscriptions.models import Letter
from subscriptions.sending.senders import Answer, NoConnection, Parcel, Refused
from subscriptions.sending.verdicts import NO_ATTEMPT, Verdict, repeatable, same_words

UNCERTAIN_IN_A_ROW = 5


@dataclass
class Row:
    """Refusals of one kind in a row, and of which letters."""

    kind: str = ""
    answers: list[tuple[Parcel, Answer]] = field(default_factory=list)

    @property
    def last(self) -> Answer:
        return self.answers[-1][1]

    @property
    def readers(self) -> set[str]:
        return {parcel.address for parcel, _answer in self.answers}


class CircuitBreaker:
    """For one draining: it trips once an answer, or so many in a row as its rule says, is about us. Every
    connection's thread tells it."""

    def __init__(self) -> None:
        self.tripped: NoConnection | None = None  # and why
        self.holds = False  # It does not trip: all of a handful are to be offered.
        self.has_taken = False  # whether any letter was taken
        self.row = Row()  # the last; once it tripped, that for which it did
        self._turn = threading.Lock()

    def trip(self, why: NoConnection) -> None:
        """The first time counts."""
        self.tripped = self.tripped or why

    def hear(self, parcel: Parcel, answer: Answer) -> None:
        with self._turn:
            self.has_taken |= answer.state == Letter.State.SENT
            kind = kind_of(parcel, answer)
            if kind is None or (self.tripped and kind != self.row.kind):
                return
            if kind != self.row.kind:
                self.row = Row(kind)
            if kind:
                self.row.answers.append((parcel, answer))
                count = len(self.row.readers if answer.same_words else self.row.answers)
                if answer.wait or (count >= (answer.in_a_row or UNCERTAIN_IN_A_ROW) and not self.holds):
                    self.trip(about_us(answer))

    def verdict(self) -> NoConnection | None:
        """Of the whole draining: a few letters that were all refused as we are, and none taken, tell it too."""
        if not self.tripped and self.row.answers and not self.has_taken and self.row.last.verdict in NO_ATTEMPT:
            self.trip(about_us(self.row.last))
        return self.tripped


def about_us(answer: Answer) -> Refused:
    """This is logged, and shown to anybody: whose address it was is nobody's business."""
    words = repeatable(answer.text)
    return Refused(f"No more letters for now, after: {words}", words, answer.wait)


def kind_of(parcel: Parcel, answer: Answer) -> str | None:
    """Answers of one kind make a row. Empty: it ends every row; None: it tells nothing."""
    if answer.state == Letter.State.UNCERTAIN:
        return Verdict.BUSY
    if parcel.is_alone and answer.in_a_row > 1 and answer.verdict in (Verdict.OURS, Verdict.ENDS):
        return None
    if not answer.in_a_row:
        return ""
    return same_words(answer.text, parcel.address) if answer.same_words else answer.verdict
