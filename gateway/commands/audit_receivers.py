"""`brana audit receivers`: how far each receiver of the log has got, and what keeps it."""

import asyncio
from pathlib import Path

import click
import msgspec

from gateway.commands.options import configuration
from gateway.commands.state import existing_state, now
from gateway.commands.terminal import local_time
from gateway.storage.audit import append
from gateway.storage.forwarding import Standing, StoredReceivers


@click.command(help="How far each receiver of the log has got, and what keeps it.")
@configuration
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def receivers(configuration: Path, *, as_json: bool) -> None:
    state = existing_state(configuration)
    configured = {one.name for one in state.settings.audit.receivers}
    kept = asyncio.run(StoredReceivers(state.database, append, state.seal, state.log_known).standing())
    if as_json:
        for one in kept:
            told = _Told.of(one, configured=one.name in configured)
            click.echo(msgspec.json.encode(told).decode())
        return
    for one in kept:
        click.echo(_as_text(one) if one.name in configured else f"{one.name}: no longer in the settings")
    for name in sorted(configured - {one.name for one in kept}):
        click.echo(f"{name}: not met yet; it takes effect at the next start")
    if not kept and not configured:
        click.echo("no receivers are configured ([[audit.receivers]])", err=True)


class _Told(msgspec.Struct, kw_only=True):
    name: str
    configured: bool
    following: int
    behind: int
    waiting_since: str | None
    taken_at: str | None
    failing_since: str | None
    reason: str
    cause: str
    takes_again: bool

    @staticmethod
    def of(one: Standing, *, configured: bool) -> "_Told":
        moments = (one.waiting_since, one.taken_at, one.failing_since)
        waiting, taken, failing = (None if each is None else each.isoformat() for each in moments)
        return _Told(
            name=one.name,
            configured=configured,
            following=one.following,
            behind=one.behind,
            waiting_since=waiting,
            taken_at=taken,
            failing_since=failing,
            reason=one.reason,
            cause=one.cause,
            takes_again=one.takes_again,
        )


def _as_text(one: Standing) -> str:
    if one.waiting_since is None:
        place = "has everything"
    else:
        late = int((now() - one.waiting_since).total_seconds())
        place = f"waits for {one.behind} entries from {one.following} on, the first of them {late} s old"
    if one.failing_since is None:
        return f"{one.name}: {place}"
    since = local_time(one.failing_since, seconds=True)
    if one.takes_again:
        return (
            f"{one.name}: {place}\n    failed since {since}, and takes entries again: they count as taken when the "
            "connection has lived for `repeat`"
        )
    return f"{one.name}: {place}\n    takes nothing since {since}: {one.cause or one.reason} [{one.reason}]"
