"""Pages for cases: found, read, moved through their course."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any, assert_never

from django import forms
from django.contrib import admin
from django.contrib.messages import success, warning
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils import timezone

from cases.change_lifecycle import (
    Changed,
    CloseCodeUnfit,
    LifecycleOutcome,
    NotAllowed,
    RemainderUnfit,
    change_lifecycle,
)
from cases.lifecycle import TRANSITIONS, CloseCode, Lifecycle
from cases.models import Case, CaseTransition, SubmittedCase
from cases.models.case import CaseQuerySet
from clients.models import Client
from edge.text import sought
from staff.pages import DecisionForm, ReadOnlyAdmin, ReadOnlyInline, acting, require
from staff.site import site

MOVE = "cases.move_case"


def money(amount: Decimal | None, currency: str) -> str:
    """An amount as people write it."""
    return "-" if amount is None else f"{amount:,.2f} {currency}"


class TransitionInline(ReadOnlyInline):
    """The course of a case."""

    model = CaseTransition
    fields = ["at", "by", "from_lifecycle", "to_lifecycle", "why"]
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the colleagues' names."""
        return super().get_queryset(request).select_related("by", "case")


class MoveForm(DecisionForm):
    """The decision to move a case; closing says how, and what was not paid."""

    close_code = forms.ChoiceField(choices=[("", "Choose how it ended"), *CloseCode.choices()])
    remainder = forms.DecimalField(
        required=False,
        min_value=0,
        max_digits=18,
        decimal_places=4,
        label="Still unpaid",
        help_text="In the case's currency. Leave it empty: nothing where it was paid, else what was unpaid before.",
    )
    field_order = ["close_code", "remainder", "why"]

    def __init__(self, to: Lifecycle, *args: Any, **kwargs: Any) -> None:
        """Only closing asks for more than a reason."""
        super().__init__(*args, **kwargs)
        if to is not Lifecycle.CLOSED:
            del self.fields["close_code"], self.fields["remainder"]

    def clean(self) -> dict[str, Any] | None:
        """Ask what is left where only a part was paid."""
        cleaned = super().clean()
        is_part = self.cleaned_data.get("close_code") == CloseCode.PARTIALLY_PAID
        if is_part and "remainder" not in self.errors and self.cleaned_data.get("remainder") is None:
            self.add_error("remainder", "Only a part was paid: say how much is still unpaid.")
        return cleaned


