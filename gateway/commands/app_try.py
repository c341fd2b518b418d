"""`brana app test`: what a named person would get, by the running product; nothing is opened."""

import sys
from pathlib import Path

import click
import msgspec
from rich.table import Table

from config.load import load
from config.vocabulary import AuthenticationLevel
from gateway.asking import Finding, TriedOut, try_out
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart
from gateway.commands.terminal import console

LEVELS = [one.value.rpartition(":")[2] for one in AuthenticationLevel]
MEANS = {
    "granted": "would be let in",
    "refused": "would be refused",
    "sign_in_needed": "would have to sign in",
    "public": "anybody is let in: the route is public",
    "ours": "a page of ours, which asks for nothing",
    "answered": "Envoy answers by itself",
}


@click.command(
    help="Say what a person would get at an application who has just signed in: which route it is, the verdict, "
    "why, and what the application would be told. By the settings and policies in force and Envoy's own routes; "
    "nothing is opened, and that you asked is recorded. Ends with 1 where the person would not get in.",
    short_help="Say what a person would get.",
)
@configuration
@click.argument("application", metavar="ID")
@click.option("--person", required=True, metavar="LOGIN", help="Login, or identifier.")
@click.option("--municipality", default="", help="For which the person acts: code, number or name.")
@click.option("--method", default="GET", show_default=True)
@click.option("--path", default="", help="As a browser sends it; left out: the start page.")
@click.option("--host", default="", help="Left out: the application's own.")
@click.option("--websocket", is_flag=True, help="The request asks for a web socket.")
@click.option(
    "--level", type=click.Choice(LEVELS), default="two-factors", show_default=True, help="Of the sign-in."
)
@click.option("--address", default="", help="IP address of the person; left out: none that a policy knows.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def test(configuration: Path, application: str, *, as_json: bool, municipality: str, **said: str) -> None:
    settings, district = load(configuration)
    if settings.fleet is not None and not settings.fleet.decides:
        raise CannotStart("an edge decides nothing", "say this on a node with a control plane")
    where = ""
    if municipality and not (where := district.found(municipality) or ""):
        raise CannotStart(
            f"no municipality {municipality!r} in the district", f"see {settings.office.district}"
        )
    about = msgspec.convert({"application": application, "municipality": where, **said}, type=TriedOut)
    found = try_out(settings.state.directory / "run" / "control.sock", about)
    if found.trouble:
        raise CannotStart(*found.trouble.partition("\n    ")[::2])
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        _show(found, about)
    sys.exit(0 if found.verdict in ("granted", "public", "ours") else 1)


def _show(found: Finding, about: TriedOut) -> None:
    table = Table(show_header=False)
    rows = {
        "request": f"{about.method} {found.url}",
        "person": found.login,
        "roles": ", ".join(found.roles) or "none",
        "acts for": found.acts_for,
        "sign-in": found.level,
        "route": f"{found.action} at {found.application}" if found.route else "none that asks for anything",
        "name of the route": found.named,
        "municipality": found.municipality,
        "verdict": f"{found.status}: {MEANS[found.verdict]}",
        "reason": f"{found.title} [{found.reason}]" if found.title else found.reason,
        "advice": found.advice,
        "policy": found.rule,
        "policies": found.policy_version,
    }
    rows |= {f"assertion {name}": _value(value) for name, value in found.assertion.items()}
    rows |= {f"header {name}": value for name, value in found.headers.items()}
    for what, value in rows.items():
        if value:
            table.add_row(what, value)
    console().print(table)


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
