"""Which network a request comes from, however peers and proxies write its address."""

from ipaddress import ip_network

import pytest

from subscriptions import networks


@pytest.fixture
def at(rf, settings):
    """The network of a request from this peer, that says to have come by these hops."""
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]

    def network(peer: str, forwarded: str = "") -> str:
        headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
        return networks.of(rf.get("/", REMOTE_ADDR=peer, **headers))

    return network


@pytest.mark.parametrize(
    ("written", "network"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("203.0.113.9:50123", "203.0.113.0/24"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("[::ffff:203.0.113.9]:50123", "203.0.113.0/24"),
        ("::ffff:cb00:7109", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("[2001:db8:1:2:3::4]", "2001:db8:1::/48"),
        ("[2001:db8:1:2:3::4]:50123", "2001:db8:1::/48"),
        ('"[2001:db8:1:2:3::4]:50123"', "2001:db8:1::/48"),
        ("2001:db8:1:2:3::4%eth0", "2001:db8:1::/48"),
        ("unknown", "unknown"),
        ("_hidden", "unknown"),
        ("203.0.113.900", "unknown"),
    ],
)
def test_an_address_is_read_in_every_spelling(at, written, network):
    if network != "unknown":
        assert at(written) == network
    assert at("10.0.0.2", written) == (network if network != "unknown" else "10.0.0.0/24")


@pytest.mark.parametrize("peer", ["10.0.0.2", "::ffff:10.0.0.2", "[::ffff:10.0.0.2]:443", "fd00::2"])
def test_a_trusted_proxy_is_known_also_on_a_socket_for_both_kinds_of_addresses(at, peer):
    assert at(peer, "203.0.113.9") == "203.0.113.0/24"


def test_what_a_stranger_says_of_itself_does_not_count(at):
    assert at("198.51.100.7", "203.0.113.9") == "198.51.100.0/24"
    assert at("10.0.0.2", "203.0.113.9, 198.51.100.7") == "198.51.100.0/24"


def test_of_several_trusted_proxies_the_first_stranger_before_them_counts(at):
    assert at("10.0.0.2", "192.0.2.1, 203.0.113.9, 10.1.1.1,fd00::7") == "203.0.113.0/24"


def test_no_peer_at_all_is_a_network_of_its_own(at):
    assert at("") == "unknown"