@admin.register(Case, site=site)
class CaseAdmin(ReadOnlyAdmin):
    """Cases; Operations move them, a step at a time and for a reason."""

    inlines = [TransitionInline]
    list_display = [
        "reference",
        "creditor_reference",
        "debtor_name",
        "client",
        "partner",
        "collection_partner",
        "claimed",
        "lifecycle",
        "created_at",
    ]
    list_select_related = ["client", "partner", "collection_partner"]
    list_filter = [
        "lifecycle",
        "partner",
        "collection_partner",
        "debtor_country",
        "close_code",
        "is_test",
        "created_at",
    ]
    search_fields = ["reference"]  # get_search_results has the rest
    search_help_text = (
        "Parts of words of the reference, the creditor's reference or the debtor's name; the client's name; an id."
    )
    fieldsets = [
        (None, {"fields": ["reference", "lifecycle", "close_code", "creditor_reference", "id"]}),
        ("Whose", {"fields": ["client", "partner", "link", "assigned_user"]}),
        (
            "Debtor",
            {
                "fields": [
                    "debtor_type",
                    "debtor_name",
                    "debtor_contact_person",
                    "debtor_registration_number",
                    "debtor_address",
                    "debtor_zip_code",
                    "debtor_city",
                    "debtor_state",
                    "debtor_state_code",
                    "debtor_country",
                    "debtor_email",
                    "debtor_phone",
                ]
            },
        ),
        ("Claim", {"fields": ["claimed", "unpaid", "by_age", "date", "due_date", "description", "comments"]}),
        (
            "Collected by",
            {"fields": ["collection_partner", "success_fee_percentage", "age_uplift_points", "earnings_usd"]},
        ),
        ("Marks", {"fields": ["skip_verification", "is_test", "tag"]}),
        ("Dates", {"fields": ["created_at", "updated_at", "collection_started_at", "finished_at"]}),
    ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Case], search_term: str
    ) -> tuple[QuerySet[Case], bool]:
        """Look where a case can be known by; each place is a look-up of its own."""
        term = sought(search_term.replace("\0", ""))
        if not term:
            return queryset, False
        words: CaseQuerySet = Case.objects.matching(term)
        found = Q(pk__in=words.order_by().values("pk"))
        found |= Q(client__in=Client.objects.order_by().known_as(term).values("pk"))
        try:
            number = uuid.UUID(term)
        except ValueError:
            return queryset.filter(found), False
        return queryset.filter(Q(pk=number) | Q(link=number) | Q(client=number)), False

    @admin.display(ordering="amount")
    def claimed(self, case: Case) -> str:
        """What is to be recovered."""
        return money(case.amount, case.currency)

    def unpaid(self, case: Case) -> str:
        """What is still to be recovered."""
        return money(case.remainder, case.currency)

    def by_age(self, case: Case) -> str:
        """The parts by age, a line each."""
        parts = {"6": case.over_6_months, "12": case.over_12_months, "24": case.over_24_months}
        told = [
            f"over {months} months: {money(part, case.currency)}" for months, part in parts.items() if part is not None
        ]
        return "\n".join(told) or "By its due date"

    def tools(self, request: HttpRequest, row: Case) -> list[tuple[str, str]]:
        """The steps that it can take from here."""
        if not acting(request).has_perm(MOVE):
            return []
        steps = [step for step in Lifecycle if step in TRANSITIONS[Lifecycle(row.lifecycle)]]
        return [(f"Move to {step.label}", self.url("move", row.pk, step.value)) for step in steps]

    def get_urls(self) -> list[URLPattern]:
        """With the page that moves."""
        return [self.own_url("<path:object_id>/move/<str:to>/", "move", self.move_view), *super().get_urls()]

    def move_view(self, request: HttpRequest, object_id: str, to: str) -> HttpResponse:
        """Take a step, for a reason."""
        require(request, MOVE)
        case, step = self.row(request, object_id), Lifecycle.named(to)
        if step is None:
            raise Http404
        form = MoveForm(step, request.POST or None)
        if request.method == "POST" and form.is_valid() and self._is_moved(request, form, case, step):
            return HttpResponseRedirect(self.url("change", case.pk))
        context = {
            "title": f"Move case {case.reference} to {step.label}",
            "form": form,
            "says": _means(case, step),
            "button": f"Move to {step.label}",
        }
        return self.page(request, "admin/decision.html", case, context)

    def _is_moved(self, request: HttpRequest, form: forms.Form, case: Case, to: Lifecycle) -> bool:
        decided = form.cleaned_data
        code = decided.get("close_code")
        outcome = change_lifecycle(
            case=case,
            to=to,
            by=acting(request),
            why=decided["why"],
            at=timezone.now(),
            close_code=CloseCode(code) if code else None,
            remainder=decided.get("remainder"),
        )
        return _told(request, form, outcome)


def _means(case: Case, to: Lifecycle) -> list[str]:
    says = [f"It stands at {Lifecycle(case.lifecycle).label}: {case.debtor_name}, {money(case.amount, case.currency)}."]
    if to is Lifecycle.CLOSED:
        says.append("What the partner earned is worked out now, by the newest rate.")
    if to is Lifecycle.MERGED:
        says.append("A merged case can never be moved again.")
    return says


def _told(request: HttpRequest, form: forms.Form, outcome: LifecycleOutcome) -> bool:
    """Say what came of it; what can be put right is said beside the field."""
    match outcome:
        case Changed(case):
            success(request, f"Case {case.reference} stands at {Lifecycle(case.lifecycle).label} now.")
            return True
        case NotAllowed(before, to):
            warning(
                request, f"Nothing was changed: it stands at {before.label}, and cannot go to {to.label} from there."
            )
            return True
        case CloseCodeUnfit():
            form.add_error("close_code", "Say how it ended.")
        case RemainderUnfit(amount):
            form.add_error("remainder", f"From nothing to the amount of the claim, {amount:,.2f}.")
        case _:
            assert_never(outcome)
    return False


@admin.register(SubmittedCase, site=site)
class SubmittedCaseAdmin(ReadOnlyAdmin):
    """What became of each claim that came with a client; a repeated call is answered from this."""

    list_display = ["link", "position", "creditor_reference", "case", "error_type", "error_message"]
    list_select_related = ["link__client", "link__partner", "case"]
    list_filter = ["error_type", "link__partner"]
    search_fields = ["creditor_reference", "=link__id", "=link__client__id", "link__external_tenant_id"]
    search_help_text = "Creditor's reference, id of the link or the client, tenant id."
    fields = ["link", "position", "creditor_reference", "case", "error_type", "error_message", "digest"]
