import re
import time
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from django.conf import settings as site_settings
from django.core import signing
from django.db import connection
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone
from django.utils.html import escape

from subscriptions import answering, links, tokens
from subscriptions.interests.kinds import InterestSpec
from subscriptions.links import Purpose
from subscriptions.models import Interest, Letter, LetterRequest, Subscriber, Suppression
from tests.depth import DEEP
from tests.factories import make_paper, make_reader, make_topic

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)  # a Thursday
FORM = "application/x-www-form-urlencoded"
TOKEN_OF_NOBODY = "MQ:1wabcd:forged-signature"


@pytest.fixture(autouse=True)
def _noon(monkeypatch):
    travel(monkeypatch, NOON)


def travel(monkeypatch, moment: datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: moment)


def age_links(monkeypatch, days: float) -> None:
    """Whoever follows a link from now on, or comes with a cookie, does so so many days later."""
    for module in (signing, tokens):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: time.time() + days * 24 * 3600))


def every_row() -> dict[str, list[str]]:
    """Everything that the database holds, by table."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        return {table: sorted(_rows(cursor, table)) for table in tables}


def _rows(cursor, table: str) -> list[str]:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
    return [repr(row) for row in cursor.fetchall()]


def link(reader: Subscriber, purpose: Purpose, *further: int) -> str:
    """The path of a link in a letter to the reader."""
    return links.make(reader, purpose, *further).removeprefix(site_settings.SITE_URL)


def stranger(**fields) -> Subscriber:
    """One who signed up and has not confirmed."""
    return make_reader(**{"confirmed_at": None, "next_due_at": None, "read_up_to": None} | fields)


def sign_up(client, address: str, **fields):
    """And the next beat of the post decides what the address gets."""
    return answered(client.post("/subscribe/", {"address": address, **fields}))


def answered(response):
    answering.answer(timezone.now())
    return response


def open_preferences(client, reader: Subscriber) -> None:
    assert client.post(link(reader, Purpose.MANAGE)).status_code == 302


def interests(**changes) -> dict:
    """What the preferences' form sends when nothing else is changed."""
    usual = {"topics": [], "zone": "UTC", "hour": "7", "days": list("0123456"), "cadence": "daily"}
    return {**usual, "trending": "on", "cap": "10", "bar": "2.5", "paused_until": "", **changes}


def kinds(reader: Subscriber) -> list[str]:
    return list(reader.letters.order_by("pk").values_list("kind", flat=True))


def errors(response) -> list[str]:
    return re.findall(
        r"<li>(.*?)</li>", "".join(re.findall(r'<ul class="errorlist.*?</ul>', response.text, re.DOTALL))
    )


def is_ticked(response, topic) -> bool:
    return bool(re.search(rf'<input[^>]*value="{topic.slug}"[^>]* checked', response.text))


# -------------------------------------------------------------------------------------------- what strangers may learn


def nobody() -> str:
    """An address that has never been here."""
    return "never-seen@example.org"


def unconfirmed() -> str:
    return stranger().address


def reading() -> str:
    return make_reader().address


def gone() -> str:
    return make_reader(left_at=NOON, next_due_at=None).address


def complained() -> str:
    address = reading()
    Suppression.objects.suppress(address, Suppression.Reason.COMPLAINT, NOON)
    return address


@pytest.mark.parametrize("whose", [unconfirmed, reading, gone, complained])
@pytest.mark.parametrize("path", ["/subscribe/", "/my-link/"])
def test_the_answer_is_the_same_whether_or_not_the_address_is_known(client, path, whose):
    known = client.post(path, {"address": whose()})
    unknown = client.post(path, {"address": nobody()})

    assert known.status_code == unknown.status_code == 302
    assert known.content == unknown.content
    assert known.headers.keys() == unknown.headers.keys()
    assert known.headers["Location"] == {"/subscribe/": "/subscribe/next/", "/my-link/": "/check-inbox/"}[path]


@pytest.mark.parametrize(
    ("whose", "letter"),
    [(nobody, ["confirm"]), (unconfirmed, ["confirm"]), (reading, ["manage"]), (gone, ["confirm"]), (complained, [])],
)
def test_signing_up_is_answered_by_a_letter_to_the_address(client, whose, letter):
    sign_up(client, whose())

    assert kinds(Subscriber.objects.get()) == letter


