"""Whose request it is, by address: evidence of a signature, and the throttle on sign-in, rest on it."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase


def client_ip(request: HttpRequest) -> str | None:
    """
    Return the address nearest to the visitor that can be believed.

    `X-Forwarded-For` counts only as far as it was written by the proxies of TRUSTED_PROXIES: read from the right, the
    first address that is none of theirs. None when the server does not know the peer, as on a unix socket.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    nearest = _peer(request)
    while nearest is not None and _is_trusted(nearest) and hops:
        before = _read(hops.pop())
        if before is None:
            break
        nearest = before
    return None if nearest is None else str(nearest)


def network_of(request: HttpRequest) -> str:
    """
    Return the network that the visitor's address is in, as it is given to one household or office: /24, or /48.

    Empty where the address is not known.
    """
    known = _read(client_ip(request) or "")
    return "" if known is None else str(ip_network((known, 24 if known.version == 4 else 48), strict=False))


class ForwardedSchemeMiddleware:
    """Believes TRUSTED_PROXIES, and nobody else, that a request came over TLS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Put the scheme of the visitor in the place of the proxy's own; of several, each must have been https."""
        peer = _peer(request)
        if peer is not None and _is_trusted(peer) and "X-Forwarded-Proto" in request.headers:
            said = {hop.strip().lower() for hop in request.headers["X-Forwarded-Proto"].split(",")}
            request.META["wsgi.url_scheme"] = "https" if said == {"https"} else "http"
        return self._get_response(request)


def _peer(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    return _read(request.META.get("REMOTE_ADDR") or "")


def _read(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address, in the one form that it has: without the interface that it came in by, IPv4 as IPv4."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


def _is_trusted(address: IPv4Address | IPv6Address) -> bool:
    return any(address in ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES)
