"""What the schema declares: which attributes something of a kind has, and in what it may be. Pure.

Cedar's validator keeps its schema to itself, so the file is read a second time, as far as `schema.cedarschema` goes;
what it says otherwise is no schema of ours and raises. That Cedar reads the same there is tested.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from policies.examine import SCHEMA_FILE

WORD = re.compile(r'//[^\n]*|"[^"\n]*"|\w+|\S')
ACTION = "Action"
"""The kind of actions, which Cedar declares by itself. They have no attributes."""


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """Each is the same as itself alone."""

    attributes: Mapping[str, "Kind"]


@dataclass(frozen=True, slots=True)
class SetOf:
    of: "Kind"


Kind = str | Record | SetOf
"""A name is that of a kind of entity, or of something that has no attributes, as `Long`."""


@dataclass(slots=True)
class Declared:
    entities: dict[str, Record] = field(default_factory=lambda: {ACTION: Record({})})
    may_be_in: dict[str, frozenset[str]] = field(default_factory=dict)
    """By the kind of an entity, those of its parents."""
    enumerated: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By the kind of an entity whose names are listed, these."""
    actions: tuple[str, ...] = ()
    variables: dict[str, tuple[Kind, ...]] = field(default_factory=dict)
    """Of which kinds `principal`, `action`, `resource` and `context` are."""

    def attributes(self, kind: Kind) -> Mapping[str, Kind] | None:
        """None: nothing that could have any."""
        found = self.entities.get(kind) if isinstance(kind, str) else kind
        return found.attributes if isinstance(found, Record) else None


@lru_cache(maxsize=1)
def declared() -> Declared:
    return declared_by(SCHEMA_FILE.read_text("utf-8"))


def declared_by(schema: str) -> Declared:
    """Raises ValueError."""
    return _Reading(one for one in WORD.findall(schema) if not one.startswith("//")).all()


class _Reading:
    def __init__(self, words: Iterator[str]) -> None:
        self._words = [*words, ""]
        self._at = 0
        self._named: dict[str, Kind] = {}
        self._found = Declared()

    def all(self) -> Declared:
        statements = {"entity": self._entity, "type": self._type, "action": self._action}
        while self._next():
            self._one_of(statements)()
            self._expect(";")
        return self._found

    def _entity(self) -> None:
        names = self._list()
        parents = frozenset(self._in_brackets() if self._took("in") else ())
        if self._took("enum"):
            listed = tuple(one.strip('"') for one in self._in_brackets())
            self._found.enumerated |= dict.fromkeys(names, listed)
        record = self._kind() if self._took("=") else Record({})
        if not isinstance(record, Record):
            raise ValueError(f"the schema says of {', '.join(names)} what is no record")  # noqa: TRY004 - it is the text that is wrong
        for name in names:
            self._found.entities[name] = record
            self._found.may_be_in[name] = parents

    def _type(self) -> None:
        name = self._take()
        self._expect("=")
        self._named[name] = self._kind()

    def _action(self) -> None:
        self._found.actions += tuple(one.strip('"') for one in self._list())
        self._expect("appliesTo")
        self._expect("{")
        while not self._took("}"):
            variable = self._take()
            self._expect(":")
            names = self._in_brackets() if self._next() == "[" else [self._take()]
            self._found.variables[variable] = tuple(self._named.get(name, name) for name in names)
            self._took(",")
        self._found.variables["action"] = (ACTION,)

    def _kind(self) -> Kind:
        if self._took("{"):
            return Record(dict(self._attributes()))
        name = self._take()
        if name != "Set":
            return self._named.get(name, name)
        self._expect("<")
        of = self._kind()
        self._expect(">")
        return SetOf(of)

    def _attributes(self) -> Iterator[tuple[str, Kind]]:
        while not self._took("}"):
            name = self._take().strip('"')
            self._took("?")
            self._expect(":")
            yield name, self._kind()
            self._took(",")

    def _in_brackets(self) -> list[str]:
        if not self._took("["):
            return [self._take()]
        found = self._list()
        self._expect("]")
        return found

    def _list(self) -> list[str]:
        found = [self._take()]
        while self._took(","):
            found.append(self._take())
        return found

    def _one_of(self, known: Mapping[str, Callable[[], None]]) -> Callable[[], None]:
        if (word := self._take()) not in known:
            raise ValueError(f"the schema says {word!r}, which is not understood here")
        return known[word]

    def _next(self) -> str:
        return self._words[self._at]

    def _take(self) -> str:
        word = self._next()
        if not word or not re.fullmatch(r'\w+|"[^"]*"', word):
            raise ValueError(f"the schema says {word!r} where a name should stand")
        self._at += 1
        return word

    def _took(self, word: str) -> bool:
        there = self._next() == word
        self._at += there
        return there

    def _expect(self, word: str) -> None:
        if not self._took(word):
            raise ValueError(f"the schema says {self._next()!r} where {word!r} should stand")
