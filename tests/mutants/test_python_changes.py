"""Mistakes made on purpose in a module are ones that somebody could make, and what only explains it stays."""

import ast

from tests.mutants.python_changes import python_mutants

MODULE = '''
"""Says when."""

def may(age: int = 3, *, strict: bool = True) -> "str | None":
    """Docstring of 1 line."""
    if age <= 60 and not strict:
        return "yes"
    if strict:
        raise ValueError("too old")
    remember(age)
    return None
'''


def test_every_part_of_a_module_is_changed() -> None:
    found = {one.change for one in python_mutants(MODULE)}
    assert found == {
        "3 → 4",
        "3 → 2",
        "True → False",
        "And → Or",
        "without age <= 60",
        "without not strict",
        "LtE → Lt",
        "LtE → Gt",
        "60 → 61",
        "60 → 59",
        "without not",
        "returns None for 'yes'",
        "if not strict",
        "without raise ValueError('too old')",
        "without remember(age)",
    }


def test_each_mutant_is_a_module_of_its_own_that_differs_from_the_original() -> None:
    texts = [one.text for one in python_mutants(MODULE)]
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert ast.dump(ast.parse(text)) != ast.dump(ast.parse(MODULE))
        assert "Docstring of 1 line." in text
