"""`brana reload` on the running product: what changes, what stays, and what is refused."""

import asyncio
import contextlib
import json
import re
import signal
import stat
import urllib.error
import urllib.request
from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import psutil
import pytest
import pytest_asyncio

from config.sources import ACCEPTED
from gateway.audit.entry import Code, Outcome
from gateway.commands.operator import operator
from gateway.demo.configuration import HOSTS, MAP, RECORDS
from gateway.envoy.process import Administration
from tests.rig.changing import HULIN, NOTES, NOTES_POLICY, Changing, brana, changing
from tests.rig.product import Product

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
MAP_HOST = HOSTS[MAP]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Changing]:
    async with changing(tmp_path_factory.mktemp("r")) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def world(running: Changing) -> AsyncIterator[Changing]:
    """Each test begins and ends with the first configuration."""
    yield running
    await running.reloaded(running.first)


def ready(product: Product) -> bool:
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{product.settings.metrics.port}/readyz", timeout=5
        ) as answer:
            return all(json.load(answer).values())
    except urllib.error.URLError:  # nobody listens, or it says no
        return False


async def test_an_application_that_is_added_serves_people_who_are_signed_in_and_disturbs_nobody(
    world: Changing,
) -> None:
    notes, other = world.host("notes"), world.host(MAP_HOST)
    somebody = await world.somebody(other)
    at_notes = await world.somebody(notes)
    async with world.browser() as browser, browser.socket(other, "/feed", somebody.cookie) as feed:
        assert (await browser.get(notes, "/", at_notes.cookie))[0] == 421
        said = await world.with_notes()
        assert "applications added: notes" in said
        assert "policies now:" in said
        assert (await browser.get(notes, "/", at_notes.cookie))[0] == 200
        assert ready(world.product)
        await feed.send_str("hello")
        assert (await feed.receive(5)).data == "echo hello"
    (entry, *_) = await world.recorded(Code.CONFIGURATION_RELOADED)
    assert entry.subject == operator()
    assert entry.details["added"] == [NOTES]
    assert entry.details["before"] != entry.details["after"]


async def test_no_request_fails_and_no_connection_ends_while_applications_come_and_go(
    world: Changing,
) -> None:
    host = world.host(MAP_HOST)
    somebody = await world.somebody(host)
    over = asyncio.Event()
    seen: list[int] = []
    up: list[bool] = []
    async with world.browser() as browser:
        _, grant = await browser.get(host, "/", somebody.cookie)

        async def ask() -> None:
            cookie = f"{somebody.cookie}; {grant}"
            while not over.is_set():
                status, _ = await browser.get(host, "/", cookie)
                seen.append(status)
                up.append(await asyncio.to_thread(ready, world.product))

        asking = [asyncio.create_task(ask()) for _ in range(4)]
        await world.with_notes()
        await world.reloaded(world.first)
        over.set()
        await asyncio.gather(*asking)
    assert (set(seen), set(up)) == ({200}, {True})
    administration = Administration(world.product.run / "envoy-admin.sock")
    drained = await administration.counters("^listener_manager.(listener_modified|listener_removed)$")
    assert set(drained.values()) == {0}


async def test_a_grant_of_before_opens_nothing_that_was_changed(world: Changing) -> None:
    host = world.host(MAP_HOST)
    somebody = await world.somebody(host)
    async with world.browser() as browser:
        status, grant = await browser.get(host, "/", somebody.cookie)
        assert (status, grant[:19]) == (200, "__Host-brana-grant=")
        cookie = f"{somebody.cookie}; {grant}"
        assert (await browser.get(host, "/", cookie)) == (200, ""), "no decision is needed"
        changed = world.first.replace('id = "map"', 'id = "map"\nmunicipalities = ["588296"]')
        said = await world.reloaded(changed)
        assert "applications changed: map" in said
        assert (await browser.get(host, "/", cookie))[0] == 403
    (refused, *_) = await world.recorded(Code.DECISION_REFUSE, session=somebody.session.id)
    assert refused.reason == "application_not_offered"


