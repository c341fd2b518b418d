from dataclasses import dataclass, field

import pytest

from config.vocabulary import RECOVERY_ADMINISTRATOR, Role, SubjectId
from gateway.access_review.blocks import Blocks
from gateway.commands.known_people import KnownPeople
from idp.directory.errors import BindRefused, DirectoryUnreachable, RefusalReason
from idp.directory.person import AccountState, Person, RoleHeld
from idp.directory.reader import Admit
from idp.login import recovery
from tests.rig.people import HULIN, JANA, PETR_ID, person

MIXED = person(
    PETR_ID, "petr", roles=(RoleHeld(HULIN, Role.CLERK), RoleHeld(HULIN, Role.LOCAL_ADMINISTRATOR))
)
RECOVERY = recovery.person(HULIN)


@dataclass
class Directory:
    """Two people, whatever the password."""

    people_: dict[str, Person] = field(default_factory=lambda: {JANA.login: JANA, MIXED.login: MIXED})
    away: bool = False

    async def authenticate(
        self, login: str, _password: str, _admit: Admit | None = None
    ) -> Person | BindRefused:
        return self.people_.get(login) or BindRefused(RefusalReason.UNKNOWN_PERSON)

    async def person(self, subject: SubjectId) -> Person | None:
        if self.away:
            raise DirectoryUnreachable("ldaps://ldap.obec.test", "it is away")
        return next((one for one in self.people_.values() if one.subject == subject), None)


def known(directory: Directory, *, separate: bool = True, recovery: Person | None = RECOVERY) -> KnownPeople:
    async def none() -> Blocks:
        return Blocks()

    return KnownPeople(directory, separate, recovery, none)


async def admit(_: SubjectId | None) -> bool:
    return True


async def test_an_account_that_mixes_roles_is_not_active_however_it_is_read() -> None:
    people = known(Directory())
    signed_in = await people.authenticate("petr", "x", admit)
    assert isinstance(signed_in, Person)
    read = await people.person(PETR_ID)
    assert read is not None
    states = [signed_in.state, read.state, (await people.as_they_count({PETR_ID: MIXED}))[PETR_ID].state]
    assert states == [AccountState.ROLES_MIXED] * 3
    assert await people.authenticate(JANA.login, "x", admit) == JANA


async def test_a_small_office_may_allow_it() -> None:
    assert await known(Directory(), separate=False).authenticate("petr", "x", admit) == MIXED


async def test_the_recovery_administrator_is_known_without_the_directory() -> None:
    people = known(Directory(away=True))
    assert await people.person(RECOVERY_ADMINISTRATOR) == RECOVERY
    assert people.by_us(RECOVERY_ADMINISTRATOR)
    assert not people.by_us(JANA.subject)
    with pytest.raises(DirectoryUnreachable):
        await people.person(JANA.subject)


async def test_where_there_is_none_nobody_is_it() -> None:
    people = known(Directory(), recovery=None)
    assert await people.person(RECOVERY_ADMINISTRATOR) is None
    assert not people.by_us(RECOVERY_ADMINISTRATOR)


async def test_an_entry_of_the_directory_with_its_identifier_is_not_it() -> None:
    impostor = person(RECOVERY_ADMINISTRATOR, "impostor")
    people = known(Directory({"impostor": impostor}))
    assert await people.authenticate("impostor", "x", admit) == BindRefused(RefusalReason.ENTRY_UNUSABLE)
    assert await people.person(RECOVERY_ADMINISTRATOR) == RECOVERY
