"""Whoever is shown what a simulation found is recorded first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from aiohttp.test_utils import make_mocked_request

from gateway.audit.decided import Why
from gateway.audit.entry import Code, Entry
from gateway.web.identity import POLICIES
from gateway.web.simulating import (
    NOT_ASKED,
    TROUBLES,
    Asked,
    Finished,
    NotFinished,
    Standing,
    Trouble,
    UnderWay,
    shown,
)
from policies.simulated import Report
from tests.gateway.web.people import HULIN, MAYOR, NOW

REPORT = Report(
    today="1", draft="2", decisions=9, unchanged=8, already=0, losses=1, gains=0, in_part=0, not_replayable={},
    losing=1, gaining=0, rows=(), left_out=0,
)  # fmt: skip
FOUND = Finished(REPORT, NOW - timedelta(days=7), NOW, timedelta(seconds=3), "novakova")
ASKED = Asked(texts={"region/a.cedar": ""}, days=7, municipality=HULIN)
REQUEST = make_mocked_request("GET", "/proposals/1")


@dataclass
class Stands:
    found: Standing

    def standing(self, asked: Asked) -> Standing:
        assert asked == ASKED
        return self.found

    async def begin(self, asked: Asked, by: str) -> Standing:
        raise NotImplementedError

    async def cancel(self, asked: Asked) -> None:
        raise NotImplementedError


async def test_a_result_is_shown_once_the_look_is_recorded_and_not_where_it_cannot_be() -> None:
    kept: list[Entry] = []

    async def record(entries: Sequence[Entry]) -> None:
        kept.extend(entries)

    async def full(_: Sequence[Entry]) -> None:
        raise OSError("no room")

    assert await shown(Stands(FOUND), ASKED, REQUEST, MAYOR, record, NOW) == FOUND
    [entry] = kept
    assert (entry.code, entry.subject, entry.person) == (Code.LOG_SEARCHED, MAYOR.subject, MAYOR.login)
    assert (entry.application, entry.municipality, entry.details["found"]) == (POLICIES, HULIN, 9)
    assert "page=simulation, draft=2, since=2026-11-16" in str(entry.details["query"])
    with pytest.raises(OSError, match="no room"):
        await shown(Stands(FOUND), ASKED, REQUEST, MAYOR, full, NOW)


def test_whatever_cannot_be_asked_again_has_its_words() -> None:
    assert set(NOT_ASKED) == set(Why)


@pytest.mark.parametrize(
    "found", [None, UnderWay(NOW, "novakova"), NotFinished(Trouble.FAILED, "x", NOW, "n")]
)
async def test_where_nothing_was_found_nothing_is_recorded(found: Standing) -> None:
    kept: list[Entry] = []

    async def record(entries: Sequence[Entry]) -> None:
        kept.extend(entries)

    assert await shown(Stands(found), ASKED, REQUEST, MAYOR, record, NOW) == found
    assert not kept


def test_each_trouble_has_its_words_in_both_languages() -> None:
    assert set(TROUBLES) == set(Trouble)
    assert all(title.cs and title.en and title.cs != title.en for title in TROUBLES.values())
