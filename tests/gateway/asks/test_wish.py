from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Requests, Separation, StricterRequest
from config.vocabulary import ApplicationId, Role
from gateway.asks.ask import Ask, AskId, Kind, Signature, Stage
from gateway.asks.refused import AskRefused, Why
from gateway.asks.wish import MOST, MOST_A_DAY, Wish, asked, may_delegate, may_sponsor, party
from idp.directory.person import AccountState, RoleHeld, StandIn
from tests.gateway.asks.town import (
    BUDGET,
    DAY,
    EVA,
    HOUR,
    HULIN,
    IVO,
    JANA,
    KROMERIZ,
    MAP,
    MARTIN,
    NOW,
    OFFERED,
    PAVEL,
    PETR,
    READ,
    RECORDS,
    SESSION,
    SIGN,
    WRITE,
    ask,
    rules,
    wish,
)

NAME = AskId("n" * 22)


def made(one: Wish, *theirs: Ask, by=None, now=NOW) -> Ask:
    return asked(one, theirs, by or rules(), NAME, now)


def why_not(one: Wish, *theirs: Ask, by=None, now=NOW) -> Why:
    with pytest.raises(AskRefused) as raised:
        made(one, *theirs, by=by, now=now)
    return raised.value.reason


def test_access_waits_for_as_many_as_the_settings_say():
    found = made(wish())
    assert (found.stage, found.needed, found.holder) == (Stage.WAITING, 1, party(JANA))
    assert (found.application, found.actions, found.until) == (RECORDS, {SIGN}, NOW + HOUR)
    strict = Requests(stricter=[StricterRequest(applications=[RECORDS], actions=[SIGN], approvers=2)])
    assert made(wish(), by=rules(strict)).needed == 2
    assert made(wish(actions=frozenset({READ})), by=rules(strict)).needed == 1
    assert made(wish(application=BUDGET), by=rules(strict)).needed == 1
    assert made(wish(), by=rules(Requests(approvers=2))).needed == 2


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"why": "  "}, Why.UNEXPLAINED),
        ({"why": "a\u202eb"}, Why.UNEXPLAINED),
        ({"why": "x" * 501}, Why.UNEXPLAINED),
        ({"application": ApplicationId("payroll")}, Why.APPLICATION),
        ({"municipality": KROMERIZ}, Why.APPLICATION),
        ({"actions": frozenset()}, Why.NO_ACTION),
        ({"application": MAP, "actions": frozenset({READ, WRITE})}, Why.ACTIONS),
        ({"until": None}, Why.WINDOW),
        ({"until": NOW}, Why.WINDOW),
        ({"since": NOW + HOUR, "until": NOW + HOUR}, Why.WINDOW),
        ({"since": NOW - timedelta(minutes=16)}, Why.WINDOW),
        ({"until": NOW + 30 * DAY + timedelta(seconds=1)}, Why.TOO_LONG),
        ({"since": NOW + 61 * DAY, "until": NOW + 62 * DAY}, Why.TOO_EARLY),
    ],
)
def test_what_is_wrong_with_a_request_is_named(given, reason):
    assert why_not(wish(**given)) is reason


def test_the_strictest_length_counts():
    by = rules(Requests(stricter=[StricterRequest(actions=[SIGN], longest=timedelta(minutes=30))]))
    assert why_not(wish(), by=by) is Why.TOO_LONG
    assert made(wish(actions=frozenset({READ})), by=by).until == NOW + HOUR


def test_a_form_that_was_filled_in_slowly_begins_now():
    assert made(wish(since=NOW - timedelta(minutes=14))).since == NOW


def test_nobody_has_more_than_twenty_at_once():
    many = [ask(id=AskId(f"{number:022}")) for number in range(MOST)]
    assert why_not(wish(), *many) is Why.TOO_MANY
    assert made(wish(), *many[1:])
    assert made(wish(), *(replace(one, stage=Stage.REFUSED) for one in many))


