"""Letters through a real Postfix: what it refuses costs no letter, and what it hands on arrives as it was signed."""

import time
from collections import Counter
from collections.abc import Iterator

import dkim
import pytest

from subscriptions import gallery, mime
from subscriptions.models import Letter, Rest, Suppression
from subscriptions.sending import post
from subscriptions.sending.dkim import signed
from subscriptions.sending.senders import Answer, Parcel
from subscriptions.sending.smtp import Smtp
from tests.factories import make_letter
from tests.postfix import Postfix
from tests.sink import Sink, wait_until
from tests.subscriptions.sending.rationed import MINUTE, NOW, State, states
from tests.subscriptions.sending.test_dkim import in_dns, pem

pytestmark = [pytest.mark.django_db, pytest.mark.deep, pytest.mark.one_database]
FEW, LETTERS, MANY = 40, 300, 2_000


@pytest.fixture
def postfix(sink: Sink, settings) -> Iterator[Postfix]:
    """Before the sink, where letters arrive."""
    with Postfix(sink) as postfix:
        postfix.serves(settings)
        yield postfix


def arrived(sink: Sink, letters: int) -> bool:
    """All of them, none twice."""
    wait_until(lambda: len(sink.accepted) >= letters, f"{letters} letters to arrive")
    assert sink.twice == []
    return len(sink.accepted) == letters


def drained(*minutes: float) -> int:
    return sum(post.drain(NOW + minute * MINUTE) for minute in minutes)


REFUSED = {
    "530": {"smtpd_tls_security_level": "encrypt", "smtpd_tls_cert_file": "none"},
    "553": {
        "smtpd_delay_reject": "no",
        "smtpd_sender_restrictions": "check_sender_access static:{553 5.7.1 not owned by user}",
    },
    "553 at RCPT": {"smtpd_sender_restrictions": "check_sender_access static:{553 5.7.1 not owned by user}"},
    "554": {"mynetworks": "", "smtpd_relay_restrictions": "reject_unauth_destination"},
    "454": {"mynetworks": "", "smtpd_relay_restrictions": "defer_unauth_destination"},
    "452": {"queue_minfree": "999999999999999"},
}


@pytest.mark.parametrize("how", REFUSED)
def test_after_a_postfix_that_refused_us_for_ten_hours_is_repaired_every_letter_arrives_once(
    postfix, sink, settings, how
):
    settings.SENDER_CONNECTIONS = 4
    letters = [make_letter() for _ in range(LETTERS)]
    postfix.becomes(**REFUSED[how])
    drained(0, 1, 5, 20, 60, 180, 400, 600)
    refused = set(Letter.objects.values_list("state", "attempts"))
    words = Rest.objects.get().words

    postfix.becomes()
    sent = drained(620, 640, 665)

    assert refused == {(State.PLANNED, 0)}
    assert words.startswith(how[:3])
    assert (sent, set(states())) == (len(letters), {State.SENT})
    assert arrived(sink, len(letters))
    assert not Suppression.objects.exists()


def test_a_rate_limit_of_postfix_costs_no_letter(postfix, sink):
    for _ in range(FEW):
        make_letter()
    postfix.becomes(smtpd_client_message_rate_limit=5, anvil_rate_time_unit="2s")

    minutes = 0
    while Letter.objects.exclude(state=State.SENT).exists() and minutes < 20 * 60:
        time.sleep(0 if drained(minutes) else 0.1)  # Its clock is the machine's.
        minutes += 1

    assert minutes > 1
    assert Counter(Letter.objects.values_list("state", "attempts")) == {(State.SENT, 1): FEW}
    assert arrived(sink, FEW)


def test_a_postfix_that_allows_two_connections_gets_two_and_one_draining_sends_all(postfix, sink, settings):
    settings.SENDER_CONNECTIONS = 8
    for _ in range(LETTERS):
        make_letter()
    postfix.becomes(smtpd_client_connection_count_limit=2)

    assert drained(0) == LETTERS

    assert "too many connections" in postfix.log or "limit exceeded" in postfix.log
    assert arrived(sink, LETTERS)


