"""Search the admin's lists by clients' names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from clients.models import Client
from clients.models.client import Holds, KnownAs
from edge.text import sought
from staff.pages import ReadOnlyAdmin


class FoundByClient(ReadOnlyAdmin):
    """Rows of clients, found by the client's name, registration number or e-mail address, ignoring accents and case."""

    clients_are_at: Sequence[str] = ("client",)  # look-ups from the row to its clients
    # For rows with names of their own to search: the look-up of their id, and the table with the column `known_as`.
    known_at: tuple[str, str] | None = None

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Add to what Django finds the rows whose client, or whose own names, match."""
        term = sought(search_term)
        found, comes_twice = super().get_search_results(request, queryset, term)
        if term:
            clients = Client.objects.order_by().known_as(term).values("pk")
            for at in self.clients_are_at:
                found |= queryset.filter(**{f"{at}__in": clients})
            if self.known_at is not None:
                at, table = self.known_at
                found |= queryset.filter(Holds(KnownAs(at, table=table), term))
        return found, comes_twice