@pytest.mark.parametrize(("whose", "letter"), [(unconfirmed, ["confirm"]), (reading, ["manage"]), (gone, ["confirm"])])
def test_whoever_asks_for_their_link_gets_it_by_letter(client, whose, letter):
    answered(client.post("/my-link/", {"address": whose().upper()}))

    assert kinds(Subscriber.objects.get()) == letter


def test_asking_for_the_link_of_an_unknown_address_stores_no_reader_and_no_letter(client):
    answered(client.post("/my-link/", {"address": nobody()}))

    assert not LetterRequest.objects.exists()
    assert not Subscriber.objects.exists()
    assert not Letter.objects.exists()


# ---------------------------------------------------------------------------------------------------------- signing up


def test_what_was_typed_in_the_box_is_shown_as_text(client):
    page = client.post("/start/", {"address": '"><script>alert(1)</script>'})

    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@@example.org",
        "ada b@example.org",
        "ada@example.org\0",
        "é@example.org",
        "ada@example.org, tomas@example.org",
        "ada@example.org\r\nBcc: tomas@example.org",
        "a" * 243 + "@example.org",
    ],
)
def test_a_bad_address_gets_one_sentence_and_stays_as_typed(client, typed):
    page = sign_up(client, typed)

    assert page.status_code == 200
    assert len(errors(page)) == 1
    assert errors(page)[0].count(".") <= 2  # the sentence's own, and one in an example
    assert not typed or "\0" in typed or escape(typed) in page.text
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ADA@Example.ORG", "ada@example.org"),
        ("  ada@example.org ", "ada@example.org"),
        ("ada@bücher.example.org", "ada@xn--bcher-kva.example.org"),
        ("ada+papers@example.org", "ada+papers@example.org"),
    ],
)
def test_an_address_is_kept_in_lower_case_and_as_mail_servers_know_it(client, typed, kept):
    sign_up(client, typed)

    assert Subscriber.objects.get().address == kept


def test_signing_up_again_is_the_same_reader(client, monkeypatch):
    for number, address in enumerate(("ada@example.org", "ADA@example.org")):
        travel(monkeypatch, NOON + timedelta(minutes=number))
        sign_up(client, address)

    assert kinds(Subscriber.objects.get()) == ["confirm", "confirm"]


def test_topics_chosen_at_sign_up_are_ticked_on_the_confirm_page(client):
    wanted, other = make_topic(), make_topic()

    sign_up(client, "ada@example.org", topics=[wanted.slug])

    reader = Subscriber.objects.get()
    page = client.get(link(reader, Purpose.CONFIRM, reader.letters.get().pk))
    assert is_ticked(page, wanted)
    assert not is_ticked(page, other)


def test_topics_are_kept_when_the_address_is_bad(client):
    wanted, other = make_topic(), make_topic()

    page = sign_up(client, "ada", topics=[wanted.slug]).text

    assert f'<input type="hidden" name="topics" value="{wanted.slug}">' in page
    assert other.slug not in page


@pytest.mark.parametrize("slug", ["no-such-topic", "", "\0", "1", "'; DROP TABLE papers_topic"])
def test_an_unknown_topic_is_refused_in_one_sentence(client, slug):
    make_topic()

    page = sign_up(client, "ada@example.org", topics=[slug])

    assert page.status_code == 200
    assert len(errors(page)) == 1
    assert errors(page)[0].count(".") == 1
    assert not Subscriber.objects.exists()


# --------------------------------------------------------------------------------------------------- looking at things


@pytest.fixture
def filed(mailbox):
    """A letter in the local mailbox."""
    mailbox.mkdir()
    file = mailbox / "confirm-2026-08-20-letter.eml"
    file.write_text(
        "Subject: A letter\nTo: ada@example.org\nFrom: letters@example.org\nMIME-Version: 1.0\n"
        'Content-Type: multipart/alternative; boundary="part"\n\n--part\nContent-Type: text/plain\n\nWords.\n'
        "--part\nContent-Type: text/html\n\n<html><head></head><body>Words.</body></html>\n--part--\n"
    )
    return file


def own_names() -> set[str]:
    """The names of all addresses that the site answers at, but for the admin's."""
    names: set[str] = set()
    for entry in get_resolver().url_patterns:
        if isinstance(entry, URLResolver):
            room = f"{entry.app_name}:" if entry.app_name else ""
            names |= {f"{room}{pattern.name}" for pattern in entry.url_patterns if room != "admin:"}
        else:
            names.add(entry.name)
    return names


