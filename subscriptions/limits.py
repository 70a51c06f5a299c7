"""Token buckets: how often something may be done. They know what is counted only as a keyed hash."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from subscriptions.models import Bucket, keyed_hash


@dataclass(frozen=True)
class Limit:
    """So many per span; the bucket is full at first and fills up evenly."""

    purpose: str
    most: int
    per: timedelta


SIGN_UPS_PER_NETWORK = Limit("sign-ups of a network", 20, timedelta(hours=1))
SIGN_UPS_PER_SITE = Limit("sign-ups of the site", 500, timedelta(hours=1))


@transaction.atomic
def take(limit: Limit, value: str, now: datetime) -> bool:
    """One more, if there is one left."""
    Bucket.objects.get_or_create(
        purpose=limit.purpose, hash=keyed_hash(value), defaults={"tokens": limit.most, "at": now}
    )
    bucket = Bucket.objects.select_for_update().get(purpose=limit.purpose, hash=keyed_hash(value))
    refill = max(now - bucket.at, timedelta()) / limit.per * limit.most
    tokens = min(limit.most, bucket.tokens + refill)
    if tokens < 1:
        return False
    bucket.tokens, bucket.at = tokens - 1, now
    bucket.save()
    return True


def network(request: HttpRequest) -> str:
    """The neighbourhood that a request comes from: /24 or /64. Forwarded addresses count only from trusted proxies."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    client = str(request.META.get("REMOTE_ADDR", ""))
    while hops and _is_trusted(client):
        client = hops.pop()
    try:
        address = ip_address(client)
    except ValueError:
        return "unknown"
    return str(ip_network((address, 24 if isinstance(address, IPv4Address) else 64), strict=False))


def _is_trusted(client: str) -> bool:
    try:
        return any(ip_address(client) in proxies for proxies in settings.TRUSTED_PROXIES)
    except ValueError:
        return False
