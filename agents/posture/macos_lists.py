"""Property lists of macOS, of a file or of a command that is asked for one."""

import plistlib
from typing import Any, TypeVar

import msgspec

from agents.posture.asking import Answer, NotUnderstood, succeeded

Shape = TypeVar("Shape")


def listed(raw: bytes | None, shape: type[Shape]) -> Shape:
    """Raises what `asking.MISREAD` names."""
    if raw is None:
        raise NotUnderstood
    try:
        whole: Any = plistlib.loads(raw)
    except plistlib.InvalidFileException:
        raise NotUnderstood from None
    return msgspec.convert(whole, shape)


def told(answer: Answer | None, shape: type[Shape]) -> Shape:
    return listed(succeeded(answer).out, shape)
