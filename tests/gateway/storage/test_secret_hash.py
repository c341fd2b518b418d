import asyncio

import pytest

from gateway.storage.secret_hash import AT_ONCE, WAITING, SecretHashes, TooBusy


@pytest.fixture
def hashes():
    made = SecretHashes()
    yield made
    made.close()


async def test_a_secret_matches_its_own_hash_alone(hashes: SecretHashes) -> None:
    kept = hashes.hashed("ABCDE-FGHJK")
    assert kept.startswith("$argon2id$")
    assert "ABCDE" not in kept
    assert kept != hashes.hashed("ABCDE-FGHJK")
    assert await hashes.matches(kept, "ABCDE-FGHJK")
    assert not await hashes.matches(kept, "ABCDE-FGHJM")
    assert not await hashes.matches(kept, "")


async def test_who_comes_when_too_many_wait_is_sent_away_at_once(hashes: SecretHashes) -> None:
    kept = hashes.hashed("ABCDE")
    said = await asyncio.gather(
        *(hashes.matches(kept, "ABCDE") for _ in range(AT_ONCE + WAITING + 5)), return_exceptions=True
    )
    assert said.count(True) == AT_ONCE + WAITING
    assert sum(isinstance(one, TooBusy) for one in said) == 5
    assert await hashes.matches(kept, "ABCDE")
