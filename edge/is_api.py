"""Tell calls of the API from requests for pages; the URLs alone decide."""

from collections.abc import Iterable, Iterator
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver


def is_api(request: HttpRequest) -> bool:
    """Whether a request is a call of the API, by the first part of its path."""
    return request.path_info[1:].partition("/")[0] in _first_parts()


@cache
def _first_parts() -> frozenset[str]:
    """The first parts of all paths of API_URLCONF. Unknown paths below them belong to the API too."""
    return frozenset(path.partition("/")[0] for path in _paths(get_resolver(settings.API_URLCONF).url_patterns))


def _paths(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[str]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from (f"{each.pattern}{path}" for path in _paths(each.url_patterns))
        else:
            yield str(each.pattern)
