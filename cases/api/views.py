"""What partners read of cases, and the preview of one."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from pydantic import BaseModel
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from cases.api.case_items import CasesBody, case_detail, case_item, summary_body
from cases.api.coverage_body import CoverageBody, coverage_items, filter_options, preview_body
from cases.api.find_cases import find_case, find_cases
from cases.api.list_schemas import CasesQuery
from cases.api.openapi import (
    describe_filter_options,
    describe_get_case,
    describe_list_cases,
    describe_list_coverage,
    describe_preview_case,
)
from cases.api.schemas import PreviewRequest
from cases.models import ExchangeRate
from cases.pricing.preview_case import preview_case
from edge.operation import Operation
from edge.query import page_body, read_query
from edge.shapes import read
from partners.authentication import IsPartner, calling_partner


class CasesView(Operation):
    """The partner's cases."""

    permission_classes = [IsPartner]

    @describe_list_cases
    def get(self, request: Request) -> HttpResponse:
        """A page of them, and the counts of all that were asked for."""
        wanted = read_query(CasesQuery, request.META["QUERY_STRING"])
        found = find_cases(partner=calling_partner(request), wanted=wanted, at=timezone.now())
        return _json(
            CasesBody(
                page=page_body(wanted, total=found.counts.total, here=len(found.cases)),
                cases=[case_item(case) for case in found.cases],
                summary=summary_body(found.counts),
            )
        )


class CaseView(Operation):
    """One case."""

    permission_classes = [IsPartner]

    @describe_get_case
    def get(self, request: Request, id: UUID) -> HttpResponse:
        """The case, with what it may bring."""
        case = find_case(partner=calling_partner(request), case_id=id)
        if case is None:
            raise NotFound
        rates = ExchangeRate.objects.usd_per_unit([case.currency], on=timezone.now().date())
        return _json(case_detail(case, usd_per_unit=rates.get(case.currency)))


class PreviewView(Operation):
    """What a case would cost."""

    permission_classes = [IsPartner]

    @describe_preview_case
    def post(self, request: Request) -> HttpResponse:
        """Price it and tell whether anybody would collect it; nothing is created."""
        now = timezone.now()
        wanted = read(PreviewRequest, request.data, at=now)
        return _json(preview_body(wanted, preview_case(wanted=wanted.wanted(), age=wanted.age(), at=now)))


class CoverageView(Operation):
    """Where claims are collected."""

    permission_classes = [IsPartner]

    @describe_list_coverage
    def get(self, request: Request) -> HttpResponse:
        """Every jurisdiction, with who collects there."""
        return _json(CoverageBody(coverage_items()))


class FilterOptionsView(Operation):
    """What cases can be filtered by."""

    permission_classes = [IsPartner]

    @describe_filter_options
    def get(self, request: Request) -> HttpResponse:
        """Countries and collection partners of the partner's cases."""
        return _json(filter_options(calling_partner(request)))


def _json(body: BaseModel) -> HttpResponse:
    """Pydantic writes the JSON itself: a Decimal stays exact, and nothing is walked twice."""
    return HttpResponse(body.model_dump_json(by_alias=True), content_type="application/json")
