import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config.vocabulary import Action, Role
from gateway.asks.ask import AskId, Kind, Stage
from gateway.asks.author import Author
from gateway.asks.refused import AskRefused, PoliciesRefuse, Why
from gateway.asks.store import Sought
from gateway.asks.supplied import Matter, facts
from gateway.audit.entry import Code, Outcome
from gateway.notices.notice import NoticeKind
from idp.directory.person import AccountState
from idp.directory.same_person import Account, Persons
from tests.gateway.asks.office_of_requests import Requests, doing
from tests.gateway.asks.town import (
    EVA,
    HOUR,
    HULIN,
    IVO,
    JANA,
    KROMERIZ,
    MARTIN,
    NOW,
    PAVEL,
    PETR,
    RECORDS,
    wish,
)


@pytest.fixture
def requests(tmp_path: Path) -> Iterator[Requests]:
    made = Requests(tmp_path / "brana.db")
    yield made
    made.database.close()


async def refused(requests: Requests, act) -> str:
    """The reason, which stands in the last entry too."""
    with pytest.raises((AskRefused, PoliciesRefuse)) as raised:
        await act
    reason = raised.value.reason if isinstance(raised.value, AskRefused) else raised.value.spoken.reason
    entry = requests.entries[-1]
    assert (entry.code, entry.outcome, entry.reason) == (Code.REQUEST_ACT_REFUSED, Outcome.REFUSED, reason)
    return reason


async def test_what_is_asked_for_is_kept_recorded_and_told_to_those_who_may_decide(requests):
    made = await requests.ask(wish())
    assert await requests.office.find(Sought(name=made.id)) == [made]
    (entry,) = requests.entries
    assert (entry.code, entry.person, entry.application) == (Code.REQUEST_MADE, "novakova.jana", "records")
    assert entry.details["approvals"] == "0/1"
    assert {(one.kind, one.person) for one in requests.told} == {
        (NoticeKind.REQUEST_WAITING, "dvorak.petr"),
        (NoticeKind.REQUEST_WAITING, "mala.eva"),
    }
    assert requests.in_force.of(JANA.subject) == ()


async def test_what_may_not_be_asked_for_is_recorded_and_not_kept(requests):
    assert await refused(requests, requests.ask(wish(why=""))) == Why.UNEXPLAINED
    assert await requests.office.find(Sought()) == []


async def test_whom_the_policies_do_not_let_ask_asks_for_nothing(requests):
    requests.refusing.add(Action.WRITE)
    assert await refused(requests, requests.ask(wish())) == "role_not_sufficient"
    assert await requests.office.find(Sought()) == []


async def test_approval_is_asked_of_the_policies_with_the_author_and_who_approved_before(requests):
    made = await requests.ask(wish())
    found = await requests.office.approve(made.id, doing(PETR), "ano")
    (_, asking), (action, author) = requests.asked_of_policies
    assert asking == Author(JANA.subject)
    assert (action, author.whose, author.approved_by) == (Action.SIGN, JANA.subject, frozenset())
    assert found.stage is Stage.IN_FORCE
    assert requests.in_force.of(JANA.subject) == (found,)
    assert requests.told[-1].person == "novakova.jana"
    assert [one.code for one in requests.entries][:2] == [Code.REQUEST_MADE, Code.REQUEST_APPROVED]


async def test_nobody_approves_their_own_even_where_the_policies_would_let_them(requests):
    made = await requests.ask(wish(asker=PETR))
    assert await refused(requests, requests.office.approve(made.id, doing(PETR))) == Why.OWN


async def test_whom_the_policies_refuse_decides_nothing_and_the_entry_names_the_rule(requests):
    made = await requests.ask(wish())
    requests.refusing.add(Action.SIGN)
    for act in (
        requests.office.approve(made.id, doing(EVA)),
        requests.office.refuse(made.id, doing(EVA), "ne"),
        requests.office.withdraw(made.id, doing(EVA)),
    ):
        assert await refused(requests, act) == "role_not_sufficient"
        assert requests.entries[-1].rule == "some-rule"
    assert (await requests.office.find(Sought()))[0].stage is Stage.WAITING


