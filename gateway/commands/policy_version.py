"""`brana policy version`: what a version was that a decision names, and on which of the kept ones it rests.

While something is closed in an incident, and after an upgrade that changed the schema, what decides is called otherwise
than the version that was put in force.
"""

from pathlib import Path

import click
import msgspec
from sqlalchemy import Connection

from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code, Outcome
from gateway.audit.search import Query
from gateway.commands.options import configuration
from gateway.commands.policy_folder import json_option
from gateway.commands.preflight import CannotStart
from gateway.commands.state import existing_state
from gateway.commands.terminal import local_time
from gateway.storage.audit_search import page

LOADED = frozenset({Code.POLICIES_LOADED})
AT_ONCE = 500  # entries
MOST = 20  # times that one version came into force
SEE = "the log has them: `brana audit search --code policies.loaded`"


@click.command(
    name="version",
    help="Say when VERSION, as decisions name it, came into force, on which kept one it rests, and what was closed.",
    short_help="What a version was that a decision names.",
)
@configuration
@click.argument("version")
@json_option
def show(configuration: Path, version: str, *, as_json: bool) -> None:
    state = existing_state(configuration)
    try:
        found = state.database.read_now(lambda connection: _with_ends(connection, version))
    finally:
        state.database.close()
    if not found:
        raise CannotStart(f"no policies of version {version} ever came into force here", SEE)
    if as_json:
        click.echo(msgspec.json.encode([_as_json(one, end) for one, end in found]))
    else:
        click.echo("\n".join(_told(one, end) for one, end in found))


def _loaded(connection: Connection, version: str) -> list[Recorded]:
    """The newest first."""
    asked = Query(codes=LOADED, outcome=Outcome.SUCCESS, policy_version=version)
    return [one for one in page(connection, asked, None, MOST).entries if isinstance(one, Recorded)]


def _with_ends(connection: Connection, version: str) -> list[tuple[Recorded, Recorded | None]]:
    """Each time with the next at which another version came into force; None: it is in force still."""
    found = _loaded(connection, version)
    if not found:
        return []
    later, ends = (
        Query(codes=LOADED, outcome=Outcome.SUCCESS, since=found[-1].entry.at),
        dict[int, Recorded](),
    )
    following, end, after = {one.sequence for one in found}, None, None
    while True:  # the newest first: what ends a time is the last other one that was passed before it
        read = page(connection, later, after, AT_ONCE)
        for one in read.entries:
            if not isinstance(one, Recorded):
                continue
            if one.entry.policy_version != version:
                end = one
            elif one.sequence in following and end is not None:
                ends[one.sequence] = end
        after = read.following
        if after is None:
            return [(one, ends.get(one.sequence)) for one in found]


def _told(one: Recorded, end: Recorded | None) -> str:
    details = one.entry.details
    since = local_time(one.entry.at, seconds=True)
    lines = [f"in force from {since} on (entry {one.sequence}), still in force"]
    if end is not None:
        until = local_time(end.entry.at, seconds=True)
        ended = f"when {end.entry.policy_version} came (entry {end.sequence})"
        lines = [f"in force from {since} (entry {one.sequence}) until {until}, {ended}"]
    if kept := details.get("kept"):
        lines.append(
            f"    its texts are those of the kept version number {kept}: brana policy export FOLDER --number {kept}"
        )
    else:
        lines.append("    an older version of the product did not record on which kept version it rests")
    if isinstance(closures := details.get("closures"), list):
        lines.append(f"    closed in an incident besides: {', '.join(closures)}")
    if isinstance(changed := details.get("changed"), list):
        lines.append(
            f"    other than in the version before ({details.get('previous')}): {', '.join(changed)}"
        )
    return "\n".join(lines)


def _as_json(one: Recorded, end: Recorded | None) -> dict[str, object]:
    details = one.entry.details
    told = {name: details.get(name) for name in ("kept", "closures", "changed", "previous")}
    until = None if end is None else end.entry.at
    return {"at": one.entry.at, "until": until, "entry": one.sequence, **told}
