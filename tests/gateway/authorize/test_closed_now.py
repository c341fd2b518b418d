"""What an incident closes of what was asked for, by the policies of the example."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.vocabulary import Action, Language, Role
from gateway.asks.ask import Kind, Stage
from gateway.authorize.closed_now import closed_now, closes_anything
from policies.incidents import Closure, ClosureKind
from policies.load import load
from tests.gateway.asks import town
from tests.gateway.authorize.conftest import EXAMPLES, HULIN, KROMERIZ, NOW

CLERK, SUPPLIER = ((HULIN, Role.CLERK),), ((HULIN, Role.SUPPLIER),)


def shut(snapshot, kind, target=""):
    """The same, with that closed."""
    why = dict.fromkeys(Language, "An incident.")
    closing = Closure(kind=kind, target=target, reason=why, by="urad:x", at=NOW)
    where = EXAMPLES / "policies"
    book = load(where / "region", where / "municipalities", snapshot.district, incidents=[closing])
    return replace(snapshot, policies=book)


def asked(kind=Kind.ACCESS, **given):
    return town.ask(kind, **{"since": NOW, "until": NOW + timedelta(hours=1), **given})


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (ClosureKind.APPLICATION, "records"),
        (ClosureKind.MUNICIPALITY, HULIN),
        (ClosureKind.MUNICIPALITY_APPLICATION, f"{HULIN}/records"),
        (ClosureKind.ROLE, "clerk"),
        (ClosureKind.ALL_BUT_OFFICERS, ""),
    ],
)
@pytest.mark.parametrize("of", [Kind.ACCESS, Kind.EMERGENCY, Kind.PURPOSE])
def test_a_closure_is_told_of_whatever_stands_or_would(snapshot, kind, target, of):
    there = shut(snapshot, kind, target)
    assert closes_anything(there.policies, HULIN)
    found = closed_now(asked(of), CLERK, there, NOW)
    assert (
        found.rule
        == Closure(kind=kind, target=target, reason=dict.fromkeys(Language, "x"), by="x", at=NOW).id
    )
    assert all(found.title[language] and found.why[language] for language in Language)
    assert closed_now(asked(of, since=NOW + timedelta(minutes=30)), CLERK, there, NOW) == found


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (ClosureKind.APPLICATION, "budget"),
        (ClosureKind.MUNICIPALITY, KROMERIZ),
        (ClosureKind.ROLE, "mayor"),
        (ClosureKind.SUPPLIERS, ""),
        (ClosureKind.ABROAD, ""),  # of where somebody comes from nothing is known to whoever decides
    ],
)
def test_what_is_closed_to_others_is_not_told(snapshot, kind, target):
    assert closed_now(asked(), CLERK, shut(snapshot, kind, target), NOW) is None


def test_what_another_rule_refuses_is_not_told_as_closed(snapshot):
    assert not closes_anything(snapshot.policies, HULIN)
    assert closed_now(asked(actions=frozenset({Action.SIGN})), CLERK, snapshot, NOW) is None


def test_an_order_is_closed_with_its_supplier(snapshot):
    there = shut(snapshot, ClosureKind.SUPPLIERS)
    order = asked(Kind.ORDER, asker=town.PAVEL)
    assert closed_now(order, SUPPLIER, there, NOW).rule == "incident-suppliers"
    assert closed_now(order, (), there, NOW) is None, "nobody knows that they are one"


@pytest.mark.parametrize(
    ("kind", "target", "closed"),
    [
        (ClosureKind.ROLE, "mayor", True),
        (ClosureKind.ROLE, "deputy_mayor", True),
        (ClosureKind.MUNICIPALITY, HULIN, True),
        (ClosureKind.ROLE, "clerk", False),
        (ClosureKind.APPLICATION, "records", False),  # the map stays open
    ],
)
def test_a_delegation_is_closed_where_nothing_of_the_municipality_is_open(snapshot, kind, target, closed):
    lent = asked(Kind.DELEGATION, asker=town.PETR, holder=town.IVO)
    found = closed_now(lent, ((HULIN, Role.DEPUTY_MAYOR),), shut(snapshot, kind, target), NOW)
    assert (found is not None) is closed


def test_of_what_begins_later_the_closure_is_told_that_stands_in_its_way_then(snapshot):
    """A role that was lent from then on is closed, and with it whoever stands in; at the moment nothing is."""
    later = NOW + timedelta(hours=2)
    lent = asked(
        Kind.DELEGATION,
        asker=town.PETR,
        holder=town.JANA,
        stage=Stage.IN_FORCE,
        since=later,
        until=later + timedelta(hours=1),
    )
    there = replace(shut(snapshot, ClosureKind.ROLE, lent.role), asks=lambda _: [lent])
    one = asked(since=later, until=later + timedelta(hours=1))
    assert closed_now(replace(one, since=NOW), CLERK, there, NOW) is None
    assert closed_now(one, CLERK, there, NOW).rule == f"incident-role-{lent.role.replace('_', '-')}"
