"""`brana technical list|issue-secret|revoke`: secrets of programs that come by themselves."""

import asyncio
from dataclasses import replace
from pathlib import Path

import click
from rich.table import Table

from config.settings import TechnicalAccount
from config.vocabulary import technical_subject
from gateway.commands.operator import acting, operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.sessions import end_sessions, said_ended
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import console, local_time
from gateway.storage.identity_book import IdentityBook
from idp.events import NOWHERE, ProgramSecretIssued, ProgramSecretRevoked
from idp.oidc.program import ProgramSecret, new_secret


@click.group(help="Technical accounts: programs that come without a person.")
def command() -> None: ...


@command.command(
    help="Make a secret for a technical account and print it once; only its hash is kept. Earlier ones stay good "
    "until they are revoked, so that a program can be changed over.",
    short_help="Make a secret and print it once.",
)
@configuration
@click.argument("account")
def issue_secret(configuration: Path, account: str) -> None:
    state = existing_state(configuration)
    known = _account(state, account)
    if not known.secret:
        raise CannotStart(
            f"technical account {account} proves itself in another way",
            "set `secret = true` for it, say `brana reload`, and then this again",
        )
    secret, kept = new_secret(account, operator(), now())
    asyncio.run(_keep(state, kept))
    click.echo(f"Secret {kept.id} of {known.name}. It is shown this once:\n\n    {secret}\n")
    click.echo(f"Revoke it by `brana technical revoke {kept.id}`.")


@command.command(name="list", help="Technical accounts, until when, and their secrets.")
@configuration
def list_accounts(configuration: Path) -> None:
    state = existing_state(configuration)
    kept = asyncio.run(state.identities.look(lambda book: book.program_secrets()))
    table = Table("account", "name", "answers for it", "last day", "proves itself by", "secrets in force")
    for one in state.settings.technical_accounts:
        ways = [
            word
            for word, has in (("certificate", one.certificate), ("key", one.keys), ("secret", one.secret))
            if has
        ]
        mine = [
            f"{secret.id}, {local_time(secret.issued_at)} by {secret.issued_by}"
            for secret in kept
            if secret.account == one.id and secret.ended_at is None
        ]
        table.add_row(one.id, one.name, one.owner, one.ends.isoformat(), ", ".join(ways), "\n".join(mine))
    console().print(table)


@command.command(help="End a secret, and everything that was opened with the account.")
@configuration
@click.argument("secret")
def revoke(configuration: Path, secret: str) -> None:
    state = existing_state(configuration)
    kept, ended = asyncio.run(_revoke(state, secret))
    click.echo(f"secret {kept.id} of {kept.account} is good no more; {said_ended(ended)}")


def _account(state: State, name: str) -> TechnicalAccount:
    found = [one for one in state.settings.technical_accounts if one.id == name]
    if not found:
        known = ", ".join(one.id for one in state.settings.technical_accounts) or "none"
        raise CannotStart(f"there is no technical account {name!r}", f"known are: {known}")
    return found[0]


async def _keep(state: State, kept: ProgramSecret) -> None:
    event = ProgramSecretIssued(
        at=kept.issued_at,
        origin=NOWHERE,
        subject=technical_subject(kept.account),
        person=kept.account,
        secret=kept.id,
        by=acting(),
    )
    await _recorded(state, kept, event)


async def _recorded(
    state: State, kept: ProgramSecret, event: ProgramSecretIssued | ProgramSecretRevoked
) -> None:
    def work(book: IdentityBook) -> None:
        book.keep_program_secret(kept)
        book.record(event)

    await state.identities.transact(work)


async def _revoke(state: State, name: str) -> tuple[ProgramSecret, int]:
    secrets = await state.identities.look(lambda book: book.program_secrets())
    found = [one for one in secrets if one.id == name and one.ended_at is None]
    if not found:
        raise CannotStart(f"no secret {name!r} is in force", "`brana technical list` names them")
    moment, subject = now(), technical_subject(found[0].account)
    event = ProgramSecretRevoked(
        at=moment, origin=NOWHERE, subject=subject, person=found[0].account, secret=name, by=acting()
    )
    over = replace(found[0], ended_at=moment)
    await _recorded(state, over, event)
    sessions = await state.sessions.open_of([subject])
    return over, len(await end_sessions(state, sessions, operator(), [subject]))
