"""The network that a request comes from: what limits count by, so that who has many addresses has no more than one."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

WIDTHS = {4: 24, 6: 48}  # bits that a network has in common: what a provider gives to one site


def of(request: HttpRequest) -> str:
    """Like 203.0.113.0/24 or 2001:db8:1::/48. Forwarded addresses count only from trusted proxies."""
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    network = "unknown"
    for hop in reversed([*(hop for hop in hops if hop.strip()), str(request.META.get("REMOTE_ADDR", ""))]):
        if (address := parse(hop)) is None:
            break  # What a proxy could not name; whoever stands before it is unknown, too.
        network = str(ip_network((address, WIDTHS[address.version]), strict=False))
        if not any(address in proxies for proxies in settings.TRUSTED_PROXIES):
            break
    return network


def parse(hop: str) -> IPv4Address | IPv6Address | None:
    """An address as peers and proxies write it: with a port, in brackets or quotes, with the name of an interface; an
    IPv4 address on a socket that takes both kinds (::ffff:) is what it is. None: it is no address."""
    text = hop.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