def test_nobody_has_others_told_of_more_than_thirty_a_day_by_asking_and_withdrawing():
    many = [ask(id=AskId(f"{number:022}"), stage=Stage.WITHDRAWN) for number in range(MOST_A_DAY)]
    assert why_not(wish(), *many) is Why.TOO_MANY
    assert made(wish(), *many[1:])
    assert made(wish(), *(replace(one, asked_at=NOW - DAY) for one in many))
    assert made(wish(Kind.PURPOSE), *many)


def test_what_begins_later_counts_from_the_day_it_is_recorded():
    later = [
        ask(Kind.DELEGATION, PETR, IVO, id=AskId(f"{number:022}"), since=NOW + HOUR, until=NOW + DAY)
        for number in range(MOST)
    ]
    another = wish(Kind.DELEGATION, PETR, holder=IVO, role=Role.MAYOR)
    assert why_not(another, *later) is Why.TOO_MANY
    assert made(another, *later[1:])


def test_what_others_record_for_somebody_fills_nothing_up_for_them_and_no_flood_waits_for_a_request():
    of_others = [ask(Kind.DELEGATION, PETR, JANA, id=AskId(f"{number:022}")) for number in range(2 * MOST)]
    assert made(wish(), *of_others)
    own = [ask(id=AskId(f"{number:022}")) for number in range(MOST_A_DAY)]
    assert made(wish(Kind.EMERGENCY), *own)
    used = [
        ask(Kind.EMERGENCY, id=AskId(f"{number:022}"), stage=Stage.WITHDRAWN, review_by=None)
        for number in range(MOST_A_DAY)
    ]
    assert why_not(wish(Kind.EMERGENCY), *used) is Why.TOO_MANY


def test_an_order_is_for_a_supplier_and_waits_for_its_sponsor():
    found = made(wish(Kind.ORDER, PAVEL, sponsor=EVA))
    assert (found.stage, found.sponsor, found.needed) == (Stage.WAITING, party(EVA), 1)
    assert why_not(wish(Kind.ORDER, JANA, sponsor=EVA)) is Why.NOT_A_SUPPLIER
    assert why_not(wish(Kind.ORDER, PAVEL, until=NOW + 91 * DAY, sponsor=EVA)) is Why.TOO_LONG


@pytest.mark.parametrize(
    "sponsor",
    [None, PAVEL, MARTIN, replace(EVA, state=AccountState.DISABLED), replace(PAVEL, subject="urad:9"),
     replace(EVA, roles=(*EVA.roles, RoleHeld(KROMERIZ, Role.SUPPLIER)))],
)  # fmt: skip
def test_a_sponsor_is_an_officer_of_the_municipality_at_work(sponsor):
    assert why_not(wish(Kind.ORDER, PAVEL, sponsor=sponsor)) is Why.SPONSOR_UNFIT


def test_an_order_that_its_sponsor_places_waits_for_somebody_else():
    found = made(wish(Kind.ORDER, EVA, holder=PAVEL, sponsor=EVA))
    assert (found.stage, found.approvals, found.confirmed_by_sponsor) == (Stage.WAITING, (), False)
    assert made(wish(Kind.ORDER, PETR, holder=PAVEL, sponsor=EVA)).confirmed_by_sponsor
    apart = rules(None, Separation(acts=["ask", "sponsor"]))
    assert why_not(wish(Kind.ORDER, EVA, holder=PAVEL, sponsor=EVA), by=apart) is Why.DUTIES


def test_emergency_access_begins_at_once_ends_within_the_hour_and_is_to_be_reviewed():
    found = made(wish(Kind.EMERGENCY))
    assert (found.stage, found.since, found.until) == (Stage.IN_FORCE, NOW, NOW + HOUR)
    assert (found.review_by, found.actions) == (NOW + 2 * DAY, OFFERED[RECORDS])
    assert why_not(wish(Kind.EMERGENCY, why="hoří radnice")) is Why.THREE_WORDS
    assert why_not(wish(Kind.EMERGENCY, why="hoří – radnice !")) is Why.THREE_WORDS, "marks are no words"
    assert why_not(wish(why="kontrola  spisu")) is Why.SHORT
    assert why_not(wish(why="kontrola spisu – !")) is Why.SHORT, "nor are they here"
    assert why_not(wish(Kind.EMERGENCY, why="\u3164 \u115f \u3164")) is Why.UNEXPLAINED, (
        "nobody sees these letters"
    )


