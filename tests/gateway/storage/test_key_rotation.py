from datetime import datetime, timedelta
from typing import Any

import pytest

from gateway.audit.entry import Code
from gateway.grants.keys import Purpose, load_keys
from gateway.grants.ring import KeyRing
from gateway.storage.database import Database
from gateway.storage.key_rotation import FORGOTTEN_AFTER, Change, ring, rotate
from gateway.storage.keys import private_key_of
from gateway.storage.seal import Seal

SEAL = Seal(bytes(range(32)))
ANNOUNCE, OVERLAP = timedelta(hours=1), timedelta(minutes=6)


class Keys:
    """The table of keys, with what is recorded."""

    def __init__(self, database: Database, recorded: Any, now: datetime) -> None:
        self.database, self.recorded = database, recorded
        load_keys(private_key_of(database, SEAL, recorded.append_all, now))
        recorded.clear()

    def change(
        self, now: datetime, *, compromised: bool = False, purpose: Purpose = Purpose.GRANT
    ) -> list[str]:
        change = Change(purpose, ANNOUNCE, OVERLAP, compromised)
        return self.database.write_soon(
            lambda connection: rotate(connection, SEAL, self.recorded.append_all, [change], "cli:jana", now)
        ).result(10)

    def ring(self) -> KeyRing:
        return self.database.read_now(lambda connection: ring(connection, SEAL))

    def believed(self, now: datetime) -> list[str]:
        return [one.id for one in self.ring().verifying(Purpose.GRANT, now)]


@pytest.fixture
def keys(database: Database, recorded: Any, now: datetime) -> Keys:
    return Keys(database, recorded, now)


def test_a_change_in_order_announces_the_new_key_and_keeps_the_old_one_for_what_it_signed(
    keys: Keys, now: datetime
) -> None:
    assert keys.change(now) == ["grant-2"]
    assert keys.believed(now) == ["grant-1", "grant-2"]
    assert keys.believed(now + ANNOUNCE) == ["grant-2", "grant-1"]
    assert keys.believed(now + ANNOUNCE + OVERLAP) == ["grant-2"]
    (entry,) = keys.recorded
    assert (entry.code, entry.subject) == (Code.KEY_ROTATED, "cli:jana")
    assert entry.details == {"key": "grant-2", "purpose": "grant", "signs_from": (now + ANNOUNCE).isoformat()}


def test_a_change_at_once_ends_every_key_before_also_one_that_was_only_announced(
    keys: Keys, now: datetime
) -> None:
    keys.change(now)
    keys.recorded.clear()
    assert keys.change(now, compromised=True) == ["grant-3"]
    assert keys.believed(now) == ["grant-3"]
    told = [(entry.code, entry.details.get("keys")) for entry in keys.recorded]
    assert told == [(Code.KEY_COMPROMISED, ["grant-1", "grant-2"]), (Code.KEY_ROTATED, None)]


def test_other_purposes_keep_their_keys(keys: Keys, now: datetime) -> None:
    before = keys.ring().signing(Purpose.ASSERTION, now)
    keys.change(now, compromised=True)
    assert keys.ring().signing(Purpose.ASSERTION, now) == before


def test_what_nobody_believes_is_deleted_after_a_while_and_its_name_never_given_again(
    keys: Keys, now: datetime
) -> None:
    keys.change(now, compromised=True)
    keys.change(now + FORGOTTEN_AFTER, compromised=True)
    names = [one.id for one in keys.ring().keys if one.purpose is Purpose.GRANT]
    assert names == ["grant-2", "grant-3"]


def test_the_newest_key_is_the_one_a_start_opens(keys: Keys, now: datetime, database: Database) -> None:
    keys.change(now + timedelta(seconds=1), compromised=True)
    opened = private_key_of(database, SEAL, keys.recorded.append_all, now)(Purpose.GRANT)
    assert opened == keys.ring().signing(Purpose.GRANT, now + timedelta(seconds=1)).private
