"""`brana app …`: applications behind the gateway."""

import difflib
import json
import os
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.table import Column, Table

from config.load import load
from config.problem import ConfigurationRefused
from config.settings import Application, Settings
from config.vocabulary import PUBLIC
from gateway.commands.app_check import check
from gateway.commands.app_try import test
from gateway.commands.application_table import route, with_application
from gateway.commands.fitness import checked
from gateway.commands.options import configuration
from gateway.commands.terminal import console


@click.group(help="Applications behind the gateway: add, list, check, try out.")
def command() -> None: ...


command.add_command(check)
command.add_command(test)


@command.command(name="list", help="Applications of the configuration, in its order.")
@configuration
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with every setting.")
def list_applications(configuration: Path, *, as_json: bool) -> None:
    settings, _ = load(configuration)
    if as_json:
        for one in settings.applications:
            click.echo(json.dumps(_plain(one), ensure_ascii=False))
        return
    if not settings.applications:
        click.echo("no application; `brana app add` writes one")
        return
    places = (Column("place", overflow="fold"), Column("servers", overflow="fold"))  # to be copied, so whole
    table = Table(Column("id", no_wrap=True), "title", *places, "routes", "for", "is told by")
    for one in settings.applications:
        asked = Counter(str(each.action or PUBLIC) for each in one.routes)
        table.add_row(
            one.id,
            one.title.in_language(settings.language),
            one.host + one.path.rstrip("/"),
            "\n".join(one.upstreams),
            ", ".join(f"{name} ×{number}" if number > 1 else name for name, number in asked.items()),
            "all" if not one.municipalities else str(len(one.municipalities)),
            one.identity.way,
        )
    console().print(table)


@command.command(
    help="Write an application into the configuration, behind what is there. It is checked as at a start; "
    "`brana reload` then takes it over.",
    short_help="Write an application into the configuration.",
)
@configuration
@click.argument("name", metavar="ID")
@click.option("--host", required=True, help="Below the domain; may hold {municipality}.")
@click.option("--path", default="/", show_default=True, help="Where on its host it begins.")
@click.option(
    "--upstream", "upstreams", multiple=True, required=True,
    help="http://host:port or https://host:port; several times for several servers.",
)  # fmt: skip
@click.option("--balance", help="in-order or spread.")
@click.option("--protocol", help="http1 or http2: what the servers speak.")
@click.option("--authority", help="PEM file of the authority of servers with https://.")
@click.option("--health", help="Path that each server is asked for its health.")
@click.option(
    "--identity", help="How it learns who asks: assertion, openid or none; others are written by hand."
)
@click.option("--title-cs", required=True, help="Name in Czech.")
@click.option("--title-en", required=True, help="Name in English.")
@click.option("--description-cs", default="", help="One sentence in Czech.")
@click.option("--description-en", default="", help="One sentence in English.")
@click.option("--municipality", "municipalities", multiple=True, help="Code; left out: all of the district.")
@click.option(
    "--route", "routes", multiple=True, default=("read",), show_default=True,
    help="ACTION[@name] [/path] [GET,POST] [websocket] [streaming], or public; the first that fits decides.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Check, show what would be written, and write nothing.")
def add(configuration: Path, name: str, *, dry_run: bool, **said: Any) -> None:
    file = configuration.resolve()
    with file.open(encoding="utf-8-sig", newline="") as opened:  # line ends stay as they are
        before = opened.read()
    after = with_application(before, _table(name, said), [route(one) for one in said["routes"]])
    draft = _draft(file, after)
    try:
        settings = _checked(draft, configuration)
        if not dry_run:
            draft.replace(file)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
    if dry_run:
        old, new = (text.splitlines(keepends=True) for text in (before, after))
        click.echo("".join(difflib.unified_diff(old, new, str(file), f"{file} (not written)")), nl=False)
    else:
        click.echo(f"{name} is written to {file}; `brana reload` takes it over")
    if not _named_by_policies(settings, name):
        click.echo(
            f"note: no policy names {name}: it opens to nobody before one permits it (docs/policies.md)"
        )


def _table(name: str, said: dict[str, Any]) -> dict[str, Any]:
    """Only what differs from the defaults is written."""
    described = {
        language: said[f"description_{language}"] or said[f"title_{language}"] for language in ("cs", "en")
    }
    made: dict[str, Any] = {
        "id": name,
        "title": {"cs": said["title_cs"], "en": said["title_en"]},
        "description": described,
        "host": said["host"],
        "path": said["path"] if said["path"] != "/" else None,
        "upstreams": list(said["upstreams"]),
        "balance": said["balance"],
        "protocol": said["protocol"],
        "tls": {"authority": said["authority"]} if said["authority"] else None,
        "health": {"path": said["health"]} if said["health"] else None,
        "identity": {"way": said["identity"]} if said["identity"] else None,
        "municipalities": list(said["municipalities"]) or None,
    }
    return {key: value for key, value in made.items() if value is not None}


def _draft(file: Path, text: str) -> Path:
    """Beside the file, so that relative paths lead where they will, with its owner and mode: it is the operator's, and
    others may have to read it, as no file of `config.durable`.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
        kept = file.stat()
        os.fchmod(opened.fileno(), kept.st_mode & 0o7777)
        with suppress(PermissionError):  # whoever may write to the folder, and is not its owner
            os.fchown(opened.fileno(), kept.st_uid, kept.st_gid)
    return Path(name)


def _checked(draft: Path, configuration: Path) -> Settings:
    """Faults stand on the lines that they would have. Raises ConfigurationRefused."""
    try:
        return checked(draft, by_cases=False)[0]
    except ConfigurationRefused as refused:
        problems = [
            replace(one, file=configuration if one.file == draft else one.file) for one in refused.problems
        ]
        click.echo("nothing was written:", err=True)
        raise ConfigurationRefused(problems) from refused


def _named_by_policies(settings: Settings, name: str) -> bool:
    folders = (settings.policies.region, settings.policies.municipalities)
    return any(
        f'Application::"{name}"' in file.read_text("utf-8")
        for folder in folders
        for file in folder.glob("*.cedar")
    )


def _plain(application: Application) -> Any:
    return msgspec.to_builtins(application, enc_hook=str)
