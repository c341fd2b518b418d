"""`brana audit shards|hold|holds|release`: what of the log is kept, until when, and what is kept beyond that."""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.table import Table

from gateway.asks.wish import WORDS
from gateway.audit.acts import TEXT
from gateway.audit.facts import microseconds, moment
from gateway.audit.retention import Hold, Kept, Standing
from gateway.commands.audit_moments import MOMENT, in_prague
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.reason_said import in_words
from gateway.commands.state import existing_state, now
from gateway.commands.terminal import console, local_time
from gateway.storage.audit import Tail, read_tail
from gateway.storage.audit_retention import Retention

as_json = click.option("--json", "machine", is_flag=True, help="As JSON, for programs.")


def _said(context: click.Context, option: click.Parameter, written: str) -> str:
    if len(written.strip()) > TEXT:
        raise click.BadParameter(f"say why, in {TEXT} characters at most")
    return in_words(context, option, written.strip())


reason_option = click.option(
    "--reason",
    required=True,
    callback=_said,
    metavar="TEXT",
    help=f"Why, in {WORDS} words at least; it is recorded with your name.",
)


@click.command(
    help="Keep what was received in a span of time beyond its time, until `brana audit release`. A month of the log of "
    "which any moment is held is kept as a whole.",
    short_help="Keep a span of the log beyond its time.",
)
@configuration
@click.option("--since", type=MOMENT, metavar="MOMENT", required=True,
              help="From this day or time on; without a zone that of Prague.")  # fmt: skip
@click.option("--until", type=MOMENT, metavar="MOMENT", default=None,
              help="Before this time; written likewise. Without it whatever comes is held too.")  # fmt: skip
@reason_option
def hold(configuration: Path, since: datetime, until: datetime | None, reason: str) -> None:
    begins, ends = in_prague(since), in_prague(until)
    assert begins is not None
    if ends is not None and begins >= ends:
        raise click.UsageError("--until is not after --since: no time lies between them")
    state = existing_state(configuration)
    retention = Retention(state.database)
    last = None if ends is None else microseconds(ends)
    placed = asyncio.run(retention.place(microseconds(begins), last, reason, operator(), now()))
    click.echo(f"hold {placed.number}: what was received {_span(placed)} is kept")
    gone = [one for one in asyncio.run(retention.shards()) if one.dropped and placed.covers(one)]
    if gone:
        entries = f"{gone[0].first} to {gone[-1].end - 1}"
        click.echo(f"of that time entries {entries} were deleted before; they do not come back", err=True)


@click.command(help="Lift the hold NUMBER: what it alone has kept goes when its time is over.")
@configuration
@click.argument("number", type=click.IntRange(1))
@reason_option
def release(configuration: Path, number: int, reason: str) -> None:
    state = existing_state(configuration)
    lifted = asyncio.run(Retention(state.database).lift(number, reason, operator(), now()))
    if lifted is None:
        raise CannotStart(f"there is no hold {number} that stands", "see `brana audit holds`")
    click.echo(f"hold {number} is lifted")


@click.command(help="Holds that stand; with --all those that were lifted too.")
@configuration
@click.option("--all", "lifted", is_flag=True)
@as_json
def holds(configuration: Path, *, lifted: bool, machine: bool) -> None:
    state = existing_state(configuration)
    found = [one for one in asyncio.run(Retention(state.database).holds()) if lifted or one.stands]
    if machine:
        click.echo(json.dumps([_hold_row(one) for one in found], ensure_ascii=False, indent=1))
        return
    table = Table("hold", "received", "why", "placed", "by", "lifted")
    for one in found:
        placed, over = (_local(at) for at in (one.placed_at, one.lifted_at))
        table.add_row(str(one.number), _span(one), one.why, placed, one.placed_by, over)
    console().print(table)


@click.command(help="The parts of the log by months: how much is in each, and when it goes.")
@configuration
@as_json
def shards(configuration: Path, *, machine: bool) -> None:
    state = existing_state(configuration)
    kept = asyncio.run(Retention(state.database).kept(state.settings.audit.kept_months))
    found, tail = kept.shards, state.database.read_now(read_tail)
    if machine:
        rows = [_shard_row(one) for one in found] + ([] if tail is None else [_open_row(tail, kept)])
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    table = Table("entries", "first", "received from", "until", "state", "goes", "held by")
    for one in found:
        row, shard = _shard_row(one), one.shard
        numbers = ", ".join(map(str, one.held_by))
        times = (_local(shard.began), _local(shard.ended))
        goes = "" if shard.dropped else local_time(one.due)
        table.add_row(str(shard.size), str(shard.first), *times, str(row["state"]), goes, numbers)
    if tail is not None:
        numbers = ", ".join(map(str, _holding_open(tail, kept)))
        table.add_row(
            str(tail.frontier.size), str(tail.first), "", _local(tail.received_at), "open", "", numbers
        )
    console().print(table)


def _shard_row(one: Standing) -> dict[str, object]:
    shard = one.shard
    state = "kept" if not shard.dropped else "deleted" if shard.gone else "being deleted"
    return {
        "month": shard.month,
        "first": shard.first,
        "entries": shard.size,
        "root": shard.root.hex(),
        "from": moment(shard.began).isoformat(),
        "until": moment(shard.ended).isoformat(),
        "state": state,
        "goes": None if shard.dropped else one.due.isoformat(),
        "held_by": list(one.held_by),
    }


def _open_row(tail: Tail, kept: Kept) -> dict[str, object]:
    size, held_by = tail.frontier.size, list(_holding_open(tail, kept))
    return {"month": tail.month, "first": tail.first, "entries": size, "state": "open", "held_by": held_by}


def _holding_open(tail: Tail, kept: Kept) -> Sequence[int]:
    """Holds of a moment from the end of the last closed month on, until now."""
    began = max((one.shard.ended for one in kept.shards), default=0)
    return [
        one.number
        for one in kept.holds
        if one.since <= tail.received_at and (one.until is None or began < one.until)
    ]


def _hold_row(one: Hold) -> dict[str, object]:
    times = {"since": one.since, "until": one.until, "placed_at": one.placed_at, "lifted_at": one.lifted_at}
    told = {name: None if at is None else moment(at).isoformat() for name, at in times.items()}
    return {"hold": one.number, **told, "why": one.why, "by": one.placed_by}


def _span(one: Hold) -> str:
    return f"from {_local(one.since)} " + ("on" if one.until is None else f"until {_local(one.until)}")


def _local(at: int | None) -> str:
    return "" if at is None else local_time(moment(at))
