"""A machine that answers as one was recorded to: files, folders, commands. What is not there has no answer."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from agents.posture.asking import FEW_SECONDS, Answer
from agents.protocol.facts import Fact, FactName, Value

NOW = datetime(2026, 5, 20, 9, 30, tzinfo=UTC)


class Recorded:
    """`files`: by path; a folder has what lies in it, and those of `folders` are there though empty. `commands`: by
    their words, or by the program alone.
    """

    def __init__(
        self,
        files: Mapping[str, bytes | str] | None = None,
        commands: Mapping[str, Answer | str | bytes] | None = None,
        folders: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.files = {
            path: raw.encode() if isinstance(raw, str) else raw for path, raw in (files or {}).items()
        }
        self.commands = dict(commands or {})
        self.folders = dict(folders or {})

    def read(self, path: str, *, end: bool = False) -> bytes | None:
        return self.files.get(path)

    def entries(self, path: str) -> tuple[str, ...] | None:
        if path in self.folders:
            return self.folders[path]
        inside = {file[len(path) + 1 :].split("/")[0] for file in self.files if file.startswith(f"{path}/")}
        return tuple(sorted(inside)) or None

    def run(self, *command: str, seconds: float = FEW_SECONDS) -> Answer | None:
        said = self.commands.get(" ".join(command), self.commands.get(command[0]))
        if isinstance(said, str):
            return Answer(0, said.encode())
        return Answer(0, said) if isinstance(said, bytes) else said

    def but(
        self,
        files: Mapping[str, bytes | str | None] | None = None,
        commands: Mapping[str, Answer | str | bytes | None] | None = None,
        folders: Mapping[str, tuple[str, ...]] | None = None,
    ) -> "Recorded":
        """The same with something other; None takes it away."""
        return Recorded(
            {path: raw for path, raw in {**self.files, **(files or {})}.items() if raw is not None},
            {
                words: said
                for words, said in {**self.commands, **(commands or {})}.items()
                if said is not None
            },
            {**self.folders, **(folders or {})},
        )


def values(facts: Mapping[FactName, Fact]) -> dict[str, Value]:
    return {str(name): fact.value for name, fact in facts.items()}


def as_powershell(answers: Mapping[str, Any]) -> bytes:
    """As `ConvertTo-Json -Compress` of Windows PowerShell writes it."""
    return json.dumps(answers, separators=(",", ":")).encode() + b"\r\n"
