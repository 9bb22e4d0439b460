"""How lists of the admin are searched by names."""

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
    """Rows that are some client's, found by its name, however that is written, number and e-mail address too."""

    clients_are_at: Sequence[str] = ("client",)
    # Where a row is that is known by names of its own, and its table.
    known_at: tuple[str, str] | None = None

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """What the row's own columns find, and what their client does."""
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