async def test_a_web_socket_of_an_application_that_is_removed_ends_at_once_and_is_told_why(
    world: Changing,
) -> None:
    await world.with_notes()
    notes, other = world.host("notes"), world.host(MAP_HOST)
    cut, kept = await world.somebody(notes), await world.somebody(other)
    async with (
        world.browser() as browser,
        browser.socket(notes, "/feed", cut.cookie) as ends,
        browser.socket(other, "/feed", kept.cookie) as stays,
    ):
        await world.recorded(Code.STREAM_OPENED, session=cut.session.id)
        _, grant = await browser.get(notes, "/", cut.cookie)
        await world.reloaded(world.first)
        message = await ends.receive(5)
        assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE)
        assert (await browser.get(notes, "/", f"{cut.cookie}; {grant}"))[0] == 421
        await stays.send_str("hello")
        assert (await stays.receive(5)).data == "echo hello"
    (entry, *_) = await world.recorded(Code.STREAM_CUT, session=cut.session.id)
    assert entry.reason == "unknown_application"


async def test_policies_alone_may_change(world: Changing) -> None:
    host = world.host(HOSTS[RECORDS].replace("{municipality}", HULIN))
    somebody = await world.somebody(host)
    said_to_people = '@reason("closed") @advice_cs("Z") @advice_en("C") forbid'
    closed = NOTES_POLICY.replace("permit", said_to_people).replace("notes", "records")
    async with world.browser() as browser:
        status, grant = await browser.get(host, "/", somebody.cookie)
        assert status == 200
        said = await world.reloaded(world.first, closed)
        assert said.startswith("policies now: ")
        assert (await browser.get(host, "/", f"{somebody.cookie}; {grant}"))[0] == 403
    loaded = await world.recorded(Code.POLICIES_LOADED)
    assert loaded[0].details["changed"] == ["changed municipalities/588491.cedar"]


async def test_a_broken_change_is_refused_with_line_and_remedy_and_the_old_one_stays(
    world: Changing,
) -> None:
    host = world.host(MAP_HOST)
    somebody = await world.somebody(host)
    broken = world.first.replace('id = "map"', 'id = "map"\nbalance = "sprad"')
    line = broken.split("\n").index('balance = "sprad"') + 1
    world.write(broken)
    status, said, complaint = await world.reload()
    assert (status, said) == (1, "")
    assert "what was in force stays" in complaint
    assert f"{world.product.configuration}:{line}: " in complaint
    assert "did you mean `spread`?" in complaint
    async with world.browser() as browser:
        assert (await browser.get(host, "/", somebody.cookie))[0] == 200
    world.write(world.first)
    (entry, *_) = await world.recorded(Code.CONFIGURATION_REFUSED)
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "configuration_invalid")
    assert entry.subject == operator()
    assert ready(world.product)


async def test_policies_that_break_a_case_beside_them_are_refused_and_the_old_ones_stay(
    world: Changing,
) -> None:
    cases = world.policies.with_suffix(".cases.toml")
    cases.write_text('[[case]]\nname = "the mayor writes records"\naction = "write"\n', "utf-8")
    try:
        status, _, complaint = await world.reload()
        assert status == 1
        assert "what was in force stays (policy_cases_broken)" in complaint
        assert f"{cases}:1: " in complaint
        assert 'the case "the mayor writes records" is broken at Hulín' in complaint
        (entry, *_) = await world.recorded(Code.CONFIGURATION_REFUSED)
        assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "policy_cases_broken")
        assert entry.subject == operator()
        cases.write_text('[[case]]\nname = "the mayor signs records"\naction = "sign"\n', "utf-8")
        assert (await world.reload())[0] == 0
    finally:
        cases.unlink()


async def test_what_needs_a_start_is_named_and_nothing_else_of_the_change_is_taken(world: Changing) -> None:
    text = world.first.replace("[metrics]\n", '[metrics]\naddress = "127.0.0.2"\n')
    world.write(text + world.notes, NOTES_POLICY)
    status, _, complaint = await world.reload()
    assert status == 1
    assert "metrics.address: cannot be changed while the product runs" in complaint
    assert "systemctl restart brana" in complaint
    (entry, *_) = await world.recorded(Code.CONFIGURATION_REFUSED)
    assert entry.reason == "start_needed"
    notes = world.host("notes")
    somebody = await world.somebody(notes)
    async with world.browser() as browser:
        assert (await browser.get(notes, "/", somebody.cookie))[0] == 421


