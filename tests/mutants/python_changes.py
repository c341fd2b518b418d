"""Small changes of one Python module, each of which is a mistake that somebody could make.

Another comparison, `and` for `or` and a part of it left out, `not` left out or put before a condition, a number more
or less, True for False, nothing returned, a statement left out. Docstrings and type hints stay as they are.
"""

import ast
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

OTHER_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
LEFT_OUT = (ast.Raise, ast.Continue, ast.Break, ast.AugAssign)
"""Statements whose absence leaves a module that still runs; calls for their effect besides."""
HINTS = ("annotation", "returns", "type_comment", "decorator_list")


@dataclass(frozen=True, slots=True)
class PythonMutant:
    line: int
    change: str
    text: str
    """Of the whole module."""


def python_mutants(source: str) -> Iterator[PythonMutant]:
    """In the order of the lines; each text once."""
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    for number, node in enumerate(_inside(tree)):
        for change, alter in _changes(node):
            changed = ast.parse(source)
            here = next(itertools.islice(_inside(changed), number, None))
            text = ast.unparse(ast.fix_missing_locations(_Put(here, alter(here)).visit(changed)))
            if text not in seen:
                seen.add(text)
                yield PythonMutant(getattr(node, "lineno", 0), change, text)


class _Put(ast.NodeTransformer):
    def __init__(self, place: ast.AST, other: ast.AST) -> None:
        self._place, self._other = place, other

    def visit(self, node: ast.AST) -> ast.AST:
        return self._other if node is self._place else self.generic_visit(node)


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """Everything that is run, without what only explains it."""
    yield node
    for name, inner in ast.iter_fields(node):
        if name not in HINTS:
            for one in inner if isinstance(inner, list) else [inner]:
                if isinstance(one, ast.AST) and not _is_text(one):
                    yield from _inside(one)


def _is_text(node: ast.AST) -> bool:
    """A docstring, or a text that stands by itself below an attribute."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


Alter = Callable[[ast.AST], ast.AST]


def _changes(node: ast.AST) -> Iterator[tuple[str, Alter]]:
    yield from _of_operators(node)
    yield from _of_constants(node)
    yield from _of_conditions(node)
    yield from _of_statements(node)


def _of_operators(node: ast.AST) -> Iterator[tuple[str, Alter]]:
    match node:
        case ast.Compare(ops=operators):
            for place, operator in enumerate(operators):
                for other in OTHER_COMPARISONS[type(operator)]:
                    yield f"{type(operator).__name__} → {other.__name__}", _compared(place, other)
        case ast.BoolOp(op=operator, values=values):
            both = ast.Or() if isinstance(operator, ast.And) else ast.And()
            change = f"{type(operator).__name__} → {type(both).__name__}"
            yield change, lambda one: _replaced(one, op=both)
            for place, left_out in enumerate(values):
                yield f"without {ast.unparse(left_out)[:60]}", _without(place)
        case ast.UnaryOp(op=ast.Not()):
            yield "without not", lambda one: one.operand


def _of_constants(node: ast.AST) -> Iterator[tuple[str, Alter]]:
    match node:
        case ast.Constant(value=bool(value)):
            yield f"{value} → {not value}", lambda _: ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield f"{value} → {value + 1}", lambda _: ast.Constant(value + 1)
            yield f"{value} → {value - 1}", lambda _: ast.Constant(value - 1)


def _of_conditions(node: ast.AST) -> Iterator[tuple[str, Alter]]:
    """Those that are neither compared nor negated, which are changed already."""
    if isinstance(node, ast.If | ast.IfExp) and isinstance(node.test, ast.Name | ast.Call | ast.Attribute):
        yield f"if not {ast.unparse(node.test)[:60]}", _negated


def _of_statements(node: ast.AST) -> Iterator[tuple[str, Alter]]:
    if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield f"returns None for {ast.unparse(node.value)[:60]}", lambda _: ast.Return(ast.Constant(None))
    if isinstance(node, LEFT_OUT) or _is_call(node):
        yield f"without {ast.unparse(node)[:60]}", lambda _: ast.Pass()


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def _compared(place: int, other: type[ast.cmpop]) -> Alter:
    def alter(node: ast.AST) -> ast.AST:
        assert isinstance(node, ast.Compare)
        return _replaced(node, ops=[*node.ops[:place], other(), *node.ops[place + 1 :]])

    return alter


def _without(place: int) -> Alter:
    def alter(node: ast.AST) -> ast.AST:
        assert isinstance(node, ast.BoolOp)
        rest = [*node.values[:place], *node.values[place + 1 :]]
        return rest[0] if len(rest) == 1 else _replaced(node, values=rest)

    return alter


def _negated(node: ast.AST) -> ast.AST:
    return _replaced(node, test=ast.UnaryOp(ast.Not(), node.test))


def _replaced(node: ast.AST, **fields: object) -> ast.AST:
    return type(node)(**{**dict(ast.iter_fields(node)), **fields})
