"""What the entry of a decision about a target keeps of what it rested on."""

from gateway.audit.entry import Code
from gateway.audit.fields import values_of
from tests.gateway.authorize.test_tunnel_office import opened
from tests.rig.tunnel_world import World


async def test_what_it_rested_on_is_found_as_of_a_request(office: World) -> None:
    await opened(office)
    decided = [*office.of(Code.TUNNEL_PERMITTED), *office.of(Code.TUNNEL_REFUSED)]
    assert len(decided) == 3
    for one in decided:
        for field in ("posture", "role", "factor"):
            assert values_of(field, one), (field, one.details)
