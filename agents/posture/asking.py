"""What a collector asks of a machine, and how it keeps what was found. No I/O: the real machine is in `machine`."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Protocol, TypeVar
from xml.parsers.expat import ExpatError

import msgspec

from agents.protocol.facts import KINDS, Fact, FactName, Value, Word, why_not

FEW_SECONDS = 10.0
MINUTE = 60.0
MINUTES = 180.0

MOST_OF_A_FILE = 262_144
MOST_OF_AN_ANSWER = 1_048_576
"""Bytes, of each of a command's two streams."""


class Answer(msgspec.Struct, frozen=True):
    """Of a command that ran to its end."""

    code: int
    out: bytes
    err: bytes = b""

    @property
    def text(self) -> str:
        return self.out.decode("utf-8", "replace")


class Machine(Protocol):
    """None: there is no such thing, it may not be read, it took too long, or it said more than anybody would read."""

    def read(self, path: str, *, end: bool = False) -> bytes | None:
        """A file that is one, to `MOST_OF_A_FILE` from its beginning; `end`: what stands at its end."""

    def entries(self, path: str) -> tuple[str, ...] | None:
        """Names in a folder."""

    def run(self, *command: str, seconds: float = FEW_SECONDS) -> Answer | None:
        """A program by its name, looked for in places that are fixed, in English, never by a shell."""


class NotUnderstood(Exception):
    """An answer that is not what its command says where it works."""


Finding = tuple[FactName, Value, str]
"""A fact and how it was found."""
Reader = Callable[[Machine, datetime], Iterable[Finding]]
"""One subject. It may yield nothing, and may give up in the middle: what it has yielded by then is kept."""

MISREAD = (
    NotUnderstood,
    msgspec.MsgspecError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    ExpatError,
)
"""What reading an answer raises that is not of the form its command gives it: then there is no fact."""


def found(readers: Iterable[Reader], machine: Machine, now: datetime) -> dict[FactName, Fact]:
    """What the readers find; the first one to find a fact has said it. `now`: aware."""
    facts: dict[FactName, Fact] = {}
    for reader in readers:
        try:
            for name, value, found_by in reader(machine, now):
                _keep(facts, name, Fact(value, found_by))
        except MISREAD:
            continue
    return facts


def _keep(facts: dict[FactName, Fact], name: FactName, fact: Fact) -> None:
    kind = KINDS[name]
    sound = why_not(name, fact) is None and (not isinstance(kind, Word) or fact.value in kind.words)
    if sound and name not in facts:
        facts[name] = fact


T = TypeVar("T")


def as_json(answer: bytes | None, shape: type[T]) -> T:
    """Raises `NotUnderstood` where it is not of that shape."""
    if answer is None:
        raise NotUnderstood
    try:
        return msgspec.json.decode(answer.removeprefix(b"\xef\xbb\xbf").strip(), type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise NotUnderstood from None


def succeeded(answer: Answer | None) -> Answer:
    if answer is None or answer.code != 0:
        raise NotUnderstood
    return answer


def days_between(then: datetime, now: datetime) -> int | None:
    """Whole days; none for what is more than a day to come: one of the clocks is wrong. Both aware."""
    days = (now - then).days
    return None if days < -1 else max(days, 0)


DNS_NAME = re.compile(r"(?=.{1,120}\Z)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*\Z")


def dns_name(text: str) -> str:
    """In small letters. Raises `NotUnderstood` where it is none."""
    name = text.strip().lower()
    if not DNS_NAME.match(name):
        raise NotUnderstood
    return name


def keyed(text: str, sign: str = "=") -> Mapping[str, str]:
    """Lines `name=value`, the value without quotation marks; other lines are not looked at."""
    pairs = (line.partition(sign) for line in text.splitlines() if not line.lstrip().startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, there, value in pairs if there}
