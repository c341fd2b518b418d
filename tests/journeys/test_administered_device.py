"""The story of a device: its person enrols it by a real agent, an administrator of the municipality approves it and
takes it over, the person opens what needs a managed device, its state worsens, access ends, and an officer finds all.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, expect

from agents.kept.state import BROWSER, UPLINK
from agents.keys.browser import kept
from agents.keys.key import read
from agents.protocol.facts import Fact, FactName
from gateway.demo.start import DOMAIN
from tests.attacks.test_device_certificates import needs_a_device
from tests.attacks.test_suspensions import WITHIN
from tests.gateway.devices.agent import IN_ORDER, Agent
from tests.rig.agent_program import AgentProgram
from tests.rig.attacked import Ground, attacked
from tests.rig.browser import faults_in_looks
from tests.rig.devices import Certified
from tests.rig.enrolled_browser import THERE, enrolled_browser
from tests.rig.machines import Machine

pytestmark = [
    pytest.mark.real,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(not THERE, reason="no Chromium that reads policies, or no libnss3-tools"),
]
LINE = re.compile(r"brana-agent enrol (https://\S+) (\S+)")
WORSE = IN_ORDER | {FactName.DISK_ENCRYPTED: Fact(False, "lsblk: none")}
PERSON, ADMINISTRATOR, OFFICER = "zadost.hulin", "pravidla.hulin", "dohled.centra"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    async with attacked(tmp_path_factory.mktemp("j"), by_people=True) as made:
        yield made


async def signed_in(ground: Ground, context: BrowserContext, login: str, url: str) -> Page:
    who, page = ground.named(login), await context.new_page()
    await page.goto(url)
    await page.fill('[name="username"]', who.login)
    await page.fill('[name="password"]', who.password)
    await page.keyboard.press("Enter")
    await page.fill('[name="code"]', ground.code(who))
    await page.keyboard.press("Enter")
    return page


def continued(ground: Ground, agent: AgentProgram, device: str) -> Machine:
    """The machine of an agent that has ended: it goes on with the agent's own keys, and tells what the test wants."""
    state = agent.folder / "state"
    ours = kept((state / BROWSER).read_bytes())
    said = msgspec.json.decode((state / UPLINK).read_bytes())
    assert ours is not None
    as_agent = Agent(read((state / "device.key").read_bytes()), ours.key, device)
    certificate = Certified(ours.key, ours.chain)
    return Machine(ground.product, ground.state, as_agent, certificate, said["nonce"], said["sequence"])


async def reported(agent: AgentProgram, ground: Ground, device: str) -> None:
    """It runs until it was approved and has its certificate."""
    with agent.running():
        end = time.monotonic() + 90
        while not (agent.folder / "state" / BROWSER).exists() or not await _told(ground, device):
            assert time.monotonic() < end
            await asyncio.sleep(0.5)


async def _told(ground: Ground, device: str) -> bool:
    found = await ground.state.devices.device(device)
    return found is not None and bool(found.facts) and found.leaf is not None


async def finds_all(ground: Ground, context: BrowserContext, device: str) -> None:
    """An officer, in the log."""
    log = ground.product.addresses.origin("admin")
    officer = await signed_in(ground, context, OFFICER, f"{log}/log?device={device}")
    for words in (
        *("Zapsané zařízení", "Schválené zařízení", "Zařízení převzaté do správy", "Změna stavu zařízení"),
        *("Ztracené zařízení", ADMINISTRATOR, PERSON),
    ):
        await expect(officer.locator("main")).to_contain_text(words)
    await officer.get_by_role("link", name=re.compile("Ztracené zařízení")).first.click()
    await expect(officer.locator("main")).to_contain_text("odcizeno z auta")