async def test_another_municipality_is_none_of_ones_business(requests):
    made = await requests.ask(wish())
    stranger = doing(MARTIN, municipality=KROMERIZ)
    for act in (requests.office.approve(made.id, stranger), requests.office.withdraw(made.id, stranger)):
        assert await refused(requests, act) == Why.UNKNOWN
    assert await refused(requests, requests.office.approve(AskId("x" * 22), doing(PETR))) == Why.UNKNOWN


async def test_the_end_of_an_access_revokes_what_its_sessions_were_granted_and_what_came_between(requests):
    session = await requests.sign_in(JANA)
    made = await requests.ask(wish())
    await requests.office.approve(made.id, doing(PETR))
    before = await requests.generation(session)
    ended = await requests.office.withdraw(made.id, doing(JANA))
    assert ended.stage is Stage.WITHDRAWN
    assert requests.in_force.of(JANA.subject) == ()
    assert await requests.generation(session) == before + 2
    assert {f"{session}.{before}", f"{session}.{before + 1}"} <= set(await requests.sessions.revoked(NOW))
    assert all(f"{session}.{number}" in requests.revoked for number in (before, before + 1))
    revoking = [one for one in requests.entries if one.code is Code.REVOCATION]
    assert revoking[-1].reason == Code.REQUEST_ENDED


async def test_an_approver_ends_it_without_asking_the_policies_again(requests):
    made = await requests.ask(wish())
    await requests.office.approve(made.id, doing(PETR))
    requests.refusing.add(Action.SIGN)
    assert (await requests.office.withdraw(made.id, doing(PETR))).stage is Stage.WITHDRAWN


async def test_an_order_is_told_to_its_sponsor_who_confirms_and_ends_it(requests):
    made = await requests.ask(wish(Kind.ORDER, PAVEL, sponsor=EVA))
    assert [one.person for one in requests.told] == ["mala.eva"]
    await requests.office.approve(made.id, doing(EVA))
    here = Matter(RECORDS, HULIN, None)
    ticket = facts(requests.in_force.of(PAVEL.subject), here, NOW).ticket
    assert ticket is not None
    assert ticket.sponsor_present
    await requests.office.withdraw(made.id, doing(EVA))
    ticket = facts(requests.in_force.of(PAVEL.subject), here, NOW).ticket
    assert ticket is not None
    assert not ticket.sponsor_present


async def test_a_sponsor_confirms_only_while_acting_for_the_municipality_but_ends_from_anywhere(requests):
    made = await requests.ask(wish(Kind.ORDER, PAVEL, sponsor=EVA))
    elsewhere = doing(EVA, municipality=KROMERIZ)
    assert await refused(requests, requests.office.approve(made.id, elsewhere)) == Why.UNKNOWN
    await requests.office.approve(made.id, doing(EVA))
    assert (await requests.office.withdraw(made.id, elsewhere)).stage is Stage.WITHDRAWN


async def test_an_order_that_its_sponsor_placed_is_told_to_approvers_and_asked_of_the_policies_as_a_request(
    requests,
):
    order = await requests.ask(wish(Kind.ORDER, EVA, holder=PAVEL, sponsor=EVA))
    assert {one.subject for one in requests.told} == {PETR.subject}
    assert await refused(requests, requests.office.approve(order.id, doing(EVA))) == Why.OWN
    requests.refusing = {Action.SIGN}
    assert await refused(requests, requests.office.approve(order.id, doing(JANA))) == "role_not_sufficient"
    requests.refusing = set()
    confirmed = await requests.office.approve(order.id, doing(PETR))
    assert (confirmed.stage, requests.asked_of_policies[-1][0]) == (Stage.IN_FORCE, Action.SIGN)


