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
LONGEST_OF_OURS = timedelta(hours=1)  # after a refusal that is about us; before, as long as the letter is old
UNANSWERED = Answer(Letter.State.UNCERTAIN, "No answer was recorded: the process that offered the letter stopped.")


def decided(answers: Iterable[tuple[Letter, Answer]], now: datetime) -> list[Letter]:
    """The letters with what their answers make of them, for the caller to write. A temporary refusal is tried again
    with exponential backoff, but not for ever; one that is about us as long as a letter lives, ever less often."""
    letters = []
    for letter, answer in answers:
        tried_enough = letter.attempts + 1 >= MOST_ATTEMPTS and answer.is_attempt
        given_up = tried_enough or letter.state == Letter.State.UNCERTAIN
        is_later = answer.state == Letter.State.PLANNED
        letter.state = Letter.State.FAILED if is_later and given_up else answer.state
        letter.last_answer, letter.waits_for_domain, letter.handed_at = answer.text, "", now
        if letter.state == Letter.State.PLANNED:
            age = min(max(FIRST_WAIT, now - letter.planned_at), LONGEST_OF_OURS)
            wait = FIRST_WAIT * 3**letter.attempts if answer.is_attempt else age
            letter.due_at = now + min(wait + timedelta(seconds=answer.wait), LONGEST_WAIT)
        else:
            letter.ended_at = now
        letter.attempts += answer.is_attempt
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
