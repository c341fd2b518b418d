"""Registering a device of the office: the form, what is not right in it, the code, and the agent that it enrols."""

import re

import pytest

from agents.protocol.messages import Standing
from gateway.audit.entry import Code
from gateway.devices.refused import Why
from tests.gateway.devices.agent import Agent
from tests.gateway.storage.devices import ORIGIN
from tests.gateway.web.people import HULIN, KROMERIZ, KVASICE, MAYOR, NOW
from tests.gateway.web.test_administered_devices import client, page, place, recorded, sent
from tests.rig.administered_devices import OF_CENTRE, OF_HULIN

__all__ = ["client", "place", "recorded"]
pytestmark = pytest.mark.real


async def test_a_device_of_the_office_is_registered_by_a_code_that_is_shown_once(
    client, place, recorded
) -> None:
    assert "Inventory" not in await page(client, "/new")
    form = {"municipality": KVASICE, "login": "novakova", "asset": "PF3XK1", "name": "IČ 2026/113"}
    answer = await sent(client, "/new", **form)
    assert (answer.status, answer.headers["Location"]) == (303, "/code")
    text = await page(client, "/code")
    [code] = re.findall(r"brana-agent enrol https://devices\.brana\.test ([0-9A-Z-]{19})<", text)
    assert 'class="qr"' in text
    assert (recorded[-1].code, recorded[-1].municipality) == (Code.DEVICE_CODE_ISSUED, HULIN)  # not Kvasice
    assert code not in await page(client, "/code")
    agent = Agent()
    nonce = await place.at.begun(code, agent, NOW)
    done = await place.at.reception.complete(agent.proof(nonce, code), ORIGIN, NOW)
    device = place.at.known.by_id(done.device)
    assert (device.standing, device.managed, device.name) == (Standing.ACTIVE, True, "IČ 2026/113")
    assert (device.owner, device.municipality) == (MAYOR.subject, HULIN)
    await sent(client, "/new", OF_CENTRE, municipality=KVASICE, login="", asset="", name="")
    assert recorded[-1].municipality == KVASICE
    await sent(client, "/new", OF_CENTRE, municipality="999999", login="", asset="", name="")
    assert recorded[-1].municipality == KROMERIZ
    answer = await sent(client, "/new", municipality=HULIN, login="dvorak", asset="", name="")
    assert (answer.headers["x-brana-reason"], recorded[-1].reason) == (Why.OWNER_UNKNOWN,) * 2


async def test_a_field_that_is_not_right_leaves_the_others_as_they_were_written(client, recorded) -> None:
    """Each is told beside its field; the page of the code then says whose the device is going to be."""
    form = {"municipality": HULIN, "login": "Nováková", "asset": "PF3XK1", "name": "IČ 2026/113"}
    for wrong, reason in (
        ({"login": "Nováková"}, Why.OWNER_UNKNOWN),
        ({"login": OF_HULIN.login}, Why.OWN),
        ({"login": "", "name": "x" * 81}, Why.NAME),
        ({"login": "", "asset": "x" * 81}, Why.ASSET),
    ):
        answer = await sent(client, "/new", **form | wrong)
        text = await answer.text()
        assert (answer.status, answer.headers["x-brana-reason"]) == (409, reason)
        assert recorded[-1].reason == reason
        assert all(f'value="{kept}"' in text for kept in (form | wrong).values())
        assert 'aria-invalid="true"' in text
    await sent(client, "/new", **form | {"login": "novakova"})
    assert MAYOR.name in await page(client, "/code")
