"""`brana device code`: a code that enrols one device, printed once."""

import json
from pathlib import Path

import click
import segno

from config.vocabulary import MunicipalityCode
from gateway.commands.addresses import Addresses
from gateway.commands.device_doing import done, owner_of
from gateway.commands.operator import acting
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.state import State, existing_state, now
from gateway.commands.suspension_options import as_json as as_json_option
from gateway.commands.terminal import local_time
from gateway.devices.code import Code, line_to_type
from gateway.devices.office import DeviceOffice, Owner, Wish
from gateway.devices.records import By


@click.command(
    name="code",
    help="Print a code that enrols one device, once, and the line to type at it. With LOGIN it is going to be that "
    "person's, without a shared one of a municipality.",
    short_help="Let a device enrol.",
)
@configuration
@click.argument("login", required=False)
@click.option("--municipality", default=None, metavar="CODE", help="Whose device it is.")
@click.option("--managed", is_flag=True, help="The office's own: nobody has to approve it.")
@click.option("--asset", default=None, metavar="SERIAL", help="Only the hardware with this serial number.")
@click.option("--name", default=None, help="What it is called; otherwise as it calls itself.")
@as_json_option
def code(
    configuration: Path,
    login: str | None,
    municipality: str | None,
    asset: str | None,
    name: str | None,
    *,
    managed: bool,
    as_json: bool,
) -> None:
    state = existing_state(configuration)
    if not state.settings.devices.enabled:
        raise CannotStart("no devices are enrolled here", "set devices.enabled, and start the product again")

    async def work(office: DeviceOffice) -> tuple[str, Code]:
        owner = None if login is None else await owner_of(state, login)
        wish = Wish(municipality=_where(state, owner, municipality), managed=managed, asset=asset, name=name)
        return await office.issue_for(owner, wish, By(actor=acting()), now())

    text, kept = done(state, work)
    address = Addresses(state.settings, state.district).origin(state.settings.devices.host)
    line = line_to_type(address, text)
    if as_json:
        click.echo(json.dumps(_told(text, line, kept), ensure_ascii=False, indent=2))
        return
    click.echo(f"    {line}\n")
    segno.make(line, error="m").terminal(compact=True)
    click.echo(f"good once, until {local_time(kept.expires_at)}; it is shown this once")


def _where(state: State, owner: Owner | None, municipality: str | None) -> MunicipalityCode:
    """Raises CannotStart."""
    theirs = [] if owner is None else sorted(owner.municipalities)
    if municipality is None and len(theirs) != 1:
        raise CannotStart(
            "it has to be said of which municipality the device is",
            "add --municipality CODE" + (", one of " + ", ".join(theirs) if theirs else ""),
        )
    where = MunicipalityCode(theirs[0] if municipality is None else municipality)
    if where not in state.district:
        raise CannotStart(f"there is no municipality {where!r} in the district", "check the code")
    return where


def _told(text: str, line: str, kept: Code) -> dict[str, object]:
    """For programs."""
    return {
        "code": text,
        "line": line,
        "until": kept.expires_at.isoformat(),
        "municipality": kept.municipality,
        "owner": kept.owner,
        "managed": kept.managed,
        "asset": kept.asset,
        "name": kept.name,
    }
