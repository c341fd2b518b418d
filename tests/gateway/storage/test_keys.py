from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from gateway.audit.entry import Code
from gateway.grants.keys import ALWAYS, Purpose, load_keys
from gateway.storage.database import Database
from gateway.storage.keys import private_key_of
from gateway.storage.seal import Seal, SealBroken
from gateway.storage.tables.keys import signing_key

SEAL = Seal(bytes(range(32)))


def test_a_key_is_made_sealed_and_recorded_once(database: Database, recorded: Any, now: datetime) -> None:
    find = private_key_of(database, SEAL, recorded.append_all, now)
    first = find(Purpose.GRANT)
    assert find(Purpose.GRANT) == first
    assert private_key_of(database, SEAL, recorded.append_all, now)(Purpose.GRANT) == first
    assert [(entry.code, entry.details) for entry in recorded] == [
        (Code.KEY_CREATED, {"key": "grant-1", "purpose": "grant"})
    ]


def test_the_database_holds_no_private_key(database: Database, recorded: Any, now: datetime) -> None:
    private = private_key_of(database, SEAL, recorded.append_all, now)(Purpose.CHECKPOINT)
    kept = database.read_now(
        lambda connection: list(connection.execute(select(signing_key.c.sealed)).scalars())
    )
    assert len(kept) == 1
    assert private not in kept[0]
    database.close()
    if isinstance(database.place, Path):
        assert private not in database.place.read_bytes()


def test_every_purpose_that_each_office_has_gets_its_keys(
    database: Database, recorded: Any, now: datetime
) -> None:
    find = private_key_of(database, SEAL, recorded.append_all, now)
    assert load_keys(find).grant.thumbprint() == load_keys(find).grant.thumbprint()
    assert sorted(str(entry.details["key"]) for entry in recorded) == sorted(f"{one}-1" for one in ALWAYS)
    assert set(Purpose) - set(ALWAYS) == {Purpose.SAML}


def test_a_key_moved_to_another_purpose_cannot_be_opened(
    database: Database, recorded: Any, now: datetime
) -> None:
    find = private_key_of(database, SEAL, recorded.append_all, now)
    find(Purpose.GRANT)
    find(Purpose.ASSERTION)
    swap = text(
        "UPDATE signing_key SET sealed = (SELECT sealed FROM signing_key WHERE purpose = 'assertion')"
        " WHERE purpose = 'grant'"
    )
    database.write_soon(lambda connection: connection.execute(swap)).result(10)
    with pytest.raises(SealBroken):
        find(Purpose.GRANT)


def test_another_master_key_opens_nothing_and_replaces_nothing(
    database: Database, recorded: Any, now: datetime
) -> None:
    private = private_key_of(database, SEAL, recorded.append_all, now)(Purpose.GRANT)
    with pytest.raises(SealBroken):
        private_key_of(database, Seal(bytes(32)), recorded.append_all, now)(Purpose.GRANT)
    assert private_key_of(database, SEAL, recorded.append_all, now)(Purpose.GRANT) == private
