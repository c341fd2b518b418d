"""By which rule what was asked for would open, by the policies of the example."""

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from config.vocabulary import Action, Language, Role
from gateway.asks.ask import AskId, Kind, Stage
from gateway.authorize.opened_by import closed_at, opened_by
from policies.load import load
from tests.gateway.asks import town
from tests.gateway.asks.town import PAVEL, SIGN, WRITE
from tests.gateway.authorize.conftest import EXAMPLES, HULIN, NOW

NIGHTS = """@id("closed-at-night") @reason("outside_hours") @title_cs("Jen ve dne") @title_en("By day only")
@advice_cs("Přijďte ráno.") @advice_en("Come in the morning.")
forbid (principal, action, resource) when { context.time.hour < 7 };
"""
CLERK, SUPPLIER = ((HULIN, Role.CLERK),), ((HULIN, Role.SUPPLIER),)


def asked(kind=Kind.ACCESS, **given):
    usual = {"since": NOW, "until": NOW + timedelta(hours=1), "actions": frozenset({WRITE})}
    return town.ask(kind, **(usual | given))


def found(snapshot, ask, roles=CLERK):
    return opened_by(ask, roles, snapshot.policies, snapshot, NOW)


def test_of_each_action_the_rule_that_would_open_it_is_told_with_its_title(snapshot):
    (one,) = found(snapshot, asked())
    assert (one.action, one.permits, one.rule) == (Action.WRITE, True, "requested-access")
    assert one.title[Language.CZECH] == "Co bylo schváleno na žádost"


def test_in_a_night_the_first_working_hour_of_its_time_counts_too(snapshot, tmp_path):
    there = shutil.copytree(EXAMPLES / "policies", tmp_path / "policies")
    (there / "region/90-nights.cedar").write_text(NIGHTS, "utf-8")
    book = load(there / "region", there / "municipalities", snapshot.district)
    by_day = replace(snapshot, policies=book)
    night = NOW + timedelta(hours=14)
    short, long = (asked(since=night, until=night + timedelta(hours=lasts)) for lasts in (1, 24))
    assert [one.rule for one in found(by_day, short)] == ["closed-at-night"]
    assert [one.rule for one in found(by_day, long)] == ["requested-access"]


def test_what_opens_in_any_hour_of_its_time_is_not_said_to_open_nothing(snapshot, tmp_path):
    there = shutil.copytree(EXAMPLES / "policies", tmp_path / "policies")
    (there / "region/90-nights.cedar").write_text(NIGHTS, "utf-8")
    book = load(there / "region", there / "municipalities", snapshot.district)
    night = NOW + timedelta(hours=14)
    until_nine = asked(since=night, until=night + timedelta(hours=9))
    (one,) = found(replace(snapshot, policies=book), until_nine)
    assert (one.permits, one.rule) == (True, "requested-access")


def test_what_no_rule_opens_is_told_without_one_and_what_refuses_with_it(snapshot):
    (sign,) = found(snapshot, asked(actions=frozenset({SIGN})))
    assert (sign.permits, sign.rule) == (False, "")
    (one,) = found(snapshot, asked(), SUPPLIER)
    assert (one.permits, one.rule) == (False, "supplier-by-order-alone")
    assert one.title[Language.CZECH] == "K přístupu chybí platná zakázka"


def test_an_order_is_told_by_the_rule_of_orders_and_not_by_emergency_access_that_runs(snapshot):
    order = asked(Kind.ORDER, asker=PAVEL, sponsor=town.party(town.EVA))
    emergency = asked(
        Kind.EMERGENCY, actions=frozenset({SIGN}), why="server spadl a musím jednat", id=AskId("e" * 22)
    )
    running = replace(snapshot, asks=lambda _: (emergency,))
    (one,) = found(running, order, SUPPLIER)
    assert (one.permits, one.rule) == (True, "supplier-under-order")
    sign = asked(actions=frozenset({SIGN}))
    assert found(running, sign) == found(snapshot, sign)


@pytest.mark.parametrize("actions", [frozenset({SIGN, WRITE}), frozenset()])
def test_there_is_one_for_each_action_that_the_application_has(snapshot, actions):
    assert {one.action for one in found(snapshot, asked(actions=actions))} == actions


def closed(ask, snapshot, now=NOW):
    return closed_at(ask, CLERK, snapshot.policies, snapshot, now)


def test_what_runs_and_the_hour_closes_opens_nothing_at_the_moment(snapshot, tmp_path):
    there = shutil.copytree(EXAMPLES / "policies", tmp_path / "policies")
    (there / "region/90-nights.cedar").write_text(NIGHTS, "utf-8")
    by_day = replace(snapshot, policies=load(there / "region", there / "municipalities", snapshot.district))
    night = NOW + timedelta(hours=14)
    runs = asked(since=NOW, until=NOW + timedelta(days=2), stage=Stage.IN_FORCE)
    assert closed(runs, by_day, night)
    assert not closed(runs, by_day, NOW)
    assert not closed(runs, snapshot, night), "without that rule"


def test_what_its_holder_could_open_alone_is_not_said_to_open_nothing(snapshot, tmp_path):
    there = shutil.copytree(EXAMPLES / "policies", tmp_path / "policies")
    (there / "region/90-nights.cedar").write_text(
        NIGHTS.replace("context.time.hour < 7", "!(context has purpose)"), "utf-8"
    )
    stated = replace(snapshot, policies=load(there / "region", there / "municipalities", snapshot.district))
    assert not closed(asked(stage=Stage.IN_FORCE), stated, NOW)


def test_of_several_actions_one_that_is_open_is_enough(snapshot):
    assert closed(asked(actions=frozenset({SIGN}), stage=Stage.IN_FORCE), snapshot, NOW)
    both = asked(actions=frozenset({SIGN, WRITE}), stage=Stage.IN_FORCE)
    assert not closed(both, snapshot, NOW)
    assert not closed(asked(actions=frozenset(), stage=Stage.IN_FORCE), snapshot, NOW), "nothing is known"
