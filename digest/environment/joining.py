"""Who may join."""

from typing import NamedTuple

from django.core.exceptions import ImproperlyConfigured

from digest.environment.addresses import host_name
from digest.environment.variables import variable


class SignUpRule(NamedTuple):
    by_invitation: bool = False
    domains: tuple[str, ...] = ()  # whose addresses, and those below them, may join; none: any

    def admits(self, domain: str) -> bool:
        return not self.domains or any(domain == own or domain.endswith(f".{own}") for own in self.domains)


def sign_up_rule(name: str) -> SignUpRule:
    """open, invite, or domains: with a list of them."""
    text = variable(name, "open").strip()
    kind, _colon, rest = text.partition(":")
    domains = [host_name(domain.strip()) for domain in rest.split(",")]
    if text.lower() in ("open", "invite"):
        return SignUpRule(by_invitation=text.lower() == "invite")
    if kind.strip().lower() == "domains" and all(domains):
        return SignUpRule(domains=tuple(domain for domain in domains if domain))
    example = "domains:uni.example,lab.example"
    raise ImproperlyConfigured(f"{name}: expected open, invite, or domains like {example}, found {text!r}")
