"""Whoever may hold one of some roles, found without a look at everybody where it is known who may."""

from collections.abc import AsyncIterator, Collection

from config.vocabulary import DirectoryName, MunicipalityCode, Role
from gateway.commands.control_plane import ControlPlane
from idp.directory.person import Person
from idp.directory.replicated import ReplicatedPeople


async def candidates(
    plane: ControlPlane,
    name: DirectoryName,
    people: ReplicatedPeople,
    municipality: MunicipalityCode | None,
    roles: Collection[Role],
) -> AsyncIterator[Person]:
    """Whoever may hold one of the roles, as they count now; everybody until it is known who may."""
    known = plane.roster.candidates(name, municipality, roles)
    if known is None:
        async for one in people.everybody():
            yield one
        return
    for one in (await plane.known.as_they_count(await people.people(known))).values():
        yield one
