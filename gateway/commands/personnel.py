"""`brana personnel list`: what personnel systems have pushed, and what of it is nobody's."""

import asyncio
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from config.vocabulary import technical_subject
from gateway.commands.options import configuration
from gateway.commands.pushed_people import sources_of
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import console, local_time
from gateway.incidents.suspension import liftable
from gateway.personnel.giving import roles_by, rules_of
from gateway.personnel.record import Record
from gateway.storage.personnel import StoredPersonnel
from gateway.web.scim_documents import said
from idp.directory.person import RoleHeld


@click.group(help="Personnel systems that push who works.")
def command() -> None: ...


@command.command(
    name="list",
    help="What personnel systems have pushed: whose of the directory each record is, or why it is nobody's, which "
    "roles it gives, and whom the gateway keeps closed by it.",
    short_help="Records, whose they are, who is closed by them.",
)
@configuration
@click.option("--unlinked", is_flag=True, help="Those alone that are nobody's.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, one line for each record.")
def list_records(configuration: Path, *, unlinked: bool, as_json: bool) -> None:
    found = asyncio.run(_told(existing_state(configuration)))
    shown = [one for one in found if not unlinked or one["unlinked"]]
    if as_json:
        for one in shown:
            click.echo(json.dumps(one, ensure_ascii=False))
        return
    table = Table("account", "userName", "number", "works", "whose", "roles", "closed here", "changed")
    for one in shown:
        table.add_row(
            one["account"],
            one["userName"],
            one["employeeNumber"],
            "yes" if one["active"] else "no",
            f"nobody's: {said(one['unlinked'])}" if one["unlinked"] else "\n".join(one["accounts"]),
            "\n".join(one["gives"]),
            "yes" if one["closed"] else "",
            one["changed"],
        )
    console().print(table)
    click.echo(f"{len(found)} records, {sum(bool(one['unlinked']) for one in found)} of them nobody's")


async def _told(state: State) -> list[dict[str, Any]]:
    store, moment = StoredPersonnel(state.database, lambda *_: None), now()
    standing = await state.suspensions.standing(moment)
    rules = {one.account: rules_of(one) for one in state.settings.personnel}
    return [
        _as_data(
            record,
            closed=any(liftable(standing, one, technical_subject(account)) for one in record.subjects),
            gives=roles_by(rules[account], record.roles) if record.gives_to is not None else (),
        )
        for account in sorted(sources_of(state.settings))
        for record in await store.of(account)
    ]


def _as_data(record: Record, *, closed: bool, gives: Collection[RoleHeld]) -> dict[str, Any]:
    return {
        "account": record.account,
        "id": record.id,
        "userName": record.user_name,
        "employeeNumber": record.values["number"],
        "active": record.active,
        "accounts": list(record.subjects),
        "unlinked": record.unlinked.value if record.unlinked is not None else "",
        "roles": list(record.roles),
        "gives_to": record.gives_to or "",
        "gives": [f"{one.municipality}:{one.role}" for one in sorted(gives)],
        "closed": closed,
        "changed": local_time(record.changed_at),
    }
