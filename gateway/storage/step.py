"""Which versions a schema serves: a version beside its successor, which has migrated what both keep (decision 77).

Whoever migrates says in the database from which version on it may be used. So a version that does not know a newer
schema need not guess: it works on it, or refuses it with the reason.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert

from gateway.storage.schema import BESIDE, STAMP, STEP
from gateway.storage.tables.step import schema_step

SELECT = f"SELECT revision, oldest FROM {STEP}"  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True)
class Step:
    """What a database says of its schema. `oldest`: newest revision that the oldest version knows which may use it."""

    revision: str
    oldest: str


def keep_step(connection: Connection, revision: str, oldest: str = BESIDE) -> None:
    """Say of a schema that was just made, or migrated to `revision`, whom it serves."""
    connection.execute(delete(schema_step))
    connection.execute(insert(schema_step).values(id=1, revision=revision, oldest=oldest))


def serve_from(connection: Connection, oldest: str) -> None:
    """From now on it serves no version that knows less: such a one would take what is written now for damage."""
    found, step = standing(connection)
    if step is None or step.oldest < oldest:
        keep_step(connection, found if step is None else step.revision, oldest)


def why_not(found: str, step: Step | None, newest: str) -> str | None:
    """Why a version whose newest revision is `newest` may not use a schema that it does not know; None: it may."""
    if step is None or step.revision != found:
        return (
            f"its schema {found!r} is unknown to this version; install the version that wrote it, "
            "or restore the backup made before it"
        )
    if newest < step.oldest:
        return (
            f"its schema {found!r} serves versions from schema {step.oldest!r} on, and this one ends at {newest!r}; "
            "install the version that wrote it, or restore the backup made before it"
        )
    return None


def standing(connection: Connection) -> tuple[str, Step | None]:
    """The revision of a database that is prepared, and what is said of it."""
    (found,) = connection.exec_driver_sql(f"SELECT version_num FROM {STAMP}").one()  # noqa: S608 - a constant
    row = connection.exec_driver_sql(SELECT).first()
    return str(found), None if row is None else Step(*row)
