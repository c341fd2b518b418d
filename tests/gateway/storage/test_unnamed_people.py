from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from config.vocabulary import DirectoryName, SubjectId
from gateway.storage.tables.authenticators import authenticator, one_time_code
from gateway.storage.tables.identity import known_login
from gateway.storage.unnamed_people import OfNoDirectory, name_people, unnamed_people
from idp.directory.subject import subject
from idp.login.totp import Enrolled, Secret
from tests.rig.identity_store import Kept, identity_store
from tests.rig.people import NOON

OLD = "6f1c2f0e-6d7e-4a5e-9a51-2b8e6f0c1a01"
SECRET = Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
TOWN, VILLAGE = DirectoryName("urad"), DirectoryName("obec")


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    with identity_store(tmp_path) as made:
        sealed = made.seal.close(SECRET.base32.encode(), f"factor:{OLD}")
        of = {"id": OLD, "subject": OLD, "name": "Telefon", "enrolled_at": 0, "proven_by": "password_only"}
        secret = {"authenticator": OLD, "sealed_secret": sealed, "counter": 7, "drift": 0}
        login = {"login": "novakova.jana", "subject": OLD, "seen_at": 0}
        await made.database.write(lambda connection: connection.execute(insert(authenticator).values(of)))
        await made.database.write(lambda connection: connection.execute(insert(one_time_code).values(secret)))
        await made.database.write(lambda connection: connection.execute(insert(known_login).values(login)))
        yield made


async def test_people_of_the_only_directory_keep_their_second_factor(kept: Kept):
    moved = await kept.database.write(lambda connection: name_people(connection, [TOWN]))
    new = subject(TOWN, OLD)
    assert moved == 1
    (held,) = await kept.store.look(lambda book: book.authenticators(new))
    assert held.means == Enrolled(SECRET, 7)
    assert await kept.store.look(lambda book: book.subject_of("novakova.jana")) == new


async def test_naming_people_twice_changes_nothing(kept: Kept):
    await kept.database.write(lambda connection: name_people(connection, [TOWN]))
    assert await kept.database.write(lambda connection: name_people(connection, [TOWN])) == 0
    assert await kept.database.read(unnamed_people) == []


async def test_of_several_directories_none_is_guessed(kept: Kept):
    with pytest.raises(OfNoDirectory, match="1 second factors"):
        await kept.database.write(lambda connection: name_people(connection, [TOWN, VILLAGE]))
    assert await kept.database.read(unnamed_people) == [OLD]


async def test_people_who_have_a_directory_are_left_alone_by_another(kept: Kept):
    await kept.store.enrol_for(SubjectId(f"obec:{OLD}"), SECRET, NOON)
    await kept.database.write(lambda connection: name_people(connection, [TOWN]))
    (held,) = await kept.store.look(lambda book: book.authenticators(SubjectId(f"obec:{OLD}")))
    assert held.means == Enrolled(SECRET, -1)
