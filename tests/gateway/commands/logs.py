"""What the log of an installation says to whoever types commands, and changing it past them."""

import json
import sqlite3
from contextlib import closing

from tests.rig.installation import Installation


def by_hand(one: Installation, statement: str) -> None:
    with closing(sqlite3.connect(one.state / "brana.db")) as connection:
        connection.execute(statement)
        connection.commit()


def entries(one: Installation, *arguments: str) -> list[dict]:
    done = one.brana("audit", "search", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
