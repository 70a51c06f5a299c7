"""A reader who leaves traces wherever the site can have any, by its own pages and letters; and where to look for them.

`python -m tests.digest.lives WORD`: on a SQLite file of its own (VAR_DIR), has one reader live and be erased by the
page, and says in JSON which files hold a trace before and after.
"""

import json
import re
import sys
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import django

if __name__ == "__main__":
    django.setup()

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment

from digest.letters import planning
from papers import site_clock
from papers.models import Lookup
from subscriptions import links
from subscriptions.links import Purpose
from subscriptions.models import Event, Letter, Subscriber
from subscriptions.sending import post
from tests.factories import make_paper
from tests.subscriptions.test_views import every_row, interests

DAY = timedelta(days=1)


def live(client: Client, word: str) -> Subscriber:
    """Sign up, confirm, read, ask, say, save, be reported of, be looked at by an operator. `word`: the local part of
    the address, and part of all that is typed. The reader's preferences are left open in the client."""
    now, address = site_clock.now(), f"{word}@example.org"
    for _ in range(3):
        make_paper(listed_on=now.date(), first_seen_at=now - timedelta(hours=1))
    paper = make_paper(listed_on=now.date(), first_seen_at=now)
    client.post("/subscribe/", {"address": address, "zone": "Europe/Berlin", "hour": "18"})
    post.drain(now)
    reader = Subscriber.objects.get(address=address)
    client.post(links.make(reader, Purpose.CONFIRM, reader.letters.get().pk), {"zone": "UTC", "hour": "7"})
    post.drain(now)
    open_preferences(client, reader)
    typed = {"phrases": f"{word} and tides", "authors": f"Ada {word}", "organisations": f"{word} Institute"}
    pasted = {"paste": f"A title about {word} of the sea", "unwanted_paste": f"Another title about {word}"}
    assert "errorlist" not in client.post("/preferences/", interests(**typed, **pasted)).text
    said = links.make(reader, Purpose.FEEDBACK)
    client.post(f"{said}save/{paper.key}/", {"say": "save"})
    client.post(f"{said}more/{paper.key}/", {"say": f"more:paper:{paper.key}"})
    client.post("/preferences/data/", {"address": f"{word}.new@example.org"})
    planning.tick(now + DAY)
    post.drain(now + DAY)
    reported_and_looked_at(reader, word)
    client.post("/my-link/", {"address": address})
    assert {"confirm", "welcome", "digest", "moving", "address"} <= set(reader.letters.values_list("kind", flat=True))
    assert Lookup.objects.filter(key__contains=word).count() == 2
    return reader


def open_preferences(client: Client, reader: Subscriber) -> None:
    client.post(links.make(reader, Purpose.MANAGE))
    assert client.get("/preferences/").status_code == 200


def reported_and_looked_at(reader: Subscriber, word: str) -> None:
    letter, now = reader.letters.order_by("pk")[0], site_clock.now()
    Letter.objects.filter(pk=letter.pk).update(last_answer=f"250 2.1.5 <{reader.address}> taken")
    told = {"provider": "postmark", "type": Event.Type.DELIVERED, "at": now, "received_at": now}
    Event.objects.create(letter=letter, event_id=f"{word}-1", **told)
    LogEntry.objects.create(
        user=User.objects.create(username="operator"),
        content_type=ContentType.objects.get_for_model(Subscriber),
        object_id=str(reader.pk),
        object_repr=str(reader),
        action_flag=CHANGE,
        change_message=f"Looked for {reader.address}.",
    )


def tables_with(word: str) -> set[str]:
    return {table for table, rows in every_row().items() if any(word in row for row in rows)}


def files_with(word: str, folders: Iterable[Path]) -> set[str]:
    files = (file for folder in folders for file in folder.rglob("*") if file.is_file())
    return {file.name for file in files if word in file.name or word.encode() in file.read_bytes()}


def names_of(files: set[str]) -> list[str]:
    """As they are called whichever letter they hold."""
    return sorted({re.sub(r"-\d.*\.eml$", ".eml", name) for name in files})


if __name__ == "__main__":
    setup_test_environment()
    call_command("migrate", verbosity=0)
    client, word = Client(), sys.argv[1]
    live(client, word)
    before = files_with(word, [settings.VAR_DIR])
    answer = client.post("/preferences/data/erase/")
    assert "We hold nothing about you any more" in answer.text, answer.text
    after = files_with(word, [settings.VAR_DIR])
    connection.close()
    closed = files_with(word, [settings.VAR_DIR])
    print(json.dumps({"before": names_of(before), "after": names_of(after), "closed": names_of(closed)}))
