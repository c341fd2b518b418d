"""Whoever can write to the database, and has no key, lets months of the log go: each is found, or not done at all."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, update

from config.settings import Postgres
from gateway.audit.anchors import Fault
from gateway.audit.canonical import Recorded
from gateway.audit.checkpoint import unseal
from gateway.audit.checkpointer import Checkpointer
from gateway.audit.drop_notes import OLDEST_SIGNER, Dropped, told_in
from gateway.audit.drops_told import Doubt, ToldDrops
from gateway.audit.entry import Code, Entry
from gateway.audit.facts import microseconds, moment
from gateway.audit.reasons import REASONS
from gateway.audit.retention import later
from gateway.audit.shard import Shard
from gateway.audit.shard_acts import drops_vouched, shard_dropped
from gateway.storage.audit_checkpoints import Checkpoints
from gateway.storage.audit_dropping import Keys, ShardNotDropped, Why, unsigned_of_older
from gateway.storage.audit_older import Dropping
from gateway.storage.audit_retention import remove_some
from gateway.storage.audit_tail import read_tail
from gateway.storage.end_marks import key_under, mark_ends
from gateway.storage.step import standing
from gateway.storage.tables.audit import audit_shard
from tests.gateway.audit.making import EITHER, KEYS, NOON, SIGNER, Log, entry, open_log_of_either, until
from tests.gateway.audit.sharding import broken, by_hand, check, months, shards, through, verified
from tests.gateway.audit.test_append import written
from tests.gateway.audit.test_log_keys import THIEF
from tests.gateway.storage.test_audit_export_months import broken as refused
from tests.gateway.storage.test_audit_export_months import hand_out, notes
from tests.gateway.storage.test_audit_retention import JUNE_IS_OLD, MAY_IS_OLD, drop, numbers, retention, seal

__all__ = ["months"]

TWO_YEARS = 2 * 365 * 86_400 * 1_000_000


def unsigned(now: object, one: Shard) -> Entry:
    """As a version wrote it that signed nothing, or somebody who has no key."""
    return shard_dropped(now, one, {"dropped": [one.told]})  # type: ignore[arg-type]


def marked_by_hand(log: Log, one: Shard, told: Entry) -> int:
    def work(connection: Connection) -> int:
        number = log.ledger.append(connection, [told])[-1]
        connection.execute(
            update(audit_shard).where(audit_shard.c.number == one.number).values(dropped_by=number)
        )
        return number

    return log.database.write_soon(work).result()


def let_go_by_hand(log: Log, one: Shard, told: Entry) -> int:
    """With its rows, which whoever can write to the database takes away as the product would."""
    number = marked_by_hand(log, one, told)
    while not log.database.write_soon(partial(remove_some, one=one)).result():
        pass
    return number


def hold(log: Log, one: Shard) -> None:
    asyncio.run(retention(log).place(one.began, one.ended + 1, "incident 7", "cli:root", log.clock.now))
    seal(log)


@pytest.mark.parametrize("held", [False, True])
def test_a_young_month_that_somebody_lets_go_by_an_entry_without_a_key_is_found(
    months: Log, held: bool
) -> None:
    june = shards(months)[1]
    if held:
        hold(months, june)
    number = let_go_by_hand(months, june, unsigned(months.clock.now, june))
    assert (broken(months).fault, broken(months).sequence) == (Fault.SHARD_NOT_VOUCHED, number), (
        "before a seal"
    )
    seal(months)
    assert (broken(months).fault, broken(months).sequence) == (Fault.SHARD_NOT_VOUCHED, number)
    months.append([entry(1)])
    seal(months)
    assert broken(months, *notes(months)[-1:]).fault is Fault.SHARD_NOT_VOUCHED


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("with_checkpoint", [False, True])
def test_the_product_lets_no_month_go_by_times_that_were_changed_by_hand(
    months: Log, held: bool, with_checkpoint: bool
) -> None:
    june = shards(months)[1]
    drop(months, MAY_IS_OLD)
    if held:
        hold(months, june)
    back = f"UPDATE audit_shard SET began = began - {TWO_YEARS}, ended = ended - {TWO_YEARS} WHERE number = 1"
    by_hand(months, back)
    if with_checkpoint:
        by_hand(months, f"UPDATE audit_checkpoint SET at = at - {TWO_YEARS} WHERE size = {june.end}")
    with pytest.raises(ShardNotDropped) as refused:
        drop(months, MAY_IS_OLD)
    assert refused.value.reason is Why.NOT_AS_SEALED
    assert numbers(months)[0] == june.first
    asyncio.run(retention(months).kept_back(refused.value, months.clock.now))
    last = written(months)[-1].entry
    assert (last.code, last.reason) == (Code.LOG_SHARD_NOT_DROPPED, "month_not_as_sealed")
    assert broken(months).fault in (Fault.SHARD_ALTERED, Fault.CHECKPOINT_ALTERED)


def test_every_reason_has_its_words() -> None:
    assert all(REASONS.name(why) for why in Why)


def test_a_month_whose_first_entry_is_another_is_kept(months: Log) -> None:
    by_hand(months, "UPDATE audit_entry SET canonical = (SELECT canonical FROM audit_entry WHERE sequence = 8), "
            "leaf = (SELECT leaf FROM audit_entry WHERE sequence = 8) WHERE sequence = 0")  # fmt: skip
    with pytest.raises(ShardNotDropped) as refused:
        drop(months, MAY_IS_OLD)
    assert (refused.value.reason, numbers(months)[0]) == (Why.NOT_AS_SEALED, 0)


@pytest.mark.parametrize(
    "change",
    [
        "note = replace(note, '— ', '— x')",
        "note = (SELECT note FROM audit_checkpoint WHERE size = 9)",
    ],
)
def test_a_month_whose_checkpoint_the_log_s_key_did_not_sign_is_kept(months: Log, change: str) -> None:
    by_hand(months, f"UPDATE audit_checkpoint SET {change} WHERE size = 7")
    with pytest.raises(ShardNotDropped) as refused:
        drop(months, MAY_IS_OLD)
    assert (refused.value.reason, numbers(months)[0]) == (Why.NOT_SEALED, 0)


def test_without_a_key_nothing_goes(months: Log) -> None:
    keys = Keys(KEYS.known, lambda _connection, _reach: ())
    with pytest.raises(ShardNotDropped) as refused:
        asyncio.run(retention(months).drop_due(18, MAY_IS_OLD, keys, partial(verified, months)))
    assert (refused.value.reason, numbers(months)[0]) == (Why.NO_KEY, 0)


def signed_for(one: Shard, written: int, months: int = 18) -> Callable[[object], Entry]:
    """As the log's key would have signed it."""
    said = Dropped(SIGNER.name, (one.told,), months, written).details([SIGNER])
    return lambda now: shard_dropped(now, one, said)  # type: ignore[arg-type]


