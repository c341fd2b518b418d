"""What personnel systems push, in the running product: put together."""

from collections.abc import Collection, Sequence
from functools import partial

from config.hosts import hosts_of, technical_hosts_of
from config.personnel import answered_by_us
from config.settings import Directory, Personnel, Settings, TechnicalAccount
from config.vocabulary import DirectoryName, MunicipalityCode, SubjectId
from gateway.commands.control_plane import ControlPlane
from gateway.commands.reaching import reach
from gateway.commands.state import State, now
from gateway.commands.suspending import suspending
from gateway.grants.assertion import AssertionRefused
from gateway.personnel.giving import rules_of
from gateway.personnel.linking import Linking
from gateway.personnel.office import PersonnelOffice
from gateway.personnel.record import Source
from gateway.storage.audit import append
from gateway.storage.database import DatabaseUnusable
from gateway.storage.directory_numbers import StoredNumbers
from gateway.storage.directory_reading import StoredReading
from gateway.storage.personnel import StoredPersonnel
from gateway.web.scim import Scim
from idp.directory.person import Person
from idp.directory.subject import subject


def sources_of(settings: Settings) -> dict[str, Source]:
    accounts = {one.id: one for one in settings.technical_accounts}
    directories = {one.name: one for one in settings.directories}
    return {
        one.account: Source(
            account=one.account,
            name=accounts[one.account].name,
            directory=one.directory,
            municipalities=frozenset(held.municipality for held in accounts[one.account].roles),
            most_closed=one.most_closed,
            gives_in=_gives_in(one, directories[one.directory], accounts[one.account]),
        )
        for one in settings.personnel
    }


def _gives_in(one: Personnel, directory: Directory, account: TechnicalAccount) -> frozenset[MunicipalityCode]:
    """Nowhere where the directory is others' as well: who has no role there may be theirs."""
    own = {held.municipality for held in account.roles}
    if not directory.municipalities or not own.issuperset(directory.municipalities):
        return frozenset()
    return frozenset(given.municipality for given in one.roles)


def scim(plane: ControlPlane) -> Scim | None:
    """None where no application leads to it."""
    settings, state = plane.settings, plane.state
    found = next((one for one in settings.applications if answered_by_us(one)), None)
    if found is None:
        return None
    rules = {one.account: rules_of(one) for one in settings.personnel}
    hosts = [*hosts_of(found, state.district), *technical_hosts_of(found, state.district)]
    return Scim(
        application=found.id,
        hosts=frozenset(host.lower() for host in hosts),
        sources=sources_of(settings),
        office=PersonnelOffice(
            store=StoredPersonnel(state.database, append),
            linking=Linking(
                StoredNumbers(state.database).holding,
                partial(_called, state),
                partial(_people, plane),
                plane.persons.others,
            ),
            suspending=suspending(plane),
            record=state.record,
            reach=partial(reach, plane),
            rules=lambda account: rules.get(account, ()),
            language=settings.language,
        ),
        read=plane.keys.read_assertion,
        refusals=(AssertionRefused,),
        now=now,
        state_errors=(DatabaseUnusable,),
    )


async def _called(state: State, directory: DirectoryName, login: str) -> Sequence[SubjectId]:
    found = await StoredReading(state.database).named(directory, login)
    return [subject(directory, one.person.identity) for one in found]


async def _people(plane: ControlPlane, whom: Collection[SubjectId]) -> dict[SubjectId, Person]:
    found: dict[SubjectId, Person] = {}
    for each in plane.people.values():
        found |= await each.people(whom)
    return await plane.known.as_they_count(found)
