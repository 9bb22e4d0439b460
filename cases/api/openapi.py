"""How the operations on cases are described."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema

from cases.api.case_items import CaseDetail, CasesBody
from cases.api.coverage_body import CoverageBody, FilterOptions, PreviewBody
from cases.api.list_schemas import CasesQuery
from cases.api.schemas import PreviewRequest
from edge.errors import ErrorAnswer, error_body
from edge.openapi import (
    CRASHED,
    HEADERS,
    INVALID_QUERY,
    RATE_LIMITED,
    UNAUTHORIZED,
    UNAVAILABLE,
    answer,
    query_parameters,
    standard,
)

DEBTOR: dict[str, Any] = {
    "type": "Company",
    "name": "Leuchten Lehmann GmbH",
    "contactPerson": None,
    "companyRegistrationNumber": None,
    "address": "Hafenstraße 4",
    "zipCode": "20457",
    "city": "Hamburg",
    "state": None,
    "stateAlpha2": None,
    "countryAlpha2": "DE",
    "country": "Germany",
    "email": None,
    "phone": None,
}
CREDITOR: dict[str, Any] = {
    "id": "0b8c2d5e-7a64-4e7b-9f51-3f3c5a3f6a77",
    "companyName": "Nordlys Belysning A/S",
    "companyRegistrationNumber": "DK12345678",
    "officeEmail": "office@nordlys.example",
    "officePhone": "+45 70 00 00 00",
    "address": "Nørregade 1",
    "city": "København",
    "zipCode": "1165",
    "state": None,
    "country": "Denmark",
}
WHOLE_CASE: dict[str, Any] = {
    "id": "3f0d8a52-6c1e-4b7f-9a35-5d2c7e9b1f04",
    "dateCreated": "2026-11-24T14:20:05.120000Z",
    "dateUpdated": "2026-11-24T14:20:05.120000Z",
    "reference": "K7QX4RTM",
    "creditorReference": "INV-1001",
    "creditorComments": None,
    "claimDescription": "Lamps, delivered in January",
    "grossAmount": 1250.5,
    "remainder": 1250.5,
    "interestFees": 0,
    "reminderFees": 0,
    "collectionFees": 0,
    "totalAddedFees": 0,
    "currency": "EUR",
    "isTestCase": False,
    "lifecycle": "Pending contract signing",
    "dueDate": "2026-02-14T00:00:00Z",
    "date": "2026-01-15T00:00:00Z",
    "dateFinished": None,
    "dateCollectionStarted": None,
    "closeCode": None,
    "currentEngagementPhase": None,
    "claimType": None,
    "creditorDivisionId": None,
    "debtor": DEBTOR,
    "collectionPartner": {
        "name": "Elbe Forderungen GmbH",
        "officeEmail": "office@elbe.example",
        "officePhone": None,
        "publicSite": None,
    },
    "creditor": CREDITOR,
    "blendedAgeUpliftPoints": None,
    "preLegalSuccessFee": 9.5,
    "solutionUrl": None,
    "signingHandoff": {
        "combinedSigningUrl": "https://onboarding.example/companydetails/5c1f4e0a-3f1b-4b0e-9a51-0c7f6f2d9a10"
    },
    "exclusivePeriodEndDate": None,
    "disputeStatus": None,
    "validation": {"needsInfo": False},
    "allocationOutstanding": {"principal": 1250.5, "interest": 0, "reminderFees": 0, "collectionFees": 0},
}
ITEM: dict[str, Any] = {
    "id": WHOLE_CASE["id"],
    "reference": "K7QX4RTM",
    "creditorReference": "INV-1001",
    "client": {
        "externalTenantId": "tenant-4711",
        "creditorId": CREDITOR["id"],
        "companyName": "Nordlys Belysning A/S",
        "contacts": {
            "onboardingUser": {"email": "jane@nordlys.example", "name": "Jane Ann Doe"},
            "officeEmail": "office@nordlys.example",
            "otherUsers": [],
        },
    },
    "debtor": {"name": "Leuchten Lehmann GmbH", "country": "Germany"},
    "grossAmount": 1250.5,
    "remainder": 1250.5,
    "currency": "EUR",
    "lifecycle": "Active",
    "closeCode": None,
    "currentEngagementPhase": None,
    "dateCreated": "2026-11-24T14:20:05.120000Z",
    "dueDate": "2026-02-14T00:00:00Z",
    "dateCollectionStarted": "2026-11-26T09:00:00Z",
    "dateFinished": None,
    "validation": {"needsInfo": False, "creditorRespondedAt": None, "items": []},
    "collectionPartner": "Elbe Forderungen GmbH",
    "expectedReferralRatePercentage": 12.5,
}
DETAIL: dict[str, Any] = {
    **ITEM,
    "potentialRevenue": {
        "grossAmountUsd": 1356.79,
        "successFeePercentage": 9.5,
        "collectionPartnerRevenueUsd": 128.9,
        "platformRevenueSharePercentage": 25,
        "platformRevenueUsd": 32.22,
        "referralFeePercentage": 12.5,
        "referralRevenueUsd": 4.03,
    },
}
PAGE = {"totalResults": 1, "pageSize": 10, "currentPage": 1, "responseCount": 1, "totalPages": 1}
LIST: dict[str, Any] = {
    "page": PAGE,
    "cases": [ITEM],
    "summary": {
        "totalCases": 1,
        "casesThisMonth": 1,
        "byLifecycle": {"active": 1, "pending": 0, "closed": 0, "paused": 0},
    },
}
COVERAGE: list[dict[str, Any]] = [
    {
        "jurisdictionId": 276,
        "jurisdiction": "Germany",
        "country": "Germany",
        "countryId": 276,
        "countryAlpha2": "DE",
        "usStateAlpha2": None,
        "partners": [
            {
                "partnerId": "8f0c5a1e-2b3d-4c6f-9e70-1a2b3c4d5e6f",
                "partnerName": "Elbe Forderungen GmbH",
                "conditions": "Amount ≥ 500 EUR",
            }
        ],
    }
]
OPTIONS: dict[str, Any] = {
    "countries": [{"id": 276, "name": "Germany"}],
    "carveoutPartners": [{"id": "8f0c5a1e-2b3d-4c6f-9e70-1a2b3c4d5e6f", "name": "Elbe Forderungen GmbH"}],
}
ASKED: dict[str, Any] = {
    "currencyCode": "EUR",
    "amountToRecover": 1250.5,
    "dueDate": "2025-06-30",
    "debtor": {"type": "Company", "countryAlpha2": "DE"},
}
PREVIEW: dict[str, Any] = {
    "isEligible": True,
    "ineligibilityReason": None,
    "jurisdiction": {"id": 276, "name": "Germany", "countryAlpha2": "DE", "stateAlpha2": None},
    "pricingPreview": {
        "baseSuccessFeePercentage": 9.5,
        "ageSurchargePercentage": 10,
        "totalSuccessFeePercentage": 19.5,
        "currencyCode": "EUR",
        "pricingSource": "Standard agreement",
        "pricingSourceDescription": "By the debtor's place, the amount in USD at the newest rate, and the claim's age.",
    },
    "requiresKycVerification": False,
    "pendingActions": [],
    "combinedSigningUrl": None,
}

ALWAYS = {401: UNAUTHORIZED, 429: RATE_LIMITED, 500: CRASHED, 503: UNAVAILABLE}

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
    responses={200: answer(CasesBody, "A page of cases.", Page=LIST), 400: INVALID_QUERY, **ALWAYS},
)

describe_get_case = extend_schema(
    tags=["Cases"],
    operation_id="getCase",
    summary="One case",
    description="A case of yours, and what it brings you if all of it is collected.",
    parameters=[*HEADERS, OpenApiParameter("id", {"type": "string", "format": "uuid"}, OpenApiParameter.PATH)],
    responses={
        200: answer(CaseDetail, "The case.", Case=DETAIL),
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
    examples=[OpenApiExample("Preview", value=ASKED, request_only=True)],
    responses={
        200: answer(PreviewBody, "The preview.", Preview=PREVIEW),
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
        415: standard(415, "The body is not declared as JSON, or it is compressed."),
        **ALWAYS,
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
    parameters=HEADERS,
    responses={200: answer(CoverageBody, "All of them, by name.", Coverage=COVERAGE), **ALWAYS},
)

describe_filter_options = extend_schema(
    tags=["Cases"],
    operation_id="getFilterOptions",
    summary="What your cases can be filtered by",
    description="Numbers for CountryIds and ids for CollectionPartnerIds: those that occur in your cases.",
    parameters=HEADERS,
    responses={200: answer(FilterOptions, "The options.", Options=OPTIONS), **ALWAYS},
)
