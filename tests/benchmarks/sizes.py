"""How many bytes a row of each large table takes on PostgreSQL, with its indexes: what docs/capacity.md rests on.

Letters of ten papers are planned, given and sent as on a site. Each step leaves a dead copy of a letter's row behind,
which PostgreSQL uses again once vacuum ran; so tables are read before and after one.
"""

from datetime import timedelta

from tests.benchmarks.collecting import prepare
from tests.benchmarks.far_end import far_end
from tests.benchmarks.sending import NOW, configure, make_letters

READERS = 10_000
TABLES = ("subscriptions_letter", "digest_given", "subscriptions_subscriber", "subscriptions_event", "papers_paper")


def main() -> None:
    prepare("bench_sizes")
    make_letters(READERS)
    give()
    with far_end() as sink:
        configure(sink)
        from subscriptions.sending import post

        assert post.drain(NOW) == READERS
    report()
    say("sent, before vacuum")
    vacuum()
    say("after vacuum")


def give() -> None:
    from digest.letters import ledger
    from subscriptions.models import Letter

    ledger.give(list(Letter.objects.all()))


def report() -> None:
    """One event a letter, as a provider reports its delivery."""
    from subscriptions.models import Event, Letter

    heard = {"at": NOW + timedelta(seconds=5), "received_at": NOW + timedelta(seconds=6)}
    Event.objects.bulk_create(
        Event(provider="postmark", event_id=str(letter.message_id), type="delivered", letter=letter, **heard)
        for letter in Letter.objects.all()
    )  # fmt: skip


def vacuum() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM FULL")


def say(when: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                f"SELECT count(*), pg_total_relation_size(%s), pg_indexes_size(%s) FROM {table}", [table] * 2
            )
            rows, total, indexes = cursor.fetchone()
            print(f"{when:20} {table:26} {total / rows:6.0f} bytes a row, {indexes / rows:5.0f} of them indexes")


if __name__ == "__main__":
    main()
