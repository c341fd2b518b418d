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
        found = state.database.read_now(lambda connection: _loaded(connection, version))
    finally:
        state.database.close()
    if not found:
        raise CannotStart(f"no policies of version {version} ever came into force here", SEE)
    if as_json:
        click.echo(msgspec.json.encode([_as_json(one) for one in found]))
    else:
        click.echo("\n".join(map(_told, found)))


def _loaded(connection: Connection, version: str) -> list[Recorded]:
    """The newest first."""
    asked = Query(codes=frozenset({Code.POLICIES_LOADED}), outcome=Outcome.SUCCESS, policy_version=version)
    return [one for one in page(connection, asked, None, MOST).entries if isinstance(one, Recorded)]


def _told(one: Recorded) -> str:
    details = one.entry.details
    lines = [f"in force from {local_time(one.entry.at, seconds=True)} on (entry {one.sequence})"]
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


def _as_json(one: Recorded) -> dict[str, object]:
    details = one.entry.details
    told = {name: details.get(name) for name in ("kept", "closures", "changed", "previous")}
    return {"at": one.entry.at, "entry": one.sequence, **told}