def test_marks_alone_are_no_reason_and_no_purpose():
    for kind in (Kind.PURPOSE, Kind.EMERGENCY, Kind.ACCESS):
        assert why_not(wish(kind, why=". . .")) is Why.UNEXPLAINED
    assert made(wish(Kind.PURPOSE, why="č. j. 5")).why == "č. j. 5"


def test_a_use_that_nobody_reviewed_in_time_blocks_the_next():
    earlier = ask(Kind.EMERGENCY, since=NOW - 3 * DAY, until=NOW - 3 * DAY + HOUR, review_by=NOW - DAY)
    assert why_not(wish(Kind.EMERGENCY), earlier) is Why.REVIEWED_LATE
    assert made(wish(Kind.EMERGENCY), replace(earlier, review_by=NOW + timedelta(seconds=1)))
    assert made(wish(Kind.EMERGENCY), replace(earlier, reviewed=Signature(party(MARTIN), NOW, "v pořádku")))


def test_no_supplier_begins_emergency_access_whatever_other_role_that_account_has():
    assert why_not(wish(Kind.EMERGENCY, PAVEL)) is Why.SUPPLIERS_EMERGENCY
    both = replace(PAVEL, roles=(*PAVEL.roles, *JANA.roles))
    assert why_not(wish(Kind.EMERGENCY, both)) is Why.SUPPLIERS_EMERGENCY


def test_emergency_access_is_not_made_longer_by_asking_again():
    running = ask(Kind.EMERGENCY)
    assert why_not(wish(Kind.EMERGENCY), running) is Why.RUNS_ALREADY
    assert made(wish(Kind.EMERGENCY, application=BUDGET), running)
    assert made(wish(Kind.EMERGENCY), running, now=NOW + HOUR)


def test_hours_of_emergency_access_follow_each_other_only_as_long_as_somebody_else_looks_at_them():
    def use(hours: int) -> Ask:
        begun = NOW - hours * HOUR
        return ask(Kind.EMERGENCY, since=begun, until=begun + HOUR, review_by=begun + 2 * DAY)

    three = [use(hours) for hours in (3, 2, 1)]
    assert made(wish(Kind.EMERGENCY), *three[1:])
    assert why_not(wish(Kind.EMERGENCY), *three) is Why.REVIEWED_FIRST
    assert why_not(wish(Kind.EMERGENCY, application=BUDGET), *three) is Why.REVIEWED_FIRST, (
        "wherever they were"
    )
    looked_at = replace(three[0], reviewed=Signature(party(MARTIN), NOW, "v pořádku"))
    assert made(wish(Kind.EMERGENCY), looked_at, *three[1:])


def test_whoever_holds_a_role_records_a_deputy():
    found = made(wish(Kind.DELEGATION, PETR, holder=IVO, role=Role.MAYOR))
    assert (found.stage, found.holder, found.role) == (Stage.IN_FORCE, party(IVO), Role.MAYOR)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"holder": None}, Why.PERSON_UNKNOWN),
        ({"holder": PETR}, Why.ONESELF),
        ({"role": Role.ACCOUNTANT}, Why.ROLE_NOT_HELD),
        ({"role": None}, Why.ROLE_NOT_HELD),
        ({"holder": MARTIN}, Why.DEPUTY_UNFIT),
        ({"holder": PAVEL}, Why.DEPUTY_UNFIT),
        ({"until": NOW + 181 * DAY}, Why.TOO_LONG),
    ],
)
def test_what_is_wrong_with_a_delegation_is_named(given, reason):
    assert why_not(wish(Kind.DELEGATION, PETR, **({"holder": IVO, "role": Role.MAYOR} | given))) is reason


