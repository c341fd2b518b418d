"""A selection of the log in the form that was asked for. Pure."""

from collections.abc import Iterator, Sequence
from itertools import islice

from gateway.audit import ocsf
from gateway.audit.canonical import Recorded
from gateway.audit.forms import csv_rows, json_line
from gateway.audit.pseudonyms import pseudonymised
from gateway.audit.reasons import Reasons
from gateway.audit.search import Found
from gateway.audit.selection import Form, Wanted, as_recorded


def written(
    found: Sequence[Found], wanted: Wanted, origin: str, reasons: Reasons, key: bytes, *, first: bool
) -> bytes:
    """Some entries; `first`: nothing was written before. `origin`: the log's name; `key`: of pseudonyms."""
    recorded = as_recorded(found)
    if wanted.pseudonyms:
        recorded = [pseudonymised(one, key) for one in recorded]
    return b"".join(_lines(recorded, wanted, origin, reasons, first=first))


def _lines(
    recorded: Sequence[Recorded], wanted: Wanted, origin: str, reasons: Reasons, *, first: bool
) -> Iterator[bytes]:
    match wanted.form:
        case Form.CSV:
            yield from islice(csv_rows(recorded, wanted.language, reasons), 0 if first else 1, None)
        case Form.JSON_LINES:
            yield from (json_line(one) + b"\n" for one in recorded)
        case Form.OCSF:
            yield from (ocsf.line(one, origin, reasons) + b"\n" for one in recorded)
