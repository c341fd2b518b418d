"""The replica of the office directories."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "directory_sync",
        sa.Column("directory", sa.String(length=41), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("synced_at", sa.BigInteger(), nullable=True),
        sa.Column("trouble", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("directory", name=op.f("pk_directory_sync")),
    )
    op.create_table(
        "directory_generation",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("directory", sa.String(length=41), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Text(), server_default="", nullable=False),
        sa.Column("nodes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("removal", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_generation")),
        sqlite_autoincrement=True,
    )
    _table("node", sa.Column("digest", sa.LargeBinary(length=16), primary_key=True), _number("node"))
    _table("person", _identity(), _number("node"), sa.Column("record", sa.LargeBinary(), nullable=False))
    op.create_index("ix_directory_person_generation_node", "directory_person", ["generation", "node"])
    _table(
        "name",
        sa.Column("kind", sa.String(length=5), primary_key=True),
        sa.Column("name", sa.Text(), primary_key=True),
        _identity(),
    )
    _table(
        "group",
        _identity(),
        _number("node"),
        sa.Column("sid", sa.Text(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("members", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_directory_group_generation_node", "directory_group", ["generation", "node"])
    op.create_index(
        "ix_directory_group_generation_sid",
        "directory_group",
        ["generation", "sid"],
        sqlite_where=sa.text("sid != ''"),
    )
    _table(
        "membership",
        sa.Column("member", sa.BigInteger(), primary_key=True),
        sa.Column("container", sa.BigInteger(), primary_key=True),
    )
    _table("problem", *(sa.Column(name, sa.Text(), primary_key=True) for name in ("dn", "what")))


def _table(name: str, *columns: sa.Column[Any]) -> None:
    """A table of rows of a generation, kept in the order of its key."""
    generation = sa.Column("generation", sa.BigInteger(), primary_key=True)
    op.create_table(f"directory_{name}", generation, *columns, sqlite_with_rowid=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _identity() -> sa.Column[Any]:
    return sa.Column("identity", sa.LargeBinary(length=16), primary_key=True)
