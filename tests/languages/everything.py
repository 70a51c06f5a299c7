"""A small world in which no data is in plain letters, every page of it, and every kind of letter."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client

from digest.models import Alarm, PostDay, Saved
from papers.models import Paper, Signal
from papers.search import understanding
from subscriptions import gallery, links, private_feed, tokens
from subscriptions.interests.kinds import InterestSpec
from subscriptions.links import Purpose
from subscriptions.models import Subscriber
from tests.clock import MOMENT
from tests.factories import make_letter, make_paper, make_reader, make_score, make_topic

TODAY = MOMENT.date()
SENTENCE = "Θάλασσα και λιμάνι {number}, με πολλά πλοία και λίγους φάρους."
PUBLIC = [
    *("/", f"/date/{TODAY}/", f"/week/{TODAY:%G-W%V}/", f"/month/{TODAY:%Y-%m}/", "/date/2001-01-01/"),
    *(f"/date/{TODAY}/?code=yes&topic=post", f"/date/{TODAY}/arxiv/"),
    *("/paper/arxiv:2608.1/", "/paper/2608.2/", "/topics/", "/topic/post/", "/topic/robotics/", "/category/cs.CL/"),
    *("/author/Άδα Πένα/", "/organisation/Λιμάνι/", "/trending/", "/about/", "/feeds/", "/status/", "/privacy/"),
    *("/search/", "/search/?q=λιμάνι", "/search/?q=ωωω", "/search/?q=2608.9", "/nowhere/", "/?" + "a&" * 1_001),
    *("/feed.atom", "/feed.json", "/topic/post/feed.atom", "/search/feed.json?q=λιμάνι"),
    *("/subscribe/", "/subscribe/?topics=post&interests=author:Άδα", "/check-inbox/", "/my-link/", "/mailbox/"),
]
OWN = [
    *("/preferences/", "/preferences/preview/?part", "/preferences/feed/", "/preferences/sign-out/"),
    *("/preferences/data/", "/preferences/data/erase/", "/saved/", "/why/?paper=arxiv:2608.1", "/why/?paper=2608.2"),
    *("/why/", "/why/?paper=Πλοία 3", "/why/?paper=ωωω"),
]


STILL = (
    *("500.html", "403_csrf.html", "403_cross_site.html", "locked_out.html", "slow_down.html", "too_large.html"),
    *("try_again.html", "papers/nothing_yet.html", "subscriptions/stale_visit.html", "subscriptions/too_many.html"),
    *("digest/feedback_gone.html", "digest/feed_gone.html", "subscriptions/mailbox_elsewhere.html"),
    *("mail/testmail/body.txt", "mail/testmail/subject.txt"),
)


def make_world() -> Subscriber:
    topic = make_topic(slug="post", name="Post", group="Invented", description="Of a test.", phrases=["λιμάνι"])
    for number in range(1, 9):
        _paper(number, topic if number % 2 else None)
    understanding.keep_up()
    PostDay.objects.create(day=MOMENT.date(), sent=2, failed=1, late_by=90, counted_at=MOMENT)
    Alarm.objects.create(kind="flood", subject="", began_at=MOMENT, why="Κύμα")
    return _reader()


def _paper(number: int, topic: object) -> Paper:
    day = MOMENT.date() - timedelta(days=number % 3)
    paper = make_paper(
        key=f"arxiv:2608.{number}",
        title=f"Πλοία {number}",
        abstract=" ".join(SENTENCE.format(number=number + more) for more in range(6)),
        authors=["Άδα Πένα", "Θωμάς Φάρος", "Νίκη", "Ίων", "Ηρώ"][: number % 5 + 1],
        organisation="Λιμάνι" if number % 2 else "",
        categories=["cs.CL"],
        listed_on=day,
        published_on=day - timedelta(days=number),
        votes=number * 5,
        comments=number % 4,
        stars=number % 3,
        urls={"code": "https://example.org/1", "project": "https://example.org/2"},
        linked={"models": {"count": 2, "first": ["α/β"]}, "datasets": {"count": 1, "first": []}},
    )
    for hours in range(4):
        Signal.objects.create(paper=paper, at=MOMENT - timedelta(hours=hours), votes=paper.votes - hours)
    if topic:
        make_score(paper, topic, phrase="λιμάνι")
    return paper


def _reader() -> Subscriber:
    reader = make_reader(address="α@example.org", created_at=MOMENT - timedelta(days=5))
    reader.choose(
        [
            *(InterestSpec("topic", "post"), InterestSpec("phrase", "φάρους"), InterestSpec("author", "Νίκη")),
            *(InterestSpec("organisation", "Λιμάνι"), InterestSpec("category", "cs.CL")),
            *(InterestSpec("paper", "arxiv:2608.2"), InterestSpec("phrase", "κύμα", wanted=False)),
        ]
    )
    Saved.objects.create(subscriber=reader, paper=Paper.objects.get(key="arxiv:2608.1"), saved_at=MOMENT)
    private_feed.make(reader)
    return reader


def linked(reader: Subscriber) -> list[str]:
    """The pages behind a reader's links."""
    stranger = make_reader(address="β@example.org", confirmed_at=None, next_due_at=None)
    feedback = links.make(reader, Purpose.FEEDBACK)
    made = [
        links.make(stranger, Purpose.CONFIRM, make_letter(stranger, kind="confirm").pk),
        links.make(stranger, Purpose.BLOCK),
        *(links.make(reader, purpose) for purpose in (Purpose.MANAGE, Purpose.UNSUBSCRIBE)),
        links.make(reader, Purpose.COME_BACK, tokens.number(MOMENT)),
        *(f"{feedback}{answer}arxiv:2608.1/" for answer in ("", "more/", "less/", "save/")),
        "/manage/nothing/",
        "/feedback/nothing/",
    ]
    return [one.removeprefix(settings.SITE_URL) for one in made]


