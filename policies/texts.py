"""The texts of all policies as one value, wherever they come from: to be compared, kept and loaded as files are.

A name is that of a version's contents: `region/NAME.cedar`, `municipalities/CODE.cedar`; beside a file of policies its
cases may stand, `NAME.cases.toml`, which decide nothing.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.sources import DISK, Sources
from config.vocabulary import MunicipalityCode
from policies.evaluate import Contents

Texts = Mapping[str, str]
"""By name."""
REGION, MUNICIPALITIES = Path("region"), Path("municipalities")
POLICIES, CASES = ".cedar", ".cases.toml"
NAME = re.compile(r"(?:region|municipalities)/[^/\0]+(?:\.cedar|\.cases\.toml)")


def texts_of(region: Path, municipalities: Path, sources: Sources = DISK) -> dict[str, str]:
    """Of both folders, as `load` reads them, with their cases. Raises OSError, UnicodeDecodeError."""
    folders = {REGION: region, MUNICIPALITIES: municipalities}
    return {
        f"{name}/{file.name}": sources.text(file)
        for name, folder in folders.items()
        for file in sources.files(folder)
        if file.suffix == POLICIES or file.name.endswith(CASES)
    }


def deciding(texts: Texts) -> dict[str, str]:
    """Those that decide: without cases."""
    return {name: text for name, text in texts.items() if name.endswith(POLICIES)}


def digest_of(texts: Texts) -> str:
    """Tells texts apart, whatever the schema is: SHA-256, hexadecimal."""
    return _together({name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()})


def digest_of_contents(contents: Contents) -> str:
    """The same, of a book that was loaded from such texts."""
    return _together({name: mark for name, mark in contents.files.items() if NAME.fullmatch(name)})


def digest_of_deciding(contents: Contents) -> str:
    """Of those of them that decide."""
    return _together({name: mark for name, mark in contents.files.items() if name.endswith(POLICIES)})


def _together(marks: Mapping[str, str]) -> str:
    lines = "".join(f"{name}\0{marks[name]}\n" for name in sorted(marks))
    return hashlib.sha256(lines.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class CaseText:
    """A file of cases as it stands, and the municipality whose it is."""

    file: Path
    text: str
    only: MunicipalityCode | None


class InHand:
    """`Sources` of texts that are in no file: in the folders `region` and `municipalities`, and nowhere else."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def size(self, file: Path) -> int:
        return len(self.text(file).encode())

    def text(self, file: Path) -> str:
        try:
            return self._texts[file.as_posix()]
        except KeyError as error:
            raise FileNotFoundError(f"{file} is not among them") from error

    def files(self, folder: Path) -> list[Path]:
        return sorted(file for file in map(Path, self._texts) if file.parent == folder)
