"""Why a paper is in a letter, or is not, in words: from the codes and parameters that choosing wrote down.

What a kind of interest says of its papers stands in its record in digest.matching.kinds.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, pgettext

from digest.matching.kinds import KINDS
from digest.matching.kinds.base import near

NOTABLE = 2  # times what is usual; less is not said


def reason(item: Mapping[str, Any], title: str, abstract: str) -> str:
    """Why a paper is in the letter; empty where that was not kept. Whatever stands in quotation marks as the paper's
    words stands so in the paper."""
    found = item.get("reason")
    if found is None:
        return ""
    if found["code"] == "again":
        return _("from %(month)s, trending again") % {
            "month": date_format(date.fromisoformat(found["from"]), "YEAR_MONTH_FORMAT")
        }
    if found["code"] == "near":
        why = near(found["to"])
    elif found["code"] == "trending":
        why = _risen(found)
    else:
        kind = next(kind for kind in KINDS.values() if kind.code == found["code"])
        why = kind.reason(found, title, abstract)
    if not item.get("late"):
        return why
    since = (
        date_format(date.fromisoformat(item["since"]), "MONTH_DAY_FORMAT") if item.get("since") else _("it was new")
    )
    return _("%(why)s (rising now: its votes have grown since %(since)s)") % {"why": why, "since": since}


def _risen(found: Mapping[str, Any]) -> str:
    """How many votes in how long, and how many times what is typical of the paper's field; empty without any."""
    if not found["votes"]:
        return ""
    votes = ngettext("%(count)d vote", "%(count)d votes", found["votes"]) % {"count": found["votes"]}
    hours = ngettext("%(votes)s in an hour", "%(votes)s in %(count)d hours", found["hours"])
    gained = hours % {"votes": votes, "count": found["hours"]}
    if found["times"] < NOTABLE:
        return gained
    words = _("%(gained)s, twice what is usual in its field")
    if found["times"] > NOTABLE:
        words = _("%(gained)s, %(times)d times what is usual in its field")
    return words % {"gained": gained, "times": found["times"]}


def lacked(found: Mapping[str, Any]) -> str:
    """What kept a paper out of a letter."""
    return LACKS[found["code"]](found)


def skipped(reason: str) -> str:
    """Why a letter was skipped."""
    return _(SKIPPED.get(reason, reason))


def special(found: Mapping[str, Any]) -> str:
    """What is special about a letter."""
    return SPECIAL[found["code"]](found)


def span(first: str, last: str) -> str:
    """Such as: 4 to 17 August."""
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    shown = "MONTH_DAY_FORMAT" if begin.year == end.year else "DATE_FORMAT"
    if begin == end:
        return date_format(end, shown)
    is_short = (begin.year, begin.month) == (end.year, end.month)
    first = pgettext("a day, before another day of the same month", "j") if is_short else shown
    return _("%(first)s to %(last)s") % {"first": date_format(begin, first), "last": date_format(end, shown)}


def _of_days(found: Mapping[str, Any]) -> str:
    said = {
        "pause": _("Back from your pause: the best of %(days)s."),
        "week": _("The week of %(days)s."),
        "days": _("The best of %(days)s."),
    }
    return said[found["code"]] % {"days": span(found["first"], found["last"])}


def _silent(found: Mapping[str, Any]) -> str:
    days = get_text_list([date_format(date.fromisoformat(day), "l") for day in found["days"]], _("and"))
    if found["nearest"]:
        return _("%(days)s: nothing was close enough to your interests. Nearest:") % {"days": days}
    return _("%(days)s: there was nothing new for you.") % {"days": days}


def _missed(found: Mapping[str, Any]) -> str:
    day = date_format(date.fromisoformat(found["day"]), "l")
    return _("No digest came on %(day)s, as the site was not running; this one makes up for it.") % {"day": day}


def _quiet(found: Mapping[str, Any]) -> str:
    since = date_format(date.fromisoformat(found["since"]), _("l, j F"))
    if not found["day"]:
        return _("No new papers have come since those of %(since)s; these were in none of your digests.") % {
            "since": since
        }
    today = date_format(date.fromisoformat(found["day"]), "l")
    return _("It is %(today)s: no new papers since those of %(since)s; these were in none of your digests.") % {
        "today": today,
        "since": since,
    }


def _first(found: Mapping[str, Any]) -> str:
    day = date_format(date.fromisoformat(found["since"]), "MONTH_DAY_FORMAT")
    if found["code"] == "latest":
        return _("Nothing new was listed since %(day)s; here are the latest papers.") % {"day": day}
    return _("This site lists papers since %(day)s; here is the best of them.") % {"day": day}


def nearly(found: Mapping[str, Any]) -> str:
    """Of a paper that just missed, in a few words: by how much it is below the reader's bar, or that there was no
    room."""
    if found.get("code") == "cap":
        return _("no room left")
    return _("%(score).2f, where %(bar).2f is close enough") % {"score": found["score"], "bar": found["bar"]}


def _bar(found: Mapping[str, Any]) -> str:
    return _("%(score).2f, where %(bar).2f is close enough to your interests") % {
        "score": found["score"],
        "bar": found["bar"],
    }


def _cap(found: Mapping[str, Any]) -> str:
    if "cap" in found:
        return _("no room left in a digest of %(cap)d") % {"cap": found["cap"]}
    return _("no room left")


def _same(found: Mapping[str, Any]) -> str:
    return _("it says much the same as another paper in the digest")


def _unwanted(found: Mapping[str, Any]) -> str:
    return _("it matches “%(name)s”, which you do not want") % {"name": KINDS[found["kind"]].called(found["name"])}


SKIPPED = {
    "paused": gettext_noop("it was paused"),
    "too late": gettext_noop("the site was not running at your hour, nor for long after it"),
    "nothing new": gettext_noop("there was nothing new"),
    "its papers are gone": gettext_noop("its papers were no longer here"),
    "suppressed": gettext_noop("your mail server had refused our emails"),
    "left": gettext_noop("you had unsubscribed"),
}
SPECIAL = {
    **dict.fromkeys(("pause", "week", "days"), _of_days),
    **dict.fromkeys(("latest", "young"), _first),
    "silent": _silent,
    "missed": _missed,
    "quiet": _quiet,
}
LACKS = {"bar": _bar, "cap": _cap, "same": _same, "unwanted": _unwanted}
