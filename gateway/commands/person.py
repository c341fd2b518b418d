"""A person named on the command line, as the directory knows them."""

from config.vocabulary import SubjectId
from gateway.commands.preflight import CannotStart
from gateway.commands.state import State
from idp.directory.person import Person
from idp.directory.reader import DirectoryReader


async def person_of(state: State, login: str) -> Person:
    """Raises CannotStart where the directory has nobody of that name."""
    return known(await named(state, login), login)


async def named(state: State, login: str) -> Person | None:
    reader = DirectoryReader(state.settings.directories[0])
    try:
        return await reader.named(login)
    finally:
        reader.close()


def known(person: Person | None, login: str) -> Person:
    if person is None:
        raise CannotStart(f"the directory has nobody with the login {login!r}", "check the spelling")
    return person


async def has_factor(state: State, subject: SubjectId) -> bool:
    """Whether there is anything to show beside the password: an authenticator or a recovery code."""
    return await state.identities.look(
        lambda book: bool(book.authenticators(subject) or book.recovery_codes_left(subject))
    )
