"""How soon an approved change of the policies reaches decisions, on a machine alone with 46 municipalities.

`seconds`: from the call by which somebody approves a proposal, rolls one back, closes an application for an incident or
opens it again, to the first answer that goes by it, of a person who asks all the time with a grant of before. Of all
changes the slowest counts. The baseline is the same request before.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from config.vocabulary import Action, Language, SubjectId
from gateway.audit.entry import Code
from gateway.commands.policy_offices import incidents_of, office_of
from gateway.commands.sessions import tell
from gateway.commands.state import State, now
from gateway.demo.configuration import HOSTS, MAP
from gateway.policy_office.activation import Activation
from gateway.policy_office.actor import Actor
from gateway.policy_office.asking import Asking, by_operator
from gateway.policy_office.scope import Scope
from idp.directory.same_person import no_others
from policies.incidents import ClosureKind
from tests.bench.figure import figure
from tests.rig.changing import HULIN, Browser, Changing, changing

ROUNDS = 5  # each closes and opens again
BEFORE = 50  # requests of the baseline
LONGEST = 10.0  # seconds until it counts as failed
BAR = 1.0
HERE, FILE = Scope(HULIN), f"municipalities/{HULIN}.cedar"
CLOSED = f"""
@id("map-closed") @reason("closed")
@title_cs("Zavřeno") @title_en("Closed") @advice_cs("Zítra.") @advice_en("Tomorrow.")
forbid (principal == Person::"{{subject}}", action, resource in Municipality::"{HULIN}")
when {{{{ resource in Application::"map" }}}};
"""
"""To one person, as the cases say what everybody else gets."""


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; some ten seconds."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        async with changing(Path(name).resolve()) as world, world.browser() as browser:
            with world.product.state() as state:
                before, seconds = await _measured(world, browser, state)
            activated = await world.recorded(Code.POLICY_ACTIVATED, ROUNDS)
            assert len(activated) >= ROUNDS
    shown = ", ".join(f"{one:.2f}" for one in seconds)
    return {
        "seconds": figure(max(seconds), "s", f"{before * 1000:.1f} ms for a request before; {shown}", BAR)
    }


async def _measured(world: Changing, browser: Browser, state: State) -> tuple[float, list[float]]:
    """Seconds of a request before, and of each change."""
    host = world.host(HOSTS[MAP])
    somebody = await world.somebody(host)
    status, grant = await browser.get(host, "/", somebody.cookie)
    assert status == 200
    began = time.perf_counter()
    for _ in range(BEFORE):
        assert (await browser.get(host, "/", f"{somebody.cookie}; {grant}"))[0] == 200
    before = (time.perf_counter() - began) / BEFORE
    office, seconds = office_of(state, no_others, lambda: tell(state, "policies")), list[float]()
    activation, author, mayor = Activation(office), _person("author"), _person("mayor")

    async def until(wanted: int, since: float) -> None:
        nonlocal grant
        while True:
            status, given = await browser.get(host, "/", f"{somebody.cookie}; {grant}")
            if status == wanted:
                grant = given or grant
                seconds.append(time.perf_counter() - since)
                return
            assert time.perf_counter() < since + LONGEST, status

    for _ in range(ROUNDS):
        first = (await office.versions(mayor, HERE, limit=1))[0].number
        one = await office.begin(author, HERE, now())
        texts = one.texts | {FILE: one.texts[FILE] + CLOSED.format(subject=somebody.session.subject)}
        one = await office.edit(author, one.id, one.revision, texts, "Měření.", now())
        one = await office.submit(author, one.id, one.revision, now())
        since = time.perf_counter()
        approving = asyncio.create_task(activation.approve(mayor, one.id, one.digest, None, now()))
        await until(403, since)
        await approving
        since = time.perf_counter()
        rolling = asyncio.create_task(activation.roll_back(mayor, HERE, first, "Otevřít.", now()))
        await until(200, since)
        await rolling
    incidents, officer = incidents_of(state, office), by_operator("cli:bench")
    since = time.perf_counter()
    closing = asyncio.create_task(
        incidents.close(officer, ClosureKind.APPLICATION, MAP, dict.fromkeys(Language, "Únik."), now())
    )
    await until(403, since)
    made, since = await closing, time.perf_counter()
    opening = asyncio.create_task(incidents.open_again(officer, made.id, "Hotovo.", now()))
    await until(200, since)
    await opening
    return before, seconds


def _person(name: str) -> Asking:
    async def may(_action: Action, _author: SubjectId | None, _about: str) -> None:
        """Who may is the pages' matter."""

    return Asking(Actor(subject=f"bench:{name}", login=name, municipality=HULIN), may, None)
