"""Entries about the log's own shards: opened behind another, dropped after its time, held; and of holds."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from gateway.audit.acts import SYSTEM
from gateway.audit.canonical import Detail, time_text
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.facts import moment
from gateway.audit.holds_told import AGAIN
from gateway.audit.retention import Hold
from gateway.audit.shard import Shard


def shard_opened(now: datetime, month: str, before: Shard) -> Entry:
    """The first entry of a tree: it names the tree before by its root, and so everything in it."""
    return Entry(
        code=Code.LOG_SHARD_OPENED,
        outcome=Outcome.SUCCESS,
        at=now,
        subject=SYSTEM,
        details={
            "shard": before.number + 1,
            "month": month,
            "before_month": before.month,
            "before_first": before.first,
            "before_size": before.size,
            "before_root": before.root.hex(),
        },
    )


def opens_behind(entry: Entry, before: Shard) -> bool:
    """Whether it is the one that opened what follows on that shard."""
    return (
        entry.code is Code.LOG_SHARD_OPENED
        and entry.details == shard_opened(entry.at, str(entry.details.get("month")), before).details
    )


def named_by(opening: Entry) -> Shard | None:
    """The one that it opened what follows on, without its times; None where it names none."""
    said = opening.details
    try:
        one = Shard(
            number=int(str(said["shard"])) - 1,
            month=str(said["before_month"]),
            first=int(str(said["before_first"])),
            size=int(str(said["before_size"])),
            root=bytes.fromhex(str(said["before_root"])),
            began=0,
            ended=0,
        )
    except (KeyError, ValueError):
        return None
    return one if opens_behind(opening, one) else None


def shard_dropped(now: datetime, one: Shard, signed: Mapping[str, Detail]) -> Entry:
    """`signed`: what vouches for it and for shards dropped earlier, of which an entry tells that goes now
    (`drop_notes`).
    """
    details: dict[str, Detail] = {
        "month": one.month,
        "first": one.first,
        "entries": one.size,
        "root": one.root.hex(),
        "since": time_text(moment(one.began)),
        "until": time_text(moment(one.ended)),
        **signed,
    }
    return Entry(
        code=Code.LOG_SHARD_DROPPED, outcome=Outcome.SUCCESS, at=now, subject=SYSTEM, details=details
    )


def drops_vouched(now: datetime, signed: Mapping[str, Detail]) -> Entry:
    """Of deletions by an older version, which signed none."""
    return Entry(
        code=Code.LOG_DROPS_VOUCHED, outcome=Outcome.SUCCESS, at=now, subject=SYSTEM, details=dict(signed)
    )


def shard_not_dropped(now: datetime, one: Shard, reason: str) -> Entry:
    """It is kept, as what the database says of it is not what was sealed, or signed."""
    details: dict[str, Detail] = {"month": one.month, "first": one.first, "entries": one.size}
    return Entry(
        code=Code.LOG_SHARD_NOT_DROPPED,
        outcome=Outcome.FAILURE,
        at=now,
        subject=SYSTEM,
        reason=reason,
        details=details,
    )


def hold_placed(now: datetime, by: str, one: Hold) -> Entry:
    until = "" if one.until is None else time_text(moment(one.until))
    return Entry(
        code=Code.LOG_HOLD_PLACED,
        outcome=Outcome.SUCCESS,
        at=now,
        subject=by,
        details={"hold": one.number, "since": time_text(moment(one.since)), "until": until, "why": one.why},
    )


def hold_lifted(now: datetime, by: str, one: Hold, why: str) -> Entry:
    return Entry(
        code=Code.LOG_HOLD_LIFTED,
        outcome=Outcome.SUCCESS,
        at=now,
        subject=by,
        details={"hold": one.number, "why": why},
    )


def hold_replaced(now: datetime, one: Hold, entry: int) -> list[Entry]:
    """Placed anew under another number: its own is another hold's since. `entry`: the one that told of it last."""
    placed = hold_placed(now, SYSTEM, one)
    told = [replace(placed, details={**placed.details, AGAIN: entry})]
    return told if one.stands else [*told, hold_lifted(now, SYSTEM, one, "it had been lifted")]
