"""A selection of the log that is handed out: in which form, how much at most, and why it is not given. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from config.unseen import is_seen
from config.vocabulary import Language
from gateway.audit.canonical import Detail, Recorded
from gateway.audit.entry import Code, Entry, Outcome, code_of
from gateway.audit.facts import EPOCH
from gateway.audit.purposes import LONGEST, SHORTEST
from gateway.audit.search import Found

MOST = 10_000
"""Entries in one export by the page: made within half of the minute that a request to our pages may take."""
MOST_BY_COMMAND = 1_000_000
DAMAGED = code_of("audit.entry_unreadable")
"""Given in the place of what is no entry that this log wrote there; it is in no log."""


class Form(StrEnum):
    CSV = "csv"
    JSON_LINES = "jsonl"
    OCSF = "ocsf"


NAMES = {Form.CSV: "entries.csv", Form.JSON_LINES: "entries.jsonl", Form.OCSF: "entries.ocsf.jsonl"}
MEDIA_TYPES = {
    Form.CSV: "text/csv",
    Form.JSON_LINES: "application/jsonl",
    Form.OCSF: "application/jsonl",
}
ZIP = "application/zip"


class Why(StrEnum):
    """The same word in page, command, log and test."""

    PURPOSE = "export_without_purpose"
    CONDITIONS = "export_conditions_unreadable"
    """What is to be found cannot be read, or a part of a name fits too many people."""
    NOTHING = "export_of_nothing"
    TOO_MUCH = "export_too_large"
    NOT_SEARCHED = "export_not_searched"
    """The index does not know all of the log yet: it would be a part that looks like the whole."""
    NOT_SEALED = "export_not_sealed"
    """What would prove it is missing, or is not ours."""
    UNDER_WAY = "export_under_way"
    """Of the same person."""
    TOO_LONG = "export_search_too_long"
    """Looking for what fits takes longer than a page waits."""


class ExportRefused(Exception):
    def __init__(self, reason: Why, most: int = MOST) -> None:
        super().__init__(reason)
        self.reason, self.most = reason, most


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`language`: of the sentences in a table."""

    form: Form
    purpose: str
    proofs: bool = False
    """A ZIP file, with what proves each entry and the program that checks it."""
    pseudonyms: bool = False
    language: Language = Language.CZECH
    most: int = MOST

    @property
    def suffix(self) -> str:
        return "zip" if self.proofs else NAMES[self.form].partition(".")[2]

    @property
    def media_type(self) -> str:
        return ZIP if self.proofs else MEDIA_TYPES[self.form]

    @property
    def told(self) -> dict[str, Detail]:
        """What the entry of the export says of it."""
        return {"written_as": self.form.value, "with_proofs": self.proofs, "pseudonymised": self.pseudonyms}


def said(purpose: str) -> str:
    """On one line; empty where it says nothing, or too much."""
    text = " ".join(purpose.split())
    return text if SHORTEST <= len(text) <= LONGEST and is_seen(text) else ""


def handed_out(look: Entry, wanted: Wanted) -> Entry:
    """`look`: what was asked for, by whom, and how many entries were found."""
    told = {**look.details, **wanted.told, "form": "export", "purpose": wanted.purpose}
    return replace(look, details=told)


def not_handed_out(look: Entry, reason: Why) -> Entry:
    told = {name: value for name, value in look.details.items() if name in ("query", "purpose")}
    return replace(
        look,
        code=Code.LOG_ACT_REFUSED,
        outcome=Outcome.REFUSED,
        reason=reason,
        details={**told, "act": "export_log"},
    )


def as_recorded(found: Sequence[Found]) -> list[Recorded]:
    """What is damaged is told by its number, and never left out in silence."""
    return [one if isinstance(one, Recorded) else _damaged(one.sequence) for one in found]


def _damaged(sequence: int) -> Recorded:
    return Recorded(sequence, EPOCH, Entry(code=DAMAGED, outcome=Outcome.FAILURE, at=EPOCH))
