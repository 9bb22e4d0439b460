"""What every operation of the API has in common."""

from typing import override

from rest_framework.views import APIView


class Operation(APIView):
    """An operation of the API; it names who may call it in `permission_classes`, or it is closed."""

    # OPTIONS is not answered, so no Allow header lists it.
    http_method_names = [method for method in APIView.http_method_names if method not in ("options", "trace")]

    @property
    @override
    def default_response_headers(self) -> dict[str, str]:
        """Let no cache keep an answer: the key is in a header that caches know nothing of."""
        return {**super().default_response_headers, "Cache-Control": "no-store"}
