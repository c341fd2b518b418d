"""A real agent and the running product: it is enrolled, reports, renews, is blocked, and leaves."""

import asyncio
import json
import os
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio

from agents.kept.folder import Folder
from agents.kept.state import State as Kept
from config.vocabulary import DeviceId
from gateway.audit.entry import Code, Entry
from gateway.audit.search import Query
from gateway.commands.terminal import local_time
from gateway.demo.people import CENTRE
from gateway.storage.audit_search import LogSearch
from tests.rig.agent_program import AgentProgram
from tests.rig.product import Product, installed
from tests.rig.warm import brana

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
LINE = re.compile(r"brana-agent enrol (https://\S+) (\S+)")
DEVICES = '\n[devices]\nenabled = true\nreport = "30 s"\n'


@dataclass
class Office:
    product: Product
    folder: Path
    made: int = 0

    async def brana(self, *words: str, fails: bool = False) -> str:
        said = [*words, "--config", str(self.product.configuration)]
        done = await asyncio.to_thread(brana, said, os.environ | {"COLUMNS": "220"})
        assert (done.returncode != 0) is fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def agent(self) -> AgentProgram:
        self.made += 1
        folder = self.folder / f"device-{self.made}"
        folder.mkdir()
        return AgentProgram(folder, self.product.world.authority)

    async def enrolled(self, *wish: str) -> tuple[AgentProgram, DeviceId]:
        agent, said = self.agent(), await self.brana("device", "code", *wish)
        found = LINE.search(said)
        assert found is not None, said
        done = await asyncio.to_thread(agent.enrol, *found.groups())
        assert done.returncode == 0, done.stdout + done.stderr
        enrolment = Kept(Folder(agent.folder / "state")).enrolment()
        assert enrolment is not None
        return agent, DeviceId(enrolment.enrolled.device)

    async def told(self, device: DeviceId) -> dict:
        return json.loads(await self.brana("device", "show", device, "--json"))

    async def until(self, device: DeviceId, so) -> dict:
        end = time.monotonic() + 30
        while True:
            told = await self.told(device)
            if so(told):
                return told
            assert time.monotonic() < end, told
            await asyncio.sleep(0.2)

    async def entries(self, code: Code, device: str) -> list[Entry]:
        with self.product.state() as state:
            page = await LogSearch(state.database).page(Query(codes=frozenset({code})), limit=50)
            return [one.entry for one in page.entries if one.entry.details.get("device") == device]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    folder = tmp_path_factory.mktemp("d")
    async with installed(folder) as product:
        await product.start()
        made = Office(product, folder)
        assert "no devices are enrolled here" in await made.brana("device", "code", fails=True)
        with product.configuration.open("a", encoding="utf-8") as text:
            text.write(DEVICES)
        assert "devices.enabled: cannot be changed while the product runs" in await made.brana(
            "reload", fails=True
        )
        await product.stop()
        await (
            product.start()
        )  # from now on there is their host, and connections are asked for their certificates
        yield made


async def test_an_agent_is_enrolled_reports_is_blocked_comes_back_and_leaves(office: Office) -> None:
    agent, device = await office.enrolled("--managed", "--municipality", CENTRE, "--name", "Matrika 2")
    assert f"{device}" in await office.brana("device", "list")
    (enrolled,) = await office.entries(Code.DEVICE_ENROLLED, device)
    assert (enrolled.municipality, enrolled.address) == (CENTRE, "127.0.0.1")
    with agent.running() as child:
        told = await office.until(device, lambda one: one["reported_at"] is not None)
        assert (told["standing"], told["fresh"], told["managed"]) == ("active", True, True)
        assert told["facts"]["os"] == "linux"
        assert told["history"]
        assert "in use" in await office.brana("device", "rename", device, "Matrika 3")
        (renamed,) = await office.entries(Code.DEVICE_RENAMED, device)
        assert renamed.details["before"] == "Matrika 2"
        assert "blocked" in await office.brana("device", "block", device, "--why", "zkouška na úřadě")
        (blocked,) = await office.entries(Code.DEVICE_BLOCKED, device)
        assert blocked.details["why"] == "zkouška na úřadě"
        agent_knows = lambda: "blocked" in agent.say("status").stdout  # noqa: E731
        await _until(agent_knows)
        assert "in use" in await office.brana("device", "unblock", device, "--why", "zkouška už skončila")
        assert await office.entries(Code.DEVICE_UNBLOCKED, device)
        await _until(lambda: "in use" in agent.say("status").stdout)
        assert child.poll() is None
    assert agent.say("forget").returncode == 0
    told = await office.told(device)
    assert (told["standing"], told["certificate"]) == ("retired", None)
    (left,) = await office.entries(Code.DEVICE_RETIRED, device)
    assert left.subject == f"device:{device}"
    assert "no device is enrolled" in await office.brana("device", "list")