FEEDBACK = ("feedback", "more_like_this", "less_like_this", "save")


def arguments(reader: Subscriber, filed) -> dict[str, list]:
    """What stands in the addresses that have something to fill in, by name."""
    topic, paper = make_topic(), make_paper()
    reader.add_interest(InterestSpec("topic", topic.slug), learned_at=NOON)
    learned = reader.interests.get()
    old = {purpose: link(reader, purpose).rstrip("/").rpartition("/")[2] for purpose in Purpose}
    return {
        "papers:day": [date(2026, 8, 20)],
        "papers:day_list": [date(2026, 8, 20), "huggingface"],
        "papers:paper": [paper.key],
        "papers:bibtex": [paper.key],
        "papers:ris": [paper.key],
        "papers:week": ["2026-W34"],
        "papers:week_list": ["2026-W34", "huggingface"],
        "papers:month": ["2026-08"],
        "papers:month_list": ["2026-08", "huggingface"],
        "papers:topic": [topic.slug],
        "papers:category": ["cs.CL"],
        "papers:author": [paper.authors[0]],
        "papers:organisation": ["Harbour Institute"],
        "papers:sitemap": ["pages"],
        **{f"papers:{name}_feed": ["atom"] for name in ("today", "week", "month", "trending", "search")},
        "papers:list_feed": ["huggingface", "atom"],
        "papers:topic_feed": [topic.slug, "atom"],
        "papers:category_feed": ["cs.CL", "atom"],
        "papers:author_feed": [paper.authors[0], "atom"],
        "papers:organisation_feed": ["Harbour Institute", "atom"],
        "papers:hf_day": ["2026-08-20"],
        "papers:hf_week": ["2026-W34"],
        "papers:hf_month": ["2026-08"],
        "papers:hf_paper": ["2608.16590"],
        "subscriptions:confirm": [old[Purpose.CONFIRM]],
        "subscriptions:manage": [old[Purpose.MANAGE]],
        "subscriptions:fresh_link": [old[Purpose.MANAGE]],
        "subscriptions:undo": [learned.pk],
        "subscriptions:unsubscribe": [old[Purpose.UNSUBSCRIBE]],
        "subscriptions:come_back": [old[Purpose.COME_BACK]],
        "subscriptions:block": [old[Purpose.BLOCK]],
        "subscriptions:move": [old[Purpose.MOVE]],
        "subscriptions:stay": [old[Purpose.STAY]],
        **{name: [old[Purpose.FEEDBACK], paper.key] for name in FEEDBACK},
        "web_copy": [old[Purpose.WEB_COPY]],
        **{name: [old[Purpose.FEED]] for name in ("my_feed", "my_feed_as_json")},
        "subscriptions:mailbox_letter": [filed.name],
        "subscriptions:mailbox_html": [filed.name],
        "subscriptions:gallery_letter": ["digest"],
        "subscriptions:gallery_html": ["digest"],
        "subscriptions:webhook": ["postmark"],
    }


OTHER_WAYS = [(stranger, 0), (stranger, 400), (make_reader, 400)]


@pytest.mark.parametrize(
    ("make", "days_later"),
    [(make_reader, 0), *(pytest.param(*way, marks=pytest.mark.deep) for way in OTHER_WAYS)],
)
def test_looking_at_any_page_changes_no_row_of_any_table(client, filed, monkeypatch, make, days_later):
    reader = make()
    filled_in = arguments(reader, filed)
    addresses = [reverse(name, args=filled_in.get(name)) for name in sorted(own_names())]
    if make is make_reader:
        open_preferences(client, reader)
    age_links(monkeypatch, days_later)
    before = every_row()

    for address in addresses * (2 if DEEP else 1):
        for look in (client.get, client.head, client.options):
            assert look(address).status_code < 500
        assert client.get(f"{address}?address=tomas@example.org&topics=x").status_code < 500

    assert len(addresses) > 15
    assert every_row() == before


@pytest.mark.parametrize("purpose", [Purpose.CONFIRM, Purpose.MANAGE, Purpose.UNSUBSCRIBE])
def test_a_link_opens_a_page_with_one_button_that_it_does_not_press(client, purpose):
    reader = stranger() if purpose is Purpose.CONFIRM else make_reader()

    page = client.get(link(reader, purpose))

    assert page.status_code == 200
    assert page.text.count('<form method="post"') == 1
    assert "no-store" in page.headers["Cache-Control"]
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert reader.address not in page.text


