"""Errors as values, and the one body in which the API tells them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any

from django.conf import settings
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from edge.chunked import MAX_BODY, in_words

RETRY_AFTER_SECONDS = 2
SHOWN_NAME = 100

# By status: the name of the error, and what the caller is told.
STANDARD = {
    400: ("BadRequest", "The request was not understood."),
    401: ("Unauthorized", "The XApiKey header is missing or holds no key that works."),
    403: ("Forbidden", "You may not do this."),
    404: ("NotFound", "There is nothing here."),
    405: ("MethodNotAllowed", "This does not work here; the Allow header lists what does."),
    413: ("PayloadTooLarge", f"The body is over {in_words(MAX_BODY)}."),
    415: ("UnsupportedMediaType", "Send JSON in UTF-8, as application/json, application/*+json or text/json."),
    429: ("RateLimited", "Too many requests. Try again when Retry-After says."),
    503: (
        "ServiceUnavailable",
        "We are busy for a moment. What you asked for may have been done or not: please send the same request again.",
    ),
}


class ApiError(Exception):
    """An answer other than success; `error` is a stable PascalCase name, `fields` maps paths to what is wrong there."""

    def __init__(
        self,
        status: int,
        error: str,
        message: str,
        *,
        fields: Mapping[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.message = message
        self.fields = fields
        self.headers = headers


def name_on_the_wire(name: str, _info: object = None) -> str:
    """Write a field in camelCase: as its alias, and as its title, which the docs page shows in place of its name."""
    return to_camel(name)


class BusinessError(BaseModel):
    """One thing that stands in the way."""

    model_config = ConfigDict(
        alias_generator=name_on_the_wire, field_title_generator=name_on_the_wire, validate_by_name=True
    )

    type: str
    message: str
    solution_url: str | None


class ErrorAnswer(BaseModel):
    """Every error but the 409 and 422 of POST /clients."""

    model_config = ConfigDict(alias_generator=name_on_the_wire, field_title_generator=name_on_the_wire)

    error: str
    message: str
    business_errors: list[BusinessError]
    validation_errors: dict[str, list[str]] | None = None


def error_body(error: str, message: str, fields: Mapping[str, list[str]] | None = None) -> dict[str, Any]:
    """Put an error into the body of product-rules 1.4."""
    # Not checked: an error must not fail over what it tells of.
    body = ErrorAnswer.model_construct(
        error=error,
        message=message,
        business_errors=[BusinessError.model_construct(type=error, message=message, solution_url=None)],
        validation_errors=None if fields is None else dict(fields),
    )
    return body.model_dump(by_alias=True, exclude={"validation_errors"} if fields is None else None)


def invalid(fields: Mapping[str, list[str]]) -> ApiError:
    """Make the 400 that names every field that is wrong."""
    count = "1 invalid field" if len(fields) == 1 else f"{len(fields)} invalid fields"
    return ApiError(400, "ValidationError", f"The request has {count}.", fields=fields)


def field_path(steps: Iterable[str | int]) -> str:
    """Name a field by where it is, as in `users[0].email`; `body` is the whole."""
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{shown(step)}"
    return path.removeprefix(".") or "body"


def shown(name: str) -> str:
    """Write a name that the caller chose: long ones are cut, and what cannot be seen is replaced."""
    printable = "".join(character if character.isprintable() else "\ufffd" for character in name[:SHOWN_NAME])
    return printable + "…" if len(name) > SHOWN_NAME else printable or '""'


def rate_limited(wait: float, message: str = "") -> ApiError:
    """Make a 429, by default that of a key that calls too often; `wait` is in seconds."""
    seconds = max(1, ceil(wait))
    error = standard(429, {"Retry-After": str(seconds)})
    error.message = message or f"Too many requests. Try again in {seconds} seconds."
    return error


def crash(request_id: str | None) -> ApiError:
    """Make the 500 of a fault of ours."""
    named = f" and name the request id {request_id}" if request_id else ""
    message = f"Something went wrong on our side. If it goes on, please write to {settings.SUPPORT_CONTACT}{named}."
    return ApiError(500, "ServerError", message)


def standard(status: int, headers: Mapping[str, str] | None = None) -> ApiError:
    """Make the error that has nothing to say but its kind."""
    error, message = STANDARD.get(status, STANDARD[400])
    return ApiError(status, error, message, headers=headers)
