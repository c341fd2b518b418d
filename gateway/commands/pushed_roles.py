"""Roles that personnel systems give, as far as the configuration allows, and people of the replicas with them."""

from collections.abc import Callable, Collection
from functools import partial

from config.vocabulary import DirectoryName, SubjectId
from gateway.commands.state import State, now
from gateway.personnel.giving import given, rules_of
from gateway.storage.audit import append
from gateway.storage.directory_reading import StoredReading
from gateway.storage.personnel import StoredPersonnel
from idp.directory.pushed import AsksPushed, Given
from idp.directory.replicated import ReplicatedPeople
from idp.directory.subject import directory_of

Current = Callable[[], State]


def pushed_roles(current: Current) -> AsksPushed:
    """By the settings of that moment; where they let nobody give a role nothing is read."""
    return partial(_pushed, current)


def replicated_people(state: State, current: Current | None = None) -> dict[DirectoryName, ReplicatedPeople]:
    """Of each directory. `current`: where settings may change meanwhile."""
    reading, pushed = StoredReading(state.database), pushed_roles(current or (lambda: state))
    return {
        one.name: ReplicatedPeople(one, state.district, reading, now, pushed)
        for one in state.settings.directories
    }


async def _pushed(current: Current, whom: Collection[SubjectId]) -> Given:
    state = current()
    giving = [one for one in state.settings.personnel if one.roles]
    names = {one.directory for one in giving}
    asked = [one for one in whom if directory_of(one) in names]
    if not asked:
        return {}
    told = await StoredPersonnel(state.database, append).giving(asked)
    rules = {one.account: (one.directory, rules_of(one)) for one in giving}
    return {subject: given(subject, records, rules) for subject, records in told.items()}
