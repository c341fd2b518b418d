"""What the history of a proposal tells: policies by their titles, and nothing that was tried and taken back."""

import html
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from config.vocabulary import Language
from gateway.policy_office.edited_parts import MORE
from gateway.policy_office.proposal import Step, Taken
from gateway.web.policies.history import condensed, why_of
from tests.rig.policy_office import FILE
from tests.rig.policy_visitor import Visitor, policy_visitor

NAME, GONE = '@id("map-read")', "map-read"
NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


def history(*steps: tuple[Step, str] | tuple[Step, str, str]) -> list[Taken]:
    """Each with what it touched, and by whom."""
    return [
        Taken(
            revision=number, step=step, subject=who[0] if who else "jan", name="", why=why,
            at=NOON + timedelta(minutes=number),
        )
        for number, (step, why, *who) in enumerate(steps)
    ]  # fmt: skip


def told(found: list[Taken]) -> list[str]:
    return [why_of(one, Language.ENGLISH) for one in found if one.step is Step.EDIT]


def test_what_was_tried_and_taken_back_within_a_draft_is_left_out() -> None:
    steps = history((Step.BEGIN, ""), (Step.EDIT, "a, tried"), (Step.EDIT, "tried"), (Step.EDIT, ""))
    assert told(condensed(steps, {"a"})) == ["a\nwhat the change is for"]
    assert told(condensed(steps, {"a", "tried"})) == ["a\ntried\nwhat the change is for"]
    assert told(condensed(steps)) == ["a\ntried\nwhat the change is for"], "where it is not known what stayed"


def test_whoever_edited_and_left_nothing_of_it_stays_in_the_history() -> None:
    steps = history((Step.BEGIN, ""), (Step.EDIT, "tried", "jan"), (Step.EDIT, "tried, a", "eva"))
    assert told(condensed(steps, {"a"})) == ["nothing that stayed", "a"]
    assert why_of(condensed(steps, {"a"})[1], Language.CZECH) == "nic, co by v návrhu zůstalo"
    again = history((Step.EDIT, "tried"), (Step.EDIT, "a"))
    assert told(condensed(again, {"a"})) == ["a"]


def test_what_was_submitted_and_taken_back_in_a_later_draft_was_there() -> None:
    steps = history(
        (Step.EDIT, "a, tried, back"), (Step.SUBMIT, ""), (Step.RETURN, "Ne."), (Step.EDIT, "back, b")
    )
    assert told(condensed(steps, {"a", "b"})) == ["a\nback", "b"]


def test_what_came_before_it_was_set_upon_other_policies_is_told_as_it_was() -> None:
    steps = history((Step.EDIT, "a"), (Step.REBASE, ""), (Step.EDIT, "tried, b"))
    assert told(condensed(steps, {"b"})) == ["a", "b"]


def test_of_what_was_cut_short_it_is_still_said_that_there_was_more() -> None:
    assert told(condensed(history((Step.EDIT, f"tried, {MORE}")), {"b"})) == [MORE]


@pytest.mark.real
async def test_policies_are_told_by_their_titles_also_those_that_are_no_more(visitor: Visitor) -> None:
    page = await visitor.begun()
    own = visitor.world.in_force().texts[FILE]
    await visitor.filled(page)
    both = (await visitor.one(page)).texts[FILE]
    await visitor.step(page, "text", file=FILE, text=both + own.replace(NAME, '@id("tried")'))
    added = both.replace(own.strip(), "").strip()
    await visitor.step(page, "text", file=FILE, text=added)
    shown = html.unescape(await visitor.get(page, language="cs")).partition('id="history"')[2]
    assert f"Mapy čtou všichni ({GONE})" in shown
    assert re.search(r"[^<>(]+: map \(map-clerks\)", shown), re.findall(r".*map-clerks.*", shown)
    assert "tried" not in shown
    assert f"Everybody reads the map ({GONE})" in await visitor.get(page)
