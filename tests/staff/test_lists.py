"""The admin's lists: searched, filtered and sorted in every way that they offer, and asked for nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle, islice
from urllib.parse import urlencode

import pytest
from django.contrib.admin.views.main import ChangeList
from django.test import Client as Browser

from partners.models import ApiKey
from staff.site import site
from tests.make import make_ambiguity, make_client
from tests.staff.conftest import Rows
from tests.staff.roles import MAY_VIEW, NOBODY, ROLES, SUPERUSER

LISTS = {
    f"{model._meta.app_label}_{model._meta.model_name}": f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    for model in site._registry
}
TERMS = [
    "acme",
    "jane@acme.test",
    "6dce590e-0000-4000-8000-000000000000",
    "1",
    "'",
    '"unclosed a',
    "%",
    "\0",
    "x" * 5000,
]
ODD_VALUES = ["", "x", "-1", "9" * 40, "None", "9999-99-99", "0001-01-01 00:00:00+14:00", "\u202e", "0" * 5000]
ODD = [
    *(f"p={page}" for page in ("2", "0", "-1", "999", "x", "9" * 50)),
    *(f"o={sort}" for sort in ("99", "--1", "1.2.-3", "x", "9" * 50, "")),
    *(
        "all=",
        "all=1&p=3",
        "_facets=True",
        "_facets=True&q=a",
        "e=1",
        "_popup=1",
        "q=a&q=b",
        "_source_model=x",
        "p=%00",
    ),
]
# Letter by letter, each would tell a column that no list shows.
CLOSED = {
    "hash__startswith": "0",
    "partner__api_keys__hash__startswith": "0",
    "api_keys__hash__startswith": "0",
    "password__startswith": "a",
    "client__email_addresses__address__contains": "@",
    "pk__in": "1",
    "_to_field": "hash",
    "anything": "1",
}


def visible_to(role: str) -> dict[str, str]:
    """The lists that this role may see."""
    return {name: path for name, path in LISTS.items() if role == SUPERUSER or role in MAY_VIEW[name]}


def offered(changes: ChangeList) -> tuple[list[str], list[str]]:
    """The choices of all filters, and both ways to sort each column."""
    choices = [
        str(choice["query_string"]).removeprefix("?")
        for spec in changes.filter_specs
        for choice in spec.choices(changes)
    ]
    columns = range(len(changes.list_display))
    return choices, [f"o={way}{column}" for column in columns for way in ("", "-")]


def searches(changes: ChangeList) -> list[str]:
    return [urlencode({"q": term}) for term in TERMS] if changes.search_fields else [""]


def shown(browser: Browser, path: str) -> ChangeList:
    changes: ChangeList = browser.get(path).context["cl"]
    return changes


def faults(browser: Browser, queries: Iterator[str]) -> list[tuple[str, int]]:
    """Which of these lists were not shown; a value that makes no sense may be answered by the list without it."""
    answers = ((query, browser.get(query)) for query in queries)
    return [
        (query[:200], answer.status_code)
        for query, answer in answers
        if answer.status_code != 200 and not answer.headers.get("Location", "").endswith("?e=1")
    ]


def together(browser: Browser, path: str, times: int | None = None) -> Iterator[str]:
    """Search, filter and sort at the same time; if not said otherwise, until each choice of each was there."""
    changes = shown(browser, path)
    choices, sorts = offered(changes)
    terms = searches(changes)
    all_three = zip(cycle(reversed(choices or [""])), cycle(sorts), cycle(terms), strict=False)
    wanted = times or max(len(choices), len(sorts), len(terms))
    return (f"{path}?{'&'.join(filter(None, three))}" for three in islice(all_three, wanted))


def one_by_one(browser: Browser, path: str) -> Iterator[str]:
    """Each search, each choice, each way to sort, and values that nothing offers."""
    changes = shown(browser, path)
    choices, sorts = offered(changes)
    parameters = [name for spec in changes.filter_specs for name in spec.expected_parameters()]
    odd = [urlencode({str(name): value}) for name in parameters for value in ODD_VALUES]
    return (f"{path}?{query}" for query in [*searches(changes), *choices, *sorts, *ODD, *odd])


def test_every_list_there_is_is_tested() -> None:
    assert LISTS.keys() == MAY_VIEW.keys()


def test_a_list_is_searched_filtered_and_sorted_at_the_same_time(superuser: Browser, rows: Rows) -> None:
    found = [fault for path in LISTS.values() for fault in faults(superuser, together(superuser, path, times=3))]

    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_a_list_is_searched_filtered_and_sorted_in_every_way(
    colleague: Callable[[str], Browser], rows: Rows, role: str
) -> None:
    browser = colleague(role)

    found = [fault for path in visible_to(role).values() for fault in faults(browser, together(browser, path))]

    assert found == []


@pytest.mark.slow
def test_each_search_each_choice_and_each_way_to_sort_works_alone(superuser: Browser, rows: Rows) -> None:
    found = [fault for path in LISTS.values() for fault in faults(superuser, one_by_one(superuser, path))]

    assert found == []


def test_odd_parameters_are_no_crash(superuser: Browser, rows: Rows) -> None:
    assert faults(superuser, (f"{LISTS['clients_linkconflict']}?{query}" for query in ODD)) == []


def test_pages_of_a_list_are_turned(superuser: Browser, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site._registry[ApiKey], "list_per_page", 1)
    ApiKey.objects.create(partner=rows.partner, prefix="dk_test_2", hash="0" * 64, label="second")

    pages = [shown(superuser, f"{LISTS['partners_apikey']}?{query}") for query in ("p=1", "p=2", "all=")]

    assert [len(page.result_list) for page in pages] == [1, 1, 2]
    assert faults(superuser, (f"{LISTS['partners_apikey']}?p={page}" for page in ("0", "-1", "3", "x"))) == []


def test_what_no_column_can_hold_is_a_400(superuser: Browser, rows: Rows) -> None:
    queries = ["status__exact=%00", "partner__id__exact=a%00", "%00=1"]

    assert {superuser.get(f"{LISTS['clients_linkconflict']}?{query}").status_code for query in queries} == {400}


def test_a_list_answers_nothing_about_columns_that_it_does_not_show(superuser: Browser, rows: Rows) -> None:
    answered = {
        (path, lookup)
        for path in LISTS.values()
        for lookup, value in CLOSED.items()
        if superuser.get(path, {lookup: value}).status_code != 400
    }

    assert answered == set()


@pytest.mark.parametrize("extra", ["_facets=True", "o=1", "e=1", "q=acme", "_popup=1", "all=", "_to_field=id"])
def test_no_other_parameter_opens_what_is_closed(superuser: Browser, rows: Rows, extra: str) -> None:
    closed = f"{LISTS['clients_linkrequest']}?partner__api_keys__hash__startswith=0&{extra}"

    assert superuser.get(closed).status_code == 400


@pytest.mark.parametrize("query", ["q=acme", "q=acme&o=1&status__exact=Open&_facets=True"])
def test_a_conflict_of_many_clients_is_found_once(superuser: Browser, rows: Rows, query: str) -> None:
    conflict = make_ambiguity(*(make_client() for _ in range(3)), external_tenant_id="t-2")

    found = shown(superuser, f"{LISTS['clients_linkconflict']}?{query}").result_list

    assert [*found] == [rows.conflict, conflict]


def test_nobody_without_a_right_is_answered_a_search(colleague: Callable[[str], Browser], rows: Rows) -> None:
    browser = colleague(NOBODY)

    assert {browser.get(path, {"q": "acme", "o": "1"}).status_code for path in LISTS.values()} == {403}
