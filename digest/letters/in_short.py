"""What a reader gets and when, in one sentence, such as: 8 interests, about 6 papers a day, 07:00 Berlin."""

from collections.abc import Iterator

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from subscriptions.models import Subscriber

COUNTED = 14  # days, of which is told how many papers would have come
MONDAY_TO_FRIDAY, EVERY_DAY = [0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 5, 6]


def sentence(reader: Subscriber, interests: int, papers: int) -> str:
    """Of a reader who wants so many things, which so many papers of the last COUNTED days match."""
    return f"{', '.join([*_what(reader, interests, papers), *_when(reader)])}."


def _what(reader: Subscriber, interests: int, papers: int) -> Iterator[str]:
    trending = reader.trending_muted_at is None
    if not interests:
        yield _("No interests yet")
        yield _("only what is trending") if trending else _("nothing to send")
        return
    yield ngettext("%(count)d interest", "%(count)d interests", interests) % {"count": interests}
    matching = _how_many(reader, papers)
    yield _("%(papers)s and what is trending") % {"papers": matching} if trending else matching
    digests = COUNTED * len(reader.slot_days) / len(EVERY_DAY)
    if round(papers / digests) > reader.cap:
        yield _("at most %(cap)d in a digest") % {"cap": reader.cap}


def _how_many(reader: Subscriber, papers: int) -> str:
    if not papers:
        return _("no papers in the last %(days)d days") % {"days": COUNTED}
    if reader.cadence == Subscriber.Cadence.WEEKLY and (count := round(7 * papers / COUNTED)):
        return ngettext("about %(count)d paper a week", "about %(count)d papers a week", count) % {"count": count}
    if count := round(papers / COUNTED):
        return ngettext("about %(count)d paper a day", "about %(count)d papers a day", count) % {"count": count}
    return _("less than one paper a day")


def _when(reader: Subscriber) -> Iterator[str]:
    days: list[int] = reader.slot_days
    if len(days) == 1:
        yield _("every %(day)s") % {"day": WEEKDAYS[days[0]]}
    elif days == MONDAY_TO_FRIDAY:
        yield _("Monday to Friday")
    elif days != EVERY_DAY:
        yield " ".join(str(WEEKDAYS_ABBR[day]) for day in days)
    place = reader.zone.rpartition("/")[2].replace("_", " ")
    yield _("%(hour)s %(place)s") % {"hour": f"{reader.hour:02}:00", "place": place}
    if reader.paused_until:
        yield _("paused until %(day)s") % {"day": date_format(reader.paused_until, "DATE_FORMAT")}
