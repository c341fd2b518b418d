"""Where the state is kept when it is not in a file of our own: a database of a PostgreSQL server."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta

from config.settings.setting import Setting


class Postgres(Setting, frozen=True, kw_only=True):
    hosts: Annotated[list[str], Meta(min_length=1)]
    """`name:port`, or the folder of a unix socket. Of several the one is used that takes writes."""
    name: str = "brana"
    """Of the database."""
    user: str = "brana"
    password_file: Path | None = None
    password_env: str | None = None
    """Name of a variable of the environment that holds the password."""
    authority: Path | None = None
    """PEM of who signed the servers' certificates; needed for every host that is not a socket's folder."""
    certificate: Path | None = None
    """PEM chain that we show the server, where it asks for one; with `key`."""
    key: Path | None = None

    def sockets_only(self) -> bool:
        return all(host.startswith("/") for host in self.hosts)
