import asyncio
from datetime import timedelta

from config.fleet import NodeName
from gateway.fleet.board import GONE, Board

B, C = NodeName("b"), NodeName("c")
SOON, LONG = timedelta(milliseconds=10), timedelta(seconds=10)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_control_planes_that_know_the_same_say_the_same_version() -> None:
    boards = [Board({"keys": []}, Clock()) for _ in range(2)]
    for board, revoked in zip(boards, (["a.1", "b.1"], ["b.1", "a.1"]), strict=True):
        board.publish_gate(revoked, "e")
    first, second = [await board.news(B, "") for board in boards]
    assert first == second
    assert first is not None
    assert await boards[0].news(B, first.version, SOON) is None


async def test_a_question_waits_for_news() -> None:
    board = Board({}, Clock())
    board.publish_gate([], "e")
    had = await board.news(B, "")
    assert had is not None
    asked = asyncio.create_task(board.news(B, had.version, LONG))
    await asyncio.sleep(0)
    board.publish_gate(["a.1"], "e")
    news = await asked
    assert news is not None
    assert news.revoked == ["a.1"]


async def test_other_keys_are_news_and_the_same_are_none() -> None:
    board = Board({"grants": {"keys": []}}, Clock())
    board.publish_keys({"grants": {"keys": ["1"]}})  # before there is a gate
    assert await board.news(B, "", SOON) is None
    board.publish_gate([], "e")
    had = await board.news(B, "")
    assert had is not None
    assert had.keys == {"grants": {"keys": ["1"]}}
    board.publish_keys({"grants": {"keys": ["1"]}})
    assert await board.news(B, had.version, SOON) is None
    board.publish_keys({"grants": {"keys": ["1", "2"]}})
    assert not await board.gate_applied(SOON)  # nobody may sign with it yet
    news = await board.news(B, had.version)
    assert news is not None
    assert news.keys == {"grants": {"keys": ["1", "2"]}}
    asked = asyncio.create_task(board.news(B, news.version, LONG))
    assert await board.gate_applied(LONG)
    asked.cancel()


async def test_a_gate_is_applied_when_every_node_that_asks_has_it() -> None:
    board = Board({}, Clock())
    board.publish_gate([], "e")
    had = await board.news(B, "")
    assert had is not None
    await board.news(C, "")
    asked = [asyncio.create_task(board.news(one, had.version, LONG)) for one in (B, C)]
    await asyncio.sleep(0)
    assert await board.gate_applied(SOON)
    board.publish_gate(["a.1"], "e")
    news = (await asyncio.gather(*asked))[0]
    assert news is not None
    assert sorted(board.behind()) == [B, C]
    assert not await board.gate_applied(SOON)
    waiting = asyncio.create_task(board.gate_applied(LONG))
    later = [asyncio.create_task(board.news(one, news.version, LONG)) for one in (B, C)]
    assert await waiting
    for one in later:
        one.cancel()


async def test_nodes_that_are_gone_or_left_are_waited_for_no_more() -> None:
    clock = Clock()
    board = Board({}, clock)
    board.publish_gate([], "e")
    await board.news(B, "")
    await board.news(C, "")
    board.publish_left([C])
    assert board.behind() == [B]
    clock.now = GONE.total_seconds() + 1
    assert board.behind() == []


async def test_who_left_is_told_to_the_others() -> None:
    board = Board({}, Clock())
    board.publish_gate([], "e")
    before = await board.news(B, "")
    assert before is not None
    board.publish_left([C])
    news = await board.news(B, before.version)
    assert news is not None
    assert news.left == [C]


async def test_a_node_that_asks_another_control_plane_from_now_on_is_not_waited_for() -> None:
    board = Board({}, Clock())
    board.publish_gate([], "e")
    await board.news(B, "")
    waiting = asyncio.create_task(board.gate_applied(LONG))
    await asyncio.sleep(0)
    assert board.behind() == [B]
    board.goes_on(B)
    assert await waiting


async def test_by_which_settings_it_is_decided_comes_with_the_next_gate_and_not_before() -> None:
    board = Board({}, Clock())
    board.publish_gate([], "e")
    before = await board.news(B, "")
    assert before is not None
    board.decide_by({"map": "m1"})
    assert await board.news(B, "") == before
    board.publish_gate([], "e")
    after = await board.news(B, before.version)
    assert after is not None
    assert (after.marks, after.version != before.version) == ({"map": "m1"}, True)
