"""How the /clients operations are described: every answer with its shape and an example."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
)

from cases.api.openapi import PAGE, WHOLE_CASE
from edge.errors import STANDARD, ErrorAnswer, error_body
from edge.openapi import (
    CRASHED,
    HEADERS,
    INVALID_QUERY,
    RATE_LIMITED,
    UNAUTHORIZED,
    UNAVAILABLE,
    answer,
    header,
    query_parameters,
    standard,
)
from edge.shapes import MAX_TENANT_ID, TENANT_ID_PATTERN
from onboarding.api.lists import ClientsQuery
from onboarding.api.schemas import (
    BusinessErrorsBody,
    ClientBody,
    ClientsBody,
    Conflict,
    CreateClientRequest,
    CreatedClient,
)

LINK = "https://onboarding.example/companydetails/5c1f4e0a-3f1b-4b0e-9a51-0c7f6f2d9a10"
UPGRADE = "https://onboarding.example/ContractUpgrade/Sign/5c1f4e0a-3f1b-4b0e-9a51-0c7f6f2d9a10"
APPROVAL = "https://onboarding.example/LinkApproval/7d3a1c52-8e4b-4f0d-b6a9-2c9e5f1b7a30"

REQUEST = {
    "externalTenantId": "tenant-4711",
    "client": {
        "name": "Nordlys Belysning A/S",
        "registrationNumber": "DK12345678",
        "country": "DK",
        "address": "Nørregade 1",
        "zipCode": "1165",
        "city": "København",
        "supportEmail": "office@nordlys.example",
        "supportPhone": "+45 70 00 00 00",
    },
    "users": [{"name": "Jane Ann Doe", "email": "jane@nordlys.example", "isOnboardingUser": True}],
}

AWAITING: dict[str, Any] = {
    "externalTenantId": "tenant-4711",
    "onboardingDone": False,
    "onboardingLinks": {"url": LINK},
    "agreement": {"signedVersion": None, "currentVersion": 3, "mustSignBy": None, "reason": None, "signUrl": LINK},
    "client": {
        "id": "0b8c2d5e-7a64-4e7b-9f51-3f3c5a3f6a77",
        "companyName": "Nordlys Belysning A/S",
        "companyRegistrationNumber": "DK12345678",
        "officeEmail": "office@nordlys.example",
        "officePhone": "+45 70 00 00 00",
        "country": "Denmark",
        "address": "Nørregade 1",
        "zipCode": "1165",
        "city": "København",
        "state": None,
    },
    "users": [
        {
            "id": 17,
            "name": "Jane Ann Doe",
            "firstName": "Jane Ann",
            "lastName": "Doe",
            "email": "jane@nordlys.example",
            "role": "CreditorAdmin",
        }
    ],
    "isAttributedClient": True,
    "referralFeePercentage": 12.5,
    "dateLinked": "2026-11-24T14:20:05.120000Z",
    "caseStats": {"casesTotal": 0, "casesClosed": 0, "earningsUsd": 0},
}
READY: dict[str, Any] = {
    **{name: value for name, value in AWAITING.items() if name != "onboardingLinks"},
    "onboardingDone": True,
    "agreement": {"signedVersion": 3, "currentVersion": 3, "mustSignBy": None, "reason": None, "signUrl": None},
}
ANNOUNCED = {
    **READY,
    "agreement": {
        "signedVersion": 2,
        "currentVersion": 3,
        "mustSignBy": "2027-01-01T00:00:00Z",
        "reason": "NewVersion",
        "signUrl": UPGRADE,
    },
}
AGAIN = {
    **AWAITING,
    "onboardingLinks": {"url": UPGRADE},
    "agreement": {**ANNOUNCED["agreement"], "mustSignBy": "2026-11-20T09:30:00Z", "reason": "CreditorNameChanged"},
}
CASE: dict[str, Any] = {
    "currencyCode": "EUR",
    "amountToRecover": 1250.5,
    "date": "2026-01-15",
    "dueDate": "2026-02-14",
    "creditorReference": "INV-1001",
    "claimDescription": "Lamps, delivered in January",
    "debtor": {
        "type": "Company",
        "name": "Leuchten Lehmann GmbH",
        "address": "Hafenstraße 4",
        "zipCode": "20457",
        "city": "Hamburg",
        "countryAlpha2": "DE",
    },
}
CASE_RESULTS: dict[str, Any] = {
    "successfulCases": [WHOLE_CASE],
    "failedCases": [
        {
            "caseIndex": 1,
            "creditorReference": "INV-1002",
            "errorType": "NoPartnerAvailable",
            "errorMessage": "No collection partner covers this debtor and amount.",
            "validationErrors": None,
        }
    ],
}


CLIENTS: dict[str, Any] = {
    "page": {**PAGE, "pageSize": 50},
    "summary": {
        "totalClients": 1,
        "attributedClients": 1,
        "onboardingComplete": 1,
        "onboardingPending": 0,
        "totalCases": 0,
    },
    "clients": [READY],
}
REPLAYED = header(
    "Idempotent-Replayed",
    {"type": "string", "enum": ["true"]},
    "There where the client existed before this call.",
    response=[201, 202],
)


describe_create_client = extend_schema(
    tags=["Clients"],
    operation_id="createClient",
    summary="Bring a client on board",
    description=(
        "Creates the company as a client and links it to you at your fee percentage of this moment, which never "
        "changes on this link. Idempotent by externalTenantId: a repeat creates and changes nothing, whatever else it "
        "says, and answers the state of now with the header `Idempotent-Replayed: true`. A 201 can later become a 202, "
        "when the agreement must be signed again. Cases that a collection partner covers are created with the client "
        "and wait for its signature; the others are told in caseResults. With a 409 they are kept, and created once "
        "the client approves; a repeat tells what became of them. Property names are taken in any letter case; unknown "
        "ones refused."
    ),
    request=CreateClientRequest,
    parameters=[*HEADERS, REPLAYED],
    examples=[
        OpenApiExample("New client", value=REQUEST, request_only=True),
        OpenApiExample("With a case", value={**REQUEST, "cases": [CASE]}, request_only=True),
    ],
    responses={
        201: answer(
            CreatedClient, "The client is linked to you and its signature is current.", Ready=READY, Announced=ANNOUNCED
        ),
        202: answer(
            CreatedClient,
            "The client is linked to you and must sign. Hand onboardingLinks.url to your customer; we do not mail it.",
            AwaitingSignature=AWAITING,
            SignAgain=AGAIN,
            WithCases={**AWAITING, "caseResults": CASE_RESULTS},
        ),
        400: answer(
            ErrorAnswer,
            "Something in the body is wrong; nothing was created. validationErrors has all of it, by path.",
            ValidationError=error_body(
                "ValidationError",
                "The request has 1 invalid field.",
                {"users[0].email": ["This is not an e-mail address."]},
            ),
        ),
        401: UNAUTHORIZED,
        409: answer(
            Conflict,
            "We know this company, or one with one of these addresses. `type` says what stands in the way. With "
            "ClientExistsNeedsLinking, hand onboardingLinks.url to your customer; once it approves, repeat the call. "
            "There is no URL where the company has said that it does not know you; support must lift that first. "
            "Repeats answer the same request until it expires, under the externalTenantId that it was made under.",
            ClientExistsNeedsLinking={
                "type": "ClientExistsNeedsLinking",
                "message": "An address in this request is known to us from a company that must approve the link to you "
                "first. Hand it the URL in data.",
                "data": {
                    "externalTenantId": "tenant-4711",
                    "onboardingLinks": {"url": APPROVAL},
                    "isAttributedClient": False,
                },
            },
            ClientDoesNotKnowYou={
                "type": "ClientExistsNeedsLinking",
                "message": "An address in this request is known to us from a company that has not approved the link …",
                "data": {"externalTenantId": "tenant-4711", "isAttributedClient": False},
            },
            AlreadyLinkedToAnotherPartner={
                "type": "AlreadyLinkedToAnotherPartner",
                "message": "An address in this request is known to us from a company that is linked to another …",
                "data": {"externalTenantId": "tenant-4711"},
            },
            AlreadyLinkedDifferentTenant={
                "type": "AlreadyLinkedDifferentTenant",
                "message": "An address in this request is known to us from the client in data, which is linked …",
                "data": {"externalTenantId": "tenant-0815"},
            },
            AmbiguousMatch={
                "type": "AmbiguousMatch",
                "message": "An address in this request is known to us from several companies, so that they cannot …",
                "data": {"externalTenantId": "tenant-4711"},
            },
        ),
        413: standard(413, "The body is over 1 MB."),
        415: standard(415, "The body is not declared as JSON, or it is compressed."),
        422: answer(
            BusinessErrorsBody,
            "A case is assigned to none of the users, or to a division that the client does not have; nothing was "
            "created. That nobody covers a case is no error: it is among the failedCases.",
            AssignedUserUnknown={
                "businessErrors": [
                    {
                        "type": "AssignedUserUnknown",
                        "message": "cases[0].assignedUserEmail: none of the client's users has this address.",
                        "solutionUrl": None,
                    }
                ],
            },
        ),
        429: answer(
            ErrorAnswer,
            "You were told of as many companies that we know as a partner is told of in 24 hours, and this is another, "
            "or your key calls too often. Retry-After says when to try again. At the first of these limits new "
            "companies are created, and your own clients and open requests answered, as ever; support raises it for an "
            "import.",
            TooManyKnownCompanies=error_body(
                "RateLimited", "You were told of too many companies that we know already within a day. …"
            ),
            TooManyCalls=error_body(*STANDARD[429]),
        ),
        500: CRASHED,
        503: UNAVAILABLE,
    },
)

describe_get_client = extend_schema(
    tags=["Clients"],
    operation_id="getClient",
    summary="Where a client stands",
    description="One client by your own id for it, case-sensitive, with the locked referralFeePercentage of its link.",
    parameters=[
        *HEADERS,
        OpenApiParameter(
            "externalTenantId",
            {"type": "string", "minLength": 1, "maxLength": MAX_TENANT_ID, "pattern": TENANT_ID_PATTERN},
            OpenApiParameter.PATH,
            description="The id that you gave the client, percent-encoded.",
        ),
    ],
    responses={
        200: answer(
            ClientBody, "The client.", Ready=READY, Announced=ANNOUNCED, AwaitingSignature=AWAITING, SignAgain=AGAIN
        ),
        401: UNAUTHORIZED,
        404: standard(404, "Never created, archived, or another partner's: there is no telling which."),
        429: RATE_LIMITED,
        500: CRASHED,
        503: UNAVAILABLE,
    },
)

describe_list_clients = extend_schema(
    tags=["Clients"],
    operation_id="listClients",
    summary="Your clients",
    description=(
        "Clients that you have now, newest link first unless Sort says otherwise. The summary counts all that match, "
        "whatever the page. Names of parameters are taken in any letter case; unknown ones are refused."
    ),
    parameters=[*HEADERS, *query_parameters(ClientsQuery)],
    responses={
        200: answer(ClientsBody, "A page of clients.", Page=CLIENTS),
        400: INVALID_QUERY,
        401: UNAUTHORIZED,
        429: RATE_LIMITED,
        500: CRASHED,
        503: UNAVAILABLE,
    },
)
