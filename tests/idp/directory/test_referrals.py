"""A directory that points elsewhere: nobody goes there, whether people are read, copied or signed in."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from idp.directory.connection import Access, Connection
from idp.directory.errors import EntryUnusable, RefusalReason
from idp.directory.person import Person
from tests.rig.office import reading
from tests.rig.slapd import GROUPS, PEOPLE, Directory, entry, person_ldif, slapd
from tests.rig.synced import synced

pytestmark = pytest.mark.real
PASSWORD = "heslo-ktere-tu-plati"
BELOW = f"ou=jinde,{PEOPLE}"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What the directory's referrals name: it hangs up on whoever comes, and nobody may come."""

    directory: Directory
    url: str
    came: list[object]

    def nobody_came(self) -> None:
        seen, self.came[:] = [*self.came], []
        assert seen == []


@contextmanager
def listening() -> Iterator[tuple[int, list[object]]]:
    came: list[object] = []

    def hang_up() -> None:
        with contextlib.suppress(OSError):
            while True:
                line, address = listener.accept()
                came.append(address)
                line.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        waiting = threading.Thread(target=hang_up)
        waiting.start()
        yield listener.getsockname()[1], came
        listener.shutdown(socket.SHUT_RDWR)
        waiting.join()


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    with listening() as (port, came):
        url = f"ldap://127.0.0.1:{port}"
        referrals = "".join(
            entry(
                f"ou=jinde,{base}",
                objectClass=["referral", "extensibleObject"],
                ou="jinde",
                ref=f"{url}/{base}",
            )
            for base in (PEOPLE, GROUPS)
        )
        people = person_ldif("novak", password=PASSWORD) + referrals
        with slapd(tmp_path_factory.mktemp("jinde"), people) as directory:
            yield Elsewhere(directory, url, came)


async def test_a_sign_in_passes_over_it_and_the_operator_is_told(elsewhere: Elsewhere):
    reported: list[EntryUnusable] = []
    with reading(elsewhere.directory.settings(), reported) as reader:
        person = await reader.authenticate("novak", PASSWORD)
    assert isinstance(person, Person)
    assert any(one.dn.startswith(elsewhere.url) and "not followed" in one.what for one in reported)
    elsewhere.nobody_came()


async def test_reading_people_and_policies_passes_over_it(elsewhere: Elsewhere):
    with reading(elsewhere.directory.settings()) as reader:
        (novak,) = await reader.named("novak")
        assert set(await reader.people([novak.subject])) == {novak.subject}
        assert await reader.lockout() is not None
    elsewhere.nobody_came()


async def test_the_replica_is_read_and_brought_up_to_date_without_going_there(
    elsewhere: Elsewhere, tmp_path: Path
):
    with synced(tmp_path, elsewhere.directory.settings()) as office:
        assert office.full() is None
        assert await office.logins() == {"novak"}
        office.delta()
    elsewhere.nobody_came()


def test_a_password_is_not_shown_there_although_the_entry_is_said_to_be_there(elsewhere: Elsewhere):
    settings = elsewhere.directory.settings()
    access = Access(settings.authority, settings.connect_timeout, settings.operation_timeout)
    line = Connection(elsewhere.directory.url, access)
    assert line.bind_person(f"uid=svoboda,{BELOW}", PASSWORD, access).reason is RefusalReason.WRONG_PASSWORD
    line.close()
    elsewhere.nobody_came()
