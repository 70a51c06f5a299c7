"""How many letters may be offered now, and which: by what the provider or mail server lets us send, and by what each
mail domain takes. All processes share the buckets; where nothing is limited they are not even looked at.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from django.conf import settings

from subscriptions import letter_kinds, limits
from subscriptions.letters import address_of
from subscriptions.limits import FOR_EVER, Limit
from subscriptions.models import Letter

FIRST_CAP, DOUBLINGS = 500, 20  # of a warm-up; after so many days there is no cap any more
AT_ONCE = timedelta()


def claim(now: datetime, most: int) -> tuple[list[Letter], timedelta | None]:
    """Up to `most` due letters that may be offered, first those that a person waits for; they count as offered, unless
    given back. When some are due and none may go, also after which time to ask again."""
    of_site = _of_site(now)
    if not (of_site or settings.DOMAIN_LIMITS):
        return Letter.objects.claim(now, most), None
    wanted = Letter.objects.due(now)[:most].count()  # So that nothing is taken and given back while nothing is due.
    if not wanted:
        return [], None
    granted, wait = limits.take_up_to(of_site, _by_whom(), wanted, now)
    if not granted:
        return [], wait
    going = _keep_within_domains(Letter.objects.claim(now, granted), now)
    limits.give_back(of_site, _by_whom(), granted - len(going), now)
    return going, None if going else AT_ONCE


def give_back(letters: Sequence[Letter], now: datetime) -> None:
    """What was taken at that moment for letters that were not offered then."""
    limits.give_back(_of_site(now), _by_whom(), len(letters), now)
    for domain, of_domain in _by_domain(letters).items():
        limits.give_back(_of_domain(domain), domain, len(of_domain), now)


def _by_whom() -> str:
    return settings.ANYMAIL_PROVIDER or str(settings.EMAIL_HOST)


def _of_site(now: datetime) -> list[Limit]:
    """What fills up evenly, and while we are new to the provider the cap of the day, which does not."""
    of_site = _limits("letters", settings.SEND_LIMITS)
    day = now.astimezone(UTC).date()
    if settings.WARM_UP and (days := max(0, (day - settings.WARM_UP).days)) < DOUBLINGS:
        of_site.append(Limit(f"letters of {day}", FIRST_CAP * 2**days, FOR_EVER))
    return of_site


def _of_domain(domain: str) -> list[Limit]:
    return _limits("letters to a domain", settings.DOMAIN_LIMITS[domain])


def _limits(what: str, rates: Mapping[str, int]) -> list[Limit]:
    return [Limit(f"{what} a {span}", most, timedelta(**{f"{span}s": 1})) for span, most in rates.items()]


def _by_domain(letters: Sequence[Letter]) -> dict[str, list[Letter]]:
    """Of the domains that are limited."""
    found: dict[str, list[Letter]] = defaultdict(list)
    for letter in letters if settings.DOMAIN_LIMITS else []:
        domain = address_of(letter).rpartition("@")[2].lower()
        if domain in settings.DOMAIN_LIMITS:
            found[domain].append(letter)
    return found


def _keep_within_domains(letters: list[Letter], now: datetime) -> list[Letter]:
    """Those of our letters that their domains take now; the others wait, and others' letters pass them."""
    waiting: list[Letter] = []
    for domain, of_domain in _by_domain(letters).items():
        granted, wait = limits.take_up_to(_of_domain(domain), domain, len(of_domain), now)
        waiting += _stand_in_line(of_domain[granted:], domain, now + wait)
    Letter.objects.put_down(waiting)
    stay = {letter.pk for letter in waiting}
    return [letter for letter in letters if letter.pk not in stay]


def _stand_in_line(letters: Sequence[Letter], domain: str, begins: datetime) -> Sequence[Letter]:
    """Each is due when its domain will take it, at the end of the line: who waits for a domain is looked at twice,
    however many there are. To its beginning go those that a person waits for, and who found their place taken."""
    why = f"Waits, as {domain} gets so many letters only."
    each = max(limit.per / limit.most for limit in _of_domain(domain))
    last = {True: begins - each, False: _end_of_line(why, begins) or begins - each} if letters else {}
    for letter in letters:
        is_ahead = letter_kinds.of(letter.kind).is_awaited or letter.last_answer == why
        last[is_ahead] += each
        letter.state, letter.due_at, letter.last_answer = Letter.State.PLANNED, last[is_ahead], why
    return letters


def _end_of_line(why: str, begins: datetime) -> datetime | None:
    """When the last one is due, if there is a line."""
    line = Letter.objects.filter(state=Letter.State.PLANNED, due_at__gte=begins, last_answer=why)
    return line.order_by("-due_at").values_list("due_at", flat=True).first()
