"""Sessions of staff: rows in the database, which no GET changes."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore


class SessionStore(DatabaseSessionStore):
    """
    A session that can be made read-only, as staff.idle does for safe methods: a GET must not change a row.

    On a GET, Django would end the session after a change of password, or renew it after a change of the secret key.
    Read-only, the browser still loses its cookie at once, and the row stays, of no use, until it expires.
    """

    is_read_only = False

    def save(self, must_create: bool = False) -> None:
        """Write the row, unless read-only."""
        if not self.is_read_only:
            super().save(must_create)

    def delete(self, session_key: str | None = None) -> None:
        """Delete the row, unless read-only."""
        if not self.is_read_only:
            super().delete(session_key)

    def cycle_key(self) -> None:
        """Give the session a new key, unless read-only."""
        if not self.is_read_only:
            super().cycle_key()
