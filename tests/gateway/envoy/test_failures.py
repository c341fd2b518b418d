"""What happens when a part dies: nothing opens, nothing recorded is lost. Against a real Envoy."""

import asyncio
import contextlib
import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from msgspec.structs import replace

from config.settings import Settings
from config.vocabulary import REASON_HEADER
from gateway.envoy.process import Administration
from gateway.envoy.resources import LISTENERS, ROUTE_TABLES
from tests.rig.envoy import DOMAIN, data_plane

pytestmark = pytest.mark.real


async def test_without_the_control_plane_fresh_grants_go_on_and_nothing_else_opens(tmp_path: Path) -> None:
    async with data_plane(tmp_path) as plane:
        cookie = plane.cookie()
        assert (await plane.ask(cookie=cookie)).status == 200
        await plane.control_plane_dies()
        assert (await plane.ask(cookie=cookie)).status == 200
        page = await plane.ask(headers=("Accept: text/html",))
        assert page.status == 503
        assert "Přístup teď nelze ověřit" in page.body.decode()
        undecided = await plane.ask(cookie=plane.cookie(epoch="old"))
        assert (undecided.status, undecided.value(REASON_HEADER)) == (503, "gateway_unavailable")
        away = await plane.ask("/", host=f"login.{DOMAIN}")
        assert (away.status, away.value(REASON_HEADER)) == (503, "unavailable")
        assert (await plane.ask("/.brana/callback")).status == 503
        lines = plane.log_lines()
        assert len(plane.application.requests) == 2, lines


async def test_a_decision_that_does_not_come_is_a_refusal(tmp_path: Path) -> None:
    async with data_plane(tmp_path) as plane:

        async def never(_: web.BaseRequest) -> web.StreamResponse:
            await asyncio.sleep(30)
            return web.Response()

        plane.decision.handle = never
        page = await plane.ask(headers=("Accept: text/html",))
        assert (page.status, page.value(REASON_HEADER)) == (503, "gateway_unavailable")
        assert plane.application.requests == []


async def test_for_a_control_plane_that_hangs_nobody_waits_after_a_while_and_what_is_under_way_is_not_cut(
    tmp_path: Path,
) -> None:
    login = f"login.{DOMAIN}"
    async with data_plane(tmp_path) as plane:
        goes_on = asyncio.Event()

        async def slow(_: web.BaseRequest) -> web.StreamResponse:
            await goes_on.wait()
            return web.Response(text="late")

        plane.idp.handle = slow
        plane.idp.lives.clear()
        under_way = asyncio.create_task(plane.ask(host=login))
        async with asyncio.timeout(20):
            while (await plane.administration.counters(r"^cluster\.idp\.membership_healthy$")).popitem()[1]:
                await asyncio.sleep(0.1)
        page = await asyncio.wait_for(plane.ask(host=login, headers=("Accept: text/html",)), 2)
        assert (page.status, page.value(REASON_HEADER)) == (503, "unavailable")
        assert "Zkusit znovu" in page.body.decode()
        goes_on.set()
        plane.idp.lives.set()
        assert (await under_way).body == b"late"
        async with asyncio.timeout(10):
            while (await plane.ask(host=login)).status != 200:
                await asyncio.sleep(0.05)


async def test_an_envoy_whose_worker_is_stuck_ends_itself(tmp_path: Path) -> None:
    def impatient(settings: Settings) -> Settings:
        return replace(settings, limits=replace(settings.limits, silence=timedelta(seconds=0.5)))

    async with data_plane(tmp_path, configured=impatient) as plane:
        plane.begun.unlink(missing_ok=True)
        os.mkfifo(plane.begun)  # whoever opens it waits until somebody reads
        asking = asyncio.create_task(plane.ask(cookie=plane.cookie()))
        assert plane.process is not None
        assert await asyncio.wait_for(plane.process.wait(), 10) == -signal.SIGABRT
        await asyncio.wait([asking])
        assert asking.exception() is not None, "nothing was answered"


async def test_a_killed_envoy_loses_no_line_of_what_it_answered_a_moment_ago(tmp_path: Path) -> None:
    async with data_plane(tmp_path) as plane:
        cookie = plane.cookie()
        answered: list[str] = []

        async def client() -> None:
            with contextlib.suppress(OSError, AssertionError):
                while True:
                    answer = await plane.ask(cookie=cookie)
                    answered.append(answer.value("x-request-id"))

        clients = [asyncio.create_task(client()) for _ in range(4)]
        await asyncio.sleep(1)
        settled = len(answered)
        await asyncio.sleep(0.1)
        await plane.stop_envoy(kill=True)
        await asyncio.gather(*clients)
        logged = {line["request_id"] for line in plane.log_lines()}
        assert settled > 20
        assert set(answered[:settled]) <= logged
        await plane.start_envoy()
        assert (await plane.ask(cookie=cookie)).status == 200
        assert plane.decision.requests == []
        assert plane.rejections == []


async def test_a_refused_configuration_is_told_and_the_old_one_stays(tmp_path: Path) -> None:
    async with data_plane(tmp_path) as plane:
        plane.discovery.publish(
            {ROUTE_TABLES: [{"name": "people", "virtual_hosts": [{"name": "", "domains": []}]}]}
        )
        for _ in range(100):
            if plane.rejections:
                break
            await asyncio.sleep(0.02)
        assert [(seen.kind, seen.names) for seen in plane.rejections] == [(ROUTE_TABLES, ("people",))]
        assert (await plane.ask(cookie=plane.cookie())).status == 200
        await asyncio.sleep(0.3)
        assert len(plane.rejections) == 1, "a refused answer is not sent again at once"


async def test_an_envoy_without_a_listener_is_not_ready(tmp_path: Path) -> None:
    async with data_plane(tmp_path) as plane:
        await plane.stop_envoy()
        plane.discovery.publish({LISTENERS: [{"name": "people", "address": {"socket_address": {}}}]})
        with pytest.raises(TimeoutError):
            await plane.start_envoy(timedelta(seconds=1))
        assert plane.rejections


async def test_an_administration_that_is_not_there_is_not_ready(tmp_path: Path) -> None:
    assert not await Administration(tmp_path / "none.sock").ready()


async def test_logs_are_opened_anew_after_a_rename(tmp_path: Path) -> None:
    async with data_plane(tmp_path) as plane:
        first = await plane.logged(await plane.ask(cookie=plane.cookie()))
        spool = plane.surroundings.spool
        spool.rename(tmp_path / "old.log")
        await plane.administration.reopen_logs()
        second = await plane.logged(await plane.ask(cookie=plane.cookie()))
        assert first["request_id"] not in spool.read_text()
        assert second["request_id"] in spool.read_text()
