"""The ready answers about what went through tunnels, together with what went by the browser."""

from dataclasses import replace
from datetime import datetime, timedelta

from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.rested_on import details_of
from policies.model import Device, Facts
from tests.gateway.audit.making import Log
from tests.gateway.audit.test_answers import SID, YESTERDAY, asked, keys, log
from tests.policies.world import HULIN
from tests.policies.world import ask as question

__all__ = ["log"]


def through_tunnel(code: Code, at: datetime, **told: object) -> Entry:
    return Entry(
        code=code, outcome=Outcome.SUCCESS, at=at, subject="d:jana", person="novakova.jana", session=SID,
        municipality=HULIN, own_municipality=HULIN, application="files", address="10.1.2.3",
        details={"device": "d1", "target": "files", "host": "10.0.0.5:445/tcp", **told},
    )  # fmt: skip


async def test_what_was_reached_through_a_tunnel_is_answered_with_the_rest(log: Log):
    """Decisions about targets keep what they rested on (tests/gateway/authorize/test_tunnel_office.py)."""
    out = Device(managed=True, fresh=True, disk_encrypted=False)
    facts = details_of(replace(question(facts=Facts(country="SK", device=out)), now=YESTERDAY))
    night = YESTERDAY + timedelta(hours=23)
    entries = [
        through_tunnel(Code.TUNNEL_PERMITTED, night, **facts),
        through_tunnel(Code.TUNNEL_CONNECTED, night),
        *(
            through_tunnel(Code.TUNNEL_DISCONNECTED, night, bytes_sent=1_000, bytes_received=600_000_000)
            for _ in range(2)
        ),
    ]
    assert keys(await asked(log, "records-at-night", entries)) == [
        [("files", "novakova.jana", HULIN, "10.1.2.3")]
    ]
    assert keys(await asked(log, "from-abroad", [])) == [
        [("novakova.jana", "SK", "10.1.2.3", "d1", "success")]
    ]
    [[row]] = keys(await asked(log, "devices-out-of-order", []))
    assert (row[0], row[2]) == ("d1", "novakova.jana")
    [counts] = (await asked(log, "moved-much", [])).counts
    assert [(row.key, row.bytes_moved) for row in counts.rows] == [(("novakova.jana",), 1_200_002_000)]
