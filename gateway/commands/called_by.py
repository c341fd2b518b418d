"""What people are called by now, as the replica of the directories has them, for commands that know their subjects."""

import asyncio
from collections.abc import Collection, Mapping

from config.vocabulary import SubjectId
from gateway.commands.state import State, now
from gateway.policy_office.version import Version
from gateway.storage.directory_reading import StoredReading
from gateway.web.policies.namesakes import told_apart
from idp.directory.person import Person
from idp.directory.replicated import ReplicatedPeople
from idp.directory.subject import directory_of


def called_by(state: State, version: Version) -> Mapping[str, str]:
    """Whoever brought a version into force; empty for operators and for who is there no more."""
    return {one.subject: one.name for one in asyncio.run(known(state, {version.by}))}


async def names_of(state: State, subjects: Collection[str]) -> Mapping[str, str]:
    """By subject, with the login where two have one name; who is not known is left out."""
    return told_apart((one.subject, one.name, one.login) for one in await known(state, subjects))


async def known(state: State, subjects: Collection[str]) -> list[Person]:
    reading, found = StoredReading(state.database), list[Person]()
    for one in state.settings.directories:
        theirs = [
            SubjectId(who) for who in subjects if ":" in who and directory_of(SubjectId(who)) == one.name
        ]
        if theirs:
            people = ReplicatedPeople(one, state.district, reading, now)
            try:
                found += (await people.people(theirs)).values()
            except ValueError:  # no identifiers as directories have them
                continue
    return found
