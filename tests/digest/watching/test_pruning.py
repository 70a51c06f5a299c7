"""What is forgotten, and what is not."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from digest import saving
from digest.models import LOST, Given, Saved
from digest.watching import pruning
from digest.watching.pruning import prune
from papers.models import Lookup, Paper
from subscriptions import answering, limits, signing_up
from subscriptions.interests.kinds import InterestSpec
from subscriptions.models import Bucket, Event, Letter, Subscriber
from tests.factories import make_letter, make_paper, make_reader

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def sign_up(address: str, days_ago: int) -> None:
    signing_up.sign_up(address, "home", NOW - days_ago * DAY, topics=["sparse-autoencoders"])
    answering.answer(NOW - days_ago * DAY)


def addresses() -> set[str]:
    return set(Subscriber.objects.values_list("address", flat=True))


def test_an_address_that_was_never_confirmed_is_forgotten_after_thirty_days_with_all_that_hangs_on_it():
    sign_up("ada@example.org", days_ago=31)
    sign_up("tomas@example.org", days_ago=29)

    prune(NOW)

    assert addresses() == {"tomas@example.org"}
    assert set(Letter.objects.values_list("subscriber__address", flat=True)) == {"tomas@example.org"}


def test_who_was_asked_again_lately_has_thirty_days_from_then():
    sign_up("ada@example.org", days_ago=60)
    sign_up("ada@example.org", days_ago=10)

    prune(NOW)

    assert addresses() == {"ada@example.org"}


def test_who_asked_for_a_fresh_link_lately_has_thirty_days_from_then():
    sign_up("ada@example.org", days_ago=60)
    Letter.objects.plan_once(Subscriber.objects.get().pk, "confirm", "2026-08-12", NOW - 8 * DAY)

    prune(NOW)

    assert addresses() == {"ada@example.org"}


def test_who_reads_is_not_forgotten():
    make_reader(created_at=NOW - 4_000 * DAY, confirmed_at=NOW - 4_000 * DAY)

    prune(NOW)

    assert Subscriber.objects.count() == 1


def test_who_left_is_erased_after_thirty_days_with_all_that_hangs_on_them(mailbox):
    for days in (31, 29):
        reader = make_reader(address=f"{days}@example.org", left_at=NOW - days * DAY)
        letter = make_letter(reader, at=NOW - 40 * DAY, state=Letter.State.SENT)
        mailbox.mkdir(exist_ok=True)
        (mailbox / f"digest-{days}-{letter.message_id}.eml").write_text("A letter.")

    prune(NOW)

    assert addresses() == {"29@example.org"}
    assert [file.name[:9] for file in mailbox.iterdir()] == ["digest-29"]


def test_who_left_and_was_asked_to_confirm_again_has_thirty_days_from_then():
    make_reader(address="ada@example.org", left_at=NOW - 60 * DAY)
    sign_up("ada@example.org", days_ago=10)

    prune(NOW)

    assert addresses() == {"ada@example.org"}


def test_letters_are_forgotten_after_thirteen_months_with_their_files(mailbox):
    mailbox.mkdir()
    for days in (397, 395):
        letter = make_letter(at=NOW - days * DAY, key=str(days), state=Letter.State.SENT)
        (mailbox / f"digest-{days}-{letter.message_id}.eml").write_text("A letter.")

    prune(NOW)

    assert list(Letter.objects.values_list("key", flat=True)) == ["395"]
    assert [file.name[:10] for file in mailbox.iterdir()] == ["digest-395"]


def test_what_a_forgotten_letter_gave_does_not_come_again():
    letter = make_letter(at=NOW - 400 * DAY, state=Letter.State.SENT)
    paper = make_paper(listed_on=(NOW - 400 * DAY).date())
    Given.objects.create(subscriber=letter.subscriber, paper=paper, letter=letter)

    prune(NOW)

    assert Given.objects.get().letter is None
    assert not Given.objects.filter(LOST).exists()


@pytest.mark.parametrize(("days", "is_kept"), [(731, False), (729, True)])
def test_what_a_forgotten_letter_gave_is_remembered_for_two_years_since_its_paper_came(days, is_kept):
    paper = make_paper(listed_on=(NOW - days * DAY).date())
    Given.objects.create(subscriber=make_reader(), paper=paper, letter=None)

    prune(NOW)

    assert Given.objects.exists() is is_kept


def test_reports_are_forgotten_after_ninety_days():
    letter = make_letter()
    for days in (91, 89):
        at = NOW - days * DAY
        Event.objects.create(
            provider="postmark", event_id=str(days), type=Event.Type.SOFT, letter=letter, at=at, received_at=at
        )

    prune(NOW)

    assert list(Event.objects.values_list("event_id", flat=True)) == ["89"]


def test_what_a_reader_was_given_is_remembered_for_two_years():
    for days in (731, 729):
        letter = make_letter(at=NOW - days * DAY)
        paper = make_paper(first_seen_at=NOW - days * DAY)
        Given.objects.create(subscriber=letter.subscriber, paper=paper, letter=letter)

    prune(NOW)

    assert [given.paper.first_seen_at for given in Given.objects.all()] == [NOW - 729 * DAY]


def test_what_a_reader_saved_is_never_forgotten_and_nor_is_its_paper():
    reader, paper = make_reader(), make_paper()
    saving.save(reader, paper, NOW - 4_000 * DAY)

    prune(NOW)

    assert list(Saved.objects.values_list("subscriber", "paper")) == [(reader.pk, paper.pk)]


def test_all_that_is_old_is_forgotten_however_much_there_is(monkeypatch):
    monkeypatch.setattr(pruning, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(pruning, "LETTERS_AT_ONCE", 2)
    for _ in range(5):
        letter = make_letter(at=NOW - 800 * DAY)
        paper = make_paper(first_seen_at=NOW - 800 * DAY)
        Given.objects.create(subscriber=letter.subscriber, paper=paper, letter=letter)

    prune(NOW)

    assert not Given.objects.exists()
    assert not Letter.objects.exists()


@pytest.mark.parametrize("asked_for", [True, False])
def test_summaries_that_models_wrote_are_forgotten_once_the_site_does_not_ask_for_them(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, asked_for: bool
):
    settings.HUGGINGFACE_AI_SUMMARIES = asked_for
    monkeypatch.setattr(pruning, "PAPERS_AT_ONCE", 2)
    for _ in range(5):
        make_paper(ai_summary={"text": "Tides come.", "by": ""})

    prune(NOW)

    assert Paper.objects.with_ai_summary().count() == (5 if asked_for else 0)


def test_buckets_that_are_full_again_are_forgotten():
    for days in (3, 1):
        Bucket.objects.create(purpose=f"{days} days", hash="x", tokens=0, at=NOW - days * DAY)

    prune(NOW)

    assert [bucket.purpose for bucket in Bucket.objects.all()] == ["1 days"]


def test_that_a_mailbox_never_answered_is_known_for_three_weeks():
    for days in (22, 20):
        Bucket.objects.create(purpose=limits.UNANSWERED.purpose, hash=str(days), tokens=0, at=NOW - days * DAY)

    prune(NOW)

    assert [bucket.hash for bucket in Bucket.objects.all()] == ["20"]


@pytest.mark.parametrize(
    ("key", "days_ago", "outcome", "is_kept"),
    [
        ("title:Letters by Night", 31, "unknown", False),
        ("title:Letters by Night", 31, "found", False),
        ("title:Letters by Night", 29, "unknown", True),
        ("title:Letters by Night", 31, "waiting", True),  # It is asked for once more.
        ("title:Rivers that Remember", 31, "unknown", True),  # A reader is told so.
    ],
)
def test_what_was_looked_up_is_forgotten_after_thirty_days_once_no_reader_names_it(key, days_ago, outcome, is_kept):
    make_reader().add_interest(InterestSpec("paper", "title:Rivers that Remember"))
    at = NOW - days_ago * DAY
    Lookup.objects.create(key=key, asked_at=at, next_try_at=at, answered_at=at, outcome=outcome)

    prune(NOW)

    assert Lookup.objects.exists() is is_kept
