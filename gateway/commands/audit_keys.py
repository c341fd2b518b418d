"""`brana audit keys list|notes|rotate|retire`: the keys that sign the log. Each change is an entry; so is a refusal."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import click
from rich.table import Column, Table
from sqlalchemy import Connection

from config.vocabulary import Language
from gateway.audit.key_acts import key_not_changed
from gateway.audit.log_keys import LogKey
from gateway.audit.note import Verifier
from gateway.audit.reasons import REASONS
from gateway.commands.looking import looking
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import console
from gateway.storage.audit import append
from gateway.storage.log_keys import By, KeyNotChanged, Refusal, known, retire, rotate
from gateway.storage.policy_versions import sign_anew

REMEDIES = {
    Refusal.OVERLAP: "brana audit keys retire, once auditors and witnesses have the newer one",
    Refusal.ALONE: "brana audit keys rotate",
    Refusal.NOT_SEALED_YET: "start the product; it seals within a second",
    Refusal.MONTH_NOT_SEALED: "start the product; it seals within a second",
    Refusal.OLDER_NODES: "upgrade every node first",
    Refusal.NOT_VOUCHED: "brana audit verify, which says what was changed by hand",
}


@click.group(
    name="keys", help="The keys that sign the audit log: which there are, and having another follow."
)
def log_keys() -> None: ...


@log_keys.command(name="list", help="Every key that ever signed the log, and for which entries.")
@configuration
@click.option("--json", "machine", is_flag=True, help="As JSON, for programs.")
def list_keys(configuration: Path, *, machine: bool) -> None:
    state = existing_state(configuration)
    found = _known(state)
    _record_look(state, "audit keys list", len(found))
    rows = [_row(one) for one in found]
    if machine:
        click.echo(json.dumps(rows, indent=1))
        return
    table = Table(Column("key", no_wrap=True, overflow="fold"), "signs from entry", "to entry", "state")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    console().print(table)


@log_keys.command(
    name="notes",
    help="Print what tells how keys followed each other, signed by them: for `brana_verify.py --keys`, with proofs.",
)
@configuration
def key_notes(configuration: Path) -> None:
    state = existing_state(configuration)
    root = state.log_verifier()
    told = state.database.read_now(lambda connection: known(connection, [root])).notes
    _record_look(state, "audit keys notes", len(told))
    click.echo("".join(told), nl=False)


@log_keys.command(
    name="rotate",
    help="Make a new key. It and the one before sign every checkpoint together, until `brana audit keys retire`.",
    short_help="Make a new key.",
)
@configuration
@click.option(
    "--compromised", is_flag=True,
    help="Somebody else may have the key: it signs no more, and vouches for nothing of what comes.",
)  # fmt: skip
def rotate_key(configuration: Path, *, compromised: bool) -> None:
    state = existing_state(configuration)
    made = _changed(
        state,
        lambda connection, by: rotate(connection, state.seal, append, by, sign_anew, compromised=compromised),
    )
    click.echo(made)
    told = (
        "it signs alone from now on; auditors and witnesses must get it by another way than the log"
        if compromised
        else "it signs with the one before; give it to auditors, and to witnesses (brana witness trust), and then say "
        "`brana audit keys retire`"
    )
    click.echo(told, err=True)


@log_keys.command(
    name="retire",
    help="The older of two keys signs no more, and is forgotten here. What it signed stays believed.",
)
@configuration
def retire_key(configuration: Path) -> None:
    state = existing_state(configuration)
    gone = _changed(state, lambda connection, by: retire(connection, state.seal, append, by))
    click.echo(f"{gone.key_id.hex()} signs no more")


def _changed(state: State, work: Callable[[Connection, By], Verifier]) -> Verifier:
    by = By(state.settings.public.domain, operator(), now())
    try:
        return state.database.write_soon(lambda connection: work(connection, by)).result()
    except KeyNotChanged as refused:
        asyncio.run(state.record([key_not_changed(by.at, by.who, refused.reason)]))
        what = f"the log's key was not changed: {_said(refused.reason)}"
        raise CannotStart(what, REMEDIES[refused.reason]) from refused


def _said(reason: Refusal) -> str:
    title = REASONS.name(reason)
    return reason.value if title is None else title.in_language(Language.ENGLISH)


def _known(state: State) -> tuple[Verifier, ...]:
    root = state.log_verifier()
    return state.database.read_now(lambda connection: known(connection, [root])).keys


def _record_look(state: State, command: str, found: int) -> None:
    asyncio.run(state.record([looking(command, found=found)]))


def _row(one: Verifier) -> dict[str, str | int | None]:
    since, until = (one.since, one.until) if isinstance(one, LogKey) else (-1, None)
    return {
        "key": str(one),
        "from": max(since, 0),
        "until": None if until is None else until - 1,
        "state": "signs" if until is None else "retired",
    }
