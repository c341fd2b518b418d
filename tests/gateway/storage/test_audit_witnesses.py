"""A real log, on both databases, and real witnesses."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, update

from gateway.audit.checkpoint import seal, unseal
from gateway.audit.cosignature import WitnessKey, cosignature_in
from gateway.audit.entry import Code
from gateway.audit.for_auditors.brana_verify import Broken, Key, Witness, verified
from gateway.audit.note import Verifier
from gateway.audit.search import Query
from gateway.storage.audit_export import Sealed as Ended
from gateway.storage.audit_export import Span, handed_out, parts
from gateway.storage.audit_retention import Retention
from gateway.storage.audit_search import LogSearch
from gateway.storage.audit_witnesses import StoredWitnesses, last_of, newest_cosigned, stand_of, to_hand_out
from gateway.storage.tables.audit import audit_checkpoint, audit_entry, audit_node, audit_tail
from gateway.storage.tables.witnesses import audit_cosignature
from gateway.witness.standing import PATIENCE, Alarm, Standing, Trouble
from gateway.witness.submitting import EVERY, Place, Submitter
from tests.gateway.audit.making import EITHER, KEYS, SIGNER, Log, entry, open_log, open_log_of_either
from tests.gateway.audit.sharding import verified as as_asked
from tests.rig.authority import make_authority, server_pair
from tests.rig.witness import WitnessProcess, a_witness

pytestmark = pytest.mark.real
TOLD = frozenset({Code.WITNESS_REFUSED, Code.WITNESS_UNREACHABLE, Code.WITNESS_RECOVERED})


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        yield made


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[WitnessProcess]:
    made = a_witness(tmp_path / "witness", SIGNER.verifier)
    with made.serving():
        yield made


def store_of(log: Log) -> StoredWitnesses:
    return StoredWitnesses(log.database, log.ledger.append)


def submitter(log: Log, witness: WitnessProcess, key: WitnessKey | None = None) -> Submitter:
    return Submitter(Place(key or witness.key, witness.address), store_of(log), log.clock)


async def grow(log: Log, count: int) -> int:
    """So many entries further, sealed; how many there are."""
    log.append([entry(number) for number in range(count)])
    sealed = await log.checkpointer().seal()
    assert sealed is not None
    return sealed.size


async def told(log: Log) -> list[str]:
    page = await LogSearch(log.database).page(Query(codes=TOLD), None, 50)
    return [f"{one.entry.code} {one.entry.reason}".strip() for one in reversed(page.entries)]


def standing(log: Log, witness: WitnessProcess) -> tuple[Standing, str]:
    stand = log.database.read_now(lambda connection: stand_of(connection, witness.key.name))
    assert stand is not None
    return stand.standing, stand.reason


async def test_what_grew_is_cosigned_and_handed_out_with_the_cosignature(
    log: Log, witness: WitnessProcess
) -> None:
    submits = submitter(log, witness)
    for count in (3, 300, 1):
        size = await grow(log, count)
        assert await submits.step() == EVERY
    assert log.database.read_now(lambda c: last_of(c, witness.key.name)).reach == size
    handed = log.database.read_now(lambda c: newest_cosigned(c, SIGNER.name))
    text, _, lines = handed.note.rpartition("\n\n")
    assert unseal(handed.note, [SIGNER.verifier]).size == size
    assert cosignature_in(lines, f"{text}\n", witness.key)
    assert (standing(log, witness), await told(log)) == ((Standing.COSIGNING, ""), [])


async def test_a_log_that_lost_its_answers_goes_on_from_the_size_that_the_witness_says(
    log: Log, witness: WitnessProcess
) -> None:
    submits = submitter(log, witness)
    await grow(log, 3)
    await submits.step()
    log.database.write_soon(lambda c: c.execute(delete(audit_cosignature))).result()
    await submits.step()  # the same size once more
    log.database.write_soon(lambda c: c.execute(delete(audit_cosignature))).result()
    size = await grow(log, 5)
    await submits.step()
    assert log.database.read_now(lambda c: last_of(c, witness.key.name)).reach == size
    assert await told(log) == []


async def test_a_database_that_was_put_back_is_refused_and_told(
    tmp_path: Path, witness: WitnessProcess
) -> None:
    with open_log(tmp_path) as log:
        await grow(log, 3)
        await submitter(log, witness).step()
    shutil.copy(tmp_path / "brana.db", tmp_path / "older.db")
    with open_log(tmp_path) as log:
        await grow(log, 9)
        await submitter(log, witness).step()
    for left in tmp_path.glob("brana.db-*"):
        left.unlink()
    (tmp_path / "older.db").rename(tmp_path / "brana.db")
    with open_log(tmp_path) as log:
        await grow(log, 1)
        submits = submitter(log, witness)
        await submits.step()
        await submits.step()
        assert standing(log, witness) == (Standing.REFUSING, Alarm.PUT_BACK)
        await grow(log, 20)  # by now it has more entries than the witness knows, but others
        await submits.step()
        assert await told(log) == [
            "witness.refused witness_knows_more",
            "witness.refused witness_proof_wrong",
        ]


async def test_a_log_that_was_rewritten_is_refused_and_told(log: Log, witness: WitnessProcess) -> None:
    submits = submitter(log, witness)
    await grow(log, 4)
    await submits.step()
    # Whoever has the key as well writes another history of the same size, and all that belongs to it.
    for table in (audit_entry, audit_tail, audit_node, audit_checkpoint, audit_cosignature):
        log.database.write_soon(lambda c, table=table: c.execute(delete(table))).result()
    log.append([entry(number, request_id="other") for number in range(4)])
    await log.checkpointer().seal()
    await submits.step()
    assert standing(log, witness) == (Standing.REFUSING, Alarm.OTHER_ROOT)


async def test_entries_that_do_not_give_what_was_sealed_are_told(log: Log, witness: WitnessProcess) -> None:
    submits = submitter(log, witness)
    await grow(log, 4)
    await submits.step()
    await grow(log, 4)
    damage = update(audit_entry).where(audit_entry.c.sequence == 1).values(leaf=bytes(32))
    log.database.write_soon(lambda c: c.execute(damage)).result()
    await submits.step()
    assert standing(log, witness) == (Standing.REFUSING, Alarm.NO_PROOF)


async def test_of_two_witnesses_one_that_is_down_holds_up_no_other_and_is_told_once(
    log: Log, witness: WitnessProcess, tmp_path: Path
) -> None:
    down = a_witness(tmp_path / "other", SIGNER.verifier, name="other.example")
    submits, misses = submitter(log, witness), submitter(log, down)
    await grow(log, 3)
    assert await misses.step() == 2 * EVERY
    assert await submits.step() == EVERY
    assert (standing(log, down), await told(log)) == ((Standing.AWAY, Trouble.UNREACHABLE), [])
    for _ in range(2):
        log.clock.now += PATIENCE + timedelta(seconds=1)
        await misses.step()
    with down.serving():
        await misses.step()
    assert await told(log) == ["witness.unreachable witness_unreachable", "witness.recovered"]
    lines = log.database.read_now(lambda c: newest_cosigned(c, SIGNER.name)).note
    await grow(log, 1)
    await submits.step()
    await misses.step()
    assert "witness.example" in lines


async def test_a_witness_that_does_not_know_us_or_has_another_key_cosigns_nothing(
    log: Log, witness: WitnessProcess, tmp_path: Path
) -> None:
    await grow(log, 3)
    stranger = a_witness(
        tmp_path / "other", Verifier("elsewhere", SIGNER.verifier.public), name="other.example"
    )
    with stranger.serving():
        await submitter(log, stranger).step()
    assert standing(log, stranger) == (Standing.AWAY, Trouble.ORIGIN_UNKNOWN)
    await submitter(log, witness, WitnessKey(witness.key.name, bytes(32))).step()
    assert standing(log, witness) == (Standing.AWAY, Trouble.ANSWER_UNFIT)
    assert log.database.read_now(lambda c: newest_cosigned(c, SIGNER.name)) is None


async def test_what_two_nodes_submit_at_once_is_no_alarm(log: Log, witness: WitnessProcess) -> None:
    await grow(log, 3)
    slow = store_of(log)
    old_heads = await slow.heads()

    class Behind:
        """The first look is one from before the other node."""

        def __init__(self) -> None:
            self.looks = 0

        def __getattr__(self, name: str) -> object:
            return getattr(slow, name)

        async def heads(self):
            self.looks += 1
            return old_heads if self.looks == 1 else await slow.heads()

        async def cosigned_size(self, *_: str) -> int:
            return 0

    await grow(log, 3)
    await submitter(log, witness).step()
    await Submitter(Place(witness.key, witness.address), Behind(), log.clock).step()
    assert (standing(log, witness), await told(log)) == ((Standing.COSIGNING, ""), [])


async def test_a_witness_is_believed_by_its_certificate_s_authority_alone(log: Log, tmp_path: Path) -> None:
    pair = server_pair(make_authority(tmp_path / "authority"))
    make_authority(tmp_path / "another")
    witness = a_witness(tmp_path / "witness", SIGNER.verifier)
    await grow(log, 3)
    with witness.serving("--certificate", str(pair.certificate), "--private-key", str(pair.key)):
        for folder, expected in (("another", Standing.AWAY), ("authority", Standing.COSIGNING)):
            place = Place(witness.key, f"https://localhost:{witness.port}/", tmp_path / folder / "ca.pem")
            await Submitter(place, store_of(log), log.clock).step()
            assert standing(log, witness)[0] is expected


MAY, JUNE, JULY = SIGNER.name, f"{SIGNER.name}/2026-06", f"{SIGNER.name}/2026-07"


async def next_month(log: Log, count: int) -> None:
    log.clock.advance(days=31)
    await grow(log, count)


def cosigned(log: Log, witness: WitnessProcess) -> dict[str, tuple[int, int]]:
    """First entry and size of each tree, as the note says that has the witness's cosignature."""
    found = {}
    for origin in (MAY, JUNE, JULY):
        sealed = log.database.read_now(lambda c, origin=origin: newest_cosigned(c, origin))
        if sealed is not None:
            text, _, lines = sealed.note.rpartition("\n\n")
            said = unseal(sealed.note, [SIGNER.verifier])
            assert (said.origin, said.reach) == (origin, sealed.size)
            assert cosignature_in(lines, f"{text}\n", witness.key)
            found[origin] = (said.first, said.size)
    return found