def test_public_pages_set_no_cookie(client, filed):
    reader, newcomer = make_reader(), stranger()
    filled_in = arguments(reader, filed)
    addresses = [reverse(name, args=filled_in.get(name)) for name in sorted(own_names())]

    answers = [client.get(address) for address in addresses]
    answers += [
        client.post("/my-link/", {"address": "ada@example.org"}),
        client.post(link(newcomer, Purpose.CONFIRM), {"zone": "UTC", "hour": "7"}),
        client.post(link(reader, Purpose.UNSUBSCRIBE)),
    ]

    assert all(answer.status_code < 500 for answer in answers)
    assert not client.cookies


# ---------------------------------------------------------------------------------------------------------- confirming


def test_confirming_begins_the_subscription_as_interested(client):
    topic, reader = make_topic(), stranger()

    page = client.post(link(reader, Purpose.CONFIRM), {"topics": [topic.slug], "zone": "Europe/Berlin", "hour": "18"})

    reader.refresh_from_db()
    assert page.status_code == 200
    assert "You are subscribed" in page.text
    assert "Friday, 21 August at 18:00 (Europe/Berlin)" in page.text
    assert reader.is_reading
    assert (reader.zone, reader.hour, reader.topics()) == ("Europe/Berlin", 18, [topic.slug])
    assert reader.next_due_at == datetime(2026, 8, 21, 16, tzinfo=UTC)
    assert kinds(reader) == ["welcome"]


def test_confirming_twice_says_so_and_writes_no_second_welcome(client, monkeypatch):
    reader = stranger()
    client.post(link(reader, Purpose.CONFIRM), {"zone": "UTC", "hour": "7"})
    travel(monkeypatch, NOON + timedelta(minutes=5))
    before = every_row()

    looked = client.get(link(reader, Purpose.CONFIRM))
    pressed = client.post(link(reader, Purpose.CONFIRM), {"zone": "Asia/Tokyo", "hour": "9"})

    assert "You are already subscribed" in looked.text
    assert "You are already subscribed" in pressed.text
    assert every_row() == before


@pytest.mark.parametrize(
    "wrong", [{"hour": "24"}, {"hour": ""}, {"zone": "Europe/Atlantis"}, {"topics": ["none-such"]}]
)
def test_a_confirm_page_that_is_filled_in_wrongly_confirms_nothing(client, wrong):
    reader = stranger()
    before = every_row()

    page = client.post(link(reader, Purpose.CONFIRM), {"zone": "UTC", "hour": "7"} | wrong)

    assert page.status_code == 200
    assert len(errors(page)) == 1
    assert every_row() == before


# ------------------------------------------------------------------------------------------------------ links gone bad


@pytest.mark.parametrize(
    "purpose", [one for one in Purpose if one not in (Purpose.WEB_COPY, Purpose.FEED)]
)  # for which no letter could be sent
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_forged_link_is_gone_and_offers_a_letter_instead(client, purpose, method):
    make_reader()
    before = every_row()

    page = getattr(client, method)(reverse(purpose.value, args=[TOKEN_OF_NOBODY]))

    assert page.status_code == 410
    assert 'action="/my-link/"' in page.text
    assert every_row() == before


@pytest.mark.parametrize(("purpose", "make"), [(Purpose.MANAGE, make_reader), (Purpose.CONFIRM, stranger)])
def test_an_expired_link_does_nothing_but_offer_one_button_that_mails_a_fresh_one(client, monkeypatch, purpose, make):
    reader = make()
    old = link(reader, purpose)
    age_links(monkeypatch, 400)

    page = client.post(old)

    assert page.status_code == 410
    content = page.text.partition("<main")[2]
    assert content.count("<form") == content.count("<button") == 1
    assert kinds(reader) == []
    answer = answered(client.post(re.search(r'action="(/fresh-link/[^"]+)"', page.text)[1]))
    assert answer.headers["Location"] == "/check-inbox/"
    assert kinds(reader) == [purpose.name.lower()]


def test_a_forged_link_gets_no_fresh_one_and_the_same_answer(client):
    make_reader()

    answer = answered(client.post(f"/fresh-link/{TOKEN_OF_NOBODY}/"))

    assert answer.headers["Location"] == "/check-inbox/"
    assert not Letter.objects.exists()


