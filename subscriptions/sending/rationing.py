"""How many letters may be offered now, and which: by what the provider or mail server lets us send, and by what each
mail domain takes. All processes share the token buckets (limits.py); where nothing is limited none is even looked at.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from subscriptions import letter_kinds, limits
from subscriptions.composing import address_of
from subscriptions.limits import FOR_EVER, Limit
from subscriptions.models import Letter

FIRST_CAP, DOUBLINGS = 500, 20  # of a warm-up; after so many days there is no cap any more


@dataclass
class Permits:
    """To offer letters, one each, taken with them at a moment. Those that are not used until the end of a `with` are
    given back then, whatever ended it."""

    letters: Sequence[Letter]
    taken_at: datetime
    wait: timedelta | None = None  # There are due letters, and none may go: after which time to ask again.

    def __post_init__(self) -> None:
        self._unused = {letter.pk: letter for letter in self.letters}

    def use(self, letters: Iterable[Letter]) -> None:
        for letter in letters:
            self._unused.pop(letter.pk, None)

    def __enter__(self) -> "Permits":
        return self

    def __exit__(self, *_error: object) -> None:
        unused = list(self._unused.values())
        limits.give_back(_of_site(self.taken_at), _by_whom(), len(unused), self.taken_at)
        for domain, of_domain in _by_domain(unused).items():
            limits.give_back(_of_domain(domain), domain, len(of_domain), self.taken_at)


def claim(now: datetime, most: int, *, mixed: bool = False) -> Permits:
    """Up to `most` due letters that may be offered, first those that a person waits for, or of these and others."""
    of_site = _of_site(now)
    if not (of_site or settings.DOMAIN_LIMITS):
        return Permits(Letter.objects.claim(now, most, mixed=mixed), now)
    wanted = Letter.objects.due(now)[:most].count()  # So that nothing is taken and given back while nothing is due.
    if not wanted:
        return Permits([], now)
    granted, wait = limits.take_up_to(of_site, _by_whom(), wanted, now)
    if not granted:
        return Permits([], now, wait)
    going = _within_domains(Letter.objects.claim(now, granted, mixed=mixed), now)
    limits.give_back(of_site, _by_whom(), granted - len(going), now)
    return Permits(going, now, None if going else timedelta())


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


def _within_domains(letters: list[Letter], now: datetime) -> list[Letter]:
    """Those of our letters that their domains take now; the others wait, and others' letters pass them.

    Each is due when its domain will take it, at the end of the domain's queue: who waits is looked at twice, however
    many there are. To the queue's beginning go those that a person waits for, and who found their place taken.
    """
    waiting: list[Letter] = []
    for domain, of_domain in _by_domain(letters).items():
        granted, wait = limits.take_up_to(_of_domain(domain), domain, len(of_domain), now)
        if granted == len(of_domain):
            continue
        each = max(limit.per / limit.most for limit in _of_domain(domain))
        ahead = now + wait - each
        behind = Letter.objects.end_of_queue(domain, now + wait) or ahead
        for letter in of_domain[granted:]:
            if letter_kinds.of(letter.kind).is_awaited or letter.waits_for_domain == domain:
                letter.due_at = ahead = ahead + each
            else:
                letter.due_at = behind = behind + each
            letter.state, letter.waits_for_domain = Letter.State.PLANNED, domain
            letter.last_answer = f"Waits, as {domain} gets so many letters only."
            waiting.append(letter)
    Letter.objects.put_down(waiting)
    stay = {letter.pk for letter in waiting}
    return [letter for letter in letters if letter.pk not in stay]