async def test_a_month_that_turned_while_a_witness_was_away_is_cosigned_with_the_one_behind_it(
    log: Log, tmp_path: Path
) -> None:
    witness = a_witness(tmp_path / "witness", SIGNER.verifier)
    submits = submitter(log, witness)
    with witness.serving():
        await grow(log, 3)
        await submits.step()
    await grow(log, 4)
    assert cosigned(log, witness) == {MAY: (0, 3)}
    await submits.step()  # away
    assert standing(log, witness) == (Standing.AWAY, Trouble.UNREACHABLE)
    log.append([entry(7), entry(8)])  # sealed by nobody when the month turns
    await next_month(log, 300)
    await submits.step()
    with witness.serving():
        await submits.step()
        assert cosigned(log, witness) == {MAY: (0, 9), JUNE: (9, 301)}
        await next_month(log, 1)
        assert await submits.step() == EVERY
    assert cosigned(log, witness) == {MAY: (0, 9), JUNE: (9, 303), JULY: (312, 2)}
    assert log.database.read_now(lambda c: last_of(c, witness.key.name)).reach == 314
    assert standing(log, witness) == (Standing.COSIGNING, "")
    assert await told(log) == ["witness.unreachable witness_unreachable", "witness.recovered"]


async def test_of_two_months_the_entry_s_own_is_handed_out_with_what_was_cosigned_of_it(
    log: Log, witness: WitnessProcess
) -> None:
    submits = submitter(log, witness)
    await grow(log, 3)
    await next_month(log, 3)
    await submits.step()
    await grow(log, 1)  # not cosigned yet

    def handed(sequence: int | None) -> tuple[str, int, bool]:
        found = log.database.read_now(lambda c: to_hand_out(c, sequence))
        return found.note.partition("\n")[0], found.size, f"\n— {witness.key.name} " in found.note

    assert [handed(one) for one in (None, 2, 6, 7)] == [
        (JUNE, 7, True),
        (MAY, 3, True),
        (JUNE, 7, True),
        (JUNE, 8, False),
    ]


