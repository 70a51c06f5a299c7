"""How many letters may leave."""

import re

from django.core.exceptions import ImproperlyConfigured

from digest.environment.variables import listed

SPANS = ("second", "minute", "hour", "day")  # that letters are counted in


def sending_limits(name: str) -> dict[str, int]:
    """Letters a span, for each span that is limited, out of a list like 14/second,10000/day."""
    return _rates(name, listed(name), SPANS, "14/second,10000/day")


def domain_limits(name: str) -> dict[str, dict[str, int]]:
    """Not by the second: who waits for a domain is looked for every few seconds only."""
    example = "gmail.com=300/minute,outlook.com=5000/day"
    of_domains: dict[str, list[str]] = {}
    for text in listed(name):
        domain, _, rate = text.lower().partition("=")
        if not re.fullmatch(r"[^\s@=/]+\.[^\s@=/]+", domain):
            raise ImproperlyConfigured(f"{name}: expected mail domains and limits like {example}, found {text!r}")
        of_domains.setdefault(domain, []).append(rate)
    return {domain: _rates(name, rates, SPANS[1:], example) for domain, rates in of_domains.items()}


def _rates(name: str, texts: list[str], spans: tuple[str, ...], example: str) -> dict[str, int]:
    found = [re.fullmatch(rf"([1-9][0-9]{{0,8}})/({'|'.join(spans)})", text) for text in texts]
    rates = {match[2]: int(match[1]) for match in found if match}
    if len(rates) < len(texts):
        raise ImproperlyConfigured(
            f"{name}: expected letters a {', '.join(spans[:-1])} or {spans[-1]}, each once at most, like {example}, "
            f"found {','.join(texts)!r}"
        )
    return rates
