"""A person named on the command line, as the directories know them."""

from collections.abc import Iterable

from config.vocabulary import SubjectId
from gateway.commands.known_people import known_people
from gateway.commands.preflight import CannotStart
from gateway.commands.state import State
from gateway.sessions.assistance import has_now
from gateway.sessions.lost_factors import Has
from gateway.storage.directory_reading import StoredReading
from idp.directory.federation import Federation
from idp.directory.person import Person
from idp.directory.subject import directory_of


async def person_of(state: State, login: str) -> Person:
    """Raises CannotStart where no directory has anybody of that name, or several do."""
    return the_one(await named(state, login), login)


async def named(state: State, login: str) -> list[Person]:
    """Whoever answers to the login, or the one whose identifier it is."""
    federation = federation_of(state)
    try:
        found = await answering_to(federation, login)
    finally:
        federation.close()
    known = known_people(state, federation)
    return list((await known.as_they_count({one.subject: one for one in found})).values())


def federation_of(state: State) -> Federation:
    """Groups in groups are known from the replica, as at a sign-in."""
    above = StoredReading(state.database).above_now
    return Federation(state.settings.directories, state.district, above=above)


async def answering_to(federation: Federation, login: str) -> list[Person]:
    """As `named`, where the directories are at hand."""
    if directory_of(SubjectId(login)) in federation.readers:
        person = await federation.person(SubjectId(login))
        return [] if person is None else [person]
    return await federation.named(login)


def the_one(people: list[Person], login: str) -> Person:
    if not people:
        raise nobody(login)
    if len(people) > 1:
        raise several(login, (f"{one.name} ({one.subject})" for one in people))
    return people[0]


def nobody(login: str) -> CannotStart:
    return CannotStart(f"no directory has anybody with the login {login!r}", "check the spelling")


def several(login: str, people: Iterable[str]) -> CannotStart:
    return CannotStart(
        f"{login!r} is the login of several people: {', '.join(people)}",
        "write the login with a realm of the directory, or the identifier in the place of the login",
    )


async def has_of(state: State, subject: SubjectId) -> Has:
    """What there is to show beside the password."""
    return await state.identities.look(lambda book: has_now(book, subject))
