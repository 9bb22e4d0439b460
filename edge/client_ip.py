"""Which address a request comes from: evidence of signatures, and the throttle on sign-in, rely on it."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase


def client_ip(request: HttpRequest) -> str | None:
    """
    Return the address nearest to the sender of the request that can be trusted.

    Only those entries of `X-Forwarded-For` count that TRUSTED_PROXIES wrote: reading from the right, it is the first
    address that is not one of theirs. None if the server does not know its peer, as on a unix socket.
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
    Return the network of the sender's address, of the size that a household or office gets: /24, or /48 for IPv6.

    Empty if the address is not known.
    """
    known = _read(client_ip(request) or "")
    return "" if known is None else str(ip_network((known, 24 if known.version == 4 else 48), strict=False))


class ForwardedSchemeMiddleware:
    """Believes TRUSTED_PROXIES, and no other peer, that a request came over TLS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Replace the scheme of the proxy's own request; if the header lists several, each must be https."""
        peer = _peer(request)
        if peer is not None and _is_trusted(peer) and "X-Forwarded-Proto" in request.headers:
            said = {hop.strip().lower() for hop in request.headers["X-Forwarded-Proto"].split(",")}
            request.META["wsgi.url_scheme"] = "https" if said == {"https"} else "http"
        return self._get_response(request)


def _peer(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    return _read(request.META.get("REMOTE_ADDR") or "")


def _read(text: str) -> IPv4Address | IPv6Address | None:
    """Parse an address, without an IPv6 zone and with mapped IPv4 as IPv4; None if it is not an address."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


def _is_trusted(address: IPv4Address | IPv6Address) -> bool:
    return any(address in ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES)
