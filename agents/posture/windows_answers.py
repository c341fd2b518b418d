"""Answers of PowerShell, asked for once and read by question."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import TypeVar

import msgspec

from agents.posture.asking import Answer, Finding, Machine, NotUnderstood, Reader, as_json
from agents.posture.windows_questions import script

Shape = TypeVar("Shape")
POWERSHELL = ("powershell.exe", "-NoLogo", "-NoProfile", "-NonInteractive", "-Command")


class Answers:
    """What one start of PowerShell said. A question that it did not answer, or otherwise than asked, has no answer."""

    def __init__(self, answer: Answer | None) -> None:
        said: dict[str, msgspec.Raw] = {}
        if answer is not None and answer.code == 0:
            try:
                said = as_json(answer.out, dict[str, msgspec.Raw])
            except NotUnderstood:
                said = {}
        self._said = said

    def of(self, question: str, shape: type[Shape]) -> Shape:
        """Raises `NotUnderstood`."""
        if question not in self._said:
            raise NotUnderstood
        return as_json(bytes(self._said[question]), shape)

    def maybe(self, question: str, shape: type[Shape]) -> Shape | None:
        try:
            return self.of(question, shape)
        except NotUnderstood:
            return None


Reading = Callable[[Answers, Machine, datetime], Iterable[Finding]]


def readers(
    machine: Machine, questions: Mapping[str, str], seconds: float, readings: Iterable[Reading]
) -> list[Reader]:
    """All questions in one start: it costs more than they do."""
    answers = Answers(machine.run(*POWERSHELL, script(questions), seconds=seconds))
    return [partial(reading, answers) for reading in readings]
