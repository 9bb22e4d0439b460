"""A button back leads only to hosts that the partner registered."""

import pytest

from onboarding.proof.return_url import MAX_LENGTH, allowed_return_url
from partners.models import ReferralPartner

PARTNER = ReferralPartner(return_hosts=["app.ledgerly.test", "localhost:3000"])


@pytest.mark.parametrize(
    "url",
    [
        "https://app.ledgerly.test",
        "https://app.ledgerly.test/done?client=1#top",
        "http://app.ledgerly.test/",
        "https://APP.Ledgerly.test/",
        "http://localhost:3000/x",
        "https://app.ledgerly.test/".ljust(MAX_LENGTH, "x"),
    ],
)
def test_a_registered_host_is_led_to(url: str) -> None:
    assert allowed_return_url(url, PARTNER) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/done",
        "//app.ledgerly.test/",
        "https://evil.test/",
        "https://app.ledgerly.test.evil.test/",
        "https://sub.app.ledgerly.test/",
        "https://app.ledgerly.test@evil.test/",
        "https://app.ledgerly.test:8443/",
        "https://localhost/",
        "https://evil.test\\@app.ledgerly.test/",
        "javascript://app.ledgerly.test/%0Aalert(1)",
        "ftp://app.ledgerly.test/",
        " https://app.ledgerly.test/",
        "https://app.ledgerly.test/\n",
        'https://app.ledgerly.test/"><script>',
        "https://[app.ledgerly.test/",
        "https://app.ledgerly.test:99999/",
        "https://app.ledgerly.test/ø",
        "https://app.ledgerly.test/".ljust(MAX_LENGTH + 1, "x"),
    ],
)
def test_anything_else_is_dropped(url: str) -> None:
    assert allowed_return_url(url, PARTNER) == ""
