"""The register of accounts without a second factor, on a terminal and among the data of an answer."""

from collections.abc import Mapping, Sequence
from typing import Any

import click
from rich.table import Table

from gateway.commands.terminal import console, local_time
from gateway.sessions.without_factor import Account, Standing
from gateway.sessions.without_factor_told import as_data

MEANS: Mapping[Standing, str] = {
    Standing.EXCEPTION: "the password alone suffices",
    Standing.RECOVERY: "the sealed envelope alone suffices, once",
    Standing.SHUT: "nobody comes in",
    Standing.CODE: "an enrolment code waits",
    Standing.NONE: "nobody comes in before an officer gives an enrolment code",
}


def accounts_as_data(accounts: Sequence[Account] | None) -> dict[str, Any]:
    return {} if accounts is None else {"accounts": [as_data(one) for one in accounts]}


def show_accounts(accounts: Sequence[Account]) -> None:
    click.echo(f"accounts without a second factor now: {len(accounts)}")
    table = Table("login", "name", "means", "exception", "last sign-in")
    for one in accounts:
        signed_in = one.proofs.signed_in_at
        seen = "none in 180 days" if signed_in is None else local_time(signed_in)
        table.add_row(one.login, one.name, _means(one), _exception(one), seen)
    if accounts:
        console().print(table)
    click.echo("what the log tells of it:")


def _means(one: Account) -> str:
    if one.standing is Standing.SHUT:
        return f"{MEANS[one.standing]}: {one.state or 'no directory has this account'}"
    until = one.proofs.code_until
    return MEANS[one.standing] + ("" if until is None else f", until {local_time(until)}")


def _exception(one: Account) -> str:
    if one.exception is not None:
        return f"until {local_time(one.exception.ends_at)}: {one.exception.reason} ({one.exception.granted_by.name})"
    before = one.exception_before
    return "" if before is None else f"over since {local_time(before.ended_at or before.ends_at)}"