async def test_a_suspended_device_has_its_name_and_says_so_where_devices_are_told(office: Office) -> None:
    _, device = await office.enrolled("--managed", "--municipality", CENTRE, "--name", "NB-2026-17")
    told = await office.told(device)
    assert (told["suspended"], told["approved_by"]) == (False, told["enrolled_by"])
    await office.brana("device", "suspend", device, "--why", "zkouška na úřadě")
    assert (await office.told(device))["suspended"] is True
    assert "suspended" in await office.brana("device", "list", "--find", "NB-2026-17")
    assert "NB-2026-17" in await office.brana("device", "suspended")
    await office.brana("device", "lift", device, "--why", "zkouška už skončila")
    assert (await office.told(device))["suspended"] is False


async def test_an_agent_whose_certificate_ends_renews_it(office: Office) -> None:
    agent, device = await office.enrolled("--managed", "--municipality", CENTRE)
    first = (await office.told(device))["certificate"]
    (agent.folder / "state/browser.pem").unlink()  # it has none, as after a disk that was brought back
    with agent.running():
        told = await office.until(device, lambda one: one["certificate"] != first)
    assert told["standing"] == "active"
    (renewed,) = await office.entries(Code.DEVICE_RENEWED, device)
    assert renewed.details["certificate"] == told["certificate"]
    await office.brana("device", "retire", device, "--why", "vyřazen")
    (retired,) = await office.entries(Code.DEVICE_RETIRED, device)
    assert retired.details["why"] == "vyřazen"


async def test_a_device_of_a_person_waits_for_its_approval_and_may_be_taken_over(office: Office) -> None:
    person = next(one for one in office.product.world.accounts if one.roles)
    agent, device = await office.enrolled(person.login, "--municipality", person.roles[0].municipality)
    told = await office.told(device)
    assert (told["standing"], told["owner"], told["certificate"]) == ("waiting", person.subject, None)
    assert (told["owner_login"], told["owner_name"]) == (person.login, person.name)
    assert f"{person.login}, {person.name}" in await office.brana("device", "list")
    assert "in use" in await office.brana("device", "approve", device)
    assert await office.entries(Code.DEVICE_APPROVED, device)
    with agent.running():
        told = await office.until(device, lambda one: one["certificate"] is not None)
    shown = await office.brana("device", "show", device)
    assert f"{person.login}, {person.name} ({person.subject})" in shown
    for name in ("enrolled_at", "approved_at", "certificate_until", "reported_at"):
        assert local_time(datetime.fromisoformat(told[name])) in shown, name
    assert re.search(r"\d{4}-\d\d-\d\dT", shown) is None
    assert "managed" in await office.brana("device", "take-over", device, "--asset", "PF-77")
    assert await office.entries(Code.DEVICE_TAKEN_OVER, device)
    assert "lost" in await office.brana("device", "lost", device, "--why", "ve vlaku")
    assert await office.entries(Code.DEVICE_LOST, device)
    assert "retired or lost" in await office.brana("device", "retire", device, fails=True)
    assert "device_gone" in await office.brana("device", "approve", device, fails=True)
    with agent.running() as child:
        assert await asyncio.to_thread(child.wait, 30) == 0  # it deletes its keys and ends
    assert not (agent.folder / "state/device.key").exists()


