"""Which codes a test really looks for: those that something is compared with, not those that are merely written in it.

A code counts where it stands in an `assert`, where an answer is taken apart that has to be of so many
(`[one] = entries(kept, "--code", "incident.exported")`), where it is handed to a function of the same file that
compares something, or where such a function is asked and its answer compared. Imported ones are not looked into.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache

from gateway.audit.entry import Code

VALUES = {one.value: one for one in Code}
NAMES = {one.name: one for one in Code}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def functions(text: str) -> dict[str, Function]:
    """Of a file, by their names; of methods the last of its name."""
    return {one.name: one for one in ast.walk(ast.parse(text)) if isinstance(one, Function)}


@cache
def texts_of_tests(text: str) -> tuple[tuple[str, str], ...]:
    """Name and source of each test of the file."""
    lines = text.splitlines()
    return tuple(
        (name, "\n".join(lines[one.lineno - 1 : one.end_lineno]))
        for name, one in functions(text).items()
        if name.startswith("test_")
    )


@cache
def looked_for(text: str, name: str) -> frozenset[Code]:
    """Codes that the function of that name in the file `text` looks for."""
    return frozenset(_looked_for(functions(text)[name], functions(text)))


def naming(text: str, said: re.Pattern[str]) -> Iterator[str]:
    """Names of the tests in the file in which the pattern `said` is found."""
    if said.search(text):  # of most files it is not, and they are not taken apart
        yield from (name for name, source in texts_of_tests(text) if said.search(source))


def _looked_for(node: ast.AST, there: dict[str, Function]) -> Iterator[Code]:
    held = _constants(node)
    for one in ast.walk(node):
        if isinstance(one, ast.Assert):
            yield from _codes(one.test, held)
            yield from _asked(one.test, there)
        elif isinstance(one, ast.Assign) and any(isinstance(to, ast.Tuple | ast.List) for to in one.targets):
            yield from _codes(one.value, held)
            yield from _asked(one.value, there)
        elif isinstance(one, ast.Call) and _asserts(one.func, there):
            for given in (*one.args, *(each.value for each in one.keywords)):
                yield from _codes(given, held)
    if isinstance(node, Function):
        for (
            decorator
        ) in node.decorator_list:  # what a test is given by `parametrize` it asserts by its parameter
            yield from _codes(decorator, held)


def _constants(node: ast.AST) -> dict[str, frozenset[Code]]:
    """Names that are bound to codes, to what was found by them, or to what was taken out of that."""
    held: dict[str, frozenset[Code]] = {}
    for one in sorted(
        (one for one in ast.walk(node) if isinstance(one, ast.Assign | ast.For)), key=lambda one: one.lineno
    ):
        bound = [one.target] if isinstance(one, ast.For) else one.targets
        codes = frozenset(_codes(one.iter if isinstance(one, ast.For) else one.value, held))
        for name in (each for to in bound for each in ast.walk(to) if isinstance(each, ast.Name)):
            held[name.id] = held.get(name.id, frozenset()) | codes
    return held


def _codes(node: ast.AST, held: dict[str, frozenset[Code]]) -> Iterator[Code]:
    for one in ast.walk(node):
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id == "Code":
            if one.attr in NAMES:
                yield NAMES[one.attr]
        elif isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value in VALUES:
            yield VALUES[one.value]
        elif isinstance(one, ast.Name) and one.id in held:
            yield from held[one.id]


def _asked(compared: ast.expr, there: dict[str, Function]) -> Iterator[Code]:
    """What the functions of the same file name whose answer is compared."""
    for one in ast.walk(compared):
        if isinstance(one, ast.Call) and (found := _function(one.func, there)) is not None:
            yield from _codes(found, {})


def _asserts(called: ast.expr, there: dict[str, Function]) -> bool:
    """A function of the same file that compares something; it may do so by a parameter."""
    found = _function(called, there)
    return found is not None and any(isinstance(one, ast.Assert) for one in ast.walk(found))


def _function(called: ast.expr, there: dict[str, Function]) -> Function | None:
    if isinstance(called, ast.Name):
        return there.get(called.id)
    return there.get(called.attr) if isinstance(called, ast.Attribute) else None
