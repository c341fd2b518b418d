"""What is done at our own pages through a tunnel is in the log from where its device is: the whole product."""

import pytest

from gateway.audit.entry import Code
from tests.attacks.test_pages_through_tunnels import ground, there, through, tunnel
from tests.attacks.test_tunnels import open_at_portal
from tests.rig.attacked import Ground
from tests.rig.tunnels import IN_TUNNEL, Networks, why_not

__all__ = ["ground", "there", "tunnel"]
pytestmark = [
    pytest.mark.real,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "-"),
]


async def test_acts_and_the_end_of_a_session_bear_the_place_of_the_device(
    ground: Ground, there: Networks
) -> None:
    async with through(ground, there, "jana") as one:
        one.within.names.everywhere = IN_TUNNEL
        inside, place = str(one.asking.laptop.address), one.asking.visitor.address
        await open_at_portal(ground, one.within, one.asking.machine.id)
        asked = {"at_least": 1, "person": one.asking.person}
        [closed] = await ground.entries(codes=(Code.TUNNEL_CLOSED,), **asked)
        assert (closed.reason, closed.address) == ("tunnel_opened_anew", place)
        assert closed.details["tunnel_address"] == inside
        assert (await one.asking.ask()).link is not None
        assert (await one.within.post(f"{ground.portal}/.brana/sign-out", {})).status == 200
        [ended] = await ground.entries(codes=(Code.SESSION_ENDED,), **asked)
        assert (ended.address, ended.details["tunnel_address"]) == (place, inside)
