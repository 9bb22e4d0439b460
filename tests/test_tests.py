"""What holds of the tests themselves."""

from __future__ import annotations

import ast
from pathlib import Path

from tests import make
from tests.mutants.table import MUTANTS, InText

TESTS = Path(make.__file__).parent


def imported_by(path: Path) -> list[str]:
    """What a file imports, anywhere in it, by full names."""
    imports = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Import | ast.ImportFrom)]
    return [f"{getattr(node, 'module', '')}.{alias.name}".lstrip(".") for node in imports for alias in node.names]


def test_what_a_mutant_takes_out_is_there_and_so_are_its_tests() -> None:
    project = TESTS.parent
    texts = {mutant.name: (project / mutant.file).read_text() for mutant in MUTANTS if isinstance(mutant, InText)}
    gone = [each.name for each in MUTANTS if isinstance(each, InText) and texts[each.name].count(each.old) != 1]
    tests = {test for mutant in MUTANTS for test in mutant.tests}
    lost = [test for test in tests if not is_there(project, *test.split("::"))]

    assert len(MUTANTS) == len({mutant.name for mutant in MUTANTS})
    assert (gone, lost) == ([], [])


def is_there(project: Path, file: str, name: str = "test_") -> bool:
    return f"def {name}" in (project / file).read_text()


def test_what_tests_share_is_in_no_module_of_tests() -> None:
    imported = {(path.name, name) for path in TESTS.rglob("*.py") for name in imported_by(path)}

    assert any(name == "tests.make.make_link" for _, name in imported)
    assert {(path, name) for path, name in imported if name.startswith("tests.") and ".test_" in name} == set()
