"""Whom refusals are about: docs/faults' table, row by row, against a mail server; and what is repeated of words."""

import re
from collections.abc import Iterator
from itertools import product

import pytest

from subscriptions.models import Letter, Suppression
from subscriptions.sending import post
from subscriptions.sending.verdicts import TABLE, Place, Verdict, enhanced_code, repeatable, rule_of, same_words
from tests.depth import sampled
from tests.factories import make_letter
from tests.paths import ROOT
from tests.sink import HANG_UP, Sink
from tests.subscriptions.sending.rationed import HOUR, MINUTE, NOW, State, states

pytestmark = pytest.mark.django_db
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "faults.md").read_text().splitlines()
    if line.startswith("|") and line.count("|") == 6
][2:]
COMMANDS = {Place.BEFORE: ("MAIL",), Place.RECIPIENT: ("RCPT",), Place.LETTER: ("DATA",), Place.PROVIDER: ()}
REPLIES = {"4xx": ("450", "452"), "5xx": ("550", "554"), "none": (HANG_UP,)}


def cases(row: list[str]) -> Iterator[tuple[str, str]]:
    """Commands, and replies to them, of which a row speaks."""
    replies, enhanced, places, *_ = row
    said = [reply for name in replies.split(", ") for reply in REPLIES.get(name, (name,))]
    codes = [] if enhanced == "any" else [code.replace("x", "1") for code in enhanced.split(", ")]
    commands = [command for place in places.split(", ") for command in COMMANDS[Place(place)]]
    for command, reply, code in product(commands, said, codes or [""]):
        if (command, reply) == ("DATA", HANG_UP):  # There the sink has the letter, and nobody knows.
            continue
        yield command, f"{reply} {code} refused".replace("  ", " ") if reply else HANG_UP


SAID = {
    f"{command} {reply or 'none'}": (row, command, reply) for row in reversed(ROWS) for command, reply in cases(row)
}
LATER = (  # when it is known who the letter is for
    *("RCPT none", "RCPT 550 5.1.1 refused", "RCPT 550 5.7.1 refused", "RCPT 550 refused"),
    *("DATA 550 refused", "RCPT 450 refused", "DATA 421 refused", "DATA 550 5.3.1 refused"),
)
FEW = sampled(SAID, "MAIL 450 refused", *LATER)
OF_ONE = sampled([said for said in SAID if not said.startswith("MAIL")], *LATER)


def test_docs_show_the_table_by_which_refusals_are_judged():
    assert [rule.cells() for rule in TABLE] == ROWS


@pytest.mark.parametrize("said", FEW)
def test_all_letters_that_are_refused_end_as_the_table_says(sink, said):
    row, command, reply = SAID[said]
    for _ in range(8):
        make_letter()
    sink.refuse(command, reply)

    post.drain(NOW)

    attempts = set(Letter.objects.values_list("attempts", flat=True))
    if row[4] == "never":
        ends = row[3] == Verdict.ENDS
        assert (set(states()), attempts) == ({State.FAILED if ends else State.PLANNED}, {1})
    else:
        assert (set(states()), attempts) == ({State.PLANNED}, {0})
        assert post.drain(NOW + MINUTE / 4) == 0
        assert sink.asked["MAIL"] <= 10


@pytest.mark.parametrize("said", OF_ONE)
def test_one_letter_that_is_refused_among_others_ends_as_the_table_says(sink, said):
    row, command, reply = SAID[said]
    letters = [make_letter() for _ in range(5)]
    sink.refuse(command, reply, of=letters[1].subscriber.address)

    post.drain(NOW)

    attempts = [letter.attempts for letter in Letter.objects.order_by("pk")]
    ends = State.FAILED if row[3] == Verdict.ENDS else State.PLANNED
    counts = int(row[3] in (Verdict.ENDS, Verdict.LATER))
    assert states() == [State.SENT, ends, *[State.SENT] * 3]
    assert attempts == [1, counts, 1, 1, 1]


# --------------------------------------------------------------------------------- a mail server that refuses us

