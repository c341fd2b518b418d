"""Keys of the log that follow each other: what each vouches for, and that nothing else is believed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from gateway.audit import checkpoint_file, log_keys
from gateway.audit.anchors import Fault
from gateway.audit.checkpoint import seal, unseal
from gateway.audit.entry import Code
from gateway.audit.log_keys import Introduced, KeyNotInForce, LogKey, Why
from gateway.audit.note import DASH, NoteRefused, Signer, UnknownKey, sign
from gateway.storage.audit_evidence import rows
from gateway.storage.log_keys import KeyNotChanged, Refusal
from tests.gateway.audit.making import EITHER, SIGNER, entry, open_log_of_either
from tests.gateway.audit.rotating import Rotating
from tests.gateway.audit.sharding import by_hand

THIEF = Signer(SIGNER.name, Ed25519PrivateKey.from_private_bytes(bytes(32)))
NEXT = Signer(SIGNER.name, Ed25519PrivateKey.from_private_bytes(bytes([1] * 32)))


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rotating]:
    with open_log_of_either(request, tmp_path) as made:
        yield Rotating(made)


async def test_while_two_keys_stand_both_sign_and_whoever_knows_one_believes(log: Rotating) -> None:
    await log.grow()
    new = log.rotate()
    await log.grow()
    together = log.sealed[-1]
    assert together.count(f"\n{DASH}") == 2
    for key in (SIGNER.verifier, new):
        assert unseal(together, [key]).size == 11, "five entries, that of the key, and five more"
    assert log.retire() == SIGNER.verifier
    await log.grow()
    assert unseal(log.sealed[-1], [new]).size == 17
    with pytest.raises(UnknownKey):
        unseal(log.sealed[-1], [SIGNER.verifier])
    assert [(one.since, one.until) for one in log.keys if isinstance(one, LogKey)] == [(-1, 11), (5, None)]
    assert [one.size for one in log.opened()] == [5, 11, 17]
    assert log.check().broken is None
    assert log.check(*log.opened()).checkpoints == 3 + 3


async def test_the_private_key_that_was_retired_is_forgotten_and_others_follow_it(log: Rotating) -> None:
    await log.grow()
    for size in (1, 2, 3):
        log.rotate()
        await log.grow()
        assert len(log.held) == 2
        log.retire()
        assert len(log.held) == 1, size
        await log.grow()
    assert log.check().broken is None
    assert len(log.keys) == 4
    assert len(log.anew) == 3
    assert log.anew[0][0].public_key() == SIGNER.private.public_key()
    assert log.anew[2][1].public_key() == log.held[0].private.public_key()
    codes = [row.facts[3] for row in log.log.database.read_now(lambda c: list(rows(c)))]
    assert codes.count(Code.LOG_KEY_INTRODUCED) == codes.count(Code.LOG_KEY_RETIRED) == 3


async def test_a_compromised_key_signs_no_more_from_that_moment(log: Rotating) -> None:
    await log.grow()
    log.rotate()
    await log.grow()
    log.rotate(compromised=True)
    assert len(log.held) == 1, "both of the overlap may be known to others"
    await log.grow()
    assert log.sealed[-1].count(f"\n{DASH}") == 1
    assert log.check().broken is None


async def test_a_checkpoint_of_an_unknown_key_is_found_and_located(log: Rotating) -> None:
    await log.grow()
    log.rotate()
    await log.grow()
    size = log.forge(THIEF)
    found = log.broken()
    assert (found.fault, found.sequence) == (Fault.KEY_UNKNOWN, size)


async def test_a_checkpoint_of_a_retired_key_is_found_and_located(log: Rotating) -> None:
    await log.grow()
    log.rotate()
    await log.grow()
    log.retire()
    await log.grow()
    size = log.forge(SIGNER)
    found = log.broken()
    assert (found.fault, found.sequence) == (Fault.KEY_NOT_IN_FORCE, size)
    assert f"{SIGNER.verifier.key_id.hex()} signed {size} entries" in found.what


async def test_a_new_key_signs_nothing_of_the_time_before_it(log: Rotating) -> None:
    await log.grow()
    early = log.opened()[0]
    log.rotate()
    with pytest.raises(KeyNotInForce):
        unseal(seal(early.size, early.root, log.held[-1]), log.keys)


@pytest.mark.parametrize("signer", [0, 1])
async def test_a_checkpoint_of_the_overlap_that_one_of_both_did_not_sign_is_found(
    log: Rotating, signer: int
) -> None:
    await log.grow()
    log.rotate()
    await log.grow()
    size = log.forge(log.held[signer])
    found = log.broken()
    assert (found.fault, found.sequence) == (Fault.CHECKPOINT_ALTERED, size)
    assert log.held[1 - signer].verifier.key_id.hex() in found.what


async def test_a_key_that_nobody_vouches_for_is_found_where_it_would_begin(log: Rotating) -> None:
    await log.grow()
    change = Introduced(NEXT.verifier, SIGNER.verifier, 3, Why.PLANNED)
    note = sign(change.text(), NEXT)  # the thief has its own key alone
    by_hand(log.log, f"INSERT INTO audit_key (number, note) VALUES (1, '{note}')")
    found = log.broken()
    assert (found.fault, found.sequence) == (Fault.KEY_NOT_VOUCHED, 3)
    with pytest.raises(KeyNotChanged) as refused:
        log.rotate()
    assert refused.value.reason is Refusal.NOT_VOUCHED


async def test_a_change_of_which_no_entry_tells_is_found_even_when_both_keys_signed_it(log: Rotating) -> None:
    await log.grow()
    note = log_keys.introduce(Introduced(NEXT.verifier, SIGNER.verifier, 3, Why.PLANNED), (SIGNER, NEXT))
    by_hand(log.log, f"INSERT INTO audit_key (number, note) VALUES (1, '{note}')")
    assert log.broken().fault in {Fault.KEY_NOT_VOUCHED, Fault.CHECKPOINT_ALTERED}
    by_hand(log.log, "UPDATE audit_key SET note = replace(note, 'written 3', 'written 5')")
    assert (log.broken().fault, log.broken().sequence) == (Fault.KEY_NOT_VOUCHED, 5)


@pytest.mark.parametrize("number", [1, 2])
async def test_what_tells_of_keys_cannot_be_taken_away(log: Rotating, number: int) -> None:
    await log.grow()
    log.rotate()
    await log.grow()
    log.retire()
    await log.grow()
    by_hand(log.log, f"DELETE FROM audit_key WHERE number = {number}")
    assert log.broken().fault in {Fault.KEY_NOT_VOUCHED, Fault.KEY_UNKNOWN}, (
        "without the first nobody is known"
    )
    with pytest.raises(KeyNotChanged) as refused:
        log.rotate()
    assert refused.value.reason is Refusal.NOT_VOUCHED


@pytest.mark.parametrize(
    ("then", "reason"),
    [
        (lambda log: (log.rotate(), log.rotate()), Refusal.OVERLAP),
        (lambda log: log.retire(), Refusal.ALONE),
        (lambda log: (log.rotate(), log.retire()), Refusal.NOT_SEALED_YET),
    ],
    ids=["two of three", "the only one", "before both have signed"],
)
async def test_what_would_leave_readers_behind_is_refused(
    log: Rotating, then: Callable[[Rotating], object], reason: Refusal
) -> None:
    await log.grow()
    with pytest.raises(KeyNotChanged) as refused:
        then(log)
    assert refused.value.reason is reason
    await log.grow()
    assert log.check().broken is None, "nothing was half done"


async def test_a_month_that_ended_is_sealed_by_the_keys_of_its_time(log: Rotating) -> None:
    await log.grow()
    log.rotate()
    await log.grow()
    log.log.append([entry(1)])
    log.log.clock.advance(days=31)
    log.log.append([entry(2)])  # begins a month, and the end of the one before is not sealed
    for change in (log.retire, lambda: log.rotate(compromised=True)):
        with pytest.raises(KeyNotChanged) as refused:
            change()
        assert refused.value.reason is Refusal.MONTH_NOT_SEALED
    await log.checkpointer.seal()
    log.retire()
    await log.grow()
    assert [one.first for one in log.opened()] == [0, 0, 0, 12, 12]
    assert log.check().broken is None


async def test_a_crash_between_both_signatures_is_mended_at_the_next_start(log: Rotating) -> None:
    await log.grow()
    log.rotate()
    await log.grow()
    whole = log.log.file.read_text()
    for end in (whole.rindex(DASH), whole.rindex(DASH) + 5, len(whole) - 1):
        log.log.file.write_text(whole[:end])
        assert log.check().broken is None, "the newest may be missing, as after any crash"
        assert await log.checkpointer.begin() is None
        assert log.log.file.read_text() == whole
    assert all(one.whole for one in checkpoint_file.read(log.log.file))


async def test_a_log_with_a_second_key_is_refused_by_versions_that_know_of_none(log: Rotating) -> None:
    query = text("SELECT oldest FROM schema_step")
    log.rotate()
    assert log.log.database.read_now(lambda c: c.execute(query).scalar()) >= "0051"


@pytest.mark.parametrize(
    "line", ["brana.log-key/v2", "why bored", "written -1", "written 1e3", "after elsewhere+00000000+AQ=="]
)
def test_a_note_of_another_form_says_nothing_of_keys(line: str) -> None:
    note = Introduced(NEXT.verifier, SIGNER.verifier, 3, Why.PLANNED).text()
    word = line.partition(" ")[0]
    lines = [line if one.split(" ")[0] in (word, f"{word[:-1]}1") else one for one in note.splitlines()]
    with pytest.raises(NoteRefused):
        log_keys.opened(sign("".join(f"{one}\n" for one in lines), SIGNER, NEXT))
    assert log_keys.opened(sign(note, SIGNER, NEXT))
