"""How the operations on cases are described."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema

from cases.case_items import CaseDetail, CasesBody
from cases.coverage_body import CoverageBody, FilterOptions, PreviewBody
from cases.list_schemas import CasesQuery
from cases.schemas import PreviewRequest
from debitura.edge.errors import ErrorAnswer, error_body
from debitura.edge.openapi import (
    CRASHED,
    HEADERS,
    INVALID_QUERY,
    UNAUTHORIZED,
    UNAVAILABLE,
    answer,
    query_parameters,
    standard,
)

ALWAYS = {401: UNAUTHORIZED, 500: CRASHED, 503: UNAVAILABLE}

describe_list_cases = extend_schema(
    tags=["Cases"],
    operation_id="listCases",
    summary="Your cases",
    description=(
        "Cases that came under your links, newest first unless Sort says otherwise; those of links that were archived "
        "since, too. The summary counts all that match, whatever the page. Names of parameters are taken in any letter "
        "case; unknown ones are refused."
    ),
    parameters=[*HEADERS, *query_parameters(CasesQuery)],
    responses={200: answer(CasesBody, "A page of cases."), 400: INVALID_QUERY, **ALWAYS},
)

describe_get_case = extend_schema(
    tags=["Cases"],
    operation_id="getCase",
    summary="One case",
    description="A case of yours, and what it brings you if all of it is collected.",
    parameters=[*HEADERS, OpenApiParameter("id", {"type": "string", "format": "uuid"}, OpenApiParameter.PATH)],
    responses={
        200: answer(CaseDetail, "The case."),
        404: standard(404, "There is no such case, or it is another partner's: there is no telling which."),
        **ALWAYS,
    },
)

describe_preview_case = extend_schema(
    tags=["Cases"],
    operation_id="previewCase",
    summary="What a case would cost",
    description="Prices a case and tells whether anybody would collect it. Creates nothing, and needs no client.",
    request=PreviewRequest,
    parameters=HEADERS,
    responses={
        200: answer(PreviewBody, "The preview."),
        400: answer(
            ErrorAnswer,
            "Something in the body is wrong. validationErrors has all of it, by path.",
            ValidationError=error_body(
                "ValidationError",
                "The request has 1 invalid field.",
                {"debtor.stateAlpha2": ["Is needed in the United States: CA, US-CA or California."]},
            ),
        ),
        413: standard(413, "The body is over 1 MB."),
        415: standard(415, "The body is not declared as application/json in UTF-8."),
        **ALWAYS,
    },
)

describe_list_coverage = extend_schema(
    tags=["Coverage"],
    operation_id="listCoverage",
    summary="Where claims are collected",
    description=(
        "Every jurisdiction, with who collects there and on what conditions, in the order in which they are asked. A "
        "US state stands here where somebody covers it on its own; who covers the country takes debtors there too."
    ),
    parameters=HEADERS,
    responses={200: answer(CoverageBody, "All of them, by name."), **ALWAYS},
)

describe_filter_options = extend_schema(
    tags=["Cases"],
    operation_id="getFilterOptions",
    summary="What your cases can be filtered by",
    description="Numbers for CountryIds and ids for CollectionPartnerIds: those that occur in your cases.",
    parameters=HEADERS,
    responses={200: answer(FilterOptions, "The options."), **ALWAYS},
)
