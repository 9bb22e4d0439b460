"""The workbench: link requests and conflicts, and the page on which support decides (product-rules 3.12, 8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.messages import success, warning
from django.db.models import Case, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.timesince import timesince

from cases.case_stats import CaseStats, case_stats
from cases.claim import Claim
from cases.models import KeptClaims, SubmittedCase
from clients.admin.admin_search import FoundByClient
from clients.models import (
    Client,
    ConflictKind,
    ConflictStatus,
    EmailAddress,
    LinkConflict,
    LinkRequest,
    ReferralPartnerClientLink,
    Signature,
)
from edge.clock import database_time
from onboarding.models import AskingLimitReached
from onboarding.support.link_doctor import diagnose, find_clients
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
    lift,
    offer_move,
    refuse,
    reopen,
)
from staff.history import history_of
from staff.pages import DecisionForm, ReadOnlyAdmin, Whether, acting, require
from staff.site import site

PERMISSION = "clients.resolve_conflict"
NEWEST = 20
MAX_TYPED = 2048


def _of_claim(claim: Claim, became: SubmittedCase | None) -> str:
    what = f"{claim.creditor_reference or 'Without reference'}: {claim.amount:,.2f} {claim.currency}"
    if became is None:
        return f"{what} waits for the client to approve."
    if became.case is not None:
        return f"{what} became {became.case}."
    return f"{what} failed: {became.error_message}"


@admin.register(LinkRequest, site=site)
class LinkRequestAdmin(FoundByClient):
    """Requests of partners to be linked to clients; support lifts what a client has refused for good."""

    list_display = [
        "client",
        "partner",
        "external_tenant_id",
        "status",
        "is_unknown_to_client",
        "created_at",
        "expires_at",
    ]
    list_select_related = ["client", "partner"]
    list_filter = ["status", "is_unknown_to_client", ("lifted_at", Whether), "partner"]
    search_fields = ["client__name", "external_tenant_id", "id"]
    fields = [
        "client",
        "partner",
        "external_tenant_id",
        "status",
        "created_at",
        "expires_at",
        "decided_at",
        "decided_by_user_id",
        "is_unknown_to_client",
        "lifted_at",
        "lifted_by",
        "offered_by",
        "replaces",
        "cases",
    ]

    def cases(self, request: LinkRequest) -> str:
        """What came with it, and what became of each, a line each; gone where the request came to nothing."""
        kept = KeptClaims.objects.filter(request=request).first()
        if kept is None:
            return "None came with it, or they went with it when it came to nothing."
        became = {
            each.position: each for each in SubmittedCase.objects.filter(link=kept.link_id).select_related("case")
        }
        return "\n".join(_of_claim(claim, became.get(place)) for place, claim in enumerate(kept.as_claims()))

    def tools(self, request: HttpRequest, row: LinkRequest) -> Iterable[tuple[str, str]]:
        """Let the partner ask again, if the client has said that it does not know it."""
        may = acting(request).has_perm(PERMISSION) and row.is_unknown_to_client and row.lifted_at is None
        return [("Let the partner ask again", self.url("lift", row.pk))] if may else []

    def get_urls(self) -> list[URLPattern]:
        """With the page that lifts, and the link doctor."""
        return [
            self.own_url("doctor/", "doctor", self.doctor_view),
            self.own_url("<path:object_id>/lift/", "lift", self.lift_view),
            *super().get_urls(),
        ]

    def doctor_view(self, request: HttpRequest) -> HttpResponse:
        """Find what support has at hand. By POST though it changes nothing: addresses do not belong into URLs."""
        require(request, "clients.view_linkrequest")
        typed = request.POST.get("q", "")[:MAX_TYPED].replace("\0", "")
        clients = find_clients(typed)
        diagnosis = diagnose(clients[0], typed, at=timezone.now()) if len(clients) == 1 else None
        context = {
            **self.admin_site.each_context(request),
            "title": "Link doctor",
            "typed": typed,
            "clients": clients,
            "diagnosis": diagnosis,
            "history": diagnosis.history if diagnosis else [],
        }
        return TemplateResponse(request, "admin/link_doctor.html", context)

    def lift_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let the partner ask again."""
        require(request, PERMISSION)
        row = self.row(request, object_id)
        form = DecisionForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            why = form.cleaned_data["why"]
            if lift(request=row, by=acting(request), why=why, at=database_time()):
                success(request, "The partner may ask again.")
            else:
                warning(request, "There was nothing to lift: a colleague was faster, or the client never said so.")
            return HttpResponseRedirect(self.url("change", row.pk))
        says = [
            "The client said that it does not know this partner. Lift that only if you are sure that it was a mistake."
        ]
        context = {"title": "Let the partner ask again", "form": form, "says": says, "button": "Let it ask again"}
        return self.page(request, "admin/decision.html", row, context)


type Choices = list[tuple[str, str]]


