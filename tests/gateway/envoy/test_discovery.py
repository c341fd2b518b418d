"""The long poll, by questions like Envoy's over the real socket."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.envoy.discovery import Discovery, Rejection
from gateway.envoy.question import LARGEST_QUESTION
from gateway.envoy.resources import CLUSTERS, EXTENSIONS, SECRETS

pytestmark = pytest.mark.real
HOLD = timedelta(milliseconds=150)


class Asker:
    """One Envoy: asks for a kind, remembers the version it has taken."""

    def __init__(self, session: aiohttp.ClientSession, word: str, *names: str, node: str = "e1") -> None:
        self.session, self.word, self.names, self.node = session, word, names, node
        self.version = ""

    async def ask(self, *, take: bool = True, **more: Any) -> tuple[int, Any]:
        question = {
            "node": {"id": self.node},
            "resource_names": self.names,
            "version_info": self.version,
            **more,
        }
        async with self.session.post(f"http://d/v3/discovery:{self.word}", json=question) as answer:
            if answer.status != 200:
                return answer.status, None
            said = await answer.json()
            if take:
                self.version = said["version_info"]
            return 200, said["resources"]


@contextlib.asynccontextmanager
async def served(
    folder: Path, hold: timedelta = HOLD
) -> AsyncIterator[tuple[Discovery, aiohttp.ClientSession, list[Rejection]]]:
    rejections: list[Rejection] = []
    discovery = Discovery(folder / "begun.log", rejections.append, hold)
    socket = folder / "d.sock"
    async with (
        discovery.serving(socket),
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(socket))) as session,
    ):
        yield discovery, session, rejections


async def test_a_question_waits_for_news_and_gets_them_at_once(tmp_path: Path) -> None:
    async with served(tmp_path, timedelta(seconds=5)) as (discovery, session, rejections):
        asker = Asker(session, "clusters")
        waiting = asyncio.create_task(asker.ask())
        await asyncio.sleep(0.05)
        assert not waiting.done()
        discovery.publish({CLUSTERS: [{"name": "a"}]})
        status, resources = await asyncio.wait_for(waiting, 1)
        assert status == 200
        assert resources == [{"@type": f"type.googleapis.com/{CLUSTERS}", "name": "a"}]
        assert rejections == []


async def test_a_question_without_news_is_answered_with_nothing_new(tmp_path: Path) -> None:
    async with served(tmp_path) as (discovery, session, rejections):
        discovery.publish({CLUSTERS: [{"name": "a"}]})
        asker = Asker(session, "clusters")
        await asker.ask()
        assert (await asker.ask())[0] == 304
        discovery.publish({CLUSTERS: [{"name": "a"}]})
        assert (await asker.ask())[0] == 304, "the same content is no news"
        discovery.publish({SECRETS: [{"name": "s"}]})
        assert (await asker.ask())[0] == 304, "other kinds are no news"
        assert rejections == []


async def test_the_same_content_has_the_same_version_after_a_restart(tmp_path: Path) -> None:
    async with served(tmp_path) as (discovery, session, _):
        discovery.publish({CLUSTERS: [{"name": "a"}]})
        asker = Asker(session, "clusters")
        await asker.ask()
    async with served(tmp_path) as (discovery, session, rejections):
        asker.session = session
        discovery.publish({CLUSTERS: [{"name": "a"}]})
        assert (await asker.ask())[0] == 304
        assert rejections == []


async def test_a_restarted_envoy_gets_everything_at_once(tmp_path: Path) -> None:
    async with served(tmp_path) as (discovery, session, rejections):
        discovery.publish({CLUSTERS: [{"name": "a"}]})
        await Asker(session, "clusters", node="start-1").ask()
        assert (await Asker(session, "clusters", node="start-2").ask())[0] == 200
        assert rejections == []


async def test_an_envoy_of_before_is_forgotten_when_another_one_begins(tmp_path: Path) -> None:
    async with served(tmp_path) as (discovery, session, rejections):
        discovery.publish({CLUSTERS: [{"name": "a"}]})
        gone = Asker(session, "clusters", node="start-1")
        await gone.ask()
        discovery.publish({CLUSTERS: [{"name": "b"}]})
        await gone.ask(take=False)
        await Asker(session, "clusters", node="start-2").ask()
        await gone.ask()
        assert rejections == [], "nobody knows what it was sent"


async def test_a_name_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    async with served(tmp_path) as (discovery, session, _):
        asker = Asker(session, "extension_configs", "brana.gate")
        assert (await asker.ask())[0] == 304
        discovery.publish_gate([], "e1")
        status, resources = await asker.ask()
        assert (status, [one["name"] for one in resources]) == (200, ["brana.gate"])


async def test_the_gate_is_published_beside_what_reads_tokens(tmp_path: Path) -> None:
    async with served(tmp_path) as (discovery, session, _):
        discovery.publish_gate(["sid1.1"], "e1")
        discovery.publish({EXTENSIONS: [{"name": "brana.token"}]})
        tokens = Asker(session, "extension_configs", "brana.token")
        assert (await tokens.ask())[0] == 200
        discovery.publish_gate(["sid1.1", "sid2.1"], "e1")
        assert (await tokens.ask())[0] == 304, "a revocation does not touch them"
        status, resources = await Asker(session, "extension_configs", "brana.gate").ask()
        assert status == 200
        assert "sid1.1 sid2.1" in resources[0]["typed_config"]["default_source_code"]["inline_string"]


async def test_an_answer_that_is_not_taken_is_a_rejection_and_sent_again_only_later(tmp_path: Path) -> None:
    async with served(tmp_path) as (discovery, session, rejections):
        discovery.publish({CLUSTERS: [{"name": "a"}]})
        asker = Asker(session, "clusters")
        await asker.ask()
        discovery.publish({CLUSTERS: [{"name": "b"}]})
        assert (await asker.ask(take=False))[0] == 200
        begun = asyncio.get_running_loop().time()
        assert (await asker.ask())[0] == 200
        assert asyncio.get_running_loop().time() - begun >= HOLD.total_seconds() * 0.9
        assert [(seen.kind, seen.names) for seen in rejections] == [(CLUSTERS, ())]
        assert "see its log" in str(rejections[0])


async def test_what_envoy_says_about_an_error_is_passed_on(tmp_path: Path) -> None:
    async with served(tmp_path) as (discovery, session, rejections):
        discovery.publish({CLUSTERS: [{"name": "a"}]})
        asker = Asker(session, "clusters")
        await asker.ask(take=False)
        await asker.ask(error_detail={"code": 13, "message": "bad cluster"})
        assert "bad cluster" in str(rejections[0])


async def test_a_better_configuration_follows_a_rejected_one_at_once(tmp_path: Path) -> None:
    async with served(tmp_path, timedelta(seconds=5)) as (discovery, session, _):
        discovery.publish({CLUSTERS: [{"name": "a"}]})
        asker = Asker(session, "clusters")
        await asker.ask(take=False)
        waiting = asyncio.create_task(asker.ask())
        await asyncio.sleep(0.05)
        discovery.publish({CLUSTERS: [{"name": "c"}]})
        assert (await asyncio.wait_for(waiting, 1))[0] == 200


async def test_it_is_known_when_envoy_has_the_gate(tmp_path: Path) -> None:
    async with served(tmp_path) as (discovery, session, _):
        asker = Asker(session, "extension_configs", "brana.gate")
        discovery.publish_gate([], "e1")
        assert not await discovery.gate_applied(timedelta(milliseconds=20))
        await asker.ask()
        again = asyncio.create_task(asker.ask())
        assert await discovery.gate_applied(timedelta(seconds=1))
        discovery.publish_gate(["sid1.1"], "e1")
        await again
        assert not await discovery.gate_applied(timedelta(milliseconds=20))


async def test_a_kind_that_does_not_exist_is_not_found(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, session, _):
        assert (await Asker(session, "endpoints").ask())[0] == 404


async def test_a_question_that_is_none_is_refused_and_so_is_one_that_never_ends(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, session, _):
        for body, status in ((b"[]", 400), (b"{", 400), (b" " * (LARGEST_QUESTION + 1), 413)):
            async with session.post("http://d/v3/discovery:clusters", data=io.BytesIO(body)) as answer:
                assert answer.status == status


async def test_questions_end_when_the_server_does(tmp_path: Path) -> None:
    async with served(tmp_path, timedelta(seconds=30)) as (discovery, session, _):
        waiting = asyncio.create_task(Asker(session, "clusters").ask())
        await asyncio.sleep(0.05)
        discovery.close()
        assert (await asyncio.wait_for(waiting, 1))[0] == 304
