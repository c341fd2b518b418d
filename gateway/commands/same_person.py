"""Which accounts are one person's, as the replicas of the directories tell it: for decisions and for commands."""

from collections.abc import Mapping, Sequence

from config.settings import Settings
from config.vocabulary import DirectoryName, SubjectId
from gateway.commands.pushed_roles import replicated_people
from gateway.commands.state import State
from gateway.storage.directory_numbers import OfMany, StoredNumbers
from idp.directory.person import AccountState, Person
from idp.directory.person_number import MOST_ACCOUNTS, series_of
from idp.directory.replicated import ReplicatedPeople
from idp.directory.same_person import Account, Persons
from idp.directory.subject import directory_of

PAGE = 100  # accounts looked up at once
GIVE_NUMBERS = (
    f"more than {MOST_ACCOUNTS} accounts with one number are no person, so it links nobody: "
    "empty it where it says nothing, or name another person_attribute"
)
SHUT = frozenset({AccountState.DISABLED, AccountState.EXPIRED})
"""Nobody acts by such an account, so its roles meet with none; who acted by it before is known all the same."""


async def persons(state: State, people: Mapping[DirectoryName, ReplicatedPeople]) -> list[Sequence[Account]]:
    """The accounts that one number names, where it names several."""
    found: list[frozenset[SubjectId]] = []
    for series in _series(state.settings):
        found += await StoredNumbers(state.database).shared(series)
    accounts = await _accounts(state, people, frozenset[SubjectId]().union(*found))
    return [[accounts[one] for one in same if one in accounts] for same in found]


async def numbers_of_many(state: State) -> list[OfMany]:
    return await StoredNumbers(state.database).of_many([one.name for one in state.settings.directories])


async def other_accounts(state: State, whose: SubjectId) -> Sequence[Account]:
    """For a command, beside the running product or without it."""
    known = Persons()
    known.know(await persons(state, replicated_people(state)))
    return known.others(whose)


def _series(settings: Settings) -> list[list[DirectoryName]]:
    """Directories that number people alike."""
    found: dict[str, list[DirectoryName]] = {}
    for one in settings.directories:
        found.setdefault(series_of(one), []).append(one.name)
    return list(found.values())


async def _accounts(
    state: State, people: Mapping[DirectoryName, ReplicatedPeople], whose: frozenset[SubjectId]
) -> dict[SubjectId, Account]:
    found: dict[SubjectId, Account] = {}
    rules = await state.counting()
    for name, each in people.items():
        theirs = sorted(one for one in whose if directory_of(one) == name)
        for begin in range(0, len(theirs), PAGE):
            read = await each.people(theirs[begin : begin + PAGE])
            found |= {subject: _account(rules.counting(one)) for subject, one in read.items()}
    return found


def _account(one: Person) -> Account:
    roles = [] if one.state in SHUT else [(held.municipality, held.role) for held in one.roles]
    return Account(one.subject, one.login, frozenset(roles))
