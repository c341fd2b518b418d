"""Forms in which entries leave the product besides OCSF: a line of JSON, a row of a table.

Pure. A table is for people who open it in a spreadsheet, so no cell begins as a formula does (`spreadsheets`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict

import msgspec

from config.vocabulary import Language
from gateway.audit.canonical import TEXTS, Recorded, time_text
from gateway.audit.reasons import REASONS, Reasons
from gateway.audit.spreadsheets import harmless
from gateway.audit.titles import sentence

COLUMNS = ("sequence", "received_at", "at", "code", "outcome", *TEXTS, "sentence", "details")
_sorted = msgspec.json.Encoder(order="sorted")


def json_line(recorded: Recorded) -> bytes:
    """The entry as JSON without a line feed, every field there, in our own names."""
    entry = asdict(recorded.entry) | {"at": time_text(recorded.entry.at)}
    told = {"sequence": recorded.sequence, "received_at": time_text(recorded.received_at), **entry}
    return _sorted.encode(told)


def csv_rows(
    found: Iterable[Recorded], language: Language = Language.CZECH, reasons: Reasons = REASONS
) -> Iterator[bytes]:
    """The head and a row for each (RFC 4180, UTF-8), each with its end of line."""
    yield _row(COLUMNS)
    for recorded in found:
        entry = recorded.entry
        yield _row(
            (
                str(recorded.sequence),
                time_text(recorded.received_at),
                time_text(entry.at),
                entry.code,
                entry.outcome,
                *(getattr(entry, name) for name in TEXTS),
                sentence(entry, language, reasons),
                _sorted.encode(entry.details).decode() if entry.details else "",
            )
        )


def cell(text: str) -> str:
    """Quoted, and harmless to a spreadsheet, whatever it takes for the end of a cell."""
    return '"' + harmless(text).replace('"', '""') + '"'


def _row(cells: Iterable[str]) -> bytes:
    return (",".join(map(cell, cells)) + "\r\n").encode("utf-8", "backslashreplace")