@dataclass(frozen=True)
class MatchedBy:
    """An address by which the partner came upon a client, and what is known of it now."""

    address: str
    is_held: bool
    is_proven: bool  # or another one of the client at its domain is
    proven_at: datetime | None


@dataclass(frozen=True)
class Matched:
    """A client that a conflict is about, as support looks at it."""

    client: Client
    link: ReferralPartnerClientLink | None
    has_signed: bool
    by: list[MatchedBy]  # first those that nobody has proven
    cases: CaseStats  # under that link

    @property
    def may_be_squatted(self) -> bool:
        """Whether nobody has ever shown that mail to what matched reaches the client; signing shows it of one."""
        return not any(each.is_proven for each in self.by) if self.by else not self.has_signed


class ConflictForm(DecisionForm):
    """What is decided, and why."""

    decision = forms.ChoiceField(
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what to do.", "invalid_choice": "Choose what to do."},
    )
    field_order = ["decision", "why"]

    def __init__(self, *args: Any, choices: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.offer(choices)

    def offer(self, choices: Choices) -> None:
        """Let these be chosen."""
        self.fields["decision"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField's


@admin.register(LinkConflict, site=site)
class LinkConflictAdmin(FoundByClient):
    """The queue, open ones first and the oldest on top, and one page for each."""

    list_display = ["__str__", "age", "status", "kind", "partner", "about", "times_asked"]
    list_select_related = ["partner", "client"]
    list_filter = ["status", "kind", "partner"]
    search_fields = ["client__name", "matches__client__name", "partner__name", "external_tenant_id"]
    clients_are_at = ("client", "matches__client")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LinkConflict]:
        """With the clients that match, in a fixed number of statements."""
        conflicts: QuerySet[LinkConflict] = super().get_queryset(request)
        return conflicts.prefetch_related("matches__client")

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """Open ones first, the oldest on top."""
        closed = Case(When(status=ConflictStatus.OPEN, then=Value(0)), default=Value(1))
        return [closed.asc(), "first_asked_at", "pk"]

    @admin.display(description="Age", ordering="first_asked_at")
    def age(self, conflict: LinkConflict) -> str:
        """How long ago the partner asked first."""
        return timesince(conflict.first_asked_at, depth=1)

    @admin.display(description="About")
    def about(self, conflict: LinkConflict) -> str:
        """The client, or those that match."""
        if conflict.client is not None:
            return conflict.client.name
        return " or ".join(match.client.name for match in conflict.matches.all())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show both sides and what each decision would do; take the decision."""
        if not self.has_view_permission(request):
            return super().change_view(request, object_id, form_url, extra_context)
        conflict = self.row(request, object_id)
        may_decide = acting(request).has_perm(PERMISSION)
        matched = _matched(conflict)
        # What a colleague has decided meanwhile is not offered any more; whoever still sends it is told what happened.
        form = ConflictForm(request.POST or None, choices=_decisions(conflict, matched))
        if request.method == "POST":
            require(request, PERMISSION)
            if form.is_valid():
                self._decide(request, conflict, form.cleaned_data["decision"], form.cleaned_data["why"])
                return HttpResponseRedirect(self.url("change", conflict.pk))
        is_taken = id_is_taken(conflict)
        choices = _choices(conflict, [] if is_taken else matched)
        form.offer(choices)
        context = {
            "title": f"{conflict.get_kind_display()}: {conflict.partner}",
            "conflict": conflict,
            "matched": matched,
            "is_taken": is_taken,
            "may_release": acting(request).has_perm("clients.correct_users"),
            "form": form if may_decide and choices else None,
            "requests": _requests(conflict, matched),
            "history": history_of(conflict),
        }
        return self.page(request, "admin/conflict.html", conflict, context)

    def _decide(self, request: HttpRequest, conflict: LinkConflict, wanted: str, why: str) -> None:
        facts: dict[str, Any] = {"conflict": conflict, "by": acting(request), "why": why, "at": database_time()}
        outcome: Offer | NotAmongTheMatches
        match wanted.partition(":"):
            case ("keep", _, _):
                outcome = keep(**facts)
            case ("refuse", _, _):
                outcome = refuse(**facts)
            case ("move", _, _):
                outcome = offer_move(**facts)
            case ("reopen", _, _):
                outcome = reopen(conflict=conflict, by=acting(request), why=why)
            case (_, _, client):
                outcome = choose_client(**facts, client=Client.objects.get(pk=client))
        _say(request, outcome)


def _say(request: HttpRequest, outcome: Offer | NotAmongTheMatches) -> None:
    match outcome:
        case Resolved(conflict):
            success(request, f"Done: {conflict.get_status_display()}.")
        case DecidedBefore(LinkConflict(decided_at=None)):
            warning(request, "Nothing was done: a colleague has reopened it already.")
        case DecidedBefore(conflict):
            status = conflict.get_status_display()
            warning(request, f"Nothing was done: a colleague decided it already ({status}), for the reason below.")
        case NothingToMove():
            warning(request, "Nothing was done: the client has no link to another partner any more.")
        case IdTaken():
            warning(request, "Nothing was done: the partner has another client under this id by now.")
        case NotAmongTheMatches():
            warning(request, "Nothing was done: that client is none of those that match.")
        case _:
            assert_never(outcome)


def _matched(conflict: LinkConflict) -> list[Matched]:
    """The clients that the conflict is about, in as many statements whether they are one or many."""
    ids = [conflict.client_id] if conflict.client_id else [match.client_id for match in conflict.matches.all()]
    links = ReferralPartnerClientLink.objects.active().filter(client__in=ids).select_related("partner")
    by_client = {link.client_id: link for link in links}
    brought = case_stats([link.pk for link in links])
    signed = set(Signature.objects.filter(client__in=ids).values_list("client", flat=True))
    by = _matched_by(conflict)
    stats = {link.client_id: numbers for link in links if (numbers := brought.get(link.pk))}
    return [
        Matched(
            client=client,
            link=by_client.get(client.pk),
            has_signed=client.pk in signed,
            by=by.get(client.pk, []),
            cases=stats.get(client.pk, CaseStats()),
        )
        for client in Client.objects.filter(pk__in=ids)
    ]


def _matched_by(conflict: LinkConflict) -> dict[UUID, list[MatchedBy]]:
    """By client, the addresses that matched; those that nobody has proven come first."""
    matched = list(conflict.addresses.all())
    held = {each.address: each for each in EmailAddress.objects.held([each.address for each in matched])}
    found: dict[UUID, list[MatchedBy]] = {}
    for each in matched:
        now = held.get(each.address)
        if now is None or now.client_id != each.client_id:
            by = MatchedBy(each.address, is_held=False, is_proven=False, proven_at=None)
        else:
            by = MatchedBy(each.address, is_held=True, is_proven=now.is_proven, proven_at=now.proven_at)
        found.setdefault(each.client_id, []).append(by)
    for every in found.values():
        every.sort(key=lambda one: (one.is_proven, one.address))
    return found


def _decisions(conflict: LinkConflict, matched: list[Matched]) -> Choices:
    """What there is to decide about such a conflict, whether or not it can be decided now."""
    names = ["keep", "move"]
    if conflict.kind == ConflictKind.AMBIGUOUS:
        names = ["refuse", *(f"choose:{each.client.pk}" for each in matched)]
    return [(name, name) for name in [*names, "reopen"]]


def _choices(conflict: LinkConflict, matched: list[Matched]) -> Choices:
    """What can be decided now, each with what it would do."""
    partner = conflict.partner.short_name
    match conflict.status, conflict.kind:
        case ConflictStatus.OPEN, ConflictKind.ELSEWHERE:
            elsewhere = [each for each in matched if each.link and each.link.partner_id != conflict.partner_id]
            return [
                ("keep", f"Keep: nothing changes, and {partner} goes on getting “linked to another partner”."),
                *[("move", f"Offer a move: {_asked(conflict, each)}") for each in elsewhere],
            ]
        case ConflictStatus.OPEN, _:
            return [
                *[(f"choose:{each.client.pk}", f"Choose: {_asked(conflict, each)}") for each in matched],
                ("refuse", f"Refuse: nothing changes, and {partner} goes on getting “cannot be told apart”."),
            ]
        case ((ConflictStatus.KEPT | ConflictStatus.REFUSED), _):
            return [("reopen", "Reopen: it waits for a decision again.")]
        case _:
            return []


def _asked(conflict: LinkConflict, each: Matched) -> str:
    """What happens when the client is asked."""
    partner = conflict.partner
    asked = f"{each.client.name} is asked for {partner.approval_days} days, and until then nothing changes."
    linked = f"linked to {partner.short_name} at its fee of that moment ({partner.fee_percentage} % today)"
    if each.link is None:
        return f"{asked} If it approves, it is {linked}."
    leaves = f"its link to {each.link.partner.short_name} ({each.link.fee_percentage} %) is archived"
    return f"{asked} If it approves, {leaves} and it is {linked}."


def _requests(conflict: LinkConflict, matched: list[Matched]) -> list[LinkRequest]:
    requests = LinkRequest.objects.filter(client__in=[each.client for each in matched])
    requests = requests.select_related("partner", "client", "offered_by", "lifted_by")
    return list(requests.order_by("-created_at")[:NEWEST])


@admin.register(AskingLimitReached, site=site)
class AskingLimitReachedAdmin(ReadOnlyAdmin):
    """Partners that were told of many known companies in a day, or stopped; the limit is raised on a partner's page."""

    list_display = ["partner", "day", "companies", "refused", "first_at"]
    list_select_related = ["partner"]
    list_filter = ["partner"]
    fields = ["partner", "day", "companies", "refused", "first_at"]
