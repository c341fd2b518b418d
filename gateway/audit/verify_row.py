"""Whether a row is right in itself, whatever stands around it: its bytes, their hash, their number, its columns."""

from gateway.audit.anchors import Fault
from gateway.audit.canonical import NotCanonical, read
from gateway.audit.facts import differing, facts_written
from gateway.audit.page import Row
from gateway.audit.tree import leaf_hash


class RowBroken(Exception):
    def __init__(self, fault: Fault, what: str) -> None:
        super().__init__(f"{fault}: {what}")
        self.fault = fault
        self.what = what


def received_of(row: Row) -> int:
    """When it was received, as `facts.moment` reads it. Raises RowBroken."""
    edited = leaf_hash(row.canonical) != row.leaf
    try:
        form = read(row.canonical)
    except NotCanonical as error:
        raise RowBroken(Fault.EDITED if edited else Fault.FOREIGN, str(error)) from error
    if edited:
        raise RowBroken(Fault.EDITED, "its bytes do not give its leaf hash")
    if form.sequence != row.sequence:
        what = f"the entry that stands here was written as number {form.sequence}"
        raise RowBroken(Fault.REORDERED, what)
    facts = facts_written(form)
    if others := differing(row.facts, facts):
        what = f"columns do not say what was recorded: {', '.join(others)}"
        raise RowBroken(Fault.COLUMNS_DIFFER, what)
    received = facts[1]
    assert isinstance(received, int)
    return received
