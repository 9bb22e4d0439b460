"""How drf-spectacular reads an operation: what all of them have in common is said here, once."""

from __future__ import annotations

from typing import Any, override

from django.conf import settings
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from edge import errors
from edge.openapi import failure, header, on_the_wire, standard
from edge.request_log import CHARACTERS_OF_A_REQUEST_ID, MAX_REQUEST_ID

REQUEST_ID = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_REQUEST_ID,
    "pattern": f"^{CHARACTERS_OF_A_REQUEST_ID}+$",
}
HEADERS = [
    header("X-Request-Id", {"type": "string"}, "A name of yours for this request.", response=False),
    header("X-Request-Id", REQUEST_ID, "Yours if it fits this pattern, else one of ours.", response=True),
    header("Retry-After", {"type": "integer"}, "Seconds to wait.", response=[429, 503]),
    header(
        "WWW-Authenticate", {"type": "string", "const": "XApiKey"}, "The header that takes the key.", response=[401]
    ),
    header(
        "Accept-Encoding",
        {"type": "string", "const": "identity"},
        "There where the body was compressed.",
        response=[415],
    ),
]


def _limits_of_a_key() -> str:
    limits = (
        (settings.CALLS_A_SECOND, "about {} calls a second, twice that in a burst"),
        (settings.CALLS_AT_ONCE, "about {} at once"),
    )
    return " and ".join(words.format(limit) for limit, words in limits if limit) or "as many calls as it likes"


# By status, the name under which it is described once, and what is said of it.
OF_ANY_CALL = {
    401: (
        "Unauthorized",
        standard(
            401, "The key is missing, malformed, revoked, expired, or its partner is inactive. The body was not read."
        ),
    ),
    429: (
        "RateLimited",
        failure(
            f"Your key calls too often: it may make {_limits_of_a_key()}. The body was not read. Wait as long as "
            "Retry-After says, then repeat the call.",
            errors.rate_limited(1),
        ),
    ),
    500: (
        "ServerError",
        failure(
            "A fault of ours. Tell support the request id; repeating the same call does nothing twice.",
            errors.crash("0f9a1c7e52d84b3f8a6e4d2b1c0f9e8d"),
        ),
    ),
    503: (
        "ServiceUnavailable",
        standard(
            503,
            "The database is away or busy. What was asked for may have been done all the same: the answer can be lost "
            "after the work. Wait as long as Retry-After says, then repeat the same call; it does nothing twice. A 502 "
            "or 504 of something in between means the same.",
        ),
    ),
}
OF_A_QUERY = {
    400: (
        "InvalidQuery",
        failure(
            "Something behind the question mark is wrong; validationErrors has all of it.",
            errors.invalid({"pageSize": ["Must be 100 or less."]}),
        ),
    )
}
OF_A_BODY = {
    413: ("PayloadTooLarge", standard(413, errors.STANDARD[413][1])),
    415: ("UnsupportedMediaType", standard(415, "The body is not declared as JSON, or it is compressed.")),
}


class OperationSchema(AutoSchema):
    """An operation as it describes itself, with the headers and answers that any call may have."""

    @override
    def get_override_parameters(self) -> list[Any]:
        return [*HEADERS]

    @override
    def _is_list_view(self, serializer: Any = None) -> bool:
        """Tell that the shape says itself whether it is a list."""
        return False

    @override
    def _get_examples(
        self, serializer: Any, direction: Any, media_type: Any, status_code: Any = None, extras: Any = None
    ) -> Any:
        built = [OpenApiExample(each.name, value=on_the_wire(each.value)) for each in extras or []]
        return super()._get_examples(serializer, direction, media_type, status_code, built)

    @override
    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        own = super()._get_response_bodies(direction)
        common = {str(status): self._once(status, *said) for status, said in self._common().items()}
        return dict(sorted({**common, **own}.items()))

    def _common(self) -> dict[int, tuple[str, OpenApiResponse]]:
        has_query = any(each.location == OpenApiParameter.QUERY for each in self.get_override_parameters())
        has_body = self.method in ("POST", "PUT", "PATCH")
        return {**OF_ANY_CALL, **(OF_A_QUERY if has_query else {}), **(OF_A_BODY if has_body else {})}

    def _once(self, status: int, name: str, said: OpenApiResponse) -> dict[str, str]:
        """Refer to the answer, which stands among the components."""
        described = self._get_response_for_code(said, str(status))
        component = ResolvedComponent(name, ResolvedComponent.RESPONSE, described, name)
        self.registry.register_on_missing(component)
        reference: dict[str, str] = component.ref
        return reference
