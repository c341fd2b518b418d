"""What people are called by now, for pages that know their subjects."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from config.vocabulary import SubjectId
from gateway.commands.control_plane import ControlPlane
from gateway.web.policies.namesakes import told_apart
from idp.directory.person import Person
from idp.directory.subject import directory_of


@dataclass(frozen=True, slots=True)
class NamesOfPeople:
    """As the replica of the directories has them; who is not there any more is shown as recorded."""

    plane: ControlPlane

    async def __call__(self, subjects: Collection[str]) -> Mapping[str, str]:
        found: list[Person] = []
        for name, people in self.plane.people.items():
            theirs = [
                SubjectId(one) for one in subjects if ":" in one and directory_of(SubjectId(one)) == name
            ]
            found += (await people.people(theirs)).values() if theirs else ()
        return told_apart((one.subject, one.name, one.login) for one in found)
