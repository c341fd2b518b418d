"""A question in values that a log can keep, and back: so that it can be asked again of other policies.

Laws: `question_of(recorded(question))` equals `question`; what would be written otherwise than it stands is no
question, so a fact that only another version knows, or one that is spelt by hand, is never guessed.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import lru_cache
from typing import Any

import msgspec

from policies.model import NOTHING_FURTHER, Facts, Question

Value = Any
"""What JSON has: text, number, truth, list, mapping."""
AS_THEY_ARE = frozenset({str, bool, int, type(None)})


class NotReplayable(ValueError):
    """Not every fact that this decision rested on is known here."""


def recorded(question: Question) -> dict[str, Value]:
    """Every field that is not as it is where nothing is known, by name; sets in order, times by RFC 3339."""
    return dict(_plain(question))


def question_of(facts: Mapping[str, Value]) -> Question:
    """Inverse of `recorded`. Raises NotReplayable."""
    try:
        question = msgspec.convert(facts, Question)
    except (msgspec.ValidationError, ValueError, OverflowError) as error:
        raise NotReplayable(str(error)) from error
    if recorded(question) != facts:
        raise NotReplayable(
            "the same facts are written differently, or there are some that are not known here"
        )
    return question


def facts_recorded(facts: Facts) -> dict[str, Value]:
    """The facts of `recorded` alone; empty where nothing further is known."""
    return {} if facts is NOTHING_FURTHER else dict(_plain(facts))


def _plain(value: Any) -> Value:
    kind: Any = type(value)
    if kind in AS_THEY_ARE:
        return value
    defaults = _defaults(kind)
    if defaults is not None:
        return {name: _plain(held) for name, default in defaults if (held := getattr(value, name)) != default}
    if kind in (frozenset, set):
        return sorted((_plain(one) for one in value), key=repr)
    if kind in (tuple, list):
        return [_plain(one) for one in value]
    return msgspec.to_builtins(value)


@lru_cache(maxsize=128)  # types of a question and its facts
def _defaults(kind: Any) -> tuple[tuple[str, Any], ...] | None:
    """Fields of a dataclass with what stands in them where nothing is known; None for anything else."""
    if not is_dataclass(kind):
        return None
    return tuple(
        (field.name, field.default_factory() if field.default_factory is not MISSING else field.default)
        for field in fields(kind)
    )
