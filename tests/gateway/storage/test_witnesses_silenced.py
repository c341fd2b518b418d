"""Somebody writes to the database so that a witness is not asked, or what it says not told: it is all the same."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, update

from gateway.audit.cosignature import cosignature_in
from gateway.storage.audit_witnesses import newest_cosigned
from gateway.storage.tables.audit import audit_checkpoint, audit_entry, audit_node, audit_tail
from gateway.storage.tables.witnesses import audit_cosignature, audit_witness
from gateway.witness.standing import PATIENCE, Alarm, Standing, Trouble
from tests.gateway.audit.making import SIGNER, Log
from tests.gateway.storage.test_audit_witnesses import grow, log, standing, submitter, told, witness
from tests.rig.witness import WitnessProcess, a_witness

__all__ = ["log", "witness"]

pytestmark = pytest.mark.real
REFUSED_ALREADY = {"standing": "refusing", "told": True, "reason": Alarm.PUT_BACK.value, "size": 12}
AWAY_ALREADY = {"standing": "away", "told": True, "reason": Trouble.UNREACHABLE.value}
AWAY_SINCE_LATER = {"standing": "away", "told": False, "reason": "", "since": 2**52}


def stands_by_hand(log: Log, witness: WitnessProcess, values: dict[str, object]) -> None:
    row = {"witness": witness.key.name, "since": 0} | values
    log.database.write_soon(lambda c: c.execute(delete(audit_witness))).result()
    log.database.write_soon(lambda c: c.execute(insert(audit_witness).values(row))).result()


async def test_a_row_that_says_that_a_refusal_was_told_hushes_none(log: Log, witness: WitnessProcess) -> None:
    """Whoever puts the log back writes it there as well, before the product starts."""
    with_more = [await grow(log, 3), await grow(log, 9)]
    await submitter(log, witness).step()
    for table in (audit_entry, audit_tail, audit_node, audit_checkpoint, audit_cosignature):
        log.database.write_soon(lambda c, table=table: c.execute(delete(table))).result()
    assert await grow(log, 3) < max(with_more)
    stands_by_hand(log, witness, REFUSED_ALREADY)
    submits = submitter(log, witness)
    for _ in range(2):
        await submits.step()
        stands_by_hand(log, witness, {"standing": "cosigning"})
        await submits.step()
    assert standing(log, witness) == (Standing.REFUSING, Alarm.PUT_BACK)
    assert await told(log) == ["witness.refused witness_knows_more"]


@pytest.mark.parametrize("values", [AWAY_ALREADY, AWAY_SINCE_LATER])
async def test_a_row_that_says_that_it_is_told_or_comes_later_makes_no_witness_s_absence_silent(
    log: Log, tmp_path: Path, values: dict[str, object]
) -> None:
    down = a_witness(tmp_path / "down", SIGNER.verifier)
    await grow(log, 3)
    stands_by_hand(log, down, values)
    submits = submitter(log, down)
    for _ in range(3):
        await submits.step()
        stands_by_hand(log, down, values)
        log.clock.now += PATIENCE + timedelta(seconds=1)
    assert await told(log) == ["witness.unreachable witness_unreachable"]


async def test_a_row_that_says_that_a_checkpoint_was_cosigned_keeps_none_from_the_witness(
    log: Log, witness: WitnessProcess
) -> None:
    submits = submitter(log, witness)
    await grow(log, 3)
    await submits.step()
    size = await grow(log, 5)
    forged = update(audit_cosignature).values(size=size)
    log.database.write_soon(lambda c: c.execute(forged)).result()
    await submits.step()
    handed = log.database.read_now(lambda c: newest_cosigned(c, SIGNER.name))
    text, _, lines = handed.note.rpartition("\n\n")
    assert cosignature_in(lines, f"{text}\n", witness.key)


async def test_a_refusal_that_was_told_is_over_when_it_cosigns_also_after_a_start(
    log: Log, witness: WitnessProcess
) -> None:
    await grow(log, 3)
    stands_by_hand(log, witness, REFUSED_ALREADY)
    await submitter(log, a_witness(log.folder / "down", SIGNER.verifier)).step()  # away: nothing is said
    assert (standing(log, witness), await told(log)) == ((Standing.REFUSING, Alarm.PUT_BACK), [])
    await submitter(log, witness).step()
    assert await told(log) == ["witness.recovered"]
