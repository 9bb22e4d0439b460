"""Path converters."""

from typing import override

from django.urls.converters import UUIDConverter


class IdConverter(UUIDConverter):
    """One of our ids, in any letter case: SQL Server and Apple print UUIDs in capitals (RFC 9562, 4)."""

    regex = "[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"

    @override
    def to_url(self, value: object) -> str:
        """In lower case, as we write it."""
        return str(value).lower()
