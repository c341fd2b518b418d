"""What a proposal that an operator made of files is for: kept in one text, read in the reader's language. Pure."""

from collections.abc import Sequence

from config.vocabulary import Language
from policies.model import Text

SAID: Text = {
    Language.CZECH: "Ze souborů provozovatele: {names}",
    Language.ENGLISH: "From the operator's files: {names}",
}
KEPT = "Ze souborů provozovatele / from the operator's files: "
"""For commands, the log, and nodes of versions of the product that know nothing else."""
LONGEST = 400  # characters; more names are told as their number


def note_of(names: Sequence[str]) -> str:
    told = ", ".join(names)
    return f"{KEPT}{told if len(told) <= LONGEST else len(names)}"


def note_said(note: str, language: Language) -> str:
    """Any other is as it was written."""
    if not note.startswith(KEPT):
        return note
    return SAID[language].format(names=note.removeprefix(KEPT))