OLD = Shard(1, "2026-06", 7, 8, bytes(32), microseconds(NOON), microseconds(NOON))
GENUINE = signed_for(OLD, 25)(MAY_IS_OLD)
WRONG = {
    "another month": {"dropped": [replace(OLD, number=2).told]},
    "one month more": {"dropped": [OLD.told, replace(OLD, number=2).told]},
    "another rule": {"kept_months": 1},
    "another number": {"written": 24},
    "a stranger's key": Dropped(SIGNER.name, (OLD.told,), 18, 25).details([THIEF]),
    "no signature": {"signed": []},
    "another log's": Dropped("another.log", (OLD.told,), 18, 25).details(
        [replace(SIGNER, name="another.log")]
    ),
    "of an older version": {"earlier": [OLD.told]},
}


def heard(one: Entry, sequence: int = 25) -> Doubt | None:
    return ToldDrops([SIGNER.verifier]).hear(Recorded(sequence, MAY_IS_OLD, one), [])


@pytest.mark.parametrize("sequence", [25, 28])
def test_a_signature_is_good_at_its_place_or_behind_what_the_log_itself_has_to_say(sequence: int) -> None:
    assert heard(GENUINE, sequence) is None


@pytest.mark.parametrize("wrong", WRONG)
def test_a_signature_is_good_for_its_month_and_its_text_alone(wrong: str) -> None:
    assert heard(replace(GENUINE, details={**GENUINE.details, **WRONG[wrong]})) is not None


@pytest.mark.parametrize("sequence", [24, 29])
def test_a_signature_is_good_for_one_place_in_the_log(sequence: int) -> None:
    doubt = heard(GENUINE, sequence)
    assert doubt is not None
    assert doubt.sequence == sequence


