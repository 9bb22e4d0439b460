"""Nothing names what is above it, not even in a string; imports are held by import-linter (docs/structure.md)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.apps import apps

PROJECT = Path(__file__).parents[1]
FLOORS = ["debitura", "onboarding", "cases", "clients", "partners", "staff", "processes", "edge"]
HOLD_RULES = {"onboarding", "cases", "clients"}
DECIDES = re.compile(r"transaction\.atomic|\.lock\(\)|take_advisory_locks\(")
WEB = {
    "django.http",
    "django.shortcuts",
    "django.views",
    "django.forms",
    "django.contrib.admin",
    "rest_framework",
    "pydantic",
}
DOTTED = re.compile(r"[A-Za-z_]\w*(?:[.:][A-Za-z_]\w*)+")
# Django's admin names them.
OVERRIDE_DJANGOS = {"admin/login.html", "admin/change_form_object_tools.html"}
TEMPLATE_TAG = re.compile(r"{[{%].*?[%}]}")


def names_above(text: str, floor: str) -> set[str]:
    """What in this text is the name of something above the floor: a module, model, right, page, table or template."""
    above = FLOORS[: FLOORS.index(floor)]
    dotted = {name for name in DOTTED.findall(text) if name.split(".")[0] in above and exists(name)}
    pages = {f"admin:{app}_{rest}" for app, rest in re.findall(r"\badmin:([a-z]+)_(\w+)", text) if app in above}
    rights = {f"perms.{app}" for app in re.findall(r"\bperms\.([a-z]+)\b", text) if app in above}
    tables = {word for word in re.findall(r"\b[a-z]+_\w+\b", text) if tables_of().get(word) in above}
    return dotted | pages | rights | tables


def exists(dotted: str) -> bool:
    """Whether this is a module, something in one, a model or a right: `debitura.errors`, a logger, is none of them."""
    app, _, rest = dotted.replace(":", ".").partition(".")
    if app in apps.app_configs and (rest.lower() in apps.all_models[app] or right_exists(app, rest)):
        return True
    parts = dotted.replace(":", ".").split(".")
    return any((PROJECT / Path(*parts[:2])).with_suffix(suffix).exists() for suffix in ("", ".py"))


def right_exists(app: str, codename: str) -> bool:
    models = apps.get_app_config(app).get_models()
    given = {f"{each}_{model._meta.model_name}" for model in models for each in model._meta.default_permissions}
    own = {name for model in apps.get_app_config(app).get_models() for name, _ in model._meta.permissions}
    return codename in given | own


@cache
def tables_of() -> dict[str, str]:
    """The app of each table of ours."""
    return {
        model._meta.db_table: model._meta.app_label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in FLOORS
    }


def strings_of(file: Path) -> Iterator[str]:
    """All strings of a module that are no docstrings."""
    tree = ast.parse(file.read_text())
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def modules() -> list[Path]:
    """All modules of the product; migrations tell of the past, and names of tasks stay when they move."""
    files = (file for floor in FLOORS for file in (PROJECT / floor).rglob("*.py"))
    return sorted(file.relative_to(PROJECT) for file in files if "migrations" not in file.parts)


@cache
def templates() -> dict[str, str]:
    """All templates, by name."""
    files = (file for file in (PROJECT / "templates").rglob("*.*") if file.is_file())
    return {str(file.relative_to(PROJECT / "templates")): file.read_text() for file in files}


@cache
def floors_of_templates() -> dict[str, str]:
    """The lowest floor that names a template, in code or in a template of its own."""
    floors: dict[str, str] = {}
    for floor in FLOORS:  # from the top, so that the lowest has the last word
        for module in modules():
            if module.parts[0] == floor:
                named = [name for text in strings_of(PROJECT / module) for name in (text, f"onboarding/{text}")]
                floors |= dict.fromkeys(with_parts(named), floor)
    return floors


def with_parts(names: list[str]) -> Iterator[str]:
    """Those of these that are templates, and what they extend and include."""
    for name in names:
        if name in templates():
            yield name
            yield from with_parts(re.findall(r'{% (?:extends|include) "([^"]+)"', templates()[name]))


def test_no_string_names_what_is_above() -> None:
    found = {}
    for module in modules():
        named = {name for text in strings_of(PROJECT / module) for name in names_above(text, module.parts[0])}
        if named:
            found[str(module)] = named

    assert found == {}


def test_no_template_names_what_is_above() -> None:
    tags = {name: " ".join(TEMPLATE_TAG.findall(text)) for name, text in templates().items()}
    found = {name: names_above(tags[name], floor) for name, floor in floors_of_templates().items()}

    assert {name: named for name, named in found.items() if named} == {}
    assert templates().keys() == floors_of_templates().keys() | OVERRIDE_DJANGOS


def test_the_floor_of_a_template_is_the_lowest_that_uses_it() -> None:
    floors = floors_of_templates()

    assert (floors["errors/page.html"], floors["admin/decision.html"], floors["onboarding/company.html"]) == (
        "edge",
        "staff",
        "onboarding",
    )


@pytest.mark.parametrize(
    ("text", "floor"),
    [
        ("clients.admin", "staff"),
        ("clients.view_client", "staff"),
        ("cases.Case", "clients"),
        ("admin:cases_case_change", "partners"),
        ("{% if perms.clients.view_client %}", "staff"),
        ("SELECT 1 FROM clients_emailaddress", "partners"),
        ("debitura.wsgi:application", "processes"),
        ("debitura.urls", "edge"),
    ],
)
def test_it_finds_what_is_named(text: str, floor: str) -> None:
    assert names_above(text, floor)


def test_what_decides_under_a_lock_does_not_know_the_web() -> None:
    """Shapes of the wire, requests and answers are for those who call it."""
    of_rules = [module for module in modules() if module.parts[0] in HOLD_RULES and "admin" not in module.parts]
    deciding = {module: (PROJECT / module).read_text() for module in of_rules}
    deciding = {module: text for module, text in deciding.items() if DECIDES.search(text)}
    found = {str(module): sorted(imported(text) & web()) for module, text in deciding.items()}

    assert len(deciding) > 15
    assert {module: named for module, named in found.items() if named} == {}


def imported(text: str) -> set[str]:
    """The modules that a module imports, and the packages they are in."""
    names = set()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.ImportFrom(module=str(module)):
                names |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
            case ast.Import():
                names |= {alias.name for alias in node.names}
    return {".".join(name.split(".")[: end + 1]) for name in names for end in range(name.count(".") + 1)}


@cache
def web() -> set[str]:
    """What knows requests, answers, pages or shapes of the wire: it imports one of these packages."""
    ours = {".".join(module.with_suffix("").parts): (PROJECT / module).read_text() for module in modules()}
    return WEB | {name for name, text in ours.items() if name.split(".")[0] in HOLD_RULES and imported(text) & WEB}


def test_every_floor_is_here() -> None:
    ours = {app.name.split(".")[0] for app in apps.get_app_configs() if (PROJECT / app.name.split(".")[0]).is_dir()}

    assert ours | {"edge"} == set(FLOORS)
    assert all(find_spec(floor) for floor in FLOORS)
