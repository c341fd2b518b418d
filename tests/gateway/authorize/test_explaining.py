"""What is explained of a person is what a decision would say of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.named_networks import NamedNetworks
from config.settings import Network, Separation
from config.vocabulary import Action, AuthenticationLevel, Language, MunicipalityCode, NetworkName, Role
from gateway.asks.ask import Kind
from gateway.asks.separation import Duties
from gateway.authorize.duties_said import meeting_said
from gateway.authorize.explaining import (
    Circumstances,
    Somebody,
    anybody,
    as_known,
    explained_as_decided,
    somebody,
)
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.whereabouts import Location, Whereabouts
from idp.directory.same_person import Account, no_others
from idp.directory.work import Work
from policies.model import IN_ORDER, Delegation, Permitted, Question, Refused
from policies.said import Said
from tests.gateway.asks.town import EVA, HULIN, JANA, KROMERIZ, NOW, PAVEL, RECORDS, approved, ask


def question(who: Somebody, action: Action = Action.READ, address: str = "") -> Question:
    return Question(
        subject=who.subject,
        roles=who.roles,
        own_municipality=HULIN,
        application=RECORDS,
        action=action,
        municipality=HULIN,
        level=AuthenticationLevel.PHISHING_RESISTANT,
        factors=frozenset({"hwk", "user"}),
        authenticated_at=NOW - timedelta(minutes=1),
        address=address,
        now=NOW,
    )


def verdict(who: Somebody, asked: Question, snapshot: Snapshot, **said: object) -> Permitted | Refused:
    circumstances = Circumstances(country="CZ", said=Said(**said))
    known = as_known(asked, who, circumstances, snapshot)
    return explained_as_decided(snapshot.policies, known, snapshot).verdict


def test_an_order_in_force_counts_as_it_does_in_earnest(snapshot: Snapshot) -> None:
    supplier = somebody(PAVEL)
    without = verdict(supplier, question(supplier, Action.WRITE), snapshot)
    assert isinstance(without, Refused)
    ordered = approved(ask(Kind.ORDER, PAVEL, actions=frozenset({Action.READ, Action.WRITE})), EVA)
    with_order = replace(snapshot, asks=lambda who: [ordered] if who == PAVEL.subject else [])
    assert isinstance(verdict(supplier, question(supplier, Action.WRITE), with_order), Permitted)


def test_an_order_may_be_supposed(snapshot: Snapshot) -> None:
    supplier = anybody((HULIN, Role.SUPPLIER))
    asked = question(supplier, Action.READ)
    assert isinstance(verdict(supplier, asked, snapshot), Refused)
    assert isinstance(verdict(supplier, asked, snapshot, order=True), Permitted)


def test_work_networks_and_country_are_known(snapshot: Snapshot) -> None:
    office = Network(name=NetworkName("office"), networks=["192.0.2.0/24"])
    there = replace(
        snapshot,
        networks=NamedNetworks([office]),
        whereabouts=Whereabouts(lambda _: Location(country="AT")),
    )
    who = replace(somebody(JANA), work=Work(departments=("stavební",)))
    facts = as_known(question(who, address="192.0.2.7"), who, Circumstances(), there).facts
    assert (facts.networks, facts.country) == ({"office"}, "AT")
    assert facts.departments == {"stavební"}
    home = as_known(question(who, address="192.0.2.7"), who, Circumstances(country="CZ"), there).facts
    assert home.country == "CZ"


def test_duties_that_meet_refuse_before_any_rule(snapshot: Snapshot) -> None:
    apart = Separation(roles=[Role.MAYOR, Role.CLERK])
    there = replace(snapshot, duties=Duties.of([apart], no_others))
    who = anybody((HULIN, Role.MAYOR), (KROMERIZ, Role.CLERK))
    assert isinstance(verdict(who, question(who), snapshot), Permitted)
    found = explained_as_decided(there.policies, question(who), there)
    assert isinstance(found.verdict, Refused)
    assert (found.verdict.reason, found.rules, found.ways) == ("separation_of_duties", (), ())
    assert all("{" not in text for text in found.verdict.advice.values())
    which, lifted = (text[Language.ENGLISH] for text in found.beforehand)
    assert which == "These roles may not meet in one person: clerk (Kroměříž) and mayor (Hulín)."
    assert "once one of them ends" in lifted
    czech, _ = (text[Language.CZECH] for text in found.beforehand)
    assert czech == "U jedné osoby se nesmějí sejít tyto role: referent (Kroměříž) a starosta (Hulín)."


def test_duties_that_meet_over_two_accounts_are_told_with_the_other_account(snapshot: Snapshot) -> None:
    other = Account(EVA.subject, "eva.jina", frozenset({(HULIN, Role.MAYOR)}))
    duties = Duties.of([Separation(roles=[Role.MAYOR, Role.CLERK])], lambda _: [other])
    who = somebody(JANA)
    there = replace(snapshot, duties=duties)
    found = explained_as_decided(there.policies, question(who), there, who)
    which = found.beforehand[0][Language.ENGLISH]
    assert which.endswith("One of them is held by another account of the same person, eva.jina.")
    verdict_said = found.verdict
    assert isinstance(verdict_said, Refused)
    assert "eva.jina" not in verdict_said.detail, "the log is read by municipalities"
    assert "mayor" not in verdict_said.detail


@pytest.mark.parametrize(
    ("reader", "told"),
    [
        (HULIN, "clerk (Hulín) and a role that the same person holds by another account."),
        (
            KROMERIZ,
            "a role in another municipality and a role that the same person holds by another account.",
        ),
    ],
)
def test_a_municipality_s_reader_learns_of_no_other_account_and_of_no_other_s_roles(
    snapshot: Snapshot, reader: MunicipalityCode, told: str
) -> None:
    other = Account(EVA.subject, "eva.jina", frozenset({(HULIN, Role.MAYOR)}))
    duties = Duties.of([Separation(roles=[Role.MAYOR, Role.CLERK])], lambda _: [other])
    who, there = somebody(JANA), replace(snapshot, duties=duties)
    found = explained_as_decided(there.policies, question(who), there, who, reader)
    assert found.beforehand[0][Language.ENGLISH] == f"These roles may not meet in one person: {told}"
    everything = f"{found.beforehand} {found.verdict}"
    assert ("eva.jina" in everything, "mayor (" in everything) == (False, False)


def test_roles_of_two_municipalities_are_told_to_each_with_its_own(snapshot: Snapshot) -> None:
    duties = Duties.of([Separation(roles=[Role.MAYOR, Role.CLERK])], no_others)
    held = frozenset({(KROMERIZ, Role.CLERK), (HULIN, Role.MAYOR)})
    meeting = duties.meeting(held)
    assert meeting is not None
    for reader, told in (
        (KROMERIZ, "clerk (Kroměříž) and a role in another municipality."),
        (HULIN, "a role in another municipality and mayor (Hulín)."),
    ):
        said = meeting_said(meeting, snapshot.district, reader)[0]
        assert said[Language.ENGLISH].endswith(told)
        assert "{" not in said[Language.CZECH]


def test_what_a_rule_decides_or_another_refusal_says_nothing_beforehand(snapshot: Snapshot) -> None:
    apart = replace(snapshot, duties=Duties.of([Separation(roles=[Role.MAYOR, Role.CLERK])], no_others))
    for who in (somebody(JANA), anybody()):
        found = explained_as_decided(apart.policies, question(who), apart, who)
        assert found.beforehand == ()


def test_a_role_that_is_lent_or_supposed_to_be_meets_like_one_that_is_held(snapshot: Snapshot) -> None:
    lent = ask(Kind.DELEGATION, EVA, JANA, role=Role.MAYOR)
    duties = Duties.of([Separation(roles=[Role.MAYOR, Role.CLERK])], no_others)
    there = replace(snapshot, duties=duties, asks=lambda who: [lent] if who == JANA.subject else [])
    apart = replace(snapshot, duties=duties)
    who, lends = somebody(JANA), frozenset({Role.MAYOR})
    for found in (
        verdict(who, question(who), there),
        verdict(who, question(who), apart, stands_in_for=lends),
    ):
        assert isinstance(found, Refused)
        assert (found.reason, found.detail) == ("separation_of_duties", "clerk + mayor")
    assert isinstance(verdict(who, question(who), apart), Permitted)
    told = explained_as_decided(there.policies, question(who), there, who).beforehand
    assert f"given by {EVA.name}" in told[1][Language.ENGLISH]
    assert len(told) == 3


def test_what_is_said_counts_on_top_of_what_is_known(snapshot: Snapshot) -> None:
    who = somebody(JANA)
    said = Said(
        purpose="kontrola spisu",
        emergency=True,
        stands_in_for=frozenset({Role.MAYOR}),
        idle=timedelta(minutes=20),
        own=True,
    )
    facts = as_known(question(who), who, Circumstances(said=said), snapshot).facts
    assert (facts.purpose, facts.idle, facts.author) == (said.purpose, said.idle, who.subject)
    assert facts.emergency is not None
    assert facts.emergency.application == RECORDS
    assert facts.delegation is not None
    assert facts.delegation.roles == {Role.MAYOR}


@pytest.mark.parametrize(
    ("own", "lent", "action", "told"),
    [
        (Role.CLERK, Role.REGISTRAR, Action.SIGN, True),
        (Role.DEPUTY_MAYOR, Role.REGISTRAR, Action.SIGN, True),
        (Role.DEPUTY_MAYOR, Role.MAYOR, Action.SIGN, False),  # counted, and refused for the sign-in
        (Role.CLERK, Role.REGISTRAR, Action.READ, False),  # permitted
    ],
)
def test_of_a_refused_deputy_it_is_said_that_no_rule_counts_the_role(snapshot, own, lent, action, told):
    who = anybody((HULIN, own))
    asked = replace(
        question(who, action), level=AuthenticationLevel.PASSWORD if not told else question(who).level
    )
    if action is Action.READ:
        asked = question(who, action)
    known = as_known(asked, who, Circumstances(country="CZ", device=IN_ORDER), snapshot)
    running = Delegation(
        since=NOW - timedelta(hours=1),
        until=NOW + timedelta(hours=1),
        by=EVA.subject,
        roles=frozenset({lent}),
    )
    deputised = replace(known, facts=replace(known.facts, delegation=running))
    found = explained_as_decided(snapshot.policies, deputised, snapshot)
    assert isinstance(found.verdict, Permitted) is (action is Action.READ)
    assert bool(found.besides) is told
    if told:
        assert "They stand in for somebody in the role: registrar" in found.besides[0][Language.ENGLISH]
        assert "v roli: matrikářka" in found.besides[0][Language.CZECH]
    assert explained_as_decided(snapshot.policies, known, snapshot).besides == ()
