"""How operations are described: what all of them have in common."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from edge.errors import STANDARD, ErrorAnswer, error_body
from edge.shapes import Shape


def answer(shape: Any, description: str, **examples: Any) -> OpenApiResponse:
    """An answer with its shape and examples by name."""
    return OpenApiResponse(
        shape, description, examples=[OpenApiExample(name, value=value) for name, value in examples.items()]
    )


def header(name: str, schema: dict[str, Any], description: str, *, response: bool | list[int]) -> OpenApiParameter:
    """A header, of the request or of the answers with these statuses."""
    return OpenApiParameter(name, schema, OpenApiParameter.HEADER, description=description, response=response)


REQUEST_ID = {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[A-Za-z0-9._-]+$"}
HEADERS = [
    header("X-Request-Id", {"type": "string"}, "A name of yours for this request.", response=False),
    header("X-Request-Id", REQUEST_ID, "Yours if it fits this pattern, else one of ours.", response=True),
    header("Retry-After", {"type": "integer"}, "Seconds to wait.", response=[429, 503]),
]


def standard(status: int, description: str) -> OpenApiResponse:
    """An error that is the same for every operation."""
    error, message = STANDARD[status]
    return answer(ErrorAnswer, description, **{error: error_body(error, message)})


UNAUTHORIZED = standard(
    401, "The key is missing, malformed, revoked, expired, or its partner is inactive. The body was not read."
)


def _limits_of_a_key() -> str:
    limits = (
        (settings.CALLS_A_SECOND, "about {} calls a second, twice that in a burst"),
        (settings.CALLS_AT_ONCE, "about {} at once"),
    )
    return " and ".join(words.format(limit) for limit, words in limits if limit) or "as many calls as it likes"


RATE_LIMITED = standard(
    429,
    f"Your key calls too often: it may make {_limits_of_a_key()}. The body was not read. Wait as long as Retry-After "
    "says, then repeat the call.",
)
UNAVAILABLE = standard(
    503,
    "The database is away or busy. What was asked for may have been done all the same: the answer can be lost after "
    "the work. Wait as long as Retry-After says, then repeat the same call; it does nothing twice. A 502 or 504 of "
    "something in between means the same.",
)
CRASHED = answer(
    ErrorAnswer,
    "A fault of ours. Tell support the request id; repeating the same call does nothing twice.",
    ServerError=error_body("ServerError", "Something went wrong on our side."),
)
INVALID_QUERY = answer(
    ErrorAnswer,
    "Something behind the question mark is wrong; validationErrors has all of it.",
    ValidationError=error_body(
        "ValidationError", "The request has 1 invalid field.", {"pageSize": ["Must be 100 or less."]}
    ),
)


def query_parameters(shape: type[Shape]) -> list[OpenApiParameter]:
    """One for each field of the shape, by the name that the contract gives it; any letter case is taken."""
    properties = shape.model_json_schema(by_alias=True)["properties"]
    return [_parameter(name, dict(facts)) for name, facts in properties.items()]


def _parameter(name: str, facts: dict[str, Any]) -> OpenApiParameter:
    facts |= next(iter(facts.pop("anyOf", [])), {})  # without the null that stands for left out
    described = {key: facts.pop(key, None) for key in ("description", "title", "default")}
    return OpenApiParameter(name[0].upper() + name[1:], facts, description=described["description"] or "")
