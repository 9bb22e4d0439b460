"""Where the admin's messages are kept between two pages."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class Messages(CookieStorage):
    """A cookie that no other host can plant. It is signed but not encrypted, so messages must not name anybody."""

    cookie_name = f"{settings.COOKIE_PREFIX}messages"
