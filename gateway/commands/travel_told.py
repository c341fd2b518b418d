"""A journey that nobody can have made: every security officer is told, in the transaction that records it."""

from sqlalchemy import Connection

from config.vocabulary import Role
from gateway.audit.entry import Entry
from gateway.commands.asking_office import holding
from gateway.commands.control_plane import ControlPlane
from gateway.notices.notice import Happened, NoticeKind
from gateway.storage.audit import append


async def tell_of_travel(plane: ControlPlane, entry: Entry) -> None:
    officers = await holding(plane, None, [Role.SECURITY_OFFICER])
    facts = {
        "of": entry.person,
        "from": str(entry.details["country_before"]),
        "to": str(entry.details["country"]),
        "address": entry.address,
    }
    told = [
        Happened(
            kind=NoticeKind.TRAVEL_IMPOSSIBLE, subject=one.subject, person=one.login, at=entry.at, facts=facts
        )
        for one in officers
    ]

    def work(connection: Connection) -> None:
        append(connection, [entry])
        plane.state.outbox.tell(connection, told)

    await plane.state.database.write(work)
