"""What waits for one person, in either database."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.access_review.campaign import Campaign, CampaignId, Choice, Decided, Item
from gateway.asks.ask import Ask, AskId, Kind, Signature, Stage
from gateway.asks.wish import party
from gateway.policy_office.proposal import Proposal, ProposalId, State, Step, Taken
from gateway.policy_office.scope import OF_REGION, Scope
from gateway.storage.access_review import Reviews
from gateway.storage.ask_rows import ask_row
from gateway.storage.audit import append
from gateway.storage.database import Database
from gateway.storage.policy_proposals import Proposals
from gateway.storage.tables.asks import ask as ask_table
from gateway.storage.waiting import StoredWaiting
from gateway.waiting import MOST, NOTHING, Turn, Waiting
from tests.gateway.asks.town import EVA, HOUR, HULIN, JANA, KROMERIZ, NOW, PETR, ask
from tests.gateway.storage.test_access_review import PETR as BY
from tests.gateway.storage.test_access_review import campaign, item

WHO = PETR.subject
MAY = Turn(
    who=WHO,
    municipality=HULIN,
    orders=True,
    requests=True,
    uses=True,
    proposals=frozenset({HULIN}),
    accesses=True,
)


def keep_asks(database: Database, *some: Ask) -> None:
    rows = [ask_row(replace(one, id=AskId(f"{number:022}"))) for number, one in enumerate(some)]
    database.write_soon(lambda connection: connection.execute(ask_table.insert(), rows)).result()


def keep_proposals(database: Database, *some: Proposal) -> None:
    taken = Taken(revision=1, step=Step.SUBMIT, subject="urad:x", name="X", at=NOW, why="")

    def work(connection) -> None:
        for number, one in enumerate(some):
            Proposals(connection).keep(replace(one, id=ProposalId(f"{number:022}")), taken)

    database.write_soon(work).result()


def keep_reviews(database: Database, *some: tuple[Campaign, list[Item]]) -> None:
    def work(connection) -> None:
        book = Reviews(connection, append)
        for number, (one, items) in enumerate(some):
            named = replace(one, id=CampaignId(f"{number:016}"))
            book.keep_campaign(named)
            for each in items:
                book.keep_item(named.id, each)

    database.write_soon(work).result()


async def waiting(database: Database, turn: Turn = MAY) -> Waiting:
    return await StoredWaiting(database).of(turn, NOW)


WAITS = ask()
COUNTED: dict[str, tuple[Ask, int]] = {
    "somebody else's request": (WAITS, 1),
    "one's own": (ask(asker=PETR), 0),
    "one that was asked for whoever looks": (ask(holder=PETR), 0),
    "one that this person has approved": (replace(WAITS, approvals=(Signature(party(PETR), NOW),)), 0),
    "one that somebody else has approved": (replace(WAITS, approvals=(Signature(party(EVA), NOW),)), 1),
    "one whose time is over": (replace(WAITS, until=NOW), 0),
    "one that is decided": (replace(WAITS, stage=Stage.IN_FORCE), 0),
    "another municipality's": (replace(WAITS, municipality=KROMERIZ), 0),
    "an order, which is its sponsor's": (ask(Kind.ORDER), 0),
    "an order that its sponsor placed": (ask(Kind.ORDER, asker=EVA), 1),
    "an order that whoever looks placed and sponsors": (ask(Kind.ORDER, PETR, sponsor=party(PETR)), 0),
}


@pytest.mark.parametrize("which", COUNTED)
async def test_a_request_waits_for_whoever_may_decide_and_is_no_part_of_it(database, which):
    one, number = COUNTED[which]
    keep_asks(database, one)
    assert await waiting(database) == Waiting(requests=number)


async def test_an_order_waits_for_its_sponsor_where_that_person_acts(database):
    sponsored = replace(ask(Kind.ORDER), sponsor=party(PETR))
    keep_asks(database, sponsored, replace(sponsored, stage=Stage.IN_FORCE), ask(Kind.ORDER))
    assert await waiting(database) == Waiting(orders=1)
    assert await waiting(database, replace(MAY, municipality=KROMERIZ)) == NOTHING


async def test_emergency_access_waits_for_its_review_when_it_is_over(database):
    used = ask(Kind.EMERGENCY, since=NOW - HOUR, until=NOW)
    running = replace(used, until=NOW + HOUR)
    ended = replace(running, stage=Stage.WITHDRAWN)
    reviewed = replace(used, reviewed=Signature(party(EVA), NOW))
    mine = replace(used, holder=party(PETR))
    elsewhere = replace(used, municipality=KROMERIZ)
    keep_asks(database, used, running, ended, reviewed, mine, elsewhere)
    assert await waiting(database) == Waiting(uses=2)
    assert await waiting(database, replace(MAY, uses_everywhere=True)) == Waiting(uses=3)


def proposal(**changes) -> Proposal:
    made = Proposal(
        id=ProposalId(""), scope=Scope(HULIN), state=State.SUBMITTED, texts={}, base=1, base_digest="",
        revision=1, owner=JANA.subject, owner_name="Jana", authors=frozenset({JANA.subject}), note="",
        created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    return replace(made, **changes)


async def test_a_proposal_waits_for_whoever_had_no_hand_in_it(database):
    keep_proposals(
        database,
        proposal(),
        proposal(owner=WHO, authors=frozenset()),
        proposal(authors=frozenset({JANA.subject, WHO})),
        proposal(state=State.DRAFT),
        proposal(state=State.APPROVED),
        proposal(scope=Scope(KROMERIZ)),
        proposal(scope=OF_REGION),
    )
    assert await waiting(database) == Waiting(proposals=1)
    both = replace(MAY, proposals=frozenset({HULIN, OF_REGION}))
    assert await waiting(database, both) == Waiting(proposals=2, common=1)


async def test_what_nobody_has_decided_in_a_review_waits_but_for_ones_own(database):
    first = item(NOW, 1)

    def decided(number: int, choice: Choice) -> Item:
        answer = Decided(choice=choice, comment="", by=BY, at=NOW, entry=1)
        return replace(first, number=number, decided=answer)

    items = [
        first,
        decided(2, Choice.UNCLEAR),
        decided(3, Choice.CONFIRM),
        replace(first, number=4, gone_at=NOW),
        replace(first, number=5, held=replace(first.held, subject=WHO)),
    ]
    closed = replace(campaign(NOW), closed_at=NOW + timedelta(days=1), closed_by=BY, closed_entry=9)
    elsewhere = replace(campaign(NOW), municipality=KROMERIZ)
    keep_reviews(database, (campaign(NOW), items), (closed, items), (elsewhere, items))
    assert await waiting(database) == Waiting(accesses=2)


async def test_more_than_is_shown_is_not_counted(database):
    keep_asks(database, *[WAITS] * (MOST + 7))
    assert await waiting(database) == Waiting(requests=MOST)


LESS: dict[str, Callable[[], Turn]] = {
    "requests": lambda: replace(MAY, requests=False),
    "uses": lambda: replace(MAY, uses=False),
    "orders": lambda: replace(MAY, orders=False),
    "proposals": lambda: replace(MAY, proposals=frozenset()),
    "accesses": lambda: replace(MAY, accesses=False),
}


@pytest.mark.parametrize("what", LESS)
async def test_what_somebody_may_not_decide_is_not_counted(database, what):
    sponsored = replace(ask(Kind.ORDER), sponsor=party(PETR))
    keep_asks(database, WAITS, sponsored, ask(Kind.EMERGENCY, since=NOW - HOUR, until=NOW))
    keep_proposals(database, proposal())
    keep_reviews(database, (campaign(NOW), [item(NOW)]))
    every = Waiting(requests=1, orders=1, uses=1, proposals=1, accesses=1)
    assert await waiting(database) == every
    assert await waiting(database, LESS[what]()) == replace(every, **{what: 0})


async def test_who_decides_nothing_asks_the_database_nothing(database):
    database.close()
    assert await waiting(database, Turn(who=WHO, municipality=HULIN)) == NOTHING


async def test_what_another_account_of_the_person_had_a_part_in_does_not_wait_for_this_one(
    database: Database,
) -> None:
    keep_asks(
        database,
        WAITS,
        replace(ask(asker=EVA), approvals=(Signature(party(JANA), NOW),)),
        ask(asker=EVA, holder=JANA),
        ask(asker=EVA),
    )
    assert (await waiting(database)).requests == 4
    assert (await waiting(database, replace(MAY, also=frozenset({JANA.subject})))).requests == 1
