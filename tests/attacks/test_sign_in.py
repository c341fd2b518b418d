import pytest

from tests.rig.attacked import Ground

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


async def test_try(ground: Ground):
    jana = ground.somebody()
    b = await ground.signed_in(jana)
    print(ground.cookie(b), ground.taken_over.last)
    a = await ground.ask("/x;y", cookie=ground.cookie(b))
    print(await ground.refused(a, "request_malformed"))
    print(await ground.curl("-H", "cookie: " + ground.cookie(b), "/sign/3"))
    print(await ground.curl("-H", "cookie: " + ground.cookie(b), "-X", "POST", "/sign/3"))