async def test_an_officer_places_an_order_only_where_the_policies_let_them_administer(requests):
    requests.refusing.add(Action.ADMINISTER)
    placing = requests.ask(wish(Kind.ORDER, EVA, holder=PAVEL, sponsor=EVA))
    assert await refused(requests, placing) == "role_not_sufficient"
    requests.refusing.clear()
    assert (await requests.ask(wish(Kind.ORDER, EVA, holder=PAVEL, sponsor=EVA))).stage is Stage.WAITING


@pytest.mark.parametrize("gone", [None, replace(EVA, state=AccountState.DISABLED), replace(EVA, roles=())])
async def test_an_order_ends_when_its_sponsor_is_not_there_any_more(requests, gone):
    session = await requests.sign_in(PAVEL)
    made = await requests.ask(wish(Kind.ORDER, PAVEL, sponsor=EVA))
    await requests.office.approve(made.id, doing(EVA))
    assert requests.office.backers() == {EVA.subject}
    before = await requests.generation(session)
    await requests.office.look_at_backers({EVA.subject: EVA, PETR.subject: None}, NOW)
    assert await requests.generation(session) == before
    await requests.office.look_at_backers({EVA.subject: gone}, NOW)
    assert (await requests.office.find(Sought()))[0].stage is Stage.SPONSOR_GONE
    assert await requests.generation(session) > before
    lost = next(one for one in requests.entries if one.code is Code.SPONSOR_GONE)
    assert (lost.subject, lost.details["of"]) == ("system", "fiala.pavel")
    assert requests.office.backers() == frozenset()


async def test_a_delegation_ends_when_who_gave_it_has_the_role_no_more(requests):
    made = await requests.ask(wish(Kind.DELEGATION, PETR, holder=IVO, role=Role.MAYOR))
    assert requests.in_force.of(IVO.subject) == (made,)
    await requests.office.look_at_backers({PETR.subject: replace(PETR, roles=EVA.roles)}, NOW)
    assert facts(requests.in_force.of(IVO.subject), Matter(RECORDS, HULIN, None), NOW).delegation is None


async def test_emergency_access_alerts_the_security_officers_at_once(requests):
    made = await requests.ask(wish(Kind.EMERGENCY))
    assert requests.in_force.of(JANA.subject) == (made,)
    assert [(one.kind, one.person) for one in requests.told] == [
        (NoticeKind.EMERGENCY_BEGUN, "kucera.martin")
    ]
    assert requests.told[0].facts["why"] == made.why
    assert requests.alarmed == [made]


async def test_the_centre_reviews_what_happened_in_any_municipality_and_others_their_own(requests):
    made = await requests.ask(wish(Kind.EMERGENCY))
    at_the_centre = doing(MARTIN, NOW + HOUR, KROMERIZ)
    assert await requests.office.find(requests.office.reviews(at_the_centre.officer)) == [made]
    assert await requests.office.find(requests.office.reviews(doing(PETR).officer)) == [made]
    reviewed = await requests.office.review(made.id, at_the_centre, "vše v pořádku")
    assert not reviewed.unreviewed
    assert await requests.office.find(requests.office.reviews(at_the_centre.officer)) == []
    (action, author) = requests.asked_of_policies[-1]
    assert (action, author.whose) == (Action.ADMINISTER, JANA.subject)
    assert requests.entries[-2].code is Code.EMERGENCY_REVIEWED or any(
        one.code is Code.EMERGENCY_REVIEWED for one in requests.entries
    )


async def test_the_only_security_officer_s_own_emergency_access_is_told_to_the_leadership(requests):
    officer = replace(MARTIN, roles=(*MARTIN.roles, *JANA.roles))
    await requests.ask(wish(Kind.EMERGENCY, officer))
    assert {(one.kind, one.person) for one in requests.told} == {
        (NoticeKind.EMERGENCY_BEGUN, "dvorak.petr"),
        (NoticeKind.EMERGENCY_BEGUN, "mala.eva"),
    }


def of_one_person(requests, *together) -> None:
    known = Persons()
    known.know([[Account(one.subject, one.login) for one in together]])
    duties = replace(requests.office.rules.duties, others=known.others)
    requests.office = replace(requests.office, rules=replace(requests.office.rules, duties=duties))


