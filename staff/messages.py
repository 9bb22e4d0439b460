"""Messages of the admin, from one page to the next."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class Messages(CookieStorage):
    """In a cookie that no other host can plant. It is signed and can be read: nothing in it names anybody."""

    cookie_name = f"{settings.COOKIE_PREFIX}messages"