WAYS = {  # At which command, and how; to everybody.
    "CONNECT": ["421 4.7.0 too many connections", "450 4.7.0 later", "554 5.7.1 no service for you", HANG_UP],
    "EHLO": ["550 5.7.1 who are you", "421 4.3.2 closing"],
    "AUTH": ["535 5.7.8 username and password not accepted", "454 4.7.0 temporary authentication failure"],
    "MAIL": [
        *(
            "530 5.7.0 must issue a STARTTLS command first",
            "530 5.7.1 authentication required",
            "550 5.4.5 daily quota",
        ),
        *("553 5.7.1 sender not owned by user", "550 5.1.8 sender's domain not found", "550 5.1.1 odd", "550 no"),
        *("452 4.3.1 insufficient system storage", "450 4.7.1 too much mail", "451 4.3.0 error", "421 4.3.2 closing"),
        HANG_UP,
    ],
    "RCPT": [
        *("554 5.7.1 relay access denied", "550 5.7.1 policy", "550 5.4.1 no route", "503 5.5.1 mail first"),
        *(
            "550 relay not permitted",
            "553 sorry, that domain isn't in my list",
            "451 4.7.1 greylisted",
            "452 4.3.1 full",
        ),
        *("454 4.7.1 relay access denied", "421 4.3.2 closing", HANG_UP),
    ],
    "DATA": [
        *("552 5.3.4 message too big", "554 5.7.1 spam", "550 5.7.26 unauthenticated", "552 message size exceeded"),
        *("554 transaction failed", "452 4.3.1 queue file write error", "451 4.3.0 try again", "421 4.3.2 closing"),
    ],
}
EVERY_WAY = {f"{command} {reply or 'hangs up'}": (command, reply) for command in WAYS for reply in WAYS[command]}


@pytest.mark.parametrize(
    "way",
    sampled(
        EVERY_WAY,
        *(
            "CONNECT 554 5.7.1 no service for you",
            "AUTH 535 5.7.8 username and password not accepted",
            "RCPT hangs up",
        ),
        *("MAIL 530 5.7.0 must issue a STARTTLS command first", "MAIL 450 4.7.1 too much mail"),
        *("RCPT 554 5.7.1 relay access denied", "RCPT 550 relay not permitted", "DATA 552 5.3.4 message too big"),
    ),
)
def test_after_repair_every_letter_that_is_less_than_a_day_late_arrives_once(settings, way):
    command, reply = EVERY_WAY[way]
    letters = [make_letter() for _ in range(12)]
    with Sink(takes_groups=True) as sink:
        sink.serves(settings)
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = ("ada", "secret") if command == "AUTH" else ("", "")
        sink.wants_login = command == "AUTH"
        sink.refuse(command, reply)
        minutes = [0, 1, 3, 10, 60, 300, 700, 1370]
        for minute in minutes:
            post.drain(NOW + minute * MINUTE)
        refused = set(Letter.objects.values_list("state", "attempts"))

        sink.is_repaired()
        for minute in (1, 10, 20):
            post.drain(NOW + 23 * HOUR + minute * MINUTE)

    assert refused == {(State.PLANNED, 0)}
    assert sorted(sink.recipients) == sorted(letter.subscriber.address for letter in letters)
    assert set(states()) == {State.SENT}
    assert not Suppression.objects.exists()
    assert sink.asked["CONNECT"] <= 8 * len(minutes)


# ------------------------------------------------------------------------------------------------------- the words


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("550 5.1.1 nobody", "5.1.1"),
        ("550 5.7.26 unauthenticated", "5.7.26"),
        ("550 #5.1.10 gone", "5.1.10"),
        ("550 nobody (5.2.1)", "5.2.1"),
        ("550 host 10.5.1.1 is blocked", ""),
        ("550 mail.example.org 5.1.1.7 is blocked", ""),
        ("550 no", ""),
    ],
)
def test_an_enhanced_code_is_found_and_an_address_of_a_machine_is_none(said, code):
    assert enhanced_code(said) == code


def test_an_enhanced_code_that_contradicts_its_reply_says_nothing():
    rule = rule_of(550, "550 4.7.1 odd", Place.RECIPIENT)

    assert rule
    assert (rule.verdict, rule.enhanced) == (Verdict.ENDS, "")


@pytest.mark.parametrize("said", [250, 354, 220])
def test_what_is_no_refusal_has_no_verdict(said):
    assert rule_of(said, f"{said} fine", Place.LETTER) is None


def test_two_readers_are_told_the_same_whatever_their_addresses_and_the_numbers_of_a_queue():
    first = same_words("554 <ada@example.org>: Relay access denied (in reply to 4Xk2 RCPT)", "ada@example.org")
    other = same_words("554 <max@example.com>: Relay access denied (in reply to 9Qa7 RCPT)", "max@example.com")

    assert first == other
    assert "relay access denied" in first


def test_what_is_repeated_to_anybody_shows_no_address_and_no_secret(settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "ada@example.org", "swordfish"
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "token-of-ours"}

    shown = repeatable("535 <max@example.com> ada@example.org swordfish token-of-ours refused\r\nhere")

    assert re.sub("[… ]+", " ", shown) == "535 refused here"
