"""Admin pages on which staff find, read and move cases."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, assert_never

from django import forms
from django.contrib import admin
from django.contrib.messages import warning
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from cases.change_lifecycle import (
    Changed,
    CloseCodeUnfit,
    NotAllowed,
    RemainderUnfit,
    change_lifecycle,
)
from cases.lifecycle import TRANSITIONS, CloseCode, Lifecycle
from cases.models import Case, CaseTransition, SubmittedCase
from cases.models.case import CaseQuerySet
from clients.models import Client
from edge.text import sought
from staff.decision_page import Decision, DecisionForm, Given, Said, Unfit
from staff.models import Staff
from staff.pages import ReadOnlyAdmin, ReadOnlyInline
from staff.site import site


def money(amount: Decimal | None, currency: str) -> str:
    """Format an amount for people; `-` for None."""
    return "-" if amount is None else f"{amount:,.2f} {currency}"


class TransitionInline(ReadOnlyInline):
    """The transitions that a case has made."""

    model = CaseTransition
    fields = ["at", "by", "from_lifecycle", "to_lifecycle", "why"]
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Load the names of the staff who made them."""
        return super().get_queryset(request).select_related("by", "case")


class MoveForm(DecisionForm):
    """Moves a case. Closing it also takes a close code and what is still unpaid."""

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

    def __init__(self, *args: Any, to: Lifecycle, **kwargs: Any) -> None:
        """Keep the fields of closing only if the case is to be closed."""
        super().__init__(*args, **kwargs)
        if to is not Lifecycle.CLOSED:
            del self.fields["close_code"], self.fields["remainder"]

    def clean(self) -> dict[str, Any] | None:
        """Require the unpaid amount if only a part was paid."""
        cleaned = super().clean()
        is_part = self.cleaned_data.get("close_code") == CloseCode.PARTIALLY_PAID
        if is_part and "remainder" not in self.errors and self.cleaned_data.get("remainder") is None:
            self.add_error("remainder", "Only a part was paid: say how much is still unpaid.")
        return cleaned


@dataclass(frozen=True)
class Step:
    """A case and a stage to move it to, which it may not be able to reach from its present one."""

    case: Case
    to: Lifecycle

    def can_be_taken(self) -> bool:
        """Whether the case can go there from its present stage."""
        return self.to in TRANSITIONS[Lifecycle(self.case.lifecycle)]


def _means(step: Step) -> list[str]:
    case = step.case
    says = [f"It stands at {Lifecycle(case.lifecycle).label}: {case.debtor_name}, {money(case.amount, case.currency)}."]
    if step.to is Lifecycle.CLOSED:
        says.append("What the partner earned is worked out now, by the newest rate.")
    if step.to is Lifecycle.MERGED:
        says.append("A merged case can never be moved again.")
    return says


def _move(step: Step, given: Given, by: Staff) -> Said | Unfit:
    code = given.get("close_code")
    outcome = change_lifecycle(
        case=step.case,
        to=step.to,
        by=by,
        why=given["why"],
        at=timezone.now(),
        close_code=CloseCode(code) if code else None,
        remainder=given.get("remainder"),
    )
    match outcome:
        case Changed(case):
            return Said(f"Case {case.reference} stands at {Lifecycle(case.lifecycle).label} now.")
        case NotAllowed(before, to):
            sentence = f"it stands at {before.label}, and cannot go to {to.label} from there."
            return Said(f"Nothing was changed: {sentence}", warning)
        case CloseCodeUnfit():
            return Unfit("close_code", "Say how it ended.")
        case RemainderUnfit(amount):
            return Unfit("remainder", f"From nothing to the amount of the claim, {amount:,.2f}.")
        case _:
            assert_never(outcome)


MOVE = Decision[Step](
    name="move",
    route="move/<str:to>/",
    right="cases.move_case",
    label=lambda step: f"Move to {step.to.label}",
    title=lambda step: f"Move case {step.case.reference} to {step.to.label}",
    says=_means,
    button=lambda step: f"Move to {step.to.label}",
    form=MoveForm,
    options=lambda step: {"to": step.to},
    act=_move,
    parts=lambda case, by: {to: Step(case, to) for to in Lifecycle},
    read=Lifecycle.named,
    is_offered=Step.can_be_taken,
)


@admin.register(Case, site=site)
class CaseAdmin(ReadOnlyAdmin):
    """Cases. Operations move them one stage at a time, each with a reason."""

    inlines = [TransitionInline]
    decisions = [MOVE]
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
        """Search what identifies a case, its client or its link; each in a subquery, so that each uses its index."""
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
        """The amount to recover, with its currency."""
        return money(case.amount, case.currency)

    def unpaid(self, case: Case) -> str:
        """The amount that is still unpaid, with its currency."""
        return money(case.remainder, case.currency)

    def by_age(self, case: Case) -> str:
        """The parts by age, one per line."""
        parts = {"6": case.over_6_months, "12": case.over_12_months, "24": case.over_24_months}
        told = [
            f"over {months} months: {money(part, case.currency)}" for months, part in parts.items() if part is not None
        ]
        return "\n".join(told) or "By its due date"


@admin.register(SubmittedCase, site=site)
class SubmittedCaseAdmin(ReadOnlyAdmin):
    """What became of each claim that came with a client. Repeated calls are answered from these rows."""

    list_display = ["link", "position", "creditor_reference", "case", "error_type", "error_message"]
    list_select_related = ["link__client", "link__partner", "case"]
    list_filter = ["error_type", "link__partner"]
    search_fields = ["creditor_reference", "=link__id", "=link__client__id", "link__external_tenant_id"]
    search_help_text = "Creditor's reference, id of the link or the client, tenant id."
    fields = ["link", "position", "creditor_reference", "case", "error_type", "error_message", "digest"]
