from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import Role, SessionId
from gateway.asks.ask import AskId, Kind, Stage
from gateway.asks.supplied import PASSING, Matter, beside, changes_at, facts
from policies.model import NOTHING_FURTHER
from tests.gateway.asks.town import (
    BUDGET,
    DAY,
    EVA,
    HOUR,
    HULIN,
    IVO,
    JANA,
    KROMERIZ,
    NOW,
    PAVEL,
    PETR,
    READ,
    RECORDS,
    SESSION,
    SIGN,
    WRITE,
    approved,
    ask,
)

HERE = Matter(RECORDS, HULIN, SESSION)
ACCESS = approved(ask())
ORDER = approved(ask(Kind.ORDER, PAVEL), EVA)
USE = ask(Kind.EMERGENCY)
DELEGATION = ask(Kind.DELEGATION, PETR, IVO)
PURPOSE = ask(Kind.PURPOSE, agenda="A115", activity_role="CR22")


def test_whoever_asked_for_nothing_has_no_facts():
    assert facts((), HERE, NOW) is NOTHING_FURTHER
    assert facts([ask()], HERE, NOW) is NOTHING_FURTHER  # it waits
    assert changes_at((), HERE, NOW) is None


def test_approved_access_is_a_fact_of_its_application_municipality_and_time():
    found = facts([ACCESS], HERE, NOW).requested
    assert found is not None
    assert (found.application, found.actions, found.until) == (RECORDS, {SIGN}, ACCESS.until)
    assert facts([ACCESS], replace(HERE, application=BUDGET), NOW) is NOTHING_FURTHER
    assert facts([ACCESS], replace(HERE, municipality=KROMERIZ), NOW) is NOTHING_FURTHER
    for moment in (ACCESS.since - timedelta(microseconds=1), ACCESS.until):
        assert facts([ACCESS], HERE, moment) is NOTHING_FURTHER
    assert facts([replace(ACCESS, stage=Stage.WITHDRAWN)], HERE, NOW) is NOTHING_FURTHER


def test_several_requests_count_together_until_the_first_ends():
    longer = replace(ACCESS, id=AskId("b" * 22), actions=frozenset({READ, WRITE}), until=NOW + DAY)
    found = facts([ACCESS, longer], HERE, NOW).requested
    assert found is not None
    assert (found.actions, found.until) == ({READ, WRITE, SIGN}, NOW + HOUR)
    later = facts([ACCESS, longer], HERE, NOW + HOUR).requested
    assert later is not None
    assert later.actions == {READ, WRITE}


def test_an_order_is_a_ticket_and_stays_one_without_its_sponsor():
    ticket = facts([ORDER], HERE, NOW).ticket
    assert ticket is not None
    assert (ticket.approved, ticket.sponsor_present, ticket.sponsor) == (True, True, EVA.subject)
    for stage in (Stage.SPONSOR_GONE, Stage.WITHDRAWN):
        lost = facts([replace(ORDER, stage=stage)], HERE, NOW).ticket
        assert lost is not None
        assert not lost.sponsor_present
        assert lost.approved is (stage is Stage.SPONSOR_GONE)  # who has ended it approves it no more
    assert facts([ask(Kind.ORDER, PAVEL)], HERE, NOW).ticket is None
    assert facts([replace(ORDER, approvals=(), stage=Stage.WITHDRAWN)], HERE, NOW).ticket is None


def test_an_order_lets_what_its_sponsor_confirmed_and_several_that_run_together():
    reading = replace(ORDER, actions=frozenset({READ}))
    writing = replace(ORDER, id=AskId("b" * 22), actions=frozenset({WRITE}), until=NOW + DAY)
    alone, both = facts([reading], HERE, NOW).ticket, facts([reading, writing], HERE, NOW).ticket
    assert alone is not None
    assert both is not None
    assert (alone.actions, both.actions, both.until) == ({READ}, {READ, WRITE}, reading.until)
    ended = facts([reading, replace(writing, stage=Stage.WITHDRAWN)], HERE, NOW).ticket
    assert ended is not None
    assert (ended.actions, ended.approved) == ({READ}, True)