async def test_an_export_of_two_months_is_held_against_a_witness_by_its_last_checkpoint(
    log: Log, witness: WitnessProcess, tmp_path: Path
) -> None:
    key = Key(str(SIGNER.verifier))
    key.witnesses = [Witness(str(witness.key))]

    def exported() -> list[str]:
        def lines(connection: Connection) -> bytes:
            newest = to_hand_out(connection)
            ends = Ended(unseal(newest.note, [SIGNER.verifier]), newest.note)
            given = parts(
                connection, Span(0, newest.size), ends, lambda note: unseal(note, [SIGNER.verifier])
            )
            return b"".join(handed_out(connection, given))

        (tmp_path / "given").write_bytes(log.database.read_now(lines))
        with (tmp_path / "given").open("rb") as file:
            return [what for what, _ in verified(file, key, {})]

    await grow(log, 3)
    await next_month(log, 3)
    with pytest.raises(Broken, match="unwitnessed"):
        exported()
    await submitter(log, witness).step()
    assert exported() == ["whole", "whole", "witnessed"]
    assert (tmp_path / "given").read_text("utf-8").count(f"— {witness.key.name} ") == 2


async def test_a_month_that_was_deleted_is_asked_of_nobody(log: Log, witness: WitnessProcess) -> None:
    await grow(log, 3)
    await next_month(log, 3)
    log.clock.advance(days=700)
    assert await Retention(log.database, log.ledger.append).drop_due(
        18, log.clock.now, KEYS, partial(as_asked, log)
    )
    await log.checkpointer().seal()
    submits = submitter(log, witness)
    await submits.step()
    found = log.database.read_now(newest_cosigned)
    assert found is not None
    assert MAY not in cosigned(log, witness)
    assert (standing(log, witness), await told(log)) == ((Standing.COSIGNING, ""), [])


async def test_a_tree_that_is_refused_stays_an_alarm_while_another_is_cosigned(
    log: Log, witness: WitnessProcess
) -> None:
    await grow(log, 5)
    await next_month(log, 5)
    submits = submitter(log, witness)
    await submits.step()
    assert standing(log, witness)[0] is Standing.COSIGNING
    # Whoever has the key as well gives May another end, and takes away what was said of the old one.
    other = seal(5, bytes(32), SIGNER)
    changed = update(audit_checkpoint).where(audit_checkpoint.c.size == 5).values(root=bytes(32), note=other)
    log.database.write_soon(lambda c: c.execute(changed)).result()
    log.database.write_soon(lambda c: c.execute(delete(audit_cosignature))).result()
    for _ in range(3):
        await grow(log, 1)
        await submits.step()
    assert standing(log, witness) == (Standing.REFUSING, Alarm.NO_PROOF)
    assert await told(log) == ["witness.refused witness_without_proof"]
    assert JUNE in cosigned(log, witness)
