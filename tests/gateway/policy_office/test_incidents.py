"""What is closed for an incident and opened again: who, why and since when."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from config.vocabulary import Action, Language
from gateway.audit.entry import Code
from gateway.policy_office.incident import closures
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.storage.policy_incidents import StoredIncidents
from policies.incidents import ClosureKind
from policies.model import Text
from tests.policies.world import HULIN, KROMERIZ
from tests.rig.policy_office import DISTRICT, MINUTE, NOON, OPERATOR, NotPermitted, Person, World

REASON: Text = {Language.CZECH: "Únik hesel.", Language.ENGLISH: "Passwords have leaked."}


async def test_one_act_closes_and_another_opens_again_and_both_are_kept_and_recorded(world: World) -> None:
    made = await world.incidents.close(world.officer.asking, ClosureKind.APPLICATION, "map", REASON, NOON)
    assert await world.incidents.listed(world.author.asking) == [made]
    assert (made.closure.by, made.closure.at, world.taken) == ("urad:officer", NOON, 1)
    (closed,) = world.entries(Code.INCIDENT_CLOSED)
    assert (closed.details["class"], closed.details["target"]) == ("application", "map")
    assert closed.details["why"] == "Únik hesel."
    after = await world.incidents.open_again(OPERATOR, made.id, "Hesla jsou změněna.", NOON + MINUTE)
    assert (after.opened_by, after.opened_at, world.taken) == ("cli:root (eva)", NOON + MINUTE, 2)
    assert await world.incidents.listed(world.author.asking) == []
    assert await world.incidents.listed(OPERATOR, over=True) == [after]
    (opened,) = world.entries(Code.INCIDENT_OPENED)
    assert (opened.subject, opened.details["why"]) == ("cli:root (eva)", "Hesla jsou změněna.")


async def test_who_may_not_administer_closes_nothing(world: World) -> None:
    clerk = Person("urad:clerk", KROMERIZ)
    with pytest.raises(NotPermitted):
        await world.incidents.close(clerk.asking, ClosureKind.SUPPLIERS, "", REASON, NOON)
    assert clerk.asked == [(Action.ADMINISTER, None)]
    assert world.entries(Code.INCIDENT_CLOSED) == []


@pytest.mark.parametrize(
    ("kind", "target", "reason", "refusal"),
    [
        (ClosureKind.APPLICATION, "mapp", REASON, Refusal.INCIDENT_TARGET),
        (ClosureKind.MUNICIPALITY, "123456", REASON, Refusal.INCIDENT_TARGET),
        (ClosureKind.MUNICIPALITY, "Hulín", REASON, Refusal.INCIDENT_UNUSABLE),
        (ClosureKind.SUPPLIERS, "map", REASON, Refusal.INCIDENT_UNUSABLE),
        (
            ClosureKind.SUPPLIERS,
            "",
            {Language.CZECH: "Únik.", Language.ENGLISH: " "},
            Refusal.INCIDENT_UNUSABLE,
        ),
    ],
)
async def test_what_is_not_there_or_not_explained_is_not_closed(
    world: World, kind: ClosureKind, target: str, reason: Text, refusal: Refusal
) -> None:
    with pytest.raises(ActRefused) as told:
        await world.incidents.close(OPERATOR, kind, target, reason, NOON)
    assert told.value.reason is refusal
    assert [entry.reason for entry in world.entries(Code.POLICY_ACT_REFUSED)] == [refusal]
    assert world.taken == 0


async def test_what_is_closed_is_not_closed_twice_and_what_is_open_not_opened(world: World) -> None:
    made = await world.incidents.close(OPERATOR, ClosureKind.MUNICIPALITY, HULIN, REASON, NOON)
    for work, refusal in (
        (
            lambda: world.incidents.close(OPERATOR, ClosureKind.MUNICIPALITY, HULIN, REASON, NOON),
            "incident_closed_already",
        ),
        (lambda: world.incidents.open_again(OPERATOR, made.id, " ", NOON), "policies_without_reason"),
        (lambda: world.incidents.open_again(OPERATOR, "A" * 22, "Proto.", NOON), "incident_unknown"),
    ):
        with pytest.raises(ActRefused) as told:
            await work()
        assert told.value.reason == refusal
    await world.incidents.open_again(OPERATOR, made.id, "Proto.", NOON)
    with pytest.raises(ActRefused) as told:
        await world.incidents.open_again(OPERATOR, made.id, "Proto.", NOON)
    assert told.value.reason is Refusal.INCIDENT_OVER
    assert await world.incidents.close(OPERATOR, ClosureKind.MUNICIPALITY, HULIN, REASON, NOON)


async def test_a_municipality_that_left_the_district_is_closed_by_nothing(world: World) -> None:
    for code in (HULIN, KROMERIZ):
        await world.incidents.close(OPERATOR, ClosureKind.MUNICIPALITY, code, REASON, NOON)
    standing = await world.incidents.listed(OPERATOR)
    assert len(closures(standing, DISTRICT)) == 2
    assert [one.target for one in closures(standing, {HULIN})] == [HULIN]


async def test_a_municipality_hears_of_what_concerns_it_and_of_no_other_municipality(world: World) -> None:
    closed = [
        await world.incidents.close(OPERATOR, kind, target, REASON, NOON + number * MINUTE)
        for number, (kind, target) in enumerate(
            [
                (ClosureKind.SUPPLIERS, ""),
                (ClosureKind.MUNICIPALITY, HULIN),
                (ClosureKind.MUNICIPALITY, KROMERIZ),
                (ClosureKind.MUNICIPALITY_APPLICATION, f"{KROMERIZ}/map"),
                (ClosureKind.APPLICATION, "map"),
            ]
        )
    ]
    everywhere, hulin, there, there_too, application = closed
    hulins = [everywhere, hulin, application]
    assert await world.incidents.listed(world.author.asking) == hulins
    assert await world.incidents.listed(world.stranger.asking) == closed  # acts for the centre
    nowhere = replace(world.stranger.asking, centre=None)
    assert await world.incidents.listed(nowhere) == [everywhere, there, there_too, application]
    opened = [
        await world.incidents.open_again(OPERATOR, one.id, "Vyřešeno.", NOON + 9 * MINUTE) for one in closed
    ]
    for asking, seen in (
        (world.author.asking, [one.id for one in hulins]),
        (world.stranger.asking, [one.id for one in closed]),
    ):
        history = await world.incidents.listed(asking, over=True)
        assert [one.id for one in history] == seen[::-1]
        assert all(one in opened for one in history)


async def test_what_is_closed_last_of_very_many_closes_is_listed_and_is_not_closed_twice(
    world: World,
) -> None:
    """More than any list shows."""
    await world.incidents.close(OPERATOR, ClosureKind.MUNICIPALITY, HULIN, REASON, NOON)

    def crowd(connection: Connection) -> None:
        kept = StoredIncidents(connection)
        (one,) = kept.standing()
        for number in range(1_200):
            earlier = replace(one.closure, target=KROMERIZ, at=NOON - timedelta(minutes=1 + number))
            kept.keep(replace(one, id=f"{number:022}", closure=earlier))

    await world.database.write(crowd)
    standing = await world.incidents.listed(OPERATOR)
    assert (len(standing), standing[-1].closure.target) == (1_201, HULIN)
    assert HULIN in {one.target for one in closures(standing, DISTRICT)}
    assert len([one for one in await world.incidents.listed(OPERATOR, over=True) if one.stands]) == 1_201
    with pytest.raises(ActRefused) as told:
        await world.incidents.close(OPERATOR, ClosureKind.MUNICIPALITY, HULIN, REASON, NOON)
    assert told.value.reason is Refusal.INCIDENT_CLOSED