def test_an_order_with_its_sponsor_counts_before_one_without():
    lost = replace(ORDER, id=AskId("b" * 22), stage=Stage.SPONSOR_GONE)
    for orders in ([lost, ORDER], [ORDER, lost]):
        ticket = facts(orders, HERE, NOW).ticket
        assert ticket is not None
        assert ticket.sponsor_present


def test_emergency_access_is_of_its_application_alone_and_says_whether_an_earlier_one_is_late():
    emergency = facts([USE], HERE, NOW).emergency
    assert emergency is not None
    assert (emergency.asked_at, emergency.reviewed_late) == (NOW, False)
    assert facts([USE], replace(HERE, application=BUDGET), NOW).emergency is None
    earlier = replace(USE, id=AskId("b" * 22), since=NOW - 3 * DAY, until=NOW - 2 * DAY, review_by=NOW)
    late = facts([USE, earlier], HERE, NOW).emergency
    assert late is not None
    assert late.reviewed_late


def test_why_emergency_access_was_asked_for_has_one_blank_between_two_words():
    """Policies count words by their blanks."""
    emergency = facts([replace(USE, why=" povodeň,\n hledáme\t krizový  plán ")], HERE, NOW).emergency
    assert emergency is not None
    assert emergency.justification == "povodeň, hledáme krizový plán"


def test_a_delegation_is_of_the_municipality_whatever_the_application():
    for application in (RECORDS, BUDGET):
        found = facts([DELEGATION], replace(HERE, application=application), NOW).delegation
        assert found is not None
        assert (found.by, found.roles) == (PETR.subject, {Role.MAYOR})
    assert facts([DELEGATION], replace(HERE, municipality=KROMERIZ), NOW).delegation is None


def test_a_purpose_counts_in_its_own_sign_in_alone():
    found = facts([PURPOSE], HERE, NOW)
    assert (found.purpose, found.agenda, found.activity_role) == (PURPOSE.why, "A115", "CR22")
    assert facts([PURPOSE], replace(HERE, session=SessionId("T" * 22)), NOW) is NOTHING_FURTHER
    assert facts([PURPOSE], replace(HERE, session=None), NOW) is NOTHING_FURTHER


ASKS = st.builds(
    lambda kind, begins, lasts, stage, review: replace(
        ask(kind, JANA, IVO if kind is Kind.DELEGATION else None),
        id=AskId(f"{begins}-{lasts}"),
        stage=stage,
        since=NOW + timedelta(minutes=begins),
        until=NOW + timedelta(minutes=begins + lasts),
        approvals=ACCESS.approvals,
        review_by=NOW + timedelta(minutes=review) if kind is Kind.EMERGENCY else None,
    ),
    st.sampled_from(Kind),
    st.integers(-60, 60),
    st.integers(1, 60),
    st.sampled_from(Stage),
    st.integers(-60, 60),
)


@given(asks=st.lists(ASKS, max_size=4), minutes=st.integers(1, 200))
def test_between_two_moments_at_which_they_change_the_facts_stay_as_they_are(asks, minutes):
    changes = changes_at(asks, HERE, NOW)
    later = NOW + timedelta(minutes=minutes)
    moment = later if changes is None else min(later, changes - timedelta(microseconds=1))
    assert facts(asks, HERE, moment) == facts(asks, HERE, NOW)


def test_beside_what_is_asked_for_counts_neither_itself_nor_what_is_soon_over():
    waits = ask(id=AskId("w" * 22), since=NOW, until=NOW + DAY)
    long = replace(ORDER, since=NOW, until=NOW + PASSING)
    short = replace(ORDER, id=AskId("s" * 22), since=NOW, until=NOW + PASSING - HOUR)
    purpose, use = (replace(one, until=NOW + 2 * DAY) for one in (PURPOSE, USE))
    assert beside([waits, long, short, purpose, use], waits) == [long]
    brief = replace(waits, until=NOW + HOUR)
    assert beside([brief, long, short, purpose], brief) == [long, short]
    assert beside([USE, short, PURPOSE], USE) == [short, PURPOSE], "emergency access is as short itself"