def test_what_is_signed_is_held_against_age_and_holds_all_the_same(months: Log) -> None:
    june = shards(months)[1]
    months.clock.now = later(moment(june.ended), 18) - timedelta(days=1)
    let_go_by_hand(months, june, signed_for(june, 25)(months.clock.now))
    found = broken(months)
    assert found.fault is Fault.SHARD_NOT_DUE
    assert "18 months" in found.what


def test_a_held_month_is_not_let_go_by_a_signature(months: Log) -> None:
    june = shards(months)[1]
    hold(months, june)
    months.clock.now = JUNE_IS_OLD
    let_go_by_hand(months, june, signed_for(june, 26)(months.clock.now))
    found = broken(months)
    assert (found.fault, "hold 1" in found.what) == (Fault.SHARD_NOT_DUE, True)


@pytest.fixture(params=EITHER)
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    """Of a version that signed no deletion, and whose checkpoints say nothing of it."""
    with open_log_of_either(request, tmp_path) as made:
        made.signs_drops = False
        asyncio.run(through(made))
        yield made


def test_what_an_older_version_deleted_is_believed_and_signed_for_once(older: Log) -> None:
    months, may = older, shards(older)[0]
    months.clock.now = MAY_IS_OLD
    number = let_go_by_hand(months, may, unsigned(months.clock.now, may))
    seal(months)
    assert check(months).broken is None
    assert check(months).unsigned == {may.told}
    months.signs_drops = True
    for _ in range(2):
        assert drop(months, MAY_IS_OLD) == []
    told = [one for one in written(months) if one.entry.code is Code.LOG_DROPS_VOUCHED]
    assert len(told) == 1
    found = told_in(told[0].entry, SIGNER.name)
    assert found is not None
    assert found[0].earlier == (may.told,)
    assert shards(months)[0].dropped_by == told[0].sequence != number
    seal(months)
    assert (check(months).broken, check(months).unsigned) == (None, set())


def test_what_somebody_deleted_by_hand_is_never_signed_for_and_keeps_its_month(months: Log) -> None:
    june = shards(months)[1]
    let_go_by_hand(months, june, unsigned(months.clock.now, june))
    seal(months)
    months.clock.advance(days=40)
    months.append([entry(1)])
    seal(months)
    with pytest.raises(ShardNotDropped) as refused:
        drop(months, NOON.replace(year=2028, month=6, day=10))
    assert refused.value.reason is Why.NOT_WHOLE
    assert numbers(months)[0] == 0
    assert Code.LOG_DROPS_VOUCHED not in {one.entry.code for one in written(months)}


def test_nobody_makes_checkpoints_say_less_by_seeming_to_be_an_older_node(months: Log) -> None:
    june = shards(months)[1]
    months.signs_drops = False  # as whoever connects under an older version's name would have it
    number = let_go_by_hand(months, june, unsigned(months.clock.now, june))
    seal(months)
    assert (broken(months).fault, broken(months).sequence) == (Fault.SHARD_NOT_VOUCHED, number)
    assert "\ndrops signed\n" in notes(months)[-1]


def test_once_every_deletion_is_signed_no_version_works_here_that_signs_none(older: Log) -> None:
    step = older.database.read_now(standing)[1]
    assert step is None or step.oldest < OLDEST_SIGNER
    older.signs_drops = True
    seal(older)
    step = older.database.read_now(standing)[1]
    assert step is not None
    assert step.oldest == OLDEST_SIGNER


@pytest.mark.real
@pytest.mark.parametrize("older", ["postgres"], indirect=True)
def test_as_long_as_an_older_node_is_at_work_no_checkpoint_says_that_deletions_are_signed(older: Log) -> None:
    place = older.database.place
    assert isinstance(place, Postgres)
    asked = Dropping()
    with psycopg.connect(
        host=place.hosts[0], dbname=place.name, user=place.user, application_name="brana 0056"
    ):
        assert not older.database.read_now(lambda c: asked.all_sign(c, 0))
    alone = lambda: older.database.read_now(lambda c: Dropping().all_sign(c, 0))  # noqa: E731
    asyncio.run(until(alone))
    assert not older.database.read_now(lambda c: asked.all_sign(c, 1)), "it is not asked for each checkpoint"
    assert older.database.read_now(lambda c: asked.all_sign(c, 60_000_000))