async def test_a_device_that_waits_is_turned_down(office: Office) -> None:
    person = next(one for one in office.product.world.accounts if one.roles)
    agent, device = await office.enrolled(person.login, "--municipality", person.roles[0].municipality)
    waits = json.loads(await office.brana("device", "list", "--state", "waiting", "--json"))
    assert [(one["device"], one["state"]) for one in waits] == [(device, "waiting")]
    assert "no device fits" in await office.brana("device", "list", "--state", "blocked")
    assert "say why in 3 words at least" in await office.brana(
        *("device", "turn-down", device, "--why", "neznámý počítač"), fails=True
    )
    said = await office.brana("device", "turn-down", device, "--why", "neznámý cizí počítač", "--json")
    assert json.loads(said)["standing"] == "retired"
    (turned_down,) = await office.entries(Code.DEVICE_TURNED_DOWN, device)
    assert turned_down.details["why"] == "neznámý cizí počítač"
    assert "retired or lost" in await office.brana(
        *("device", "turn-down", device, "--why", "a ještě jednou"), fails=True
    )
    refused = await office.entries(Code.DEVICE_ACT_REFUSED, device)
    assert {(one.details["act"], one.reason) for one in refused} == {
        ("turn_down", "device_gone"),
    }
    with agent.running() as child:
        assert await asyncio.to_thread(child.wait, 30) == 0  # it deletes its keys and ends


async def test_a_device_is_handed_over_to_who_has_a_role_in_its_municipality(office: Office) -> None:
    accounts = [one for one in office.product.world.accounts if one.roles]
    here, there = accounts[0].roles[0].municipality, {one.municipality for one in accounts[0].roles}
    other = next(one for one in accounts[1:] if here in {held.municipality for held in one.roles})
    beyond = next(one for one in accounts if here not in {held.municipality for held in one.roles})
    _, device = await office.enrolled(accounts[0].login, "--municipality", here, "--managed")
    for login, reason in ((accounts[0].login, "device_owner_same"), (beyond.login, "device_owner_not_known")):
        assert reason in await office.brana("device", "hand-over", device, login, fails=True)
    assert "anybody with the login" in await office.brana("device", "hand-over", device, "nikdo", fails=True)
    said = json.loads(await office.brana("device", "hand-over", device, other.login, "--json"))
    assert (said["owner"], said["municipality"] in there) == (other.subject, True)
    (handed,) = await office.entries(Code.DEVICE_HANDED_OVER, device)
    assert (handed.details["of"], handed.details["of_subject"]) == (other.login, other.subject)
    found = json.loads(await office.brana("device", "list", "--owner", other.login, "--json"))
    assert [one["device"] for one in found] == [device]
    assert await office.brana("device", "list", "--owner", accounts[0].login, "--find", device) == (
        "no device fits\n"
    )
    await office.brana("device", "retire", device)


async def test_a_code_is_for_whoever_has_a_role_where_the_device_is(office: Office) -> None:
    accounts = [one for one in office.product.world.accounts if one.roles]
    beyond = next(one for one in accounts if CENTRE not in {held.municipality for held in one.roles})
    said = await office.brana("device", "code", beyond.login, "--municipality", CENTRE, fails=True)
    assert "device_owner_not_known" in said
    told = json.loads(await office.brana("device", "code", "--municipality", CENTRE, "--managed", "--json"))
    assert told["line"].endswith(told["code"])
    assert (told["municipality"], told["managed"], told["owner"]) == (CENTRE, True, None)


async def test_a_code_serves_once_and_no_other_device_than_it_was_issued_for(office: Office) -> None:
    said = await office.brana(
        *("device", "code", "--managed", "--municipality", CENTRE, "--asset", "NO-SUCH-SERIAL")
    )
    (issued,) = [one async for one in _codes_for(office, "NO-SUCH-SERIAL")]
    assert issued.details["managed"] is True
    url, code = LINE.search(said).groups()
    done = await asyncio.to_thread(office.agent().enrol, url, code)
    assert done.returncode == 1
    assert "device_asset_differs" in done.stdout + done.stderr


async def _codes_for(office: Office, asset: str):
    with office.product.state() as state:
        page = await LogSearch(state.database).page(
            Query(codes=frozenset({Code.DEVICE_CODE_ISSUED})), limit=50
        )
        for one in page.entries:
            if one.entry.details.get("asset") == asset:
                yield one.entry


async def test_a_command_says_what_is_missing(office: Office) -> None:
    assert "--municipality" in await office.brana("device", "code", fails=True)
    assert "names no device" in await office.brana("device", "show", "x", fails=True)
    assert "there is no device" in await office.brana("device", "show", "x" * 22, fails=True)
    assert "device_not_known" in await office.brana("device", "approve", "x" * 22, fails=True)


async def _until(so) -> None:
    end = time.monotonic() + 60
    while not await asyncio.to_thread(so):
        assert time.monotonic() < end
        await asyncio.sleep(0.5)
