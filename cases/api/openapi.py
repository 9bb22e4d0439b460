"""Describe the operations on cases for OpenAPI."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema

from cases.api import examples
from cases.api.case_items import CaseDetail, CasesBody
from cases.api.coverage_body import CoverageBody, FilterOptions, PreviewBody
from cases.api.list_schemas import CasesQuery
from cases.api.schemas import PreviewRequest
from edge.openapi import answer, failure, query_parameters, standard

describe_list_cases = extend_schema(
    tags=["Cases"],
    operation_id="listCases",
    summary="Your cases",
    description=(
        "Cases that came under your links, newest first unless Sort says otherwise; those of links that were archived "
        "since, too. The summary counts all that match, whatever the page. Names of parameters are taken in any letter "
        "case; unknown ones are refused."
    ),
    parameters=query_parameters(CasesQuery),
    responses={200: answer(CasesBody, "A page of cases.", Page=examples.CASES)},
)

describe_get_case = extend_schema(
    tags=["Cases"],
    operation_id="getCase",
    summary="One case",
    description="A case of yours, and what it brings you if all of it is collected.",
    parameters=[OpenApiParameter("id", {"type": "string", "format": "uuid"}, OpenApiParameter.PATH)],
    responses={
        200: answer(CaseDetail, "The case.", Case=examples.CASE),
        404: standard(404, "There is no such case, or it is another partner's: there is no telling which."),
    },
)

describe_preview_case = extend_schema(
    tags=["Cases"],
    operation_id="previewCase",
    summary="What a case would cost",
    description="Prices a case and tells whether anybody would collect it. Creates nothing, and needs no client.",
    request=PreviewRequest,
    examples=[OpenApiExample("Preview", value=examples.ASKED, request_only=True)],
    responses={
        200: answer(PreviewBody, "The preview.", Preview=examples.PREVIEW),
        400: failure("Something in the body is wrong. validationErrors has all of it, by path.", examples.NO_STATE),
    },
)

describe_list_coverage = extend_schema(
    tags=["Coverage"],
    operation_id="listCoverage",
    summary="Where claims are collected",
    description=(
        "Every jurisdiction, with who collects there and on what conditions, in the order in which they are asked. A "
        "US state stands here where somebody covers it on its own, together with those who cover the whole country; "
        "any other state is covered as the United States are."
    ),
    responses={200: answer(CoverageBody, "All of them, by name.", Coverage=examples.COVERAGE)},
)

describe_filter_options = extend_schema(
    tags=["Cases"],
    operation_id="getFilterOptions",
    summary="What your cases can be filtered by",
    description="Numbers for CountryIds and ids for CollectionPartnerIds: those that occur in your cases.",
    responses={200: answer(FilterOptions, "The options.", Options=examples.OPTIONS)},
)