APART = Separation(roles=[Role.MAYOR, Role.DEPUTY_MAYOR], where="municipality")
MONEY = Separation(roles=[Role.ACCOUNTANT, Role.AUTHORISING_OFFICER])


def test_a_role_is_not_delegated_to_whoever_has_one_that_it_may_not_meet():
    lends = wish(Kind.DELEGATION, PETR, holder=IVO, role=Role.MAYOR)
    assert made(lends)
    assert why_not(lends, by=rules(None, APART)) is Why.ROLES_MEET
    assert made(replace(lends, holder=JANA), by=rules(None, APART))
    ana = replace(JANA, roles=(RoleHeld(KROMERIZ, Role.DEPUTY_MAYOR), *JANA.roles))
    assert made(replace(lends, holder=ana), by=rules(None, APART)), "in another municipality"
    anywhere = rules(None, Separation(roles=APART.roles))
    assert why_not(replace(lends, holder=ana), by=anywhere) is Why.ROLES_MEET


def test_two_roles_that_may_not_meet_are_not_delegated_to_one_person_at_the_same_time():
    petr = replace(PETR, roles=(RoleHeld(HULIN, Role.AUTHORISING_OFFICER),))
    lends = wish(Kind.DELEGATION, petr, holder=IVO, role=Role.AUTHORISING_OFFICER)
    other = ask(Kind.DELEGATION, EVA, IVO, role=Role.ACCOUNTANT, since=NOW - DAY, until=NOW + HOUR / 2)
    by = rules(None, MONEY)
    assert why_not(lends, other, by=by) is Why.ROLES_MEET
    assert made(lends, replace(other, until=NOW), by=by), "one after the other"
    assert made(lends, replace(other, stage=Stage.WITHDRAWN), by=by)
    assert made(lends, replace(other, holder=party(JANA)), by=by), "somebody else's"


def test_a_role_that_is_held_as_a_deputy_is_not_delegated_further():
    lent = StandIn(RoleHeld(HULIN, Role.MAYOR), "dvorak.petr")
    ivo = replace(IVO, roles=(*IVO.roles, RoleHeld(HULIN, Role.MAYOR)), standing_in=(lent,))
    assert why_not(wish(Kind.DELEGATION, ivo, holder=EVA, role=Role.MAYOR)) is Why.ROLE_NOT_HELD
    assert not may_delegate(ivo, HULIN, Role.MAYOR)
    assert may_sponsor(ivo, HULIN)


def test_a_purpose_stays_with_its_sign_in_for_an_hour():
    found = made(wish(Kind.PURPOSE, agenda="A115", activity_role="CR22"))
    assert (found.session, found.until) == (SESSION, NOW + HOUR)
    assert (found.agenda, found.activity_role) == ("A115", "CR22")
    assert why_not(wish(Kind.PURPOSE, agenda="a 115")) is Why.CODES


@given(
    begins=st.integers(-200_000, 9_000_000),
    lasts=st.integers(-10, 9_000_000),
    kind=st.sampled_from([Kind.ACCESS, Kind.ORDER, Kind.DELEGATION]),
)
def test_whatever_is_asked_for_lasts_no_longer_than_the_settings_and_never_begins_in_the_past(
    begins, lasts, kind
):
    since = NOW + timedelta(seconds=begins)
    asker, holder = {Kind.ORDER: (PAVEL, None), Kind.DELEGATION: (PETR, IVO)}.get(kind, (JANA, None))
    one = wish(kind, asker, holder=holder, sponsor=EVA, role=Role.MAYOR, since=since)
    settings = Requests()
    longest = {Kind.ORDER: settings.longest_order, Kind.DELEGATION: settings.longest_delegation}
    try:
        found = made(replace(one, until=since + timedelta(seconds=lasts)))
    except AskRefused:
        return
    assert NOW <= found.since < found.until
    assert found.until - found.since <= longest.get(kind, settings.longest)
    assert found.since <= NOW + settings.ahead
