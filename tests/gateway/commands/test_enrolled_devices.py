"""Devices of a control plane: whom it misses, what its memory learns from commands, and how often codes are tried."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from agents.protocol.messages import BEGIN, TUNNEL, Begin, Refusal
from config.vocabulary import DeviceId, MunicipalityCode
from gateway.audit.canonical import parse
from gateway.audit.entry import Code
from gateway.commands.control_plane import ControlPlane
from gateway.commands.enrolled_devices import agents, device_office, look_at_devices, miss_silent_devices
from gateway.commands.state import now, open_state
from gateway.devices.enrolling import NotEnrolled
from gateway.devices.known import Known
from gateway.devices.office import Wish
from gateway.devices.reception import Reception
from gateway.storage.audit_evidence import rows
from idp.events import Origin
from tests.gateway.devices.agent import Agent
from tests.gateway.storage.devices import BY_JANA, OPERATOR
from tests.rig.installation import install

pytestmark = pytest.mark.real
WISH = Wish(municipality=MunicipalityCode("588296"), managed=True)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[ControlPlane]:
    """Of a control plane that does not run."""
    installation = install(tmp_path)
    with installation.configuration.open("a", encoding="utf-8") as text:
        text.write("\n[devices]\nenabled = true\n")
    state = open_state(installation.configuration)
    made = ControlPlane(state)
    yield made
    await made.close()
    state.database.close()


def reception(plane: ControlPlane) -> Reception:
    return agents(plane).reception


async def enrolled(plane: ControlPlane) -> tuple[Agent, str]:
    code, _ = await device_office(plane.state, Known()).issue(WISH, OPERATOR, now())
    agent = Agent()
    asked = await reception(plane).begin(
        Begin(code=code, key=agent.public), Origin(address="192.0.2.7"), now()
    )
    done = await reception(plane).complete(agent.proof(asked.nonce, code, tunnel_key=None), Origin(), now())
    agent.device = done.device
    return agent, done.nonce


def recorded(plane: ControlPlane) -> list[Code]:
    return plane.state.database.read_now(lambda c: [parse(row.canonical).entry.code for row in rows(c)])


async def test_a_silent_device_is_missed_once_and_not_before_it_could_have_reported(plane):
    agent, nonce = await enrolled(plane)
    moment = now()
    await reception(plane).report(agent.report(nonce, 1, at=moment, tunnel_key=None), Origin(), moment)
    late = moment + 16 * MINUTE
    await miss_silent_devices(plane, late - MINUTE, late)  # we began a minute ago
    plane.nodes.leads = False
    await miss_silent_devices(plane, moment, late)
    assert Code.DEVICE_STALE not in recorded(plane)
    plane.nodes.leads = True
    for _ in range(2):
        await miss_silent_devices(plane, moment, late)
    assert recorded(plane).count(Code.DEVICE_STALE) == 1
    assert plane.devices.by_id(DeviceId(agent.device)).stale


async def test_what_a_command_did_is_known_once_it_is_looked_at(plane):
    agent, _ = await enrolled(plane)
    name, heard = DeviceId(agent.device), []
    thumbprint = plane.devices.by_id(name).leaf.thumbprint
    plane.devices.subscribe(heard.extend)
    await look_at_devices(plane)
    await device_office(plane.state, Known()).lose(name, "ve vlaku", BY_JANA, now())
    assert plane.devices.by_thumbprint(thumbprint) is not None
    await look_at_devices(plane)
    assert [one.id for one in heard] == [name]
    assert plane.devices.by_thumbprint(thumbprint) is None


async def test_an_address_has_so_many_tries_of_a_code_and_a_right_one_costs_none(plane):
    most = plane.settings.sign_in.attempts_per_address
    here, there = Origin(address="192.0.2.7"), Origin(address="203.0.113.9")

    async def tried(code: str, origin: Origin) -> str:
        try:
            await reception(plane).begin(Begin(code=code, key=Agent().public), origin, now())
        except NotEnrolled as error:
            return error.refusal
        return "good"

    code, _ = await device_office(plane.state, Known()).issue(WISH, OPERATOR, now())
    for _ in range(most + 3):
        assert await tried(code, here) == "good"
    for number in range(most):
        assert await tried(f"{number:016}", here) == "device_code_not_good"
    assert await tried(code, here) == "device_too_many_attempts"
    assert await tried(code, there) == "good"


async def test_agents_are_told_when_the_database_takes_nothing(plane):
    host = f"devices.{plane.settings.public.domain}"
    app = web.Application(middlewares=[agents(plane).first()])
    body = msgspec.json.encode(Begin(code="0000-0000-0000-0000", key=Agent().public))
    asked = {"Host": host, "Content-Type": "application/json"}
    async with TestClient(TestServer(app)) as client:
        assert (await client.post(BEGIN, data=body, headers=asked)).status == 403
        await plane.state.database.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 1"))
        answer = await client.post(BEGIN, data=body, headers=asked)
        for _ in range(200):  # what is free in its last pages takes some entries more
            if answer.status == 503:
                break
            answer = await client.post(BEGIN, data=body, headers=asked)
        said = msgspec.json.decode(await answer.read(), type=Refusal)
        elsewhere = await client.post(BEGIN, data=body, headers=asked | {"Host": "portal.brana.localhost"})
    assert (answer.status, said.reason, said.again) == (503, "gateway_unavailable", "later")
    assert elsewhere.status == 404


@pytest.mark.parametrize(
    ("path", "reason"), [(TUNNEL, "tunnels_not_offered"), ("/agent/other", "device_message_not_understood")]
)
async def test_where_there_are_no_tunnels_an_agent_that_asks_is_not_called_too_old(plane, path, reason):
    answer = await agents(plane).answer(make_mocked_request("POST", path))
    assert (answer.status, msgspec.json.decode(answer.body, type=Refusal).reason) == (404, reason)
