"""Entries of the log as commands show them: a line, or an object of JSON."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import click
import msgspec

from config.vocabulary import Language
from gateway.audit.canonical import Recorded
from gateway.audit.reasons import REASONS, Reasons
from gateway.audit.search import Altered, Found, NotSearched, Unreadable
from gateway.audit.titles import sentence
from gateway.commands.policies_in_force import reasons_of
from gateway.commands.shared_policies import SharedPoliciesUnusable, book_in_force
from gateway.commands.state import State
from gateway.commands.terminal import PRAGUE, local_time
from policies.load import PoliciesUnusable

UNREADABLE = "this entry cannot be read; run `brana audit verify`"
ALTERED = "this entry was altered; run `brana audit verify`"


def known_reasons(state: State) -> Reasons:
    """With the policies' own; with policies that cannot be read, their reasons keep their codes."""
    try:
        return reasons_of(book_in_force(state))
    except (PoliciesUnusable, SharedPoliciesUnusable):
        return REASONS


def as_data(found: Found) -> dict[str, Any]:
    if isinstance(found, Unreadable):
        return {"sequence": found.sequence, "unreadable": UNREADABLE}
    if isinstance(found, Altered):
        return {"sequence": found.sequence, "altered": ALTERED, "differing": found.differing}
    return {"sequence": found.sequence, "received_at": found.received_at, "entry": asdict(found.entry)}


def as_json(found: Found) -> str:
    return msgspec.json.encode(as_data(found)).decode()


def as_text(found: Found, reasons: Reasons) -> str:
    at = found.entry.at if isinstance(found, Recorded) else found.at
    when = f"{local_time(at, seconds=True) if at else '':24}"
    if not isinstance(found, Recorded):
        return f"{found.sequence:>8}  {when}  {ALTERED if isinstance(found, Altered) else UNREADABLE}"
    entry = found.entry
    code = f" [{entry.reason}]" if entry.reason else ""
    return f"{found.sequence:>8}  {when}  {sentence(entry, Language.ENGLISH, reasons)}{code}"


def tell_reached(reached: datetime | None) -> None:
    """Where a search ended early, and how it goes on."""
    if reached is not None:
        up = reached + timedelta(seconds=1, microseconds=-1)  # --until knows no parts of a second
        until = up.astimezone(PRAGUE).isoformat(timespec="seconds")
        click.echo(
            f"searched back to {local_time(reached, seconds=True)}: all at once would take too long; go on with "
            f"--until {until}",
            err=True,
        )


def tell_not_searched(missing: NotSearched | None) -> None:
    if missing is not None:
        until = local_time(missing.until, seconds=True)
        click.echo(
            f"not everything was searched: {missing.entries} entries, the newest received {until}, are not indexed "
            "yet; the running product does that by itself",
            err=True,
        )
