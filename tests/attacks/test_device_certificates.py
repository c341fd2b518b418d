"""Devices in decisions, attacked: by certificates that are not the device's own, and by what was carried elsewhere."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from agents.protocol.facts import Fact, FactName
from config.vocabulary import DeviceId
from gateway.audit.entry import Code
from gateway.commands.sessions import tell
from gateway.commands.state import now
from gateway.demo.world import Account
from gateway.grants.cookie import GRANT
from tests.attacks.test_suspensions import WITHIN
from tests.gateway.devices.agent import IN_ORDER
from tests.rig.attacked import Ground
from tests.rig.devices import SERVER, Certified, authority_of_devices, certified, certified_otherwise
from tests.rig.machines import OPERATOR, Machine, machine, office, reception
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
WORSE = IN_ORDER | {FactName.DISK_ENCRYPTED: Fact(False, "lsblk: none")}


def needs_a_device(ground: Ground) -> str:
    return f"https://{ground.shared}/zarizeni/"


def showing(ground: Ground, shows: Certified, folder: Path, like: Visitor | None = None) -> Visitor:
    """A browser that shows the certificate; `like`: with another one's cookies."""
    tls = shows.shown_in(ground.product.tls(), folder)
    return ground.product.visitor(ground.address(), tls, None if like is None else like.jar)


def hiding(ground: Ground, like: Visitor) -> Visitor:
    """The same cookies on connections without a certificate."""
    return ground.product.visitor(ground.address(), jar=like.jar)


async def at_work(
    ground: Ground, folder: Path, account: Account | None = None
) -> tuple[Machine, Visitor, Account]:
    """A machine in order and a browser on it, whose person has opened what needs one."""
    mine, who = await machine(ground.product, ground.state), account or ground.somebody()
    await mine.report()
    browser = showing(ground, mine.certificate, folder)
    shown = await browser.fill(
        await ground.at_code(browser, who, needs_a_device(ground)), code=ground.code(who)
    )
    assert shown.status == 200, (shown.status, shown.title)
    return mine, browser, who


async def refused(ground: Ground, answer: Shown, reason: str) -> None:
    assert answer.status == 403, (answer.status, answer.title)
    await ground.refused(answer, reason)
    told = await ground.entry(answer, Code.DECISION_REFUSE)
    assert told.reason == reason, told


async def test_a_device_in_order_opens_what_needs_one_and_its_entry_names_it(
    ground: Ground, tmp_path: Path
) -> None:
    mine, browser, who = await at_work(ground, tmp_path)
    again = await browser.get(needs_a_device(ground), follow=False)
    assert again.status == 200
    entry = await ground.entry(again)
    assert entry.details["fresh"] is True
    [told, *_] = await ground.entries(at_least=1, codes=(Code.DECISION_PERMIT,), person=who.login)
    assert told.details["device"] == mine.id
    assert '"disk_encrypted":true' in str(told.details["facts"])


async def test_a_missing_certificate_is_not_taken_for_a_device_that_is_fine(ground: Ground) -> None:
    who = ground.somebody()
    browser = await ground.signed_in(who)
    await refused(ground, await browser.get(needs_a_device(ground)), "device_not_in_order")
    assert (await browser.get(ground.records())).status == 200  # what needs none is open


async def test_a_grant_opens_nothing_on_another_device_nor_without_its_certificate(
    ground: Ground, tmp_path: Path
) -> None:
    """Its cookies were copied; the session belongs to the first machine, the grant to its certificate."""
    mine, browser, who = await at_work(ground, tmp_path)
    other = await machine(ground.product, ground.state)
    await other.report()
    assert GRANT + "-zarizeni" in browser.cookies(needs_a_device(ground))
    copied = hiding(ground, browser)
    await refused(ground, await copied.get(needs_a_device(ground)), "device_not_in_order")
    elsewhere = showing(ground, other.certificate, tmp_path, browser)
    await refused(ground, await elsewhere.get(needs_a_device(ground)), "session_of_another_device")
    [told, *_] = await ground.entries(at_least=1, codes=(Code.DECISION_REFUSE,), person=who.login)
    assert told.details["device"] == other.id
    assert (await browser.get(needs_a_device(ground))).status == 200
    assert mine.id != other.id


async def test_somebody_else_s_certificates_are_refused_by_their_reasons(
    ground: Ground, tmp_path: Path
) -> None:
    mine, browser, _ = await at_work(ground, tmp_path)
    ours = await reception(ground.state).authority(now())
    another = authority_of_devices()
    for shows, reason in (
        (certified(another, mine.id), "device_certificate_of_another_authority"),
        (certified_otherwise(ours, mine.id, SERVER), "device_certificate_of_another_purpose"),
        (
            certified_otherwise(ours, mine.id, ends=timedelta(seconds=-1)),
            "device_certificate_expired",
        ),
        (certified(ours, mine.id), "device_certificate_revoked"),
        (certified(ours, DeviceId("x" * 22)), "device_certificate_revoked"),
    ):
        carried = showing(ground, shows, tmp_path, browser)
        answer = await carried.get(needs_a_device(ground))
        await refused(ground, answer, reason)
        await refused(ground, await carried.get(ground.records()), reason)


