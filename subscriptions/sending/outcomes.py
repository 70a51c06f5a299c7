"""What came of offering letters: the state that each gets, and what killed processes left."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import DataError

from subscriptions.models import MOST_ATTEMPTS, Letter
from subscriptions.sending import journal, suppressing
from subscriptions.sending.senders import Answer

logger = logging.getLogger(__name__)
FIRST_WAIT = timedelta(minutes=1)  # after a temporary refusal; three times as long with each further one
LONGEST_WAIT = timedelta(hours=4)  # so eight attempts last ten hours
UNANSWERED = Answer(Letter.State.UNCERTAIN, "No answer was recorded: the process that offered the letter stopped.")


def decided(answers: Iterable[tuple[Letter, Answer]], now: datetime) -> list[Letter]:
    """The letters with what their answers make of them, for the caller to write. A temporary refusal is tried again
    with exponential backoff, but not for ever; while the server is busy as long as a letter lives."""
    letters = []
    for letter, answer in answers:
        tried_enough = letter.attempts + 1 >= MOST_ATTEMPTS and not answer.busy
        given_up = tried_enough or letter.state == Letter.State.UNCERTAIN
        is_later = answer.state == Letter.State.PLANNED
        letter.state = Letter.State.FAILED if is_later and given_up else answer.state
        letter.last_answer, letter.waits_for_domain = answer.text, ""
        if letter.state == Letter.State.PLANNED:
            asked = timedelta(seconds=answer.wait)
            letter.due_at = now + min(FIRST_WAIT * 3**letter.attempts + asked, LONGEST_WAIT)
        else:
            letter.ended_at = now
        letter.attempts += not answer.busy
        logger.info("%s: %s", letter, letter.state)
        letters.append(letter)
    return letters


def recover(now: datetime) -> None:
    """Processes that were killed noted down what they had offered: what they had not is due again at once."""
    for left in journal.left_behind():
        letters = list(Letter.objects.filter(lease=left.lease).select_related("subscriber"))
        known = [(letter, left.answers[letter.pk]) for letter in letters if letter.pk in left.answers]
        lost = [(letter, UNANSWERED) for letter in letters if letter.pk in left.unanswered]
        try:
            Letter.objects.record(decided([*known, *lost], now), left.lease)
        except (DataError, ValueError):  # Nobody can write these down; they must not keep all others waiting.
            logger.warning("notes of letters could not be kept; their letters become uncertain")
            continue
        suppressing.after_refusals(known, now)
        Letter.objects.take_back(left.lease, now)