async def test_what_envoy_alone_finds_wrong_is_told_in_its_words_at_the_application_and_taken_back(
    world: Changing,
) -> None:
    """A list of revoked certificates behind the authority's own: nobody but Envoy reads it."""
    authority = world.product.world.folder / "damaged.pem"
    damage = "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"
    authority.write_text(world.product.world.authority.read_text() + damage)
    tls = f'\n[applications.tls]\nauthority = "{authority}"\n'
    bad = world.notes.replace('id = "notes"', 'id = "bad"').replace("//notes", "//bad")
    bad = bad.replace('host = "notes', 'host = "bad').replace("http://", "https://") + tls
    text = world.first + world.notes + bad
    world.write(text, NOTES_POLICY)
    status, _, complaint = await world.reload()
    assert status == 1
    line = text.split("\n").index('id = "bad"')
    assert f"{world.product.configuration}:{line}: applications[4]" in complaint
    assert (
        f"Envoy refuses the application bad: Failed to load trusted CA certificates from {authority}"
        in complaint
    )
    (entry, *_) = await world.recorded(Code.CONFIGURATION_REFUSED)
    assert entry.reason == "data_plane_refused"
    notes, other = world.host("notes"), world.host(MAP_HOST)
    at_notes, elsewhere = await world.somebody(notes), await world.somebody(other)
    async with world.browser() as browser:
        assert (await browser.get(notes, "/", at_notes.cookie))[0] == 421
        assert (await browser.get(other, "/", elsewhere.cookie))[0] == 200


async def test_a_file_that_is_no_toml_is_refused_by_the_command_itself(world: Changing) -> None:
    world.write(world.first + "\n[[applications\n")
    status, _, complaint = await world.reload()
    assert status == 1
    assert "not valid TOML" in complaint


async def test_the_account_of_an_application_is_read_again_when_its_file_changes(world: Changing) -> None:
    password = world.product.world.folder / "notes.password"
    account = f'\n[applications.identity]\nway = "basic"\nuser = "brana"\npassword_file = "{password}"\n'
    health = '\n[applications.health]\npath = "/healthz"\n'
    password.write_text("first\n")
    password.chmod(0o600)
    assert "added: notes" in await world.reloaded(world.first + world.notes + account + health, NOTES_POLICY)
    notes = world.host("notes")
    somebody = await world.somebody(notes)
    async with world.browser() as browser:
        for said in ("first", "second"):
            password.write_text(f"{said}\n")
            await world.reload()
            assert (await browser.get(notes, "/", somebody.cookie))[0] == 200
            sent = b64decode(world.application.last.value("authorization").removeprefix("Basic "))
            assert sent.decode() == f"brana:{said}"
    (entry, *_) = await world.recorded(Code.CONFIGURATION_RELOADED)
    assert entry.details["changed"] == [NOTES]


async def test_settings_of_pages_and_of_the_sign_in_change_too(world: Changing) -> None:
    text = world.first.replace("Technologické centrum Kroměříž", "Město Kroměříž")
    said = await world.reloaded(text + '\n[sign_in]\nidle = "20 min"\n')
    assert "settings changed: office.name, sign_in.idle" in said
    visitor = world.product.visitor()
    assert "Město Kroměříž" in (await visitor.get(world.product.addresses.portal)).text


async def test_a_reload_without_a_change_says_so_and_takes_no_grant_back(world: Changing) -> None:
    host = world.host(MAP_HOST)
    somebody = await world.somebody(host)
    async with world.browser() as browser:
        _, grant = await browser.get(host, "/", somebody.cookie)
        status, said, _ = await world.reload()
        assert (status, said) == (0, "nothing has changed since the last reload or start\n")
        assert (await browser.get(host, "/", f"{somebody.cookie}; {grant}")) == (200, "")


async def test_a_reload_leaves_the_keys_in_force_that_came_after_the_start(world: Changing) -> None:
    host = world.host(MAP_HOST)
    somebody = await world.somebody(host)
    async with world.browser() as browser:
        _, stolen = await browser.get(host, "/", somebody.cookie)
        status, _, complaint = await brana(world.product, "keys", "rotate", "--compromised")
        assert status == 0, complaint
        await world.with_notes()
        _, grant = await browser.get(host, "/", somebody.cookie)
        assert (await browser.get(host, "/", grant))[0] == 200, "by itself, without a question"
        assert (await browser.get(host, "/", stolen))[0] == 401