# --------------------------------------------------------------------------------------------------------- preferences


def test_preferences_without_a_session_ask_for_the_link(client):
    for answer in (client.get("/preferences/"), client.post("/preferences/", interests())):
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/my-link/"


def test_preferences_are_kept(client):
    old, new = make_topic(), make_topic()
    reader = make_reader(topics=[old.slug])
    open_preferences(client, reader)

    answer = client.post(
        "/preferences/",
        interests(
            topics=[new.slug],
            zone="America/New_York",
            hour="20",
            days=["0", "4"],
            cadence="weekly",
            cap="5",
            bar="3.0",
            shows="abstract",
            paused_until="2026-09-01",
            trending="",
        ),
    )

    reader.refresh_from_db()
    assert answer.headers["Location"] == "/preferences/?saved"
    assert "Saved." in client.get("/preferences/?saved").text
    assert reader.topics() == [new.slug]
    assert (reader.zone, reader.hour, reader.days, reader.cadence) == ("America/New_York", 20, [0, 4], "weekly")
    assert (reader.cap, reader.bar, reader.paused_until) == (5, 3.0, date(2026, 9, 1))
    assert (reader.trending_muted_at, reader.shows) == (NOON, "abstract")
    assert reader.next_due_at == datetime(2026, 8, 25, 0, tzinfo=UTC)  # Monday 20:00 in New York


def test_a_page_that_was_opened_before_there_was_a_choice_of_what_letters_show_changes_it_not(client):
    reader = make_reader(shows="title")
    open_preferences(client, reader)

    client.post("/preferences/", interests())

    reader.refresh_from_db()
    assert reader.shows == "title"


@pytest.mark.parametrize("bar", ["2.0", "2.5", "3.0"])
def test_the_bar_that_a_reader_set_is_ticked_and_no_other(client, bar):
    open_preferences(client, make_reader())

    client.post("/preferences/", interests(bar=bar))

    radios = re.findall(r'<input[^>]*name="bar"[^>]*>', client.get("/preferences/").text)
    assert len(radios) == 3
    assert [radio for radio in radios if " checked" in radio] == [one for one in radios if f'value="{bar}"' in one]


def test_an_hour_moved_back_still_gets_todays_letter(client):
    reader = make_reader(hour=20, last_slot=date(2026, 8, 19), next_due_at=NOON + timedelta(hours=8))
    open_preferences(client, reader)

    client.post("/preferences/", interests(hour="6"))

    reader.refresh_from_db()
    assert reader.next_due_at == NOON - timedelta(hours=6)


def test_an_hour_moved_after_todays_letter_waits_for_tomorrow(client):
    reader = make_reader(hour=6, last_slot=date(2026, 8, 20), next_due_at=NOON + timedelta(hours=18))
    open_preferences(client, reader)

    client.post("/preferences/", interests(hour="20"))

    reader.refresh_from_db()
    assert reader.next_due_at == NOON + timedelta(days=1, hours=8)


def test_a_pause_that_is_over_may_stay_in_the_form(client):
    reader = make_reader(paused_until=date(2026, 8, 1))
    open_preferences(client, reader)

    assert 'value="2026-08-01"' in client.get("/preferences/").text
    answer = client.post("/preferences/", interests(paused_until="2026-08-01"))

    assert answer.headers["Location"] == "/preferences/?saved"


@pytest.mark.parametrize(
    "wrong",
    [
        {"topics": ["no-such-topic"]},
        {"zone": "Europe/Atlantis"},
        {"hour": "24"},
        {"days": []},
        {"days": ["7"]},
        {"cadence": "hourly"},
        {"cap": "0"},
        {"cap": "31"},
        {"bar": ""},
        {"bar": "3.1"},
        {"shows": "everything"},
        {"paused_until": "soon"},
    ],
)
def test_preferences_filled_in_wrongly_get_one_sentence_and_change_nothing(client, wrong):
    reader = make_reader()
    open_preferences(client, reader)
    before = every_row()

    page = client.post("/preferences/", interests(**wrong))

    assert page.status_code == 200
    assert len(errors(page)) == 1
    assert every_row() == before


def test_preferences_are_open_for_an_hour_and_to_their_reader_alone(client, monkeypatch):
    make_reader()
    open_preferences(client, make_reader(hour=13))
    assert re.search(r'value="13"[^>]* selected', client.get("/preferences/").text)

    age_links(monkeypatch, days=61 / (24 * 60))

    assert client.get("/preferences/").headers["Location"] == "/my-link/"


