"""Whose request it is: evidence of a signature and the throttle on sign-in rest on it."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from edge.client_ip import client_ip, network_of

PROXY = "10.0.0.7"


def seen(peer: str, forwarded: str | None = None) -> str | None:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_ip(RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer))


@pytest.fixture(autouse=True)
def _one_network_of_proxies(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "2001:db8::1"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "visitor"),
    [
        ("198.51.100.1", None, "198.51.100.1"),
        ("198.51.100.1", "203.0.113.9", "198.51.100.1"),
        (PROXY, "203.0.113.9", "203.0.113.9"),
        (PROXY, "192.0.2.66, 203.0.113.9", "203.0.113.9"),
        (PROXY, "192.0.2.66, 203.0.113.9 , 10.1.2.3", "203.0.113.9"),
        ("2001:db8::1", "2001:db8::abcd", "2001:db8::abcd"),
        (PROXY, "10.1.2.3", "10.1.2.3"),
        (PROXY, None, PROXY),
        (PROXY, "", PROXY),
        (PROXY, "unknown", PROXY),
        (PROXY, "203.0.113.9, <script>", PROXY),
        ("::ffff:10.0.0.7", "::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", None, "fe80::1"),
        ("", None, None),
        ("somewhere", "203.0.113.9", None),
    ],
    ids=[
        "no proxy",
        "a stranger's word does not count",
        "one proxy",
        "what the visitor wrote himself does not count",
        "two proxies",
        "IPv6",
        "nobody but proxies",
        "a proxy asks itself",
        "a proxy says nothing",
        "a proxy does not know",
        "a proxy passes on nonsense",
        "IPv4 by way of IPv6",
        "a neighbour on the wire",
        "unix socket",
        "no address",
    ],
)
def test_the_nearest_address_that_can_be_believed(peer: str, forwarded: str | None, visitor: str | None) -> None:
    assert seen(peer, forwarded) == visitor


def test_without_trusted_proxies_only_the_peer_counts(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = []

    assert seen(PROXY, "203.0.113.9") == PROXY


@pytest.mark.parametrize(
    ("peer", "network"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:1:2::9", "2001:db8:1::/48"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("", ""),
    ],
)
def test_the_network_is_what_one_household_or_office_is_given(peer: str, network: str) -> None:
    assert network_of(RequestFactory().get("/", REMOTE_ADDR=peer)) == network