@pytest.mark.real
@pytest.mark.parametrize("months", ["postgres"], indirect=True)
def test_who_hides_the_line_and_seems_to_be_an_older_node_has_no_month_signed_for(months: Log) -> None:
    """All at once: the line hidden for a moment, a connection under an older version's name, the months of before let
    go by unsigned entries when this one is over, and then the connection ends.
    """
    log, place = months, months.database.place
    assert isinstance(place, Postgres)
    (log.folder / "master.key").write_bytes(bytes(32))
    mark_ends(log.database.engine, key_under(log.folder), log.file)
    store = lambda: Checkpoints(log.database, append=log.ledger.append, now=log.clock)  # noqa: E731 - asks for real
    new = lambda: Checkpointer(store(), log.file, SIGNER, timedelta(seconds=1), log.troubles.append)  # noqa: E731
    old = psycopg.connect(
        host=place.hosts[0], dbname=place.name, user=place.user, application_name="brana 0056"
    )
    by_hand(log, "UPDATE audit_checkpoint SET note = replace(note, chr(10) || 'drops signed', '')")
    asyncio.run(new().seal())
    assert "\ndrops signed\n" in notes(log)[-1]
    put_back = "SET note = replace(note, chr(10) || chr(10), chr(10) || 'drops signed' || chr(10) || chr(10))"
    by_hand(log, f"UPDATE audit_checkpoint {put_back} WHERE note NOT LIKE '%drops signed%'")
    log.append([entry(3)])
    asyncio.run(new().seal())
    assert "\ndrops signed\n" in notes(log)[-1], "what was said once stays said"
    log.clock.advance(days=31)
    log.append([entry(9)])
    asyncio.run(new().seal())
    for one in shards(log):
        let_go_by_hand(log, one, unsigned(log.clock.now, one))
    asyncio.run(new().seal())
    old.close()
    drop(log, log.clock.now)
    assert Code.LOG_DROPS_VOUCHED not in {one.entry.code for one in written(log)}
    assert broken(log).fault in (Fault.SHARD_NOT_VOUCHED, Fault.SHARD_ALTERED)


def vouched_as_earlier(log: Log) -> None:
    """As the log's key would have signed it, had somebody made it."""
    gone = shards(log)
    for one in gone:
        let_go_by_hand(log, one, unsigned(log.clock.now, one))

    def work(connection: Connection) -> None:
        told = tuple(one.told for one in gone)
        written = read_tail(connection)
        assert written is not None
        signed = Dropped(SIGNER.name, told, 18, written.size, told).details((SIGNER,))
        number = log.ledger.append(connection, [drops_vouched(log.clock.now, signed)])[-1]
        connection.execute(update(audit_shard).values(dropped_by=number))

    log.database.write_soon(work).result()


def test_no_older_version_deleted_a_month_in_which_each_deletion_was_signed(
    months: Log, tmp_path: Path
) -> None:
    """Whatever the log's key was made to say of it: the month's own last checkpoint says otherwise."""
    vouched_as_earlier(months)
    seal(months)
    assert broken(months).fault is Fault.SHARD_NOT_VOUCHED
    reach = unseal(notes(months)[-1], [SIGNER.verifier]).reach
    assert refused(hand_out(months, 0, reach), tmp_path)[0] == "gone"


def test_what_an_older_version_deleted_before_its_time_is_not_signed_for(older: Log) -> None:
    may = shards(older)[0]
    let_go_by_hand(older, may, unsigned(older.clock.now, may))
    seal(older)
    older.signs_drops = True
    assert drop(older, MAY_IS_OLD - timedelta(days=40)) == []
    assert Code.LOG_DROPS_VOUCHED not in {one.entry.code for one in written(older)}
    drop(older, MAY_IS_OLD)
    assert Code.LOG_DROPS_VOUCHED in {one.entry.code for one in written(older)}


def test_a_checkpoint_of_before_that_says_so_keeps_the_key_from_signing_for_it(older: Log) -> None:
    may = shards(older)[0]
    older.clock.now = MAY_IS_OLD
    let_go_by_hand(older, may, unsigned(older.clock.now, may))
    seal(older)
    unvouched = lambda: len(older.database.read_now(lambda c: unsigned_of_older(c, KEYS)))  # noqa: E731
    assert unvouched() == 1
    says_so = "note = replace(note, '\n\n', '\ndrops signed\n\n')"
    june = f"(SELECT min(size) FROM audit_checkpoint WHERE size > {may.end})"
    by_hand(older, f"UPDATE audit_checkpoint SET {says_so} WHERE size = {june}")
    assert unvouched() == 0
