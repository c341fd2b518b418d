"""A month that is gone is judged by its own last checkpoint, whatever somebody had later ones leave out."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from gateway.audit.anchors import Fault
from gateway.audit.checkpoint import seal as seal_checkpoint
from gateway.audit.checkpoint import unseal
from gateway.storage.tables.audit import audit_checkpoint
from tests.gateway.audit.making import SIGNER, Log
from tests.gateway.audit.sharding import broken, months, shards
from tests.gateway.storage.test_audit_drops_attacked import let_go_by_hand, unsigned, vouched_as_earlier
from tests.gateway.storage.test_audit_export_months import broken as refused
from tests.gateway.storage.test_audit_export_months import hand_out, notes
from tests.gateway.storage.test_audit_retention import seal

__all__ = ["months"]


def unsay(log: Log, behind: int) -> None:
    """As if the log's key had left the word out of all checkpoints of more entries than that."""

    def work(connection: Connection) -> list[str]:
        kept = []
        for row in connection.execute(select(audit_checkpoint).order_by(audit_checkpoint.c.size)).all():
            said, note = unseal(row.note, [SIGNER.verifier]), row.note
            if row.size > behind:
                month = said.origin.removeprefix(SIGNER.name).removeprefix("/")
                note = seal_checkpoint(said.size, said.root, SIGNER, month, said.first)
                same = audit_checkpoint.c.size == row.size
                connection.execute(update(audit_checkpoint).where(same).values(note=note))
            kept.append(note)
        return kept

    log.file.write_text("".join(log.database.write_soon(work).result()))


@pytest.mark.parametrize("vouched", [False, True])
def test_of_a_month_that_is_gone_its_own_last_checkpoint_is_heard_whatever_later_ones_say(
    months: Log, tmp_path: Path, vouched: bool
) -> None:
    june = shards(months)[1]
    if vouched:
        vouched_as_earlier(months)
    else:
        let_go_by_hand(months, june, unsigned(months.clock.now, june))
    seal(months)
    unsay(months, june.end)
    assert broken(months).fault is Fault.SHARD_NOT_VOUCHED
    reach = unseal(notes(months)[-1], [SIGNER.verifier]).reach
    assert refused(hand_out(months, june.first, reach), tmp_path)[0] == "gone"
