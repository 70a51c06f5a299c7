"""Above what a site or a domain usually gets confirm letters wait in a queue, fairly by network; nobody is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from subscriptions import answering, limits, signing_up
from subscriptions.limits import Limit
from subscriptions.models import Bucket, Letter, LetterRequest, keyed_hash
from tests.factories import make_reader

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
BEAT, MINUTE = timedelta(seconds=5), timedelta(minutes=1)


def flood(count: int, domain: str = "", at: datetime = NOON) -> None:
    """So many sign-ups at this domain, or each at one of its own, from a tenth as many networks."""
    LetterRequest.objects.bulk_create(
        LetterRequest(
            kind=LetterRequest.Kind.SIGN_UP,
            address=f"someone{number}@{domain or f'example{number}.org'}",
            asked_at=at,
            turn=1 + number % 10,
        )
        for number in range(count)
    )


def post_sends(at: datetime = NOON) -> None:
    """The post answers before each claim, and sends what it claimed, until nothing is left to claim."""
    is_new = True
    while is_new or Letter.objects.filter(state=Letter.State.PLANNED, kind="confirm").update(state="sent"):
        is_new = LetterRequest.objects.new().exists()
        answering.answer(at)


def written_within(until: timedelta, beat: timedelta) -> dict[str, timedelta]:
    """Beats until then: after which time each address was written to."""
    written: dict[str, timedelta] = {}
    for number in range(until // beat + 1):
        post_sends(NOON + number * beat)
        new = Letter.objects.exclude(subscriber__address__in=written)
        written |= dict.fromkeys(new.values_list("subscriber__address", flat=True), number * beat)
    return written


def test_what_a_campus_signs_up_in_ten_minutes_is_written_to_at_once(monkeypatch):
    moment = [NOON]
    monkeypatch.setattr(timezone, "now", lambda: moment[0])
    for number in range(60):
        answer = Client(REMOTE_ADDR=f"203.0.113.{number}").post("/subscribe/", {"address": f"s{number}@uni.example"})
        assert answer.status_code == 302
        moment[0] += timedelta(seconds=10)

    answering.answer(moment[0])

    assert Letter.objects.count() == 60


@pytest.mark.parametrize("peers", [["203.0.113.1", "203.0.113.250"], ["2001:db8:7::1", "2001:db8:7:ffff::1"]])
def test_a_network_that_asks_for_far_more_is_asked_to_come_back_and_readers_links_are_apart(monkeypatch, peers):
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    asking, elsewhere = Client(REMOTE_ADDR=peers[0]), Client(REMOTE_ADDR="198.51.100.1")
    for number in range(limits.SIGN_UPS_PER_NETWORK.most):
        asking.post("/subscribe/", {"address": f"victim+{number}@example.org"})
    kept = LetterRequest.objects.count()

    refused = Client(REMOTE_ADDR=peers[1]).post("/subscribe/", {"address": "one-more@example.org"})

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert "from your network" in refused.text
    assert LetterRequest.objects.count() == kept
    assert asking.post("/my-link/", {"address": "ada@example.org"}).status_code == 302
    assert elsewhere.post("/subscribe/", {"address": "tomas@example.org"}).status_code == 302
    monkeypatch.setattr(timezone, "now", lambda: NOON + 2 * MINUTE)
    assert asking.post("/subscribe/", {"address": "later@example.org"}).status_code == 302


def test_of_one_mailbox_three_letters_are_written_however_many_ask_from_however_many_networks():
    for number in range(600):
        signing_up.sign_up(f"v.ictim+{number}@gmail.com", "/subscribe/", NOON)
    post_sends()

    assert Letter.objects.count() == 3
    assert not LetterRequest.objects.exists()


def test_a_flooded_domain_queues_while_others_and_readers_are_written_to_at_once():
    flood(300, "flooded.example")
    signing_up.sign_up("ada@elsewhere.example", "/subscribe/", NOON, turn=40)
    reader = make_reader(address="reader@flooded.example")
    signing_up.send_link(reader.address, "/my-link/", NOON)

    post_sends()

    assert Letter.objects.filter(subscriber__address__endswith="@flooded.example", kind="confirm").count() == 200
    assert LetterRequest.objects.count() == 100
    assert Letter.objects.filter(subscriber=reader, kind="manage").count() == 1
    assert Letter.objects.filter(subscriber__address="ada@elsewhere.example").count() == 1


def test_the_queue_is_fair_by_network():
    flood(400, "flooded.example")
    post_sends()
    signing_up.sign_up("bystander@flooded.example", "/subscribe/", NOON + 10 * BEAT, turn=1)
    for beats in range(11, 14):
        post_sends(NOON + beats * BEAT)

    written = Letter.objects.filter(subscriber__address="bystander@flooded.example")
    assert written.count() == 1
    assert LetterRequest.objects.count() > 100
    assert set(LetterRequest.objects.values_list("turn", flat=True)) <= set(range(5, 11))


def test_who_worked_for_it_goes_before_the_others_of_a_queue():
    flood(400, "flooded.example")
    post_sends()
    signing_up.sign_up("ada@flooded.example", "/subscribe/", NOON, turn=60)
    LetterRequest.objects.filter(address="ada@flooded.example").update(solved=True)

    for beats in range(1, 4):
        post_sends(NOON + beats * BEAT)

    assert Letter.objects.filter(subscriber__address="ada@flooded.example").exists()
    assert LetterRequest.objects.exists()


@pytest.mark.parametrize(("count", "domain"), [(70, "flooded.example"), (160, "")], ids=["one domain", "at random"])
def test_each_confirm_letter_of_a_flood_is_written_within_a_quarter_of_an_hour(count, domain, monkeypatch):
    monkeypatch.setattr(limits, "CONFIRM_LETTERS_PER_DOMAIN", Limit("confirm letters to a domain", 20, 60 * MINUTE))
    monkeypatch.setattr(limits, "CONFIRM_LETTERS_OF_SITE", Limit("confirm letters of the site", 100, 60 * MINUTE))
    flood(count, domain)

    written = written_within(12 * MINUTE, beat=MINUTE)

    assert len(written) == count
    assert sum(not waited for waited in written.values()) == (20 if domain else 100)


def test_a_queue_leaves_evenly_and_not_at_once_when_nobody_looked_for_long(monkeypatch):
    few = Limit("confirm letters of the site", 100, 60 * MINUTE)
    monkeypatch.setattr(limits, "CONFIRM_LETTERS_OF_SITE", few)
    long_ago = NOON - timedelta(days=1)
    Bucket.objects.create(purpose=few.purpose, hash=keyed_hash("site"), tokens=100, at=long_ago)
    flood(150)

    post_sends()

    assert Letter.objects.count() == 100


def test_what_counts_networks_domains_and_mailboxes_shows_none_of_them(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    Client(REMOTE_ADDR="203.0.113.1").post("/subscribe/", {"address": "ada@flooded.example"})
    answering.answer(NOON)

    kept = list(Bucket.objects.values_list("purpose", "hash"))
    assert len(kept) == 6
    assert all(len(name) == 64 and int(name, 16) for _purpose, name in kept)
    assert not [purpose for purpose, _ in kept if "flooded" in purpose or "ada" in purpose or "203" in purpose]


def test_what_the_post_has_not_sent_keeps_the_queue_fair_and_readers_links_short():
    flood(150)
    answering.answer(NOON)
    answering.answer(NOON)
    reader = make_reader()
    signing_up.send_link(reader.address, "/my-link/", NOON)

    answering.answer(NOON)

    assert Letter.objects.filter(kind="confirm").count() == answering.READY
    assert Letter.objects.filter(subscriber=reader, kind="manage").count() == 1
