"""A control plane that is killed, and a receiver that dies: the whole log arrives, and one alert of what was in it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from sqlalchemy import text

from gateway.audit.entry import Code, Entry, Outcome
from gateway.commands.state import now
from tests.rig.authority import make_authority, server_pair
from tests.rig.product import Product, installed
from tests.rig.syslog import SyslogReceiver, syslog_receiver

pytestmark = pytest.mark.real
SEQUENCE = re.compile(rb'sequence="(\d+)"')


@dataclass
class Sent:
    product: Product
    receiver: SyslogReceiver

    @property
    def got(self) -> list[int]:
        return [int(found[1]) for one in self.receiver.got if (found := SEQUENCE.search(one))]

    def size(self) -> int:
        with self.product.state() as state:
            return int(
                state.database.read_now(lambda c: c.execute(text("SELECT size FROM audit_tail")).scalar())
            )

    async def has_all(self) -> bool:
        size = await asyncio.to_thread(self.size)
        return set(self.got) >= set(range(size))

    def raised(self) -> bool:
        return any(b'"event_code":"alert.raised"' in one for one in self.receiver.got)

    async def until_it_has_all(self, *, alert: bool = False) -> None:
        async with asyncio.timeout(40):
            while not (await self.has_all() and (self.raised() or not alert)):
                await asyncio.sleep(0.1)


@pytest_asyncio.fixture
async def sent(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sent]:
    folder = tmp_path_factory.mktemp("sent")
    made = make_authority(folder / "receiver")
    async with syslog_receiver(server_pair(made)) as receiver:
        settings = (
            f'\n[[audit.receivers]]\nname = "siem"\nkind = "syslog"\nhost = "localhost"\nport = {receiver.port}\n'
            f'authority = "{made.certificate}"\nfrom_beginning = true\nrepeat = "30 s"\n'
        )
        async with installed(folder / "w", configured=lambda text: text + settings) as product:
            await product.start()
            try:
                yield Sent(product, receiver)
            finally:
                await product.stop()


async def test_nothing_is_lost_when_the_control_plane_is_killed_and_when_the_receiver_dies(
    sent: Sent,
) -> None:
    await sent.until_it_has_all()
    guesses = [
        Entry(
            code=Code.SIGN_IN_PASSWORD_REFUSED,
            outcome=Outcome.REFUSED,
            at=now(),
            person="novak",
            reason="wrong_password",
        )
        for _ in range(10)
    ]
    with sent.product.state() as state:
        await state.record(guesses)
    killed = sent.product.control_plane()
    killed.kill()
    await asyncio.to_thread(killed.wait)
    await sent.until_it_has_all(alert=True)
    await sent.receiver.die()
    with sent.product.state() as state:
        await state.record(guesses[:3])
    await sent.receiver.start()
    await sent.until_it_has_all()
    told = [json.loads(one.rpartition(b"] ")[2]) for one in sent.receiver.got]
    raised = [one for one in told if one["metadata"]["event_code"] == Code.ALERT_RAISED]
    assert {one["finding_info"]["analytic"]["uid"] for one in raised} == {"failed_sign_ins"}
    assert len({one["metadata"]["uid"] for one in raised}) == 1