async def test_an_emergency_that_nobody_reviewed_in_time_keeps_the_next_from_the_other_account(requests):
    made = await requests.ask(wish(Kind.EMERGENCY))
    late = made.review_by + HOUR
    again = wish(Kind.EMERGENCY, IVO, since=late, until=late + HOUR)
    of_one_person(requests, JANA, IVO)
    assert await refused(requests, requests.ask(again, late)) == Why.REVIEWED_LATE
    of_one_person(requests, JANA)
    assert (await requests.ask(again, late)).holder.subject == IVO.subject


async def test_a_security_officer_s_emergency_by_another_account_is_told_to_the_leadership(requests):
    of_one_person(requests, JANA, MARTIN)
    await requests.ask(wish(Kind.EMERGENCY))
    assert {one.person for one in requests.told} == {"dvorak.petr", "mala.eva"}


async def test_emergency_access_is_ended_at_once_by_those_who_review_it(requests):
    made = await requests.ask(wish(Kind.EMERGENCY))
    requests.refusing.add(Action.ADMINISTER)
    at_the_centre = doing(MARTIN, municipality=KROMERIZ)
    assert await refused(requests, requests.office.withdraw(made.id, at_the_centre)) == "role_not_sufficient"
    requests.refusing.clear()
    assert (await requests.office.withdraw(made.id, at_the_centre)).stage is Stage.WITHDRAWN
    assert requests.asked_of_policies[-1][0] is Action.ADMINISTER
    assert [one.person for one in requests.told][-1] == "novakova.jana"


async def test_a_municipality_that_is_not_the_centre_reviews_nothing_elsewhere(requests):
    made = await requests.ask(wish(Kind.EMERGENCY))
    elsewhere = doing(MARTIN, NOW + HOUR, "588295")
    assert await requests.office.find(requests.office.reviews(elsewhere.officer)) == []
    assert await refused(requests, requests.office.review(made.id, elsewhere, "vše v pořádku")) == Why.UNKNOWN


async def test_what_another_node_ended_is_out_of_memory_and_its_sessions_are_decided_anew(requests):
    """Its own grants may rest on what it did not know yet."""
    session = await requests.sign_in(JANA)
    made = await requests.ask(wish())
    approved = await requests.office.approve(made.id, doing(PETR))
    before = await requests.generation(session)
    await requests.office.look_again(NOW)
    assert await requests.generation(session) == before  # nothing is new to it
    await requests.office.withdraw(made.id, doing(PETR))
    requests.in_force.put(approved, NOW)  # as of a node that has not heard of it
    after = await requests.generation(session)
    await requests.office.look_again(NOW)
    assert requests.in_force.of(JANA.subject) == ()
    assert await requests.generation(session) == after + 1


async def test_a_start_reads_what_is_in_force_and_revokes_nothing(requests):
    session = await requests.sign_in(JANA)
    made = await requests.ask(wish())
    await requests.office.approve(made.id, doing(PETR))
    before = await requests.generation(session)
    requests.in_force.take([], NOW)
    await requests.office.look_again(NOW, first=True)
    assert len(requests.in_force) == 1
    assert await requests.generation(session) == before


async def test_what_is_ended_while_the_database_is_read_stays_ended(requests):
    made = await requests.ask(wish(Kind.EMERGENCY))
    counting, read = requests.office.store.counting, asyncio.Event()
    ended = asyncio.Event()

    class Slow:
        """The store, whose first answer is on its way while somebody ends what it tells of."""

        def __getattr__(self, name):
            return getattr(requests.office.store, name)

        async def counting(self, now):
            found = await counting(now)
            if not read.is_set():
                read.set()
                await ended.wait()
            return found

    looking = asyncio.create_task(replace(requests.office, store=Slow()).look_again(NOW))
    await read.wait()
    await requests.office.withdraw(made.id, doing(JANA))
    ended.set()
    await looking
    assert [one.stage for one in requests.in_force.of(JANA.subject)] == [Stage.WITHDRAWN]  # to be reviewed
