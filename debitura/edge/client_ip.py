"""Whose request it is, by address: evidence of a signature, and the throttle on sign-in, rest on it."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str | None:
    """
    Return the address nearest to the visitor that can be believed.

    `X-Forwarded-For` counts only as far as it was written by the proxies of TRUSTED_PROXIES: read from the right, the
    first address that is none of theirs. None when the server does not know the peer, as on a unix socket.
    """
    peer = request.META.get("REMOTE_ADDR") or None
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    nearest = peer
    while nearest is not None and _is_trusted(nearest) and hops:
        before = hops.pop()
        if not _is_address(before):
            break
        nearest = before
    return nearest if nearest is None or _is_address(nearest) else None


def network_of(request: HttpRequest) -> str:
    """
    Return the network that the visitor's address is in, as it is given to one household or office: /24, or /48.

    Empty where the address is not known.
    """
    address = client_ip(request)
    if address is None:
        return ""
    known = ip_address(address)
    mapped = known.ipv4_mapped if isinstance(known, IPv6Address) else None
    return str(ip_network((mapped or known, 24 if mapped or known.version == 4 else 48), strict=False))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_trusted(address: str) -> bool:
    if not _is_address(address):
        return False
    return any(ip_address(address) in ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES)
