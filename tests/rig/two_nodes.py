"""Two machines on one PostgreSQL, without papers of a fleet: each has its state directory and address; port and keys
are the same.
"""

import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from config.load import load
from gateway.demo.slapd import free_port
from tests.rig.postgres import Server
from tests.rig.postgres_line import Line, line_to
from tests.rig.product import Product, installed

ADDRESSES = ("127.0.0.1", "127.0.0.2")


@dataclass
class Nodes:
    first: Product
    second: Product
    line: Line
    """Of the second to the database."""


@contextlib.asynccontextmanager
async def two_nodes(
    folder: Path, server: Server, application: str, further: str = ""
) -> AsyncIterator[Nodes]:
    """Prepared, not started. `further`: tables of the configuration."""
    place = server.empty()

    def shared(text: str) -> str:
        table = f'[state.database]\nhosts = ["{server.folder}"]\nname = "{place.name}"\n'
        return f"{text}\n{table}{further}"

    async with (
        installed(folder, application=application, configured=shared) as first,
        line_to(server.folder, folder / "line") as line,
    ):
        second = beside(first, folder / "b", (str(server.folder), str(line.folder)))
        try:
            yield Nodes(first, second, line)
        finally:
            await second.stop()


def beside(first: Product, folder: Path, host: tuple[str, str]) -> Product:
    """Another node's files: the same configuration but for the machine, and the same master key.

    `host`: the first's way to the database, and this one's.
    """
    state = folder / "state"
    text = first.configuration.read_text("utf-8")
    for here, there in (
        (f'directory = "{first.settings.state.directory}"', f'directory = "{state}"'),
        (f'memory = "{first.world.folder}"', f'memory = "{folder}"'),
        (f'hosts = ["{host[0]}"]', f'hosts = ["{host[1]}"]'),
        ("[public]\n", f'[public]\naddress = "{ADDRESSES[1]}"\n'),
        (f"port = {first.settings.metrics.port}\n", f"port = {free_port()}\n"),
    ):
        assert here in text, here
        text = text.replace(here, there)
    (state / "keys").mkdir(mode=0o700, parents=True)
    shutil.copy2(first.settings.state.directory / "keys" / "master.key", state / "keys" / "master.key")
    configuration = folder / "brana.toml"
    configuration.write_text(text, "utf-8")
    settings, _ = load(configuration)
    node = Product(first.world, configuration, settings, first.directory)
    node.log = folder / "brana.log"
    return node
