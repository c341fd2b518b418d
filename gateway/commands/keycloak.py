"""`brana keycloak provision`: sets a Keycloak up as the configuration says, and puts back what somebody changed."""

import asyncio
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click

from config.district import District
from config.keycloak import provider_of, realm_of
from config.load import load
from config.settings import Settings
from gateway.audit.acts import keycloak_provisioned
from gateway.commands.addresses import Addresses
from gateway.commands.keycloak_shown import counted, lines, steps_bar, told_as_json
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.state import now, open_state
from idp.directory.group_names import group_names
from idp.directory.role_mapping import czech_day
from idp.http.upstream import CALLBACK
from idp.http.upstream_logout import BACKCHANNEL, SIGNED_OUT
from idp.keycloak.errors import KeycloakUnusable
from idp.keycloak.office import Office
from idp.keycloak.piece import Secret
from idp.keycloak.places import left_out
from idp.keycloak.provision import Plan, carry_out, check_directories, plan
from idp.keycloak.server import connect, secret_of

MONTH = timedelta(days=31)
DIFFERS = 2  # exit status


@click.group(help="A Keycloak as identity provider, set up from the configuration.")
def command() -> None: ...


@command.command(
    help="Set up the Keycloak of [keycloak]: realm, second factor, our client, directories, roles of municipalities. "
    "What somebody changed in them is put back; what is not ours is left alone. Shows what it is going to do, and "
    "asks. Exit status: 0 done, or nothing to do; 2 with --dry-run, something differs; 1 it cannot be done.",
    short_help="Set up, or put back, the realm of this office.",
)
@configuration
@click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
@click.option("--difference", is_flag=True, help="Show each field: what it is, and what it is going to be.")
@click.option(
    "--output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Form of what is shown; json has each field.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def provision(configuration: Path, output: str, *, dry_run: bool, difference: bool, yes: bool) -> None:
    settings, district = load(configuration)
    office = office_of(settings, district)
    admin = connect(office, secret_of(office.keycloak.administrator_secret_file))
    with steps_bar("reading") as bar:
        planned = plan(admin, office, bar.at)
    if output == "json":
        click.echo(told_as_json(office.realm.name, planned.steps))
    else:
        _show(office, planned, fields=difference)
    if dry_run:
        sys.exit(DIFFERS if planned.steps else 0)
    if planned.steps:
        if not yes:
            click.confirm(f"Change the realm {office.realm.name}?", abort=True, err=True)
        _change(configuration, office, lambda done: carry_out(admin, office, planned, done), planned)
    check_directories(admin, office)


def _show(office: Office, planned: Plan, *, fields: bool) -> None:
    for directory in office.directories:
        for one in left_out(directory):
            click.echo(f"not carried over, as Keycloak has no such rule: {one}", err=True)
    for line in lines(planned.steps, fields=fields):
        click.echo(line)
    click.echo(f"realm {office.realm.name}: {counted(planned.steps)}")


def _change(configuration: Path, office: Office, change: Callable[..., None], planned: Plan) -> None:
    """Recorded before it begins, and again where it stops before its end."""
    state = open_state(configuration)
    realm, number = office.realm.name, len(planned.steps)
    try:
        entry = keycloak_provisioned(now(), operator(), realm, counted(planned.steps))
        asyncio.run(state.record([entry]))
        with steps_bar("changing", number) as bar:
            try:
                change(bar.done)
            except KeycloakUnusable as error:
                said = f"stopped after {bar.taken} of {number}: {error.what}"
                stopped = keycloak_provisioned(now(), operator(), realm, said, whole=False)
                asyncio.run(state.record([stopped]))
                raise
        click.echo(f"realm {realm}: done")
    finally:
        state.database.close()


def office_of(settings: Settings, district: District) -> Office:
    """Reads the secrets and asks the directories for their groups. Raises CannotStart, DirectoryUnusable, OSError."""
    keycloak = settings.keycloak
    if keycloak is None:
        raise CannotStart(
            "the configuration has no Keycloak", "add the table [keycloak], see docs/keycloak.md"
        )
    provider = provider_of(settings, keycloak)
    realm = realm_of(provider.issuer) if provider is not None else None
    assert provider is not None
    assert realm is not None
    assert provider.client_secret_file is not None
    issuer = Addresses(settings, district).issuer
    return Office(
        title=settings.office.name,
        realm=realm,
        provider=provider,
        keycloak=keycloak,
        client_secret=Secret(secret_of(provider.client_secret_file)),
        redirect_uri=issuer + CALLBACK.format(name=provider.name),
        backchannel_logout_uri=issuer + BACKCHANNEL.format(name=provider.name),
        signed_out_uri=issuer + SIGNED_OUT.format(name=provider.name),
        sign_in=settings.sign_in,
        token_lifetime=settings.grants.lifetime,
        events_kept=settings.audit.kept_months * MONTH,
        language=settings.language,
        directories=settings.directories,
        bind_passwords={one.name: Secret(secret_of(one.bind_password_file)) for one in settings.directories},
        groups={one.name: group_names(one) for one in settings.directories},
        district=district,
        day=czech_day(now()),
    )