def test_preferences_close_when_the_reader_leaves(client):
    reader = make_reader()
    open_preferences(client, reader)

    client.post(link(reader, Purpose.UNSUBSCRIBE))

    assert client.get("/preferences/").headers["Location"] == "/my-link/"


def test_no_other_site_can_change_a_readers_preferences():
    browser, reader = Client(enforce_csrf_checks=True), make_reader()
    open_preferences(browser, reader)
    before = every_row()

    assert browser.post("/preferences/", interests(hour="9")).status_code == 403
    assert every_row() == before

    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get("/preferences/").text)[1]
    assert browser.post("/preferences/", interests(hour="9", csrfmiddlewaretoken=token)).status_code == 302


# ------------------------------------------------------------------------------------------------------------- leaving


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("List-Unsubscribe=One-Click", FORM),
        (
            '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        ("", FORM),
    ],
    ids=["form", "multipart", "empty"],
)
def test_a_mail_program_unsubscribes_with_a_bare_post(body, content_type):
    mail_program, reader = Client(enforce_csrf_checks=True), make_reader()

    answer = mail_program.post(link(reader, Purpose.UNSUBSCRIBE), body, content_type=content_type)

    reader.refresh_from_db()
    assert answer.status_code == 200
    assert not mail_program.cookies
    assert (reader.left_at, reader.next_due_at) == (NOON, None)


def test_leaving_again_keeps_the_moment_of_the_first_time(client, monkeypatch):
    reader = make_reader()
    client.post(link(reader, Purpose.UNSUBSCRIBE))
    travel(monkeypatch, NOON + timedelta(days=400))
    age_links(monkeypatch, 400)

    assert client.post(link(reader, Purpose.UNSUBSCRIBE)).status_code == 200

    reader.refresh_from_db()
    assert reader.left_at == NOON


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_unsubscribing_answers_well_when_the_reader_is_gone(client, method):
    reader = make_reader()
    way_out = link(reader, Purpose.UNSUBSCRIBE)
    reader.delete()

    assert getattr(client, method)(way_out).status_code == 200


def test_who_left_can_come_back_with_other_topics(client):
    old, new = make_topic(), make_topic()
    reader = make_reader(left_at=NOON, next_due_at=None, topics=[old.slug])

    sign_up(client, reader.address, topics=[new.slug])
    client.post(link(reader, Purpose.CONFIRM), {"topics": [new.slug], "zone": "UTC", "hour": "7"})

    reader.refresh_from_db()
    assert reader.is_reading
    assert reader.topics() == [new.slug]
    assert kinds(reader) == ["confirm", "welcome"]
    assert Interest.objects.count() == 1


# ------------------------------------------------------------------------------------------------------- local mailbox


def test_the_local_mailbox_shows_a_letter_whose_links_open_outside_its_frame(client, filed):
    listed = client.get("/mailbox/")
    shown = client.get(f"/mailbox/{filed.name}/")
    inside = client.get(f"/mailbox/{filed.name}/html/")

    assert f'href="/mailbox/{filed.name}/"' in listed.text
    assert "A letter" in listed.text
    assert "Words." in shown.text
    assert '<base target="_top">' in inside.text
    assert "allow-scripts" not in shown.text + inside.headers["Content-Security-Policy"]
    assert "default-src 'none'" in inside.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "name",
    [
        "../outside.eml",
        "..",
        ".",
        "../mail",
        "secrets.json",
        "*.eml",
        "\0.eml",
        "a" * 5000 + ".eml",
        "../../etc/passwd",
    ],
)
@pytest.mark.parametrize("encode", [lambda name: name, lambda name: quote(name, safe="")], ids=["plain", "encoded"])
def test_the_local_mailbox_shows_nothing_but_its_letters(client, filed, name, encode):
    (filed.parent / "secrets.json").write_text("a secret")
    (filed.parent.parent / "outside.eml").write_text("Subject: a secret\n\na secret")

    for address in (f"/mailbox/{encode(name)}/", f"/mailbox/{encode(name)}/html/"):
        answer = client.get(address)
        assert answer.status_code in (301, 404) or "Local mailbox" in answer.text or "Daily Papers" in answer.text
        assert "a secret" not in answer.text
