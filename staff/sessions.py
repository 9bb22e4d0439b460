"""Sessions of staff: rows in the database, which no GET changes."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore


class SessionStore(DatabaseSessionStore):
    """
    A session that can be made read-only, as staff.idle does for GET, HEAD and OPTIONS.

    Django itself ends a session at a GET after a change of password, and renews it after a change of the secret key.
    The browser's cookie goes at once; the row goes when it expires, and cannot be used till then.
    """

    is_read_only = False

    def save(self, must_create: bool = False) -> None:
        """Write the row."""
        if not self.is_read_only:
            super().save(must_create)

    def delete(self, session_key: str | None = None) -> None:
        """Delete the row."""
        if not self.is_read_only:
            super().delete(session_key)

    def cycle_key(self) -> None:
        """Give the session a new key."""
        if not self.is_read_only:
            super().cycle_key()
