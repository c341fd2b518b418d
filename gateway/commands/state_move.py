"""`brana state move`: what one machine has kept in its file goes along into the database that several will share.

The file is not changed, and at the end put aside under another name, so that nobody goes on from it by mistake
(`state.require_nothing_left_behind`).
"""

import os
from pathlib import Path

import click
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from config.load import load
from config.settings import Postgres, Settings
from gateway.audit import acts, checkpoint_file
from gateway.audit.entry import Entry
from gateway.audit.note import Signer
from gateway.commands import lock
from gateway.commands.moving_bar import moving_bar
from gateway.commands.operator import operator
from gateway.commands.options import configuration
from gateway.commands.preflight import CannotStart, name_of_folder
from gateway.commands.state import now
from gateway.grants.keys import Purpose
from gateway.storage.end_marks import key_under
from gateway.storage.key_rotation import ring
from gateway.storage.keys import anything_sealed
from gateway.storage.migrate import exists
from gateway.storage.moving import Evidence, Moved, move
from gateway.storage.moving_source import held
from gateway.storage.place import aside_of, file_of, named
from gateway.storage.seal import Seal, master_key


@click.group(help="What this machine keeps: take it along to another database.")
def command() -> None: ...


@command.command(
    name="move",
    help="Take everything that is kept in state.directory's brana.db along into the empty PostgreSQL database that "
    "[state.database] names: people's factors and sessions, keys, the audit log. The product must be stopped.",
    short_help="From the file of one machine into an empty PostgreSQL database.",
)
@configuration
@click.option("--although-not-whole", is_flag=True,
              help="Also an audit log that is not whole, as it is; what is wrong with it is recorded.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="What was moved, as one JSON object.")
def move_state(configuration: Path, *, although_not_whole: bool, as_json: bool) -> None:
    settings, _ = load(configuration)
    server, file = _server_of(settings, configuration), _file_of(settings, configuration)
    holding = lock.take(settings.state.directory)
    try:
        moved = _moved(settings, server, file, although_not_whole=although_not_whole)
    finally:
        os.close(holding)
    click.echo(_as_json(moved, file) if as_json else _as_text(moved, server, file))


def _server_of(settings: Settings, configuration: Path) -> Postgres:
    if settings.fleet is not None and not settings.fleet.decides:
        raise CannotStart("an edge keeps no state", "say this on the machine with the control plane")
    if settings.state.database is None:
        raise CannotStart(
            f"no [state.database] in {configuration}: it is not said where to",
            "name an empty PostgreSQL database there (docs/operators.md, Fleet: PostgreSQL), and say this again",
        )
    return settings.state.database


def _file_of(settings: Settings, configuration: Path) -> Path:
    file = file_of(settings.state)
    aside = aside_of(file)
    if not exists(file):
        told = f"; {aside} is what was moved earlier" if aside.exists() else ""
        raise CannotStart(
            f"no state at {file}: there is nothing to move{told}",
            f"start `brana serve`, or correct state.directory in {configuration}",
        )
    if aside.exists():
        raise CannotStart(
            f"{aside} is in the way: it is what was moved earlier", "put it elsewhere, and say this again"
        )
    return file


def _moved(settings: Settings, server: Postgres, file: Path, *, although_not_whole: bool) -> Moved:
    folder, by = settings.state.directory, operator()

    def entry(entries: int, root: bytes, finding: str) -> Entry:
        what = {"file": str(file), "place": named(server), "root": root.hex(), "finding": finding}
        return acts.state_moved(now(), by, entries=entries, **what)

    with moving_bar() as told, held(file) as source:
        evidence = Evidence(folder / checkpoint_file.NAME, _signer(settings, source.connection).verifier)
        moved = move(
            source,
            server,
            evidence,
            name_of_folder(folder),
            entry,
            told,
            although_not_whole=although_not_whole,
            marks=key_under(folder / "keys"),
        )
        source.put_aside()  # before others may write to it again
    return moved


def _signer(settings: Settings, connection: Connection) -> Signer:
    """Of checkpoints. That all keys can be opened is seen by it: those at the server will be the same."""
    if not anything_sealed(connection):
        raise CannotStart("the product has never run here: there is nothing to move", "start `brana serve`")
    found = ring(connection, Seal(master_key(settings.state.directory / "keys", may_make=False)))
    newest = [one for one in found.keys if one.purpose is Purpose.CHECKPOINT][
        -1
    ]  # it vouches for those before
    return Signer(settings.public.domain, Ed25519PrivateKey.from_private_bytes(newest.private))


def _as_text(moved: Moved, server: Postgres, file: Path) -> str:
    if moved.rows is None:
        what = f"everything had come to {named(server)} already, and was left as it is there"
    else:
        what = f"moved to {named(server)}: {sum(moved.rows.values())} rows of {len(moved.rows)} tables"
    return (
        f"{what}\n"
        f"audit log: {moved.entries} entries, root {moved.root.hex()}, the same there\n"
        f"the file is unchanged, and is called {aside_of(file).name} now; next: brana serve"
    )


def _as_json(moved: Moved, file: Path) -> str:
    content = {
        "rows": moved.rows,
        "entries": moved.entries,
        "root": moved.root.hex(),
        "file": str(aside_of(file)),
    }
    return msgspec.json.encode(content).decode()
