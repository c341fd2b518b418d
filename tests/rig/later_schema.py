"""The product as it will be one migration later, and a file of today's that it finds."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gateway.storage.migrate import prepare
from gateway.storage.schema import MIGRATIONS, STAMP, revisions

SECOND = '''
"""A second, for the test."""
import sqlalchemy as sa
from alembic import op
revision = "{revision}"
down_revision = "{before}"
def upgrade() -> None:
    with op.batch_alter_table("session") as batch:
        batch.add_column(sa.Column("posture", sa.String(36), nullable=True))
        batch.alter_column("login", type_=sa.String(200))
    {more}
'''


@dataclass
class Later:
    """A copy of the folder of migrations, with one more file in it."""

    migrations: Path

    @classmethod
    def beside(cls, folder: Path) -> "Later":
        copy = folder / "migrations"
        shutil.copytree(MIGRATIONS, copy)
        return cls(copy)

    def install(self, more: str = "pass") -> str:
        before = revisions()[-1]
        revision = f"{int(before) + 1:04}"
        text = SECOND.format(revision=revision, before=before, more=more)
        (self.migrations / "versions" / f"{revision}_second.py").write_text(text)
        return revision


def stamp_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute(f"SELECT version_num FROM {STAMP}").fetchone()[0])


def filled(path: Path) -> Path:
    prepare(path)
    row = ("S" * 22, "s", "l", "n", "p", "[]", 1, "a", "", 0, 0, 0, 0, "", "")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO session (id, subject, login, name, provider_sid, roles, generation, acr, amr,"
            " authenticated_at, opened_at, last_seen_at, facts_at, address, user_agent)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            row,
        )
        connection.execute("INSERT INTO session_handle VALUES (x'00', ?, 'h')", (row[0],))
        connection.commit()
    return path


def handles(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM session_handle").fetchone()[0])
