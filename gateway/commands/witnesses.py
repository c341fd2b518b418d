"""The log's witnesses, as they are configured: who submits to them, and how each stands."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection

from config.settings import Audit
from gateway.audit.checkpoint import log_of
from gateway.audit.checkpointer import Sealed
from gateway.audit.cosignature import WitnessKey
from gateway.commands.control_plane import ControlPlane
from gateway.commands.repeating import Round
from gateway.commands.state import now
from gateway.storage.audit import append
from gateway.storage.audit_checkpoints import newest
from gateway.storage.audit_witnesses import StoredWitnesses, last_of, origin_of, stand_of
from gateway.storage.database import Database
from gateway.witness.shown import Witness
from gateway.witness.submitting import Place, Submitter, keep_submitting


def submissions(plane: ControlPlane) -> list[Round]:
    """One for each witness, so that none waits for another."""
    store = StoredWitnesses(plane.state.database, append)
    return [
        partial(keep_submitting, Submitter(place, store, now), lambda: plane.nodes.leads)
        for place in places(plane.settings.audit)
    ]


def places(audit: Audit) -> list[Place]:
    """The settings were checked: each key is one."""
    return [Place(WitnessKey.parse(one.key), one.address, one.authority) for one in audit.witnesses]


def witnesses(connection: Connection, audit: Audit) -> Sequence[Witness]:
    """In the order of the settings."""
    sealed = newest(connection)
    return [_witness(connection, one, sealed) for one in places(audit)]


async def witnesses_now(database: Database, audit: Audit) -> Sequence[Witness]:
    return await database.read(lambda connection: witnesses(connection, audit)) if audit.witnesses else ()


def _witness(connection: Connection, place: Place, sealed: Sealed | None) -> Witness:
    last, name = last_of(connection, place.key.name), place.key.name
    same = last is not None and sealed is not None and log_of(last.origin) == log_of(origin_of(sealed))
    known = last.reach if last is not None and same else 0
    return Witness(
        name,
        place.address,
        stand_of(connection, name),
        0 if last is None else last.reach,
        None if last is None else _moment(last.at),
        max(sealed.size - known, 0) if sealed is not None else 0,
    )


def _moment(seconds: int) -> datetime | None:
    """None for a time that no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
