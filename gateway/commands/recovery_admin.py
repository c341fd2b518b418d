"""`brana recovery-admin issue|status|revoke`: the account of last resort, in a sealed envelope."""

import asyncio
from pathlib import Path

import click
import segno
from rich.table import Table

from config.vocabulary import RECOVERY_ADMINISTRATOR, MunicipalityCode
from gateway.commands.addresses import Addresses
from gateway.commands.looking import looking
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.sessions import end_sessions, said_ended
from gateway.commands.state import State, existing_state, now
from gateway.commands.terminal import console, local_time
from gateway.storage.recovery_rows import fingerprint_of
from gateway.storage.secret_hash import SecretHashes
from idp.login import recovery, totp
from idp.login.recovery import Account
from idp.login.totp import Enrolled


@click.group(help="The account of last resort: when the directory is away, or nobody can sign in.")
def command() -> None: ...


@command.command(
    help="Make a new secret, print it once, and end the one before. It is good for one sign-in.",
    short_help="Make a new secret.",
)
@configuration
@click.option("--without-code", is_flag=True, help="No second factor: the secret alone signs in.")
@click.option("--yes", is_flag=True, help="Do not ask before a secret in force is replaced.")
def issue(configuration: Path, *, without_code: bool, yes: bool) -> None:
    state = existing_state(configuration)
    municipality = _municipality(state)
    before = asyncio.run(_present(state))
    if before is not None and before.ended_at is None and not yes:
        click.confirm(f"Secret {before.id} is in force. Replace it?", abort=True)
    secret, code = recovery.new_secret(), None if without_code else totp.new_secret()
    account = _account(state, secret, code, municipality)
    asyncio.run(
        state.identities.transact(lambda book: recovery.issue(book, account, operator(), account.issued_at))
    )
    _show(state, account, secret, code)


@command.command(help="Whether a secret is in force, since when, and what became of the last one.")
@configuration
def status(configuration: Path) -> None:
    state = existing_state(configuration)
    account = asyncio.run(_looked_at(state))
    if account is None:
        click.echo("no secret was ever issued; see `brana recovery-admin issue`")
        return
    table = Table(show_header=False, title="recovery administrator")
    table.add_row("secret", account.id)
    table.add_row("in force", "yes" if account.ended_at is None else "no")
    table.add_row("issued", f"{local_time(account.issued_at)} by {account.issued_by}")
    if account.ended_at is not None:
        table.add_row(str(account.ending), local_time(account.ended_at))
    if account.ended_at is None and account.fingerprint is None:
        table.add_row("of an earlier version", "issue another one: strangers' tries could delay this one")
    table.add_row("second factor", "yes" if account.code is not None else "no")
    table.add_row("role", f"centre administrator in {state.district.name(account.municipality)}")
    console().print(table)


@command.command(help="End the secret in force, and the sessions of the recovery administrator.")
@configuration
def revoke(configuration: Path) -> None:
    state = existing_state(configuration)
    revoked, ended = asyncio.run(_revoke(state))
    what = f"secret {revoked.id} is good no more" if revoked is not None else "no secret was in force"
    click.echo(f"{what}; {said_ended(ended)}")


def _municipality(state: State) -> MunicipalityCode:
    home = state.settings.office.municipality
    if home is None:
        raise CannotStart(
            "the recovery administrator needs a municipality to have a role in",
            "set office.municipality, say `brana reload`, and then this again",
        )
    return home


def _account(state: State, secret: str, code: totp.Secret | None, municipality: MunicipalityCode) -> Account:
    return Account(
        id=recovery.new_id(),
        secret_hash=SecretHashes().hashed(secret),
        code=None if code is None else Enrolled(code, counter=-1),
        municipality=municipality,
        issued_at=now(),
        issued_by=operator(),
        fingerprint=fingerprint_of(secret, state.seal),
    )


def _show(state: State, account: Account, secret: str, code: totp.Secret | None) -> None:
    """The one time that anybody sees them."""
    addresses = Addresses(state.settings, state.district)
    click.echo(f"Secret {account.id} of the recovery administrator. It is shown this once; write it down:\n")
    click.echo(f"    {recovery.shown(secret)}\n")
    if code is not None:
        address = totp.provisioning_address(
            code, f"{recovery.LOGIN} {account.id}", state.settings.office.name
        )
        click.echo("Second factor, for a telephone that is kept apart from the envelope:\n")
        segno.make(address, error="m").terminal(compact=True)
        click.echo(f"    {code.base32}\n")
    click.echo(f"It signs in once, at {addresses.issuer}/recovery, for 30 minutes. See docs/operators.md.")


async def _present(state: State) -> Account | None:
    return await state.identities.look(lambda book: book.recovery())


async def _looked_at(state: State) -> Account | None:
    """Recorded before anything is shown."""
    account = await _present(state)
    look = looking("recovery-admin status", of=recovery.LOGIN, found=int(account is not None))
    await state.record([look])
    return account


async def _revoke(state: State) -> tuple[Account | None, int]:
    revoked = await state.identities.transact(lambda book: recovery.revoke(book, operator(), now()))
    sessions = await state.sessions.open_of([RECOVERY_ADMINISTRATOR])
    return revoked, len(await end_sessions(state, sessions, operator(), [RECOVERY_ADMINISTRATOR]))