async def test_no_header_makes_a_device_of_a_connection(ground: Ground, tmp_path: Path) -> None:
    mine, browser, _ = await at_work(ground, tmp_path)
    pem = mine.certificate.chain.replace("\n", "%0A")
    claimed = {
        "X-Forwarded-Client-Cert": f'Hash={mine.certificate.thumbprint};Cert="{pem}"',
        "X-Brana-Certificate": pem,
        "X-Brana-Certificate-Verified": "1",
        "X-Brana-Thumbprint": mine.certificate.thumbprint,
    }
    forged = hiding(ground, browser)
    answer = await forged.get(needs_a_device(ground), headers={"Sec-Fetch-Dest": "document", **claimed})
    await refused(ground, answer, "device_not_in_order")


async def open_stream(ground: Ground, browser: Visitor) -> aiohttp.ClientWebSocketResponse:
    stream = await browser.web_socket(f"{needs_a_device(ground)}zive")
    await stream.send_str("a")
    assert (await stream.receive_str(timeout=5)) == "echo a"
    await asyncio.sleep(1)  # it is watched by then
    return stream


async def cut(stream: aiohttp.ClientWebSocketResponse, begun: float) -> float:
    """Seconds until it was."""
    async with asyncio.timeout(10):
        while (await stream.receive()).type not in (
            aiohttp.WSMsgType.CLOSE,
            aiohttp.WSMsgType.CLOSED,
            aiohttp.WSMsgType.CLOSING,
            aiohttp.WSMsgType.ERROR,
        ):
            pass
    return time.monotonic() - begun


async def test_a_report_that_worsens_closes_what_needs_a_device_in_order_within_a_second(
    ground: Ground, tmp_path: Path
) -> None:
    mine, browser, _ = await at_work(ground, tmp_path)
    stream = await open_stream(ground, browser)
    begun = time.monotonic()
    cutting = asyncio.create_task(cut(stream, begun))
    await mine.report(WORSE)
    answer = await browser.get(needs_a_device(ground))
    while answer.status == 200 and time.monotonic() - begun < WITHIN:
        answer = await browser.get(needs_a_device(ground))
    assert time.monotonic() - begun < WITHIN
    await refused(ground, answer, "device_not_in_order")
    assert await cutting < WITHIN
    await mine.report()
    async with asyncio.timeout(WITHIN):
        while (await browser.get(needs_a_device(ground))).status != 200:
            pass


async def test_a_blocked_device_opens_nothing_within_a_second_shown_or_hidden(
    ground: Ground, tmp_path: Path
) -> None:
    mine, browser, _ = await at_work(ground, tmp_path)
    assert (await browser.get(ground.records())).status == 200
    hidden = hiding(ground, browser)
    assert (await hidden.get(ground.records(), follow=False)).status == 200
    stream = await open_stream(ground, browser)
    begun = time.monotonic()
    cutting = asyncio.create_task(cut(stream, begun))  # what is asked below takes its own time
    await office(ground.state).block(mine.id, "Prověřuje se", OPERATOR, now())
    await tell(ground.state, "")
    for visitor in (browser, hidden):
        await refused(ground, await visitor.get(ground.records()), "device_blocked")
    assert await cutting < WITHIN
    await office(ground.state).unblock(mine.id, "V pořádku", OPERATOR, now())
    await tell(ground.state, "")
    assert (await browser.get(needs_a_device(ground))).status == 200


async def test_a_lost_device_takes_certificate_sessions_and_grants_along_within_a_second(
    ground: Ground, tmp_path: Path
) -> None:
    mine, browser, who = await at_work(ground, tmp_path)
    assert (await browser.get(ground.records())).status == 200
    hidden = hiding(ground, browser)
    assert (await hidden.get(ground.records(), follow=False)).status == 200
    begun = time.monotonic()
    await office(ground.state).lose(mine.id, "", OPERATOR, now())
    await tell(ground.state, "")
    for url in (needs_a_device(ground), ground.records()):
        for visitor in (browser, hidden):
            answer = await visitor.get(url, follow=False)
            assert answer.status == 302, (answer.status, answer.title)
            assert answer.location.host == URL(ground.login).host
    assert time.monotonic() - begun < WITHIN
    ended = await ground.entries(at_least=1, codes=(Code.SESSION_ENDED,), person=who.login)
    assert [one.details["by"] for one in ended if one.details.get("device") == mine.id] == ["cli:root"]
    found = await browser.get(needs_a_device(ground))
    assert 'name="username"' in found.text  # single sign-on has ended too
    signed = await browser.fill(
        await browser.fill(found, username=who.login, password=who.password), code=ground.code(who)
    )
    await refused(ground, signed, "device_lost")


async def test_an_officer_suspends_an_enrolled_device_as_its_entry_names_it(
    ground: Ground, tmp_path: Path
) -> None:
    mine, browser, who = await at_work(ground, tmp_path)
    await ground.brana("device", "suspend", mine.id, "--why", "Test této věci")
    assert (await browser.get(needs_a_device(ground), follow=False)).status == 302
    fresh = showing(ground, mine.certificate, tmp_path)
    shown = await fresh.fill(await ground.at_code(fresh, who, needs_a_device(ground)), code=ground.code(who))
    await refused(ground, shown, "device_suspended")
    await ground.brana("device", "lift", mine.id, "--why", "Test této věci")
    again = await fresh.get(needs_a_device(ground))
    assert again.status == 200