@pytest.mark.parametrize("every", [2, 5])
def test_unknown_users_among_good_ones_end_alone(postfix, sink, tmp_path, every):
    letters = [make_letter() for _ in range(100)]
    known = [letter.subscriber.address for number, letter in enumerate(letters) if number % every]
    names = tmp_path / "known"
    names.write_text("".join(f"{address} x\n" for address in known))
    for folder in [tmp_path, *list(tmp_path.parents)[:2]]:
        folder.chmod(0o755)
    postfix.becomes(
        relay_domains="example.org",
        relay_transport="smtp",
        relay_recipient_maps=f"texthash:{names}",
        smtpd_recipient_restrictions="reject_unlisted_recipient",
        smtpd_error_sleep_time="0",
    )

    assert drained(0) == len(known)

    assert Counter(states()) == {State.SENT: len(known), State.FAILED: len(letters) - len(known)}
    assert Suppression.objects.count() == len(letters) - len(known)
    assert not Rest.objects.exists()
    assert arrived(sink, len(known))


@pytest.mark.django_db(transaction=True)  # Else nobody clears away the many versions of each row.
@pytest.mark.parametrize("connections", [1, 4])
def test_a_postfix_that_is_stopped_and_started_within_2000_letters_costs_none(postfix, sink, settings, connections):
    settings.SENDER_CONNECTIONS = connections
    for _ in range(MANY):
        make_letter()
    stops = iter([400, 900, 1500, 10 * MANY])
    following = next(stops)

    def strikes() -> bool:
        nonlocal following
        if Letter.objects.filter(state=State.SENT).count() >= following:
            following = next(stops)
            postfix.stop()
        return False

    minutes = 0
    while Letter.objects.filter(state__in=(State.PLANNED, State.CLAIMED)).exists() and minutes < 600:
        post.drain(NOW + minutes * MINUTE, strikes)
        if not postfix.is_running:
            postfix.start()
        minutes += 2

    counts = Counter(states())
    assert counts[State.FAILED] == 0
    assert counts[State.UNCERTAIN] <= 3 * connections
    assert {letter.attempts for letter in Letter.objects.filter(state=State.SENT)} == {1}
    taken = postfix.taken  # It hands on again what it was handing on when it was stopped, so the sink cannot tell.
    assert max(taken.values()) == 1
    assert {str(letter.message_id) for letter in Letter.objects.filter(state=State.SENT)} <= taken.keys()


def test_every_kind_of_letter_passes_a_hop_that_takes_no_8_bit_with_its_signature(postfix, sink, settings):
    settings.SITE_URL, settings.SITE_HOST = "https://papers.example.org", "papers.example.org"
    settings.DEFAULT_FROM_EMAIL = "Paper Route <letters@papers.example.org>"
    settings.DKIM_SELECTOR, settings.DKIM_KEY = "paper-route", pem()
    postfix.becomes(smtpd_discard_ehlo_keywords="8bitmime", smtp_discard_ehlo_keywords="8bitmime")
    samples = gallery.samples(NOW)
    parcels = [Parcel(make_letter(), signed(mime.stuffed(sample.content))) for sample in samples]

    sender = Smtp()
    answers = [answer.state for _parcel, answer in sender.offer(iter(parcels), Unkept())]
    sender.close()

    assert answers == [State.SENT] * len(samples)
    assert {sample.name.partition("-")[0] for sample in samples} == settings.LETTERS.keys()
    wait_until(lambda: len(sink.contents) == len(samples), "the letters to arrive")
    assert all(content.isascii() and dkim.verify(content, dnsfunc=in_dns) for content in sink.contents)


class Unkept:
    """Notes that nobody needs."""

    def offered(self, parcel: Parcel) -> None: ...

    def answered(self, parcel: Parcel, answer: Answer) -> None: ...
