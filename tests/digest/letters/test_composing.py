"""The letters as readers get them."""

import re
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from digest.letters import composing, planning
from digest.models import Given
from papers import sample
from papers.search import understanding
from subscriptions import signing_up
from subscriptions.models import Letter, Subscriber
from subscriptions.sending import post
from tests.factories import make_letter, make_paper, make_reader, make_score, make_topic

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)  # a Thursday


def due_reader(**fields: Any) -> Subscriber:
    return make_reader(**{"hour": 12, "next_due_at": NOON, "read_up_to": NOON - timedelta(days=1), **fields})


def sent(mailbox: Path) -> EmailMessage:
    """The one letter that was written."""
    post.drain(NOON)
    (file,) = mailbox.glob("*.eml")
    return message_from_bytes(file.read_bytes(), policy=policy.default)  # type: ignore[return-value]


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


class Html(HTMLParser):
    """What a mail program makes of a letter: the tags in it, the links, and the words shown."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href" and value]

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def test_a_digest_shows_each_paper_with_its_reason_in_both_parts(mailbox: Path):
    topic = make_topic(name="Sparse autoencoders")
    due_reader(topics=[topic.slug])
    institute, abstract = "Harbour Institute", "Letters by dictionary learning."
    paper = make_paper(title="Letterbox", abstract=abstract, first_seen_at=NOON, votes=92, organisation=institute)
    make_score(paper, topic, phrase="dictionary learning")
    make_paper(title="Everybody reads this", first_seen_at=NOON, votes=300)
    planning.tick(NOON)

    letter = sent(mailbox)

    for words in (part(letter, "plain"), " ".join(Html(part(letter, "html")).words)):
        assert "matches Sparse autoencoders: “dictionary learning”" in words
        assert words.index("Letterbox") < words.index("Everybody reads this")
        assert "Harbour Institute" in words
    assert letter["Subject"] == "Letterbox and 1 more"


def test_an_inbox_shows_how_many_papers_there_are_and_the_titles_after_the_first(mailbox: Path):
    topic = make_topic()
    due_reader(topics=[topic.slug])
    for number in range(3):
        make_score(make_paper(title=f"Letters, part {number}", votes=9 - number, first_seen_at=NOON), topic)
    make_paper(title="A & B", votes=100, first_seen_at=NOON)
    planning.tick(NOON)

    letter = sent(mailbox)

    preheader = re.findall(r'<div class="preheader"[^>]*>(.*?)</div>', part(letter, "html"))
    assert preheader == ["3 for you, 1 trending: Letters, part 1; Letters, part 2; A &amp; B"]
    assert "20 August 2026 · 3 for you, 1 trending\r\n" in part(letter, "plain")


def test_what_is_trending_says_how_fast_it_rose(mailbox: Path):
    due_reader()
    make_paper(title="Of Tides", votes=24, published_on=date(2026, 8, 20), listed_on=date(2026, 8, 20))
    planning.tick(NOON)

    letter = sent(mailbox)

    assert "Of Tides\r\n  24 votes in 12 hours\r\n" in part(letter, "plain")
    assert "24 votes in 12 hours" in " ".join(Html(part(letter, "html")).words)


def test_papers_that_just_missed_are_named_with_what_they_lacked(mailbox: Path):
    topic = make_topic()
    due_reader(topics=[topic.slug], cap=1, trending_muted_at=NOON)
    for title, score in (("Of Tides", 1.0), ("Of Ebbs", 0.8)):
        make_score(make_paper(title=title, first_seen_at=NOON), topic, score=score)
    planning.tick(NOON)

    letter = sent(mailbox)

    assert "JUST MISSED\r\n\r\n\r\nOf Ebbs\r\n  no room left\r\n" in part(letter, "plain")
    shown = " ".join(" ".join(Html(part(letter, "html")).words).split())
    assert "Just missed Of Ebbs no room left" in shown


@pytest.mark.parametrize("lacked", [{"code": "same"}, {"code": "unwanted", "kind": "topic", "name": "Tides"}])
def test_what_a_reader_muted_or_has_already_did_not_just_miss(lacked: dict[str, str], mailbox: Path):
    here, other = make_paper(), make_paper(title="Of Ebbs")
    contents = {"trending": [{"paper": here.pk}], "near_misses": [{"paper": other.pk, "lacked": lacked}]}
    make_letter(kind="digest", key="2026-08-20", due_at=NOON, contents=contents)

    letter = sent(mailbox)

    assert "Of Ebbs" not in part(letter, "plain") + part(letter, "html")


def test_readers_who_want_to_see_different_things_of_one_paper_get_letters_of_their_own(mailbox: Path):
    make_paper(abstract="Of lamps. We propose a lamp.", votes=9, first_seen_at=NOON)
    readers = {shows: due_reader(shows=shows) for shows in Subscriber.Shows.values}
    planning.tick(NOON)
    post.drain(NOON)

    letters = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in mailbox.glob("*.eml")]
    shown = {letter["To"]: part(letter, "plain") for letter in letters}  # type: ignore[arg-type]

    says = {shows: shown[reader.address] for shows, reader in readers.items()}
    assert "Of lamps. We propose a lamp." in says["abstract"]
    assert "We propose a lamp." in says["sentences"]
    assert "Of lamps" not in says["sentences"]
    assert "lamp" not in says["title"]


def test_titles_and_abstracts_are_shown_as_text_whatever_they_hold(mailbox: Path):
    due_reader()
    odd = 'x<y & <script>alert("1")</script> ≤ שלום {{ 7 }} %s'
    make_paper(title=odd, abstract=odd, authors=["O'Brien <b>"], first_seen_at=NOON)
    planning.tick(NOON)

    letter = sent(mailbox)

    html = Html(part(letter, "html"))
    assert "script" not in html.tags
    assert odd in part(letter, "plain")
    assert " ".join(odd.split()) in " ".join(html.words)
    assert "O'Brien <b>" in part(letter, "plain")


def test_a_title_with_line_breaks_breaks_no_header(mailbox: Path):
    due_reader()
    make_paper(title="One\r\nBcc: somebody@example.org\u2028two", first_seen_at=NOON)
    planning.tick(NOON)

    letter = sent(mailbox)

    assert letter["Bcc"] is None
    assert letter["Subject"] == "One Bcc: somebody@example.org two"


def test_an_absent_abstract_is_said_to_be_absent(mailbox: Path):
    due_reader()
    make_paper(abstract="", authors=[], first_seen_at=NOON)
    planning.tick(NOON)

    letter = sent(mailbox)

    assert "No abstract yet" in part(letter, "plain")
    assert "No abstract yet" in part(letter, "html")


def test_both_parts_list_the_same_links(mailbox: Path):
    due_reader()
    make_paper(first_seen_at=NOON, urls={"code": "https://github.com/invented/one"})
    planning.tick(NOON)

    letter = sent(mailbox)

    in_text = set(re.findall(r"https?://[^\s<>]+", part(letter, "plain")))
    assert {link.rstrip("/") for link in in_text} == {link.rstrip("/") for link in Html(part(letter, "html")).links}


def test_the_html_part_holds_nothing_that_is_fetched_or_run(mailbox: Path):
    due_reader()
    make_paper(first_seen_at=NOON)
    planning.tick(NOON)

    tags = Html(part(sent(mailbox), "html")).tags

    assert not {"script", "img", "link", "form", "iframe", "object"} & set(tags)
    assert tags.count("h1") == 1


def test_at_the_largest_cap_the_html_part_stays_under_90_kilobytes(mailbox: Path, settings: Settings):
    settings.HUGGINGFACE_AI_SUMMARIES = True
    topic = make_topic()
    long = {"authors": ["A Rather Long Name"] * 600, "abstract": "thoroughly " * 400, "comments": 1200}
    summary = {"text": "thoroughly " * 180, "by": "an-organisation/with-a-model"}
    due_reader(cap=30, topics=[topic.slug])
    for _ in range(40):
        paper = make_paper(**long, ai_summary=summary, first_seen_at=NOON)
        make_score(paper, topic)
    planning.tick(NOON)

    letter = sent(mailbox)

    assert len(part(letter, "html").encode()) <= 90_000
    assert len(letter.as_bytes()) <= 200_000


def test_the_sample_edition_is_labelled_in_subject_and_both_parts(mailbox: Path):
    sample.publish(NOON)
    due_reader()
    planning.tick(NOON)

    letter = sent(mailbox)

    assert letter["Subject"].startswith("SAMPLE: ")
    assert all("SAMPLE" in part(letter, kind) for kind in ("plain", "html"))


def test_a_letter_whose_papers_are_gone_is_skipped(mailbox: Path):
    due_reader()
    paper = make_paper(first_seen_at=NOON)
    planning.tick(NOON)
    paper.delete()

    post.drain(NOON)

    assert (Letter.objects.get().state, Letter.objects.get().reason) == (Letter.State.SKIPPED, "its papers are gone")


# --------------------------------------------------------------------------------------------------------- the welcome


def test_the_welcome_letter_holds_the_best_of_the_last_seven_days(mailbox: Path):
    reader = make_reader(confirmed_at=None)
    old, week = (
        make_paper(listed_on=(NOON - timedelta(days=8)).date()),
        make_paper(listed_on=(NOON - timedelta(days=6)).date()),
    )
    signing_up.confirm(reader, NOON)

    text = part(sent(mailbox), "plain")

    assert week.title in text
    assert old.title not in text


def test_what_the_welcome_letter_gave_does_not_come_again(mailbox: Path):
    reader = make_reader(confirmed_at=None, hour=12)
    paper = make_paper(first_seen_at=NOON)
    signing_up.confirm(reader, NOON)
    post.drain(NOON)

    planning.tick(NOON + timedelta(days=1))

    assert Given.objects.get().paper == paper
    assert Letter.objects.get(kind="digest").reason == "nothing new"


def test_a_welcome_letter_written_twice_holds_the_same_papers():
    reader = make_reader(confirmed_at=None)
    make_paper(votes=1)
    signing_up.confirm(reader, NOON)
    letter = Letter.objects.select_related("subscriber").get()
    composing.welcome([letter], NOON)
    first = Letter.objects.get().contents
    make_paper(votes=9)

    again = Letter.objects.select_related("subscriber").get()
    composing.welcome([again], NOON)

    assert Letter.objects.get().contents == first


def test_without_any_papers_the_welcome_letter_still_comes(mailbox: Path):
    signing_up.confirm(make_reader(confirmed_at=None), NOON)

    text = part(sent(mailbox), "plain")

    assert "No papers have been collected yet" in text
    assert "Friday, 21 August at 07:00 (UTC)" in text


def test_a_site_one_day_old_says_since_when_it_lists_papers(mailbox: Path):
    paper = make_paper(listed_on=(NOON - timedelta(days=1)).date())
    signing_up.confirm(make_reader(confirmed_at=None), NOON)

    text = part(sent(mailbox), "plain")

    assert "This site lists papers since 19 August; here is the best of them." in text
    assert paper.title in text


def test_a_site_whose_papers_are_all_a_month_old_says_so_and_shows_the_latest(mailbox: Path):
    last = NOON.date() - timedelta(days=30)
    before, few, many = (
        make_paper(listed_on=last - timedelta(days=7)),
        make_paper(listed_on=last),
        make_paper(listed_on=last - timedelta(days=3), votes=9),
    )
    signing_up.confirm(make_reader(confirmed_at=None), NOON)

    letter = sent(mailbox)

    for words in (part(letter, "plain"), " ".join(Html(part(letter, "html")).words)):
        assert "Nothing new was listed since 21 July; here are the latest papers." in words
        assert words.index(many.title) < words.index(few.title)
        assert before.title not in words


def test_of_the_latest_papers_those_that_fit_come_for_their_reason(mailbox: Path):
    topic = make_topic(name="Sparse autoencoders")
    make_score(make_paper(listed_on=NOON.date() - timedelta(days=30)), topic)
    reader = make_reader(confirmed_at=None, topics=[topic.slug], trending_muted_at=NOON)
    signing_up.confirm(reader, NOON)

    assert "matches Sparse autoencoders" in part(sent(mailbox), "plain")


def test_a_reader_whose_interests_no_paper_meets_is_told_so_and_not_that_there_are_none(mailbox: Path):
    make_paper(listed_on=NOON.date() - timedelta(days=2))
    make_paper(listed_on=NOON.date() - timedelta(days=20))
    reader = make_reader(confirmed_at=None, topics=[make_topic().slug], trending_muted_at=NOON)
    signing_up.confirm(reader, NOON)

    text = part(sent(mailbox), "plain")

    assert "Nothing listed lately is close enough to your interests" in text
    assert "last seven days" not in text


def test_an_older_site_calls_its_last_seven_days_so(mailbox: Path):
    make_paper(listed_on=NOON.date() - timedelta(days=20))
    make_paper(listed_on=NOON.date() - timedelta(days=2))
    signing_up.confirm(make_reader(confirmed_at=None), NOON)

    assert "Here is the best of the last seven days." in part(sent(mailbox), "plain")


def test_composing_takes_as_many_queries_for_3_readers_as_for_300():
    for _ in range(5):
        make_paper(first_seen_at=NOON)
    understanding.keep_up()
    counts = []
    for readers in (3, 300):
        letters = [make_letter(make_reader(), kind="welcome") for _ in range(readers)]
        with CaptureQueriesContext(connection) as queries:
            composing.welcome(letters, NOON)
        counts.append(len(queries))

    assert counts[0] == counts[1]
