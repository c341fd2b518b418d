"""Pieces of one file that somebody has to hear of: for programs by their names, for people by their titles. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from config.vocabulary import Language
from policies.blocks import Key
from policies.parameters import ANYTHING, Offered
from policies.piece_titles import title_of_piece
from policies.rule_titles import with_title


@dataclass(frozen=True, slots=True)
class Pieces:
    """`of`: each with its text, as it is in force where it is; empty: the file itself is meant."""

    file: str
    of: tuple[tuple[Key, str], ...] = ()

    def named(self) -> str:
        names = sorted(_name(key) for key, _ in self.of)
        return f"{self.file}: {', '.join(names)}" if names else self.file

    def said_in(self, language: Language, offered: Offered = ANYTHING) -> Iterator[str]:
        """A line for each piece; its name, by which it is found in the file, stands behind a title."""
        for key, text in sorted(self.of):
            title = title_of_piece(self.file, key, text, offered)
            named = _name(key)
            yield f"{self.file}: {named if title[language] == named else with_title(title, named, language)}"
        if not self.of:
            yield self.file


def pieces(file: str, found: dict[Key, str]) -> Pieces:
    """Those of them that have a name: what has none is the file itself."""
    return Pieces(file, tuple((key, text) for key, text in found.items() if key.name))


def _name(key: Key) -> str:
    return key.name.partition("\n")[0]
