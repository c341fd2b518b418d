"""What a block takes away, and what it leaves."""

from dataclasses import replace

from config.vocabulary import Role
from gateway.access_review.blocks import Block, BlockId, Blocks, blocks_of
from gateway.access_review.campaign import CampaignId
from idp.directory.person import Pushed, RoleHeld, StandIn
from idp.events import Actor
from tests.rig.people import HULIN, JANA, PETR_ID, person
from tests.rig.reviews import KVASICE, NOW

CLERK, ELSEWHERE = RoleHeld(HULIN, Role.CLERK), RoleHeld(KVASICE, Role.CLERK)
REGISTRAR = RoleHeld(HULIN, Role.REGISTRAR)
MAYOR = RoleHeld(HULIN, Role.MAYOR)


def block(role: RoleHeld, subject=PETR_ID, login="Petr") -> Block:
    return Block(
        id=BlockId("b" * 16),
        subject=subject,
        login=login,
        name="",
        municipality=role.municipality,
        role=role.role,
        campaign=CampaignId("c" * 16),
        item=1,
        by=Actor("novakova", "urad:1"),
        since=NOW,
    )


PETR = person(PETR_ID, "petr", roles=(CLERK, REGISTRAR, ELSEWHERE))


def test_one_role_of_one_person_in_one_municipality_is_taken_away() -> None:
    blocks = blocks_of([block(CLERK)])
    assert blocks.counting(PETR).roles == (REGISTRAR, ELSEWHERE)
    assert blocks.counting(JANA) == JANA


def test_without_any_everybody_stays_who_they_are() -> None:
    assert Blocks().counting(PETR) is PETR


def test_whoever_stands_in_for_that_person_does_not_have_the_role_either() -> None:
    deputy = replace(JANA, roles=(CLERK, MAYOR), standing_in=(StandIn(MAYOR, "PETR"), StandIn(CLERK, "eva")))
    counting = blocks_of([block(MAYOR), block(CLERK)]).counting(deputy)
    assert (counting.roles, counting.standing_in) == ((CLERK,), (StandIn(CLERK, "eva"),))


def test_a_role_as_a_deputy_can_be_taken_away_from_the_deputy() -> None:
    deputy = replace(JANA, roles=(MAYOR,), standing_in=(StandIn(MAYOR, "petr"),))
    counting = blocks_of([block(MAYOR, JANA.subject, "jana")]).counting(deputy)
    assert (counting.roles, counting.standing_in) == ((), ())


def test_a_role_that_a_personnel_system_gives_can_be_taken_away_like_any_other() -> None:
    given = replace(PETR, pushed=(Pushed(CLERK, "payroll"), Pushed(REGISTRAR, "payroll")))
    counting = blocks_of([block(CLERK)]).counting(given)
    assert (counting.roles, counting.pushed) == ((REGISTRAR, ELSEWHERE), (Pushed(REGISTRAR, "payroll"),))
