"""Signing in to the admin: after some wrong passwords a network waits. django-axes counts, and is told no more."""

from ipaddress import IPv6Address
from typing import Any

from django.http import HttpRequest

from subscriptions import networks
from subscriptions.models import keyed_hash

OF_OURS = 0xFD << 120  # fd00::/8 (RFC 4193): addresses that nobody has


def network(request: HttpRequest) -> str:
    """The caller's network, beyond the proxies that are believed, as django-axes can keep it: a keyed hash that looks
    like an address."""
    return str(IPv6Address(OF_OURS | int(keyed_hash(networks.of(request)), 16) >> 136))


def name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """What was typed as the user's name, which may be anything, such as an address: a keyed hash of it."""
    return keyed_hash(str((credentials or {}).get("username") or request.POST.get("username", "")))
