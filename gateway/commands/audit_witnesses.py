"""`brana audit witnesses|checkpoint`: who vouches for the log elsewhere, and what they vouch for."""

import asyncio
import sys
from pathlib import Path

import click
import msgspec

from config.vocabulary import Language
from gateway.audit.reasons import REASONS
from gateway.commands.checkpoint_mail import mailed
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.state import existing_state, now
from gateway.commands.terminal import local_time
from gateway.commands.witnesses import witnesses as standing_of
from gateway.storage.audit_witnesses import to_hand_out
from gateway.witness.shown import Witness
from gateway.witness.standing import Standing

WORDS = {
    Standing.COSIGNING: "cosigns",
    Standing.AWAY: "does not cosign",
    Standing.REFUSING: "REFUSES",
}


@click.command(
    help="How each witness of the log stands. Exit code 1 where one refuses, or has been away for long.",
    short_help="Who vouches for the log elsewhere.",
)
@configuration
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def witnesses(configuration: Path, *, as_json: bool) -> None:
    state = existing_state(configuration)
    found = state.database.read_now(lambda connection: standing_of(connection, state.settings.audit))
    if not found and not as_json:
        click.echo("no witness is configured", err=True)
    for one in found:
        click.echo(_as_json(one) if as_json else _as_text(one))
    sys.stdout.flush()
    if any(one.refuses or one.is_away for one in found):
        sys.exit(1)


@click.command(
    help="Print the newest signed checkpoint with the cosignatures of witnesses, or send it to "
    "audit.mail_checkpoints_to.",
    short_help="The newest signed checkpoint.",
)
@configuration
@click.option("--mail", is_flag=True, help="Send it by mail instead; it is recorded.")
def checkpoint(configuration: Path, *, mail: bool) -> None:
    state = existing_state(configuration)
    sealed = state.database.read_now(to_hand_out)
    if sealed is None:
        raise CannotStart("nothing of the log is sealed yet", "start the product; it seals each second")
    if not mail:
        click.echo(sealed.note, nl=False)
        return
    if not state.settings.audit.mail_checkpoints_to:
        raise CannotStart("nobody is to get checkpoints by mail", "set audit.mail_checkpoints_to")
    entry = asyncio.run(mailed(state.settings, sealed, operator(), now()))
    asyncio.run(state.record([entry]))
    if entry.reason:
        cause = entry.details["cause"]
        raise CannotStart(f"the checkpoint was not sent: {cause}", "see [notifications.smtp]")
    click.echo(f"checkpoint of {sealed.size} entries sent to {entry.details['receivers']}")


def _as_json(one: Witness) -> str:
    content = {
        "witness": one.name,
        "address": one.address,
        "standing": one.stand.standing.value if one.stand else None,
        "since": one.stand.since if one.stand else None,
        "reason": one.stand.reason if one.stand else "",
        "size": one.size,
        "cosigned_at": one.at,
        "behind": one.behind,
    }
    return msgspec.json.encode(content).decode()


def _as_text(one: Witness) -> str:
    stand = one.stand
    lines = [f"{one.name}  {one.address}"]
    if stand is None:
        return f"{lines[0]}\n    was not asked yet"
    reason = REASONS.name(stand.reason)
    why = f": {reason.in_language(Language.ENGLISH)} [{stand.reason}]" if reason else ""
    lines.append(f"    {WORDS[stand.standing]} since {local_time(stand.since, seconds=True)}{why}")
    if one.at is not None:
        lines.append(
            f"    last cosigned {one.size} entries, {local_time(one.at, seconds=True)}; "
            f"{one.behind} entries behind"
        )
    return "\n".join(lines)
