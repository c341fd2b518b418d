"""The register of nodes in the real database: who is believed, and until when."""

import asyncio
from datetime import datetime, timedelta

import pytest
from cryptography import x509

from config.fleet import NodeName, Role
from gateway.audit.entry import Code
from gateway.fleet import certificates
from gateway.fleet.register import Admitted, Membership, NotJoined
from gateway.storage.fleet import StoredRegister
from tests.gateway.storage.conftest import Recorded
from tests.gateway.storage.invited import invited

B = NodeName("b")
MEANT = (B, Role.WHOLE)
HOUR = timedelta(hours=1)


def request() -> bytes:
    return certificates.request_of(certificates.new_key())


def serial_of(pem: bytes) -> str:
    return f"{x509.load_pem_x509_certificate(pem).serial_number:x}"


async def test_who_joined_is_believed_by_its_certificates_until_it_leaves(
    register: StoredRegister, recorded: Recorded, now: datetime
) -> None:
    code = await invited(register, B, now)
    admitted = await register.join(code, request(), MEANT, "192.0.2.7", now)
    assert isinstance(admitted, Admitted)
    renewed = await register.renew(B, request(), now)
    assert renewed is not None
    serials = [serial_of(admitted.certificate), serial_of(renewed)]
    assert [await register.standing(B, one) for one in serials] == [Role.WHOLE] * 2
    assert await register.standing(NodeName("c"), serials[0]) is None
    assert await register.membership() == Membership(frozenset((B, one) for one in serials), frozenset())
    assert await register.leave(B, "cli:root", now)
    assert [await register.standing(B, one) for one in serials] == [None] * 2
    assert await register.membership() == Membership(frozenset(), frozenset({B}))
    assert await register.renew(B, request(), now) is None
    assert [one.code for one in recorded] == [
        Code.FLEET_FOUNDED, Code.NODE_INVITED, Code.NODE_JOINED, Code.NODE_RENEWED, Code.NODE_LEFT,
    ]  # fmt: skip


async def test_of_two_machines_with_one_code_one_joins(register: StoredRegister, now: datetime) -> None:
    code = await invited(register, B, now)
    both = await asyncio.gather(*(register.join(code, request(), MEANT, "", now) for _ in range(2)))
    assert sorted(isinstance(one, Admitted) for one in both) == [False, True]
    assert NotJoined.USED in both


@pytest.mark.parametrize("meant", [("c", Role.WHOLE), (B, Role.EDGE), ("", "")])
async def test_a_code_that_is_for_another_machine_stays_good(
    meant: tuple[str, str], register: StoredRegister, now: datetime
) -> None:
    code = await invited(register, B, now)
    assert await register.join(code, request(), meant, "", now) is NotJoined.ANOTHER
    assert (await register.membership()).believed == frozenset()
    assert isinstance(await register.join(code, request(), MEANT, "", now), Admitted)


async def test_the_fleet_is_founded_once_however_many_found_it(
    register: StoredRegister, recorded: Recorded, now: datetime
) -> None:
    made = await asyncio.gather(*(register.found("Kroměříž", "cli:root", now) for _ in range(3)))
    assert set(made) == {register.authority()}
    assert [one.code for one in recorded] == ["fleet.founded"]