async def enrolled_by(theirs: Page, ground: Ground, folder: Path) -> AgentProgram:
    """By a code that its person gets at the portal."""
    await theirs.get_by_role("button", name="Získat kód").click()
    found = LINE.search(await theirs.locator("code").inner_text())
    assert found is not None
    folder.mkdir()
    agent = AgentProgram(folder, ground.product.world.authority)
    done = await asyncio.to_thread(agent.enrol, *found.groups())
    assert done.returncode == 0, done.stdout + done.stderr
    return agent


async def are_told(ground: Ground, office: Page, theirs: Page) -> None:
    """That one device waits: the administrator, and its person."""
    await expect(office.get_by_role("link", name=re.compile("Ke schválení.*na vás čeká 1"))).to_have_count(1)
    at_portal = await office.context.new_page()
    await at_portal.goto(f"{ground.portal}/")
    await expect(at_portal.get_by_role("link", name="1 zařízení ke schválení")).to_have_count(1)
    await theirs.goto(f"{ground.portal}/")
    own = theirs.get_by_role("link", name=re.compile("Moje zařízení.*1 potřebuje pozornost"))
    await expect(own).to_have_count(1)


async def test_a_device_from_its_enrolment_to_the_end_of_what_it_opened(
    browser, ground: Ground, tmp_path: Path
) -> None:
    contexts = [await browser.new_context(ignore_https_errors=True, locale="cs") for _ in range(3)]
    theirs = await signed_in(ground, contexts[0], PERSON, f"{ground.portal}/devices")
    agent = await enrolled_by(theirs, ground, tmp_path / "device")
    site = ground.product.addresses.origin("devices")
    office = await signed_in(ground, contexts[1], ADMINISTRATOR, f"{site}/?state=waiting")
    await are_told(ground, office, theirs)
    await office.locator("td a").first.click()
    await expect(office.locator("main")).to_contain_text("Čeká na schválení")
    device = office.url.rpartition("/")[2]
    assert await faults_in_looks(office, "journey-device-waits", "cs") == []
    await office.get_by_role("button", name="Schválit").click()
    await expect(office.locator("main")).to_contain_text("Schváleno. Zařízení lze od této chvíle používat.")
    await reported(agent, ground, device)

    mine = continued(ground, agent, device)
    await mine.report()
    async with enrolled_browser(tmp_path, mine, DOMAIN) as there:
        page = await signed_in(ground, there, PERSON, needs_a_device(ground))
        await expect(page.locator("h1")).to_have_text("Zařízení není v pořádku")  # nobody manages it yet
        await office.reload()
        await expect(office.locator('section[aria-labelledby="closed"]')).to_contain_text(
            "Zařízení nespravuje úřad"
        )
        await office.get_by_role("link", name="Převzít do správy úřadu").click()
        if not await office.locator('[name="asset"]').input_value():
            await office.fill('[name="asset"]', "PF3XK1")
        await office.locator("main form button").first.click()
        await expect(office.locator("main")).to_contain_text("Zařízení je teď ve správě úřadu.")
        await page.reload()
        await expect(page.locator("body")).to_have_text("hello")
        await office.reload()
        await expect(office.locator('section[aria-labelledby="rests"]')).to_contain_text(PERSON)

        begun = time.monotonic()
        await mine.report(WORSE)
        while not await page.locator("h1").count():
            await page.reload()
            assert time.monotonic() - begun < WITHIN
        await expect(page.locator("h1")).to_have_text("Zařízení není v pořádku")
        await office.reload()
        await expect(office.locator('section[aria-labelledby="closed"]')).to_contain_text("Šifrování disku")
        await expect(office.locator('section[aria-labelledby="history"]')).to_contain_text("ano → ne")
        assert await faults_in_looks(office, "journey-device-amiss", "cs") == []

        await office.get_by_role("link", name="Označit jako ztracené").click()
        await office.fill('[name="why"]', "odcizeno z auta")
        await office.get_by_role("button", name="Označit jako ztracené").click()
        await expect(office.locator("main")).to_contain_text("Označeno jako ztracené")

    await finds_all(ground, contexts[2], device)
    for context in contexts:
        await context.close()
