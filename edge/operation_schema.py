"""How drf-spectacular reads an operation."""

from typing import Any, override

from drf_spectacular.openapi import AutoSchema


class OperationSchema(AutoSchema):
    """Describes the shape that an operation names, and no list of it: a list is a body with its page and counts."""

    @override
    def _is_list_view(self, serializer: Any = None) -> bool:
        return False