def pages(client: Client, reader: Subscriber) -> Iterator[tuple[str, str]]:
    for address in [*PUBLIC, *linked(reader)]:
        yield address, client.get(address).text
    yield "POST /subscribe/", client.post("/subscribe/", {"address": "nobody"}).text
    client.post(links.make(reader, Purpose.MANAGE).removeprefix(settings.SITE_URL))
    for address in OWN:
        yield address, client.get(address).text
    wrong = {"zone": "Ω", "hour": "99", "cap": "Ω", "bar": "Ω", "papers": "ωωω", "categories": "Ω", "topics": ["Ω"]}
    yield "POST /preferences/preview/", client.post("/preferences/preview/?part", wrong).text


def presses(client: Client, reader: Subscriber) -> Iterator[tuple[str, str]]:
    """What comes of pressing buttons, the last of which erases."""

    def pressed(address: str, /, **fields: object) -> tuple[str, str]:
        return f"POST {address}", client.post(address.removeprefix(settings.SITE_URL), fields, follow=True).text

    yield pressed("/subscribe/", address="new@example.org")
    yield pressed("/subscribe/next/", again="")
    stranger = make_reader(address="δ@example.org", confirmed_at=None, next_due_at=None)
    make_letter(stranger, kind="confirm", key="1")
    yield pressed(links.make(stranger, Purpose.CONFIRM), zone="UTC", hour="7")
    yield pressed(links.make(stranger, Purpose.BLOCK))
    leaver = make_reader(address="ε@example.org")
    yield pressed(links.make(leaver, Purpose.UNSUBSCRIBE), leave="")
    yield pressed(links.make(leaver, Purpose.COME_BACK, tokens.number(MOMENT)))
    feedback = links.make(reader, Purpose.FEEDBACK)
    for said in ("less:author:Άδα Πένα", "more:topic:post", "save"):
        yield pressed(f"{feedback}arxiv:2608.1/", say=said)
    contents = {
        "for_you": [{"paper": Paper.objects.get(key="arxiv:2608.1").pk, "reason": {"code": "near", "to": "Α"}}]
    }
    contents |= {
        "near_misses": [{"paper": Paper.objects.get(key="arxiv:2608.2").pk, "lacked": {"code": "cap", "cap": 3}}]
    }
    sent = make_letter(reader, kind="digest", key=str(TODAY), contents={"trending": [], **contents}, state="sent")
    for address in (links.make(reader, Purpose.WEB_COPY, sent.pk), "/preferences/"):
        yield address, client.get(address.removeprefix(settings.SITE_URL)).text
    yield pressed("/preferences/data/", address="ada@example.org")
    yield pressed("/preferences/data/erase/")


def still() -> Iterator[tuple[str, str]]:
    """Pages that need nothing to stand."""
    for name in STILL:
        yield name, render_to_string(name)


def letters() -> Iterator[tuple[str, str]]:
    """Each part of each, by its name."""
    for one in gallery.samples(MOMENT):
        yield f"{one.name}: subject", str(one.message["Subject"])
        yield f"{one.name}: text", one.text
        yield f"{one.name}: page", one.html
