"""Keys of another provider: with names and without, renewed, and such that nobody can read."""

import time

import pytest
from joserfc.jwk import RSAKey

from gateway.audit.entry import Code
from tests.rig.upstream_world import entries, links, upstream_world

pytestmark = pytest.mark.real


@pytest.fixture
async def there(office, tmp_path):
    async with upstream_world(office, tmp_path) as made:
        yield made


async def test_keys_that_rotate_are_asked_for_again_but_not_for_every_token(there):
    await there.link()
    clock = [time.monotonic() + 3601]
    there.client.monotonic = lambda: clock[0]
    await there.through(there.world.rig.browser())  # has all of it asked for
    there.op.rotate("k2")
    there.op.asked.clear()
    _, early = await there.through(there.world.rig.browser())
    assert early.status == 422
    assert there.op.asked.count("/jwks") == 0
    assert entries(there, Code.SIGN_IN_UPSTREAM_REFUSED)[-1].reason == "upstream_key_unknown"
    clock[0] += 31.0
    page, back = await there.through(there.world.rig.browser())
    assert (back.status, back.location) == (303, page)
    assert there.op.asked.count("/jwks") == 1


async def test_keys_and_tokens_without_a_name_are_told_apart_by_trying(there):
    there.op.kid = None
    await there.link()
    assert len(await links(there)) == 1


async def test_a_token_may_name_a_key_of_which_no_key_says_that_it_is_the_one(there):
    there.op.kid, there.op.names_keys = "k1", False
    there.op.keys.insert(0, RSAKey.generate_key(2048))
    await there.link()
    assert len(await links(there)) == 1


async def test_keys_that_nobody_could_read_are_told_and_every_other_way_stays(there):
    await there.link()
    there.client.monotonic = lambda: time.monotonic() + 3601
    for said in (b'{"keys": ' + b"[" * 100_000, b'{"keys": [{"kty": ["RSA"]}]}', b'{"keys": {}}', b"\xff"):
        there.op.keys_said = said
        _, back = await there.through(there.world.rig.browser())
        assert (back.status, "Sign in" in back.text) == (503, True), said[:20]
        assert entries(there, Code.SIGN_IN_UPSTREAM_REFUSED)[-1].reason == "upstream_unusable"
