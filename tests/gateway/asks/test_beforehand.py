"""Nobody is asked to decide about what would open nothing, or where nobody could decide; it is refused and recorded."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config.vocabulary import Language
from gateway.asks.ask import Kind
from gateway.asks.beforehand import StillClosed
from gateway.asks.refused import AskRefused, Spoken, Why
from gateway.asks.store import Sought
from gateway.audit.entry import Code, Outcome
from tests.gateway.asks.office_of_requests import Requests
from tests.gateway.asks.town import EVA, PAVEL, PETR, SIGN, wish

WORDS = dict.fromkeys(Language, "words of a rule")
HOURS = StillClosed(SIGN, Spoken("outside_hours", WORDS, WORDS, "hours", "v1"))


@pytest.fixture
def requests(tmp_path: Path) -> Iterator[Requests]:
    made = Requests(tmp_path / "brana.db")
    yield made
    made.database.close()


def foreseeing(requests: Requests, *closed: StillClosed, there: int | None = None) -> None:
    async def opens(*_: object) -> tuple[StillClosed, ...]:
        return closed

    async def deciders(*_: object) -> int | None:
        return there

    requests.office = replace(requests.office, opens=opens, deciders=deciders)


async def refused(requests: Requests, kind: Kind = Kind.ACCESS, **given: object) -> AskRefused:
    with pytest.raises(AskRefused) as raised:
        await requests.ask(wish(kind, **given))
    entry = requests.entries[-1]
    assert (entry.code, entry.outcome, entry.reason) == (
        Code.REQUEST_ACT_REFUSED,
        Outcome.REFUSED,
        raised.value.reason,
    )
    return raised.value


ORDER = {"asker": PAVEL, "sponsor": EVA}


@pytest.mark.parametrize(("kind", "given"), [(Kind.ACCESS, {}), (Kind.EMERGENCY, {}), (Kind.ORDER, ORDER)])
async def test_what_would_open_nothing_is_not_kept_and_its_entry_names_the_rule(requests, kind, given):
    foreseeing(requests, HOURS, there=0)
    found = await refused(requests, kind, **given)
    assert (found.reason, found.actions, found.spoken) == (Why.OPENS_NOTHING, {SIGN}, HOURS.spoken)
    entry = requests.entries[-1]
    assert (entry.rule, entry.policy_version, entry.details["asked"]) == ("hours", "v1", kind.value)
    assert await requests.office.find(Sought()) == []
    assert requests.told == []
    assert requests.alarmed == []


async def test_what_nobody_could_decide_is_not_kept_and_waits_for_nobody(requests):
    foreseeing(requests, there=0)
    assert (await refused(requests)).reason is Why.NOBODY_DECIDES
    assert await requests.office.find(Sought()) == []


async def test_an_order_waits_for_its_sponsor_or_where_the_sponsor_placed_it_for_whoever_decides(requests):
    foreseeing(requests, there=0)
    assert await requests.ask(wish(Kind.ORDER, **ORDER)), "its sponsor can confirm it"
    assert await requests.ask(wish(Kind.ORDER, asker=PETR, holder=PAVEL, sponsor=EVA))
    found = await refused(requests, Kind.ORDER, asker=EVA, holder=PAVEL, sponsor=EVA)
    assert found.reason is Why.NOBODY_DECIDES


async def test_an_emergency_and_a_purpose_wait_for_nobody_so_nobody_is_looked_for(requests):
    foreseeing(requests, there=0)
    for kind in (Kind.EMERGENCY, Kind.PURPOSE):
        assert await requests.ask(wish(kind))


@pytest.mark.parametrize("there", [1, None])
async def test_where_enough_people_decide_or_nobody_can_tell_it_is_asked(requests, there):
    foreseeing(requests, there=there)
    assert (await requests.ask(wish())).needed == 1


async def test_what_is_wrong_with_it_is_said_before_what_it_would_open(requests):
    foreseeing(requests, HOURS)
    assert (await refused(requests, why="")).reason is Why.UNEXPLAINED
    assert (await refused(requests, asker=PETR, until=wish().since)).reason is Why.WINDOW
