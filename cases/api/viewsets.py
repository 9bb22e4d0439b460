"""Viewsets about cases, previews and coverage."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from cases.api.case_items import CasesBody, case_detail, case_item, summary_body
from cases.api.coverage_body import (
    CoverageBody,
    coverage_items,
    filter_options,
    preview_body,
)
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
from edge.query import page_body
from partners.viewset import PartnerViewSet, answer


class CaseViewSet(PartnerViewSet):
    """The partner's cases."""

    lookup_field = "id"
    lookup_value_converter = "id"

    @describe_list_cases
    def list(self, request: Request) -> HttpResponse:
        """A page of cases, and the counts of the whole selection."""
        wanted = self.query(CasesQuery)
        found = find_cases(partner=self.partner, wanted=wanted, at=self.now)
        return answer(
            CasesBody(
                page=page_body(wanted, total=found.counts.total, here=len(found.cases)),
                cases=[case_item(case) for case in found.cases],
                summary=summary_body(found.counts),
            )
        )

    @describe_get_case
    def retrieve(self, request: Request, id: UUID) -> HttpResponse:
        """A case, with the revenue that it may bring."""
        case = find_case(partner=self.partner, case_id=id)
        if case is None:
            raise NotFound
        rates = ExchangeRate.objects.usd_per_unit([case.currency], on=self.now.date())
        return answer(case_detail(case, usd_per_unit=rates.get(case.currency)))

    @describe_preview_case
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> HttpResponse:
        """What a case would cost and whether anybody would collect it; nothing is created."""
        wanted = self.body(PreviewRequest)
        preview = preview_case(wanted=wanted.wanted(), age=wanted.age(), at=self.now)
        return answer(preview_body(wanted, preview))


class CoverageViewSet(PartnerViewSet):
    """Where claims are collected."""

    @describe_list_coverage
    def list(self, request: Request) -> HttpResponse:
        """Every jurisdiction, with who collects there."""
        return answer(CoverageBody(coverage_items()))


class ReferralPartnerViewSet(PartnerViewSet):
    """The calling partner itself."""

    @describe_filter_options
    @action(detail=False, url_path="filter-options")
    def filter_options(self, request: Request) -> HttpResponse:
        """The countries and collection partners that occur in its cases."""
        return answer(filter_options(self.partner))
