"""The workbench: the queue of conflicts, and the page on which support decides one (product-rules 3.12, 8)."""

from __future__ import annotations

from typing import Any, assert_never

from django import forms
from django.contrib import admin
from django.contrib.messages import warning
from django.db.models import Case, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils.timesince import timesince

from clients.admin.admin_search import FoundByClient
from clients.models import Client, ConflictStatus, LinkConflict
from edge.clock import database_time
from onboarding.support.conflict_page import (
    Choices,
    Matched,
    all_decisions,
    matched_clients,
    open_decisions,
    requests_to,
)
from onboarding.support.resolve_conflict import (
    DecidedBefore,
    IdTaken,
    NotAmongTheMatches,
    NothingToMove,
    Offer,
    Resolved,
    choose_client,
    id_is_taken,
    keep,
    offer_move,
    refuse,
    reopen,
)
from staff.decision_page import DecisionForm, Given, Said
from staff.history import history_of
from staff.models import Staff
from staff.pages import acting, require
from staff.site import site

RIGHT = "clients.resolve_conflict"


class ConflictForm(DecisionForm):
    """Asks for the decision and the reason."""

    decision = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what to do.", "invalid_choice": "Choose what to do."},
    )
    field_order = ["decision", "why"]

    def __init__(self, *args: Any, choices: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.offer(choices)

    def offer(self, choices: Choices) -> None:
        """Replace the choices."""
        self.fields["decision"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField's


@admin.register(LinkConflict, site=site)
class LinkConflictAdmin(FoundByClient):
    """The queue of conflicts, and a page for each."""

    list_display = ["__str__", "age", "status", "kind", "partner", "about", "times_asked"]
    list_select_related = ["partner", "client"]
    list_filter = ["status", "kind", "partner"]
    search_fields = ["client__name", "matches__client__name", "partner__name", "external_tenant_id"]
    clients_are_at = ("client", "matches__client")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LinkConflict]:
        """Prefetch the matching clients, which the list names."""
        conflicts: QuerySet[LinkConflict] = super().get_queryset(request)
        return conflicts.prefetch_related("matches__client")

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """Open conflicts first, each group from the oldest to the newest."""
        closed = Case(When(status=ConflictStatus.OPEN, then=Value(0)), default=Value(1))
        return [closed.asc(), "first_asked_at", "pk"]

    @admin.display(description="Age", ordering="first_asked_at")
    def age(self, conflict: LinkConflict) -> str:
        """How long ago the partner first asked."""
        return timesince(conflict.first_asked_at, depth=1)

    @admin.display(description="About")
    def about(self, conflict: LinkConflict) -> str:
        """The name of the client, or of all those that match."""
        if conflict.client is not None:
            return conflict.client.name
        return " or ".join(match.client.name for match in conflict.matches.all())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show both sides and what each decision would do; on POST take it."""
        if not self.has_view_permission(request):
            return super().change_view(request, object_id, form_url, extra_context)
        conflict = self.row(request, object_id)
        matched = matched_clients(conflict)
        # Accepts choices that are no longer offered: whoever sends one is told that a colleague has decided meanwhile.
        form = ConflictForm(request.POST or None, choices=all_decisions(conflict, matched))
        if request.method == "POST":
            require(request, RIGHT)
            if form.is_valid():
                return self.said(request, conflict, _decide(conflict, form.cleaned_data, acting(request)))
        return self._show(request, conflict, matched, form)

    def _show(
        self, request: HttpRequest, conflict: LinkConflict, matched: list[Matched], form: ConflictForm
    ) -> HttpResponse:
        is_taken = id_is_taken(conflict)
        choices = open_decisions(conflict, [] if is_taken else matched)
        form.offer(choices)
        context = {
            "title": f"{conflict.get_kind_display()}: {conflict.partner}",
            "conflict": conflict,
            "matched": matched,
            "is_taken": is_taken,
            "may_release": acting(request).has_perm("clients.correct_users"),
            "form": form if choices and acting(request).has_perm(RIGHT) else None,
            "requests": requests_to(matched),
            "history": history_of(conflict),
        }
        return self.page(request, "admin/conflict.html", conflict, context)


def _decide(conflict: LinkConflict, given: Given, by: Staff) -> Said:
    facts: dict[str, Any] = {"conflict": conflict, "by": by, "why": given["why"], "at": database_time()}
    wanted, _, client = given["decision"].partition(":")
    match wanted:
        case "keep":
            return _told(keep(**facts))
        case "refuse":
            return _told(refuse(**facts))
        case "move":
            return _told(offer_move(**facts))
        case "reopen":
            return _told(reopen(conflict=conflict, by=by, why=given["why"]))
        case _:
            return _told(choose_client(**facts, client=Client.objects.get(pk=client)))


def _told(outcome: Offer | NotAmongTheMatches) -> Said:
    match outcome:
        case Resolved(conflict):
            return Said(f"Done: {conflict.get_status_display()}.")
        case DecidedBefore(LinkConflict(decided_at=None)):
            return Said("Nothing was done: a colleague has reopened it already.", warning)
        case DecidedBefore(conflict):
            status = conflict.get_status_display()
            return Said(f"Nothing was done: a colleague decided it already ({status}), for the reason below.", warning)
        case NothingToMove():
            return Said("Nothing was done: the client has no link to another partner any more.", warning)
        case IdTaken():
            return Said("Nothing was done: the partner has another client under this id by now.", warning)
        case NotAmongTheMatches():
            return Said("Nothing was done: that client is none of those that match.", warning)
        case _:
            assert_never(outcome)
