"""What the schema of this version is: its tables, and the revisions that led to it.

Revisions are the files of `migrations/versions`, one after the other (`0001_….py`, `0002_….py`), so their
names alone tell which is the newest.
"""

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from sqlalchemy import MetaData, Table

MIGRATIONS = Path(__file__).with_name("migrations")
REVISION_FILE = re.compile(r"([0-9]{4})_[a-z0-9_]+\.py\Z")
BESIDE = "0023"
"""Newest revision of the version before this one, whose nodes may be at work on this version's schema: every migration
behind it only adds (docs/contributing.md, "Migrations"; a test looks). Each version raises it to the end of the last.
"""
STEP = "schema_step"  # whom the schema serves: `gateway.storage.step`
STAMP = "alembic_version"  # alembic's own table, so that its commands understand the file too


def revisions(migrations: Path = MIGRATIONS) -> list[str]:
    """All revisions in order, the newest last."""
    names = (REVISION_FILE.match(file.name) for file in (migrations / "versions").iterdir())
    return sorted(found[1] for found in names if found)


@cache
def newest() -> str:
    """The revision of this version's own schema."""
    return revisions()[-1]


def all_tables() -> MetaData:
    """The tables of every module of `gateway.storage.tables`."""
    tables = import_module("gateway.storage.tables")
    for module in iter_modules(tables.__path__, f"{tables.__name__}."):
        import_module(module.name)
    metadata: MetaData = tables.metadata
    return metadata


def tables_of_content() -> list[Table]:
    """Those of what is kept, whatever a row refers to before it; not what a database says of itself (`STEP`)."""
    return [table for table in all_tables().sorted_tables if table.name != STEP]
