"""What whoever brought a version of the policies into force is called by now, for commands."""

import asyncio
from collections.abc import Mapping

from config.vocabulary import SubjectId
from gateway.commands.state import State, now
from gateway.policy_office.version import Version
from gateway.storage.directory_reading import StoredReading
from idp.directory.replicated import ReplicatedPeople
from idp.directory.subject import directory_of


def called_by(state: State, version: Version) -> Mapping[str, str]:
    """By subject, as the replica of the directory has it; empty for operators and for who is there no more."""
    who = SubjectId(version.by)
    reading = StoredReading(state.database)
    for one in state.settings.directories:
        if ":" in who and directory_of(who) == one.name:
            people = ReplicatedPeople(one, state.district, reading, now)
            try:
                found = asyncio.run(people.people([who]))
            except ValueError:  # no identifier as directories have them
                return {}
            return {subject: person.name for subject, person in found.items()}
    return {}
