"""The words in which operations are described."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from pydantic import BaseModel

from edge import errors
from edge.errors import ApiError, ErrorAnswer
from edge.shapes import Shape

# A body as it is built for callers, or what builds it: while operations are declared no URL is known yet.
type Example = BaseModel | ApiError | Callable[[], BaseModel]


def answer(shape: Any, description: str, **examples: Example) -> OpenApiResponse:
    """An answer with its shape, and examples by name."""
    return OpenApiResponse(
        shape, description, examples=[OpenApiExample(name, value=each) for name, each in examples.items()]
    )


def on_the_wire(example: Example) -> Any:
    """The example as it is sent."""
    if isinstance(example, ApiError):
        return errors.error_body(example.error, example.message, example.fields)
    body = example if isinstance(example, BaseModel) else example()
    return body.model_dump(mode="json", by_alias=True)


def failure(description: str, *examples: ApiError) -> OpenApiResponse:
    """An answer with the body that errors have."""
    return answer(ErrorAnswer, description, **{each.error: each for each in examples})


def header(name: str, schema: dict[str, Any], description: str, *, response: bool | list[int]) -> OpenApiParameter:
    """A header, of the request or of the answers with these statuses."""
    return OpenApiParameter(name, schema, OpenApiParameter.HEADER, description=description, response=response)


def standard(status: int, description: str) -> OpenApiResponse:
    """An error that has nothing to say but its kind."""
    return failure(description, errors.standard(status))


def query_parameters(shape: type[Shape]) -> list[OpenApiParameter]:
    """One for each field of the shape, by the name that the contract gives it; any letter case is taken."""
    properties = shape.model_json_schema(by_alias=True)["properties"]
    return [_parameter(name, dict(facts)) for name, facts in properties.items()]


def _parameter(name: str, facts: dict[str, Any]) -> OpenApiParameter:
    facts |= next(iter(facts.pop("anyOf", [])), {})  # without the null that stands for left out
    facts.pop("title")
    return OpenApiParameter(name[0].upper() + name[1:], facts, description=facts.pop("description", ""))
