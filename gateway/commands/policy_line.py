"""Which version of the policies a folder of them follows, noted in it: what came into force since is not undone.

`VERSION` holds one line: the version's name, and behind it a mark of its texts, as versions that differ in their cases
alone have one name. Notes of older versions of the product have the name alone.
"""

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from config.vocabulary import Language
from gateway.commands.mistaken import mistaken
from gateway.policy_office.version import Version
from policies.model import Text
from policies.texts import digest_of

NOTE = "VERSION"
FORM = re.compile(rb"\s*([0-9a-f]{12})(?:[ \t]+([0-9a-f]{12}))?\s*")
MARK_LENGTH = 12  # hexadecimal digits, as of a version's name
LARGEST = 200  # bytes; two words and an end of line are 26
CS, EN = Language.CZECH, Language.ENGLISH
SAYS_NONE: Text = {CS: "--instead-of nejmenuje verzi", EN: "--instead-of names no version"}
IN_MARKS: Text = {
    CS: "je to jeden řádek, jak ho `brana policy export` zapíše do souboru VERSION, v uvozovkách",
    EN: "it is one line, as `brana policy export` writes it to the file VERSION, in quotation marks",
}
UNREADABLE: Text = {
    CS: "{file} nelze přečíst jako poznámku o verzi: {error}",
    EN: "{file} cannot be read as a note of a version: {error}",
}
NAMES_NONE: Text = {CS: "{file} nejmenuje verzi", EN: "{file} names no version"}
ONE_LINE: Text = {
    CS: "je to jeden řádek, jak ho zapíše `brana policy export`; odstraňte ho, má-li se nahradit cokoli, co platí, "
    "nebo zadejte --instead-of VERZE",
    EN: "it is one line, as `brana policy export` writes it; take it out to replace whatever is in force, or say "
    "--instead-of VERSION",
}


@dataclass(frozen=True, slots=True)
class Line:
    """`texts`: the first digits of the digest of its texts; empty: nobody noted them."""

    version: str
    texts: str = ""


def line_of(version: Version) -> Line:
    return Line(version.version, digest_of(version.texts)[:MARK_LENGTH])


def written(line: Line) -> str:
    return f"{line.version} {line.texts}".rstrip()


def quoted(version: Version) -> str:
    """As `--instead-of` takes it on a command line."""
    return f'"{written(line_of(version))}"'


def line_said(words: str, language: Language = EN) -> Line:
    """As somebody wrote it behind `--instead-of`. Raises CannotStart."""
    if (found := FORM.fullmatch(words.encode("utf-8", "replace"))) is None:
        raise mistaken(SAYS_NONE, IN_MARKS, language)
    return _line(found)


def noted(folder: Path, language: Language = EN) -> Line | None:
    """None where nobody noted any: then whatever is in force is replaced. Raises CannotStart for a file that is no
    such note; nothing of it is shown.
    """
    file = folder / NOTE
    try:
        content = _read(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise mistaken(
            UNREADABLE, ONE_LINE, language, file=str(file), error=error.strerror or str(error)
        ) from error
    if len(content) > LARGEST or (found := FORM.fullmatch(content)) is None:
        raise mistaken(NAMES_NONE, ONE_LINE, language, file=str(file))
    return _line(found)


def note(folder: Path, line: Line) -> None:
    """Raises OSError, also where the file is a link."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with os.fdopen(os.open(folder / NOTE, flags, 0o644), "w", encoding="ascii") as file:
        file.write(written(line) + "\n")


def has_note(folder: Path) -> bool:
    """Whatever it is."""
    return os.path.lexists(folder / NOTE)


def _line(found: re.Match[bytes]) -> Line:
    return Line(found[1].decode(), (found[2] or b"").decode())


def _read(file: Path) -> bytes:
    """The beginning of a plain file; neither a link is followed nor a pipe waited for. Raises OSError."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as opened:
        return opened.read(LARGEST + 1) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
