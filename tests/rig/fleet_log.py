"""What the log of a fleet has of requests."""

import asyncio
from collections import Counter
from collections.abc import Collection

from sqlalchemy import Connection, func, select

from gateway.storage.audit_requests import ACCESSES
from gateway.storage.tables.audit import audit_entry
from tests.rig.fleet import PATIENCE, Fleet


async def recorded(fleet: Fleet, requests: Collection[str]) -> None:
    """Return when the log has an entry of each request's access. Never may it have two."""
    assert requests
    async with asyncio.timeout(PATIENCE):
        while True:
            found = await fleet.state.database.read(lambda at: _how_often(at, requests))
            assert {name for name, times in found.items() if times > 1} == set()
            if len(found) == len(requests):
                return
            await asyncio.sleep(0.1)


async def verified(fleet: Fleet, at: str) -> None:
    """By the command, against the checkpoints that this node keeps."""
    status, said = await fleet[at].brana("audit", "verify")
    assert status == 0, said


def _how_often(connection: Connection, requests: Collection[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    names = list(requests)
    for start in range(0, len(names), 500):
        wanted = audit_entry.c.request_id.in_(names[start : start + 500])
        rows = connection.execute(
            select(audit_entry.c.request_id, func.count())
            .where(wanted, audit_entry.c.code.in_(ACCESSES))
            .group_by(audit_entry.c.request_id)
        )
        found.update({str(request): int(times) for request, times in rows})
    return found
