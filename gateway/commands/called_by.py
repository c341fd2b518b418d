"""What people are called by now, as the replica of the directories has them, for commands that know their subjects."""

import asyncio
from collections.abc import Collection, Mapping

from config.vocabulary import SubjectId
from gateway.commands.pushed_roles import replicated_people
from gateway.commands.state import State
from gateway.policy_office.version import Version
from gateway.web.policies.namesakes import told_apart
from idp.directory.person import Person
from idp.directory.subject import directory_of


def called_by(state: State, version: Version) -> Mapping[str, str]:
    """Whoever brought a version into force; empty for operators and for who is there no more."""
    return {one.subject: one.name for one in asyncio.run(known(state, {version.by}))}


async def names_of(state: State, subjects: Collection[str]) -> Mapping[str, str]:
    """By subject, with the login where two have one name; who is not known is left out."""
    return told_apart((one.subject, one.name, one.login) for one in await known(state, subjects))


async def known(state: State, subjects: Collection[str]) -> list[Person]:
    found = list[Person]()
    for name, people in replicated_people(state).items():
        theirs = [SubjectId(who) for who in subjects if ":" in who and directory_of(SubjectId(who)) == name]
        if theirs:
            try:
                found += (await people.people(theirs)).values()
            except ValueError:  # no identifiers as directories have them
                continue
    return found