async def test_a_hangup_of_the_supervisor_reloads_as_well(world: Changing) -> None:
    before = len(await world.recorded(Code.CONFIGURATION_RELOADED, 0))
    world.write(world.first + world.notes, NOTES_POLICY)
    world.product.supervisor().send_signal(signal.SIGHUP)
    (entry, *_) = await world.recorded(Code.CONFIGURATION_RELOADED, at_least=before + 1)
    assert (entry.subject, entry.details["added"]) == ("system", [NOTES])


def is_control_plane(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        return "gateway.commands.control_plane_process" in process.cmdline()
    return False


async def test_a_hangup_while_the_control_plane_starts_is_remembered(world: Changing) -> None:
    before, dying = len(await world.recorded(Code.CONFIGURATION_RELOADED, 0)), world.product.control_plane()
    world.write(world.first + world.notes, NOTES_POLICY)
    dying.kill()
    async with asyncio.timeout(30):
        while not any(minds_hangups(one) for one in world.product.supervisor().children() if one != dying):
            await asyncio.sleep(0.005)
    world.product.supervisor().send_signal(signal.SIGHUP)
    (entry, *_) = await world.recorded(Code.CONFIGURATION_RELOADED, at_least=before + 1)
    assert (entry.subject, entry.details["added"]) == ("system", [NOTES])


def minds_hangups(process: psutil.Process) -> bool:
    """A control plane that would not die of one any more (proc_pid_status(5))."""
    try:
        said = Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return False
    masks = re.findall(r"^Sig(?:Ign|Cgt):\s*([0-9a-f]+)$", said, re.MULTILINE)
    return is_control_plane(process) and any(int(one, 16) & 1 << signal.SIGHUP - 1 for one in masks)


async def killed(product: Product) -> None:
    """The control plane dies, and another one is ready."""
    before = product.control_plane()
    before.kill()
    async with asyncio.timeout(30):
        while True:
            another = [
                one for one in product.supervisor().children() if is_control_plane(one) and one != before
            ]
            if another and await asyncio.to_thread(ready, product):
                return
            await asyncio.sleep(0.05)


async def served(world: Changing, name: str) -> int:
    """Status that somebody gets whom a decision lets in."""
    host = world.host(name)
    somebody = await world.somebody(host)
    async with world.browser() as browser:
        return (await browser.get(host, "/", somebody.cookie))[0]


async def test_after_a_refused_reload_the_old_one_stays_also_when_the_control_plane_dies(
    world: Changing,
) -> None:
    await world.with_notes()
    hosts = [world.host(MAP_HOST), world.host("notes")]
    people = [await world.somebody(host) for host in hosts]
    world.write(world.first.replace('id = "map"', 'id = "map"\nbalance = "sprad"'), "permit (")
    status, _, _ = await world.reload()
    assert status == 1
    await killed(world.product)
    async with world.browser() as browser:
        for host, one in zip(hosts, people, strict=True):
            assert (await browser.get(host, "/", one.cookie))[0] == 200


async def test_what_no_reload_has_taken_is_not_in_force_after_a_crash_but_after_a_start(
    world: Changing,
) -> None:
    product = world.product
    other = world.first.replace("[metrics]\n", '[metrics]\naddress = "127.0.0.2"\n')
    world.write(other + world.notes, NOTES_POLICY)
    await killed(product)
    assert (await served(world, MAP_HOST), await served(world, "notes")) == (200, 421)
    assert stat.S_IMODE((product.settings.state.directory / ACCEPTED).stat().st_mode) == 0o600
    world.write(world.first + world.notes, NOTES_POLICY)
    await killed(product)
    _, said, complaint = await world.reload()
    assert "applications added: notes" in said, complaint
    world.write(world.first)
    before = len(await world.recorded(Code.STARTED_WITH_OTHER_SETTINGS, 0))
    await product.stop()
    await product.start()
    assert (await served(world, MAP_HOST), await served(world, "notes")) == (200, 421)
    for text in (world.first + "\n[audit]\nkept_months = 24\n", world.first, world.first):
        await product.stop()
        world.write(text)
        await product.start()
    back, longer, gone = (await world.recorded(Code.STARTED_WITH_OTHER_SETTINGS))[: -before or None]
    assert (gone.details["removed"], longer.details["values"]) == ([NOTES], ["audit.kept_months: 18 → 24"])
    assert back.details["settings"] == ["audit.kept_months"]
