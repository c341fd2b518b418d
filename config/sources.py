"""Where the texts of a configuration come from: the operator's files, or what was read of them when it was accepted.

What is accepted is the file, the list of municipalities and the policies: all that is read to know what is to hold.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from config import durable
from config.problem import ConfigurationRefused, Problem

ACCEPTED = "accepted.json"
"""Below the state folder."""


class Sources(Protocol):
    def size(self, file: Path) -> int:
        """Bytes. Raises OSError."""
        ...

    def text(self, file: Path) -> str:
        """Raises OSError, UnicodeDecodeError."""
        ...

    def files(self, folder: Path) -> list[Path]:
        """Everything in it, in order. Raises OSError."""
        ...


class Disk:
    """The files as they are now."""

    def size(self, file: Path) -> int:
        return file.stat().st_size

    def text(self, file: Path) -> str:
        return file.read_text("utf-8-sig")

    def files(self, folder: Path) -> list[Path]:
        return sorted(folder.iterdir())


DISK = Disk()


class Accepted:
    """Texts by file, and what the folders held."""

    def __init__(self, texts: Mapping[str, str], folders: Mapping[str, list[str]]) -> None:
        self._texts, self._folders = dict(texts), dict(folders)

    @classmethod
    def read(cls, kept: Path) -> "Accepted":
        """Raises ConfigurationRefused."""
        try:
            return cls(**json.loads(kept.read_text("utf-8")))
        except (OSError, ValueError, TypeError) as error:
            what = f"the configuration that was accepted cannot be read: {error}"
            raise ConfigurationRefused([Problem(kept, 0, what, "start `brana serve` anew")]) from error

    def size(self, file: Path) -> int:
        return len(self.text(file).encode())

    def text(self, file: Path) -> str:
        try:
            return self._texts[str(file)]
        except KeyError as error:
            raise FileNotFoundError(f"{file} was not read when the configuration was accepted") from error

    def files(self, folder: Path) -> list[Path]:
        return [Path(name) for name in self._folders.get(str(folder), [])]


class Noting(Disk):
    """Reads the files as they are now, and remembers what it has read."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._folders: dict[str, list[str]] = {}

    def text(self, file: Path) -> str:
        """The same at each call: what was checked is what is kept."""
        name = str(file)
        if name not in self._texts:
            self._texts[name] = super().text(file)
        return self._texts[name]

    def files(self, folder: Path) -> list[Path]:
        """The same at each call, too."""
        name = str(folder)
        if name not in self._folders:
            self._folders[name] = [str(one) for one in super().files(folder)]
        return [Path(one) for one in self._folders[name]]

    def keep(self, kept: Path) -> None:
        """Make it what is accepted, as a whole. Raises OSError."""
        durable.replace(kept, self._said())

    def draft(self, kept: Path) -> Path:
        """Written beside `kept` for this user alone, durable. Raises OSError.

        Whoever renames it does no more than that: behind it nothing may fail, and after a power cut a start reads the
        files anew.
        """
        return durable.draft(kept, self._said())

    def _said(self) -> bytes:
        return json.dumps({"texts": self._texts, "folders": self._folders}).encode()
