"""What would open nothing is known beforehand, by the policies of the example; what cannot be told is not said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.named_networks import NamedNetworks
from config.settings import Network
from config.vocabulary import Action, ApplicationId, AuthenticationLevel, Language, NetworkName, Role
from gateway.asks.ask import AskId, Kind
from gateway.authorize.opened_by import opened_by
from gateway.authorize.would_open import refused_now, still_closed
from policies.incidents import Closure, ClosureKind
from policies.load import load
from tests.gateway.asks import town
from tests.gateway.authorize.conftest import EXAMPLES, HULIN, NOW, RECORDS
from tests.gateway.authorize.test_devices_by_tunnel import TUNNEL, opened_for, with_tunnel

HERE, OFFICE = "192.0.2.7", "10.1.0.9"
HOURS = """@id("mornings") @reason("outside_hours")
@title_cs("Jen dopoledne") @title_en("Mornings only")
@advice_cs("Přijďte dopoledne.") @advice_en("Come in the morning.")
forbid (principal, action, resource in Municipality::"588491")
unless {{ {condition} }};
"""


def asked(kind=Kind.ACCESS, **given):
    return town.ask(kind, **{"since": NOW, "until": NOW + timedelta(hours=1), "actions": READ_WRITE, **given})


READ_WRITE = frozenset({Action.READ, Action.WRITE})


@pytest.fixture
def of_hulin(snapshot, district, tmp_path):
    """The same, with one more rule of Hulín."""

    def with_rule(condition, asking=""):
        for each in (EXAMPLES / "policies" / "municipalities").iterdir():
            (tmp_path / each.name).write_bytes(each.read_bytes())
        with (tmp_path / "588491.cedar").open("a") as text:
            text.write(asking + HOURS.format(condition=condition))
        return replace(snapshot, policies=load(EXAMPLES / "policies" / "region", tmp_path, district))

    return with_rule


def closed(ask, session, snapshot):
    return still_closed(ask, session, snapshot.policies, snapshot, HERE)


def test_what_an_approval_opens_is_not_closed(session, snapshot):
    assert closed(asked(), session, snapshot) == ()


def test_an_approval_lets_nobody_sign_by_the_policies_of_the_example(session, snapshot):
    (found,) = closed(asked(actions=READ_WRITE | {Action.SIGN}), session, snapshot)
    assert (found.action, found.spoken.rule) == (Action.SIGN, "")


@pytest.mark.parametrize("kind", [Kind.ACCESS, Kind.EMERGENCY])
def test_to_a_supplier_neither_an_approval_nor_an_emergency_opens_the_records(session, snapshot, kind):
    supplier = replace(session, roles=((HULIN, Role.SUPPLIER),))
    found = closed(asked(kind), supplier, snapshot)
    assert {one.action for one in found} == READ_WRITE
    assert all(one.spoken.title[language] for one in found for language in Language)


def test_by_an_order_a_supplier_reads_and_writes_and_never_signs(session, snapshot):
    supplier = replace(session, roles=((HULIN, Role.SUPPLIER),))
    order = asked(Kind.ORDER, asker=town.PAVEL)
    assert closed(order, supplier, snapshot) == ()
    (found,) = closed(replace(order, actions=READ_WRITE | {Action.SIGN}), supplier, snapshot)
    assert found.action is Action.SIGN
    assert found.spoken.rule


def test_an_emergency_opens_where_anything_of_it_does(session, snapshot):
    assert closed(asked(Kind.EMERGENCY, actions=READ_WRITE | {Action.SIGN}), session, snapshot) == ()


def test_an_emergency_at_an_hour_that_a_rule_forbids_names_the_rule(session, of_hulin):
    there = of_hulin("context.time.hour >= 14")  # it is ten in Prague
    found = closed(asked(Kind.EMERGENCY), session, there)
    assert {one.spoken.rule for one in found} == {"mornings"}
    assert found[0].spoken.advice[Language.ENGLISH] == "Come in the morning."


def test_a_rule_that_lets_in_later_within_the_time_asked_for_closes_nothing(session, of_hulin):
    there = of_hulin("context.time.hour >= 11")
    ask = asked(Kind.EMERGENCY, until=NOW + timedelta(minutes=90))
    assert closed(ask, session, there) == ()
    assert refused_now(ask, session, there.policies, there, HERE, NOW).rule == "mornings"
    assert closed(asked(until=NOW + timedelta(days=2)), session, of_hulin("context.time.hour == 3")) == ()


@pytest.mark.parametrize(
    "condition",
    [
        "context has device && context.device.managed && context.device.fresh",
        "context.sign_in.level >= 3",
        'context.place.networks.contains(Network::"office")',
        'context.place has country && context.place.country == "AT"',
        'context has purpose && context has agenda && context.agenda == "A115"',
        "context.place.tunnel",
    ],
)
@pytest.mark.parametrize("kind", [Kind.ACCESS, Kind.EMERGENCY])
def test_what_the_person_could_do_alone_is_no_reason_to_refuse(session, of_hulin, condition, kind):
    there = of_hulin(condition)
    assert closed(asked(kind), session, there) == ()
    now = refused_now(asked(kind), session, there.policies, there, HERE, NOW)
    assert now is not None
    assert now.rule == "mornings"


def test_a_rule_that_fails_to_be_evaluated_says_nothing(session, of_hulin):
    there = of_hulin("context.time.hour + 9223372036854775807 > 0")
    assert closed(asked(Kind.EMERGENCY), session, there) == ()


def test_what_an_incident_closes_now_may_be_open_by_the_time_of_an_access_and_not_in_an_emergency(
    session, snapshot
):
    why = dict.fromkeys(Language, "An incident.")
    closing = Closure(kind=ClosureKind.APPLICATION, target="records", reason=why, by="urad:x", at=NOW)
    where = EXAMPLES / "policies"
    book = load(where / "region", where / "municipalities", snapshot.district, incidents=[closing])
    there = replace(snapshot, policies=book)
    assert closed(asked(), session, there) == ()
    assert closed(asked(Kind.EMERGENCY), session, there)[0].spoken.reason == "incident_application"


def test_what_runs_and_lets_in_has_nothing_that_refuses_it(session, snapshot):
    running = asked(Kind.EMERGENCY)
    here = replace(snapshot, asks=lambda _: (running,))
    assert refused_now(running, session, here.policies, here, HERE, NOW) is None
    strange = asked(Kind.EMERGENCY, application=ApplicationId("gone"))
    assert refused_now(strange, session, here.policies, here, HERE, NOW) is None
    assert closed(strange, session, here) == ()
    weak = replace(session, acr=AuthenticationLevel.PASSWORD, amr=("pwd",))
    assert refused_now(running, weak, here.policies, here, HERE, NOW) is not None


@pytest.mark.parametrize(
    "condition",
    [
        'context.time.date == datetime("2026-12-09")',
        "context.time.day >= 9 && context.time.day <= 10 && context.time.hour == 5",
        'context.time.date == datetime("2026-12-09") && context has purpose && context.purpose != ""',
    ],
)
def test_every_hour_of_a_month_is_looked_at_and_what_one_can_do_on_a_named_day(session, of_hulin, condition):
    ask = asked(until=NOW + timedelta(days=30))
    begin, end = ask.since.date().isoformat(), ask.until.date().isoformat()
    assert begin < "2026-12-09" < end
    assert closed(ask, session, of_hulin(condition)) == ()
    (found, *_) = closed(ask, session, of_hulin("context.time.hour == 24"))
    assert found.spoken.rule == "mornings"


def test_of_a_time_longer_than_anybody_may_ask_for_nothing_is_told(session, snapshot):
    supplier = replace(session, roles=((HULIN, Role.SUPPLIER),))
    short = asked(until=NOW + timedelta(days=9), application=RECORDS)
    assert closed(short, supplier, snapshot) != ()
    assert closed(replace(short, until=NOW + timedelta(days=121)), supplier, snapshot) == ()


def running(snapshot, *asks):
    return replace(snapshot, asks=lambda _: asks)


def test_a_request_that_would_open_only_while_an_emergency_runs_opens_nothing(session, of_hulin):
    hours = of_hulin("context has emergency.application && resource in context.emergency.application")
    use = town.ask(
        Kind.EMERGENCY, since=NOW, until=NOW + timedelta(hours=1), why="vážný zásah nelze odložit",
        id=AskId("e" * 22), actions=READ_WRITE,
    )  # fmt: skip
    for until in (timedelta(minutes=30), timedelta(hours=8)):
        request = asked(until=NOW + until)
        (found, _) = closed(request, session, running(hours, use))
        assert found.spoken.rule == "mornings"
        told = opened_by(request, session.roles, hours.policies, running(hours, use), NOW)
        assert [(one.permits, one.rule) for one in told] == [(False, "mornings")] * 2, (
            "as whoever decides reads it"
        )
    assert closed(replace(use, id=AskId("f" * 22)), session, hours) == (), (
        "an emergency is looked at as it is"
    )


@pytest.mark.parametrize(("asking", "helps"), [("", False), ('@ask_for("emergency") ', True)])
def test_it_is_told_whether_emergency_access_may_lift_what_refuses(session, of_hulin, asking, helps):
    hours = of_hulin("context has emergency.application", asking)
    (found, _) = closed(asked(), session, hours)
    assert (found.spoken.rule, found.spoken.emergency_helps) == ("mornings", helps)


@pytest.mark.parametrize(("lasts", "counts"), [(timedelta(minutes=90), False), (timedelta(hours=3), True)])
def test_another_permit_counts_beside_a_request_where_it_is_not_soon_over(session, of_hulin, lasts, counts):
    both = of_hulin('context has requested && context.requested.actions.contains(Action::"sign")')
    other = town.approved(
        asked(until=NOW + lasts, actions=frozenset({Action.SIGN}), id=AskId("o" * 22)), town.PETR
    )
    request = asked(until=NOW + timedelta(hours=8))
    assert (closed(request, session, running(both, other)) == ()) is counts
    told = opened_by(request, session.roles, both.policies, running(both, other), NOW)
    assert {one.permits for one in told} == {counts}
    within = asked(until=NOW + timedelta(hours=1))
    assert closed(within, session, running(both, other)) == (), "it lasts as long as what is asked for"


@pytest.mark.parametrize(("place", "open_"), [(OFFICE, True), ("198.51.100.9", False)])
def test_what_is_refused_now_through_a_tunnel_is_by_where_its_device_is(session, of_hulin, place, open_):
    there = of_hulin('context.place.networks.contains(Network::"office") && context.place.tunnel')
    office = NamedNetworks([Network(name=NetworkName("office"), networks=["10.0.0.0/8"])])
    there = with_tunnel(replace(there, networks=office), opened_for(session, device_address=place))
    found = refused_now(asked(Kind.ACCESS), session, there.policies, there, TUNNEL, NOW)
    assert (found is None) == open_
    assert open_ or found.rule == "mornings"
    assert refused_now(asked(Kind.ACCESS), session, there.policies, there, OFFICE, NOW) is not None
