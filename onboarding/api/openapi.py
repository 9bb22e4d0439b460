"""How the operations on clients are described."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema

from edge import errors
from edge.errors import ErrorAnswer
from edge.kinds_of_text import MAX_TENANT_ID, TENANT_ID_PATTERN
from edge.openapi import answer, failure, header, query_parameters, standard
from onboarding.api import examples
from onboarding.api.lists import ClientsQuery
from onboarding.api.schemas import (
    BusinessErrorsBody,
    ClientBody,
    ClientsBody,
    Conflict,
    CreateClientRequest,
    CreatedClient,
)

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
    parameters=[REPLAYED],
    examples=[
        OpenApiExample("New client", value=examples.NEW_CLIENT, request_only=True),
        OpenApiExample("With a case", value=examples.WITH_A_CASE, request_only=True),
    ],
    responses={
        201: answer(
            CreatedClient,
            "The client is linked to you and its signature is current.",
            Ready=examples.READY,
            Announced=examples.ANNOUNCED,
        ),
        202: answer(
            CreatedClient,
            "The client is linked to you and must sign. Hand onboardingLinks.url to your customer; we do not mail it.",
            AwaitingSignature=examples.AWAITING,
            SignAgain=examples.AGAIN,
            WithCases=examples.with_cases,
        ),
        400: failure(
            "Something in the body is wrong; nothing was created. validationErrors has all of it, by path.",
            examples.NO_ADDRESS,
        ),
        409: answer(
            Conflict,
            "We know this company, or one with one of these addresses. `type` says what stands in the way. With "
            "ClientExistsNeedsLinking, hand onboardingLinks.url to your customer; once it approves, repeat the call. "
            "There is no URL where the company has said that it does not know you; support must lift that first. "
            "Repeats answer the same request until it expires, under the externalTenantId that it was made under.",
            ClientExistsNeedsLinking=examples.NEEDS_LINKING,
            ClientDoesNotKnowYou=examples.DISOWNED,
            AlreadyLinkedToAnotherPartner=examples.ALREADY_LINKED_TO_ANOTHER_PARTNER,
            AlreadyLinkedDifferentTenant=examples.ALREADY_LINKED_DIFFERENT_TENANT,
            AmbiguousMatch=examples.AMBIGUOUS_MATCH,
        ),
        422: answer(
            BusinessErrorsBody,
            "A case is assigned to none of the users, or to a division that the client does not have; nothing was "
            "created. That nobody covers a case is no error: it is among the failedCases.",
            AssignedUserUnknown=examples.ASSIGNED_USER_UNKNOWN,
        ),
        429: answer(
            ErrorAnswer,
            "You were told of as many companies that we know as a partner is told of in 24 hours, and this is another, "
            "or your key calls too often. Retry-After says when to try again. At the first of these limits new "
            "companies are created, and your own clients and open requests answered, as ever; support raises it for an "
            "import.",
            TooManyKnownCompanies=examples.TOO_MANY_KNOWN,
            TooManyCalls=errors.rate_limited(1),
        ),
    },
)

describe_get_client = extend_schema(
    tags=["Clients"],
    operation_id="getClient",
    summary="Where a client stands",
    description="One client by your own id for it, case-sensitive, with the locked referralFeePercentage of its link.",
    parameters=[
        OpenApiParameter(
            "externalTenantId",
            {"type": "string", "minLength": 1, "maxLength": MAX_TENANT_ID, "pattern": TENANT_ID_PATTERN},
            OpenApiParameter.PATH,
            description="The id that you gave the client, percent-encoded.",
        ),
    ],
    responses={
        200: answer(
            ClientBody,
            "The client.",
            Ready=examples.READY,
            Announced=examples.ANNOUNCED,
            AwaitingSignature=examples.AWAITING,
            SignAgain=examples.AGAIN,
        ),
        404: standard(404, "Never created, archived, or another partner's: there is no telling which."),
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
    parameters=query_parameters(ClientsQuery),
    responses={200: answer(ClientsBody, "A page of clients.", Page=examples.CLIENTS)},
)
