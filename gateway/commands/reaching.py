"""What was decided here about people reaches their sessions and sign-ins."""

from collections.abc import Collection

from config.vocabulary import SubjectId
from gateway.commands import rounds
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import now
from gateway.commands.watching_persons import look_at_persons
from idp.directory.subject import directory_of, identity_of
from idp.directory.sync.news import News


async def reach(plane: ControlPlane, subjects: Collection[SubjectId]) -> None:
    """As if their directory had just told of it: sign-ins under way stop, sessions are compared, grants end."""
    for name in plane.people:
        touched = frozenset(identity_of(one) for one in subjects if directory_of(one) == name)
        if touched:
            await rounds.look_at(plane, News(directory=name, at=now(), touched=touched))
    if plane.snapshot.duties.roles:  # which a person may not have together, by whatever accounts
        await look_at_persons(plane)
    await plane.office.in_force()
