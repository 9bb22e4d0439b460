"""Check a return URL: it may lead only to hosts that the partner registered (product-rules 6.6)."""

from urllib.parse import urlsplit

from partners.models import ReferralPartner

MAX_LENGTH = 2048


def allowed_return_url(given: str, partner: ReferralPartner) -> str:
    """Return the URL if it is absolute, plain ASCII and on one of the partner's hosts, else an empty string."""
    if not _is_plain(given):
        return ""
    try:
        url = urlsplit(given)
        port = f":{url.port}" if url.port else ""
    except ValueError:
        return ""
    if url.scheme not in ("http", "https") or "@" in url.netloc or not url.hostname:
        return ""
    return given if f"{url.hostname}{port}" in partner.return_hosts else ""


def _is_plain(given: str) -> bool:
    return 0 < len(given) <= MAX_LENGTH and given.isascii() and given.isprintable() and not set(given) & set(' \\"<>')
