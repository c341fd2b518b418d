"""The gateway's sessions on a real database, with single sign-on at the provider in the same transactions."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from config.settings import SignIn
from gateway.audit.entry import Entry
from gateway.storage.activity import Activity
from gateway.storage.database import Database
from gateway.storage.seal import Seal
from gateway.storage.sessions import StoredSessions
from gateway.storage.single_sign_on import SingleSignOn

SEAL = Seal(bytes(range(32)))
ACTIVITY = Activity(SignIn())


def session_store(
    database: Database, append: Callable[[Connection, Sequence[Entry]], object]
) -> StoredSessions:
    return StoredSessions(database, append, ACTIVITY, SingleSignOn(SEAL, append).end)
