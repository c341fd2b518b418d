"""What people asked for, as decisions know it: what it opens, until when, and whose duties meet."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from config.settings import Separation
from config.vocabulary import Action, ApplicationId, AuthenticationLevel, Language, Role
from gateway.asks.ask import Ask, Kind, Stage
from gateway.asks.separation import Duties
from gateway.asks.steps import withdraw
from gateway.asks.wish import party
from gateway.authorize.act import Act, may_act
from gateway.authorize.catalogue import openable
from gateway.authorize.check import check
from gateway.authorize.exception_preview import password_opens
from gateway.authorize.request import AccessRequest
from gateway.authorize.snapshot import Offer, Snapshot
from gateway.authorize.verdict import Granted, Refused, Verdict
from gateway.sessions.session import Session
from idp.directory.same_person import no_others
from policies.model import Permitted
from policies.moments_said import at_said
from tests.gateway.asks import town
from tests.gateway.authorize.conftest import HULIN, KROMERIZ, NOW, RECORDS

SOON = NOW + timedelta(minutes=2)
BUDGET, REQUESTS = ApplicationId("budget"), ApplicationId("requests")


def having(snapshot: Snapshot, *asks: Ask) -> Snapshot:
    known: Sequence[Ask] = asks
    everywhere = snapshot.applications[RECORDS].municipalities
    offers = snapshot.applications | {
        BUDGET: Offer(frozenset({Action.READ, Action.WRITE, Action.SIGN}), everywhere),
        REQUESTS: Offer(frozenset(Action), everywhere),
    }
    return replace(
        snapshot,
        applications=offers,
        asks=lambda whose: [one for one in known if one.holder.subject == whose],
    )


def of(session: Session, kind: Kind = Kind.ACCESS, **given: object) -> Ask:
    me = replace(party(town.JANA), subject=session.subject)
    usual = {"application": BUDGET, "actions": frozenset({Action.READ}), "since": NOW, "until": SOON}
    one = replace(town.ask(kind), asker=me, holder=me, asked_at=NOW, **(usual | given))
    return town.approved(one) if kind in (Kind.ACCESS, Kind.ORDER) else one


def decide(
    request: AccessRequest, session: Session, snapshot: Snapshot, later: timedelta = timedelta()
) -> Verdict:
    asked = replace(request, application=BUDGET)
    return check(asked, session, snapshot, NOW + later, "g")


def test_an_approved_request_opens_what_the_roles_do_not_and_the_grant_ends_with_it(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    assert isinstance(decide(request_, session, having(snapshot)), Refused)
    known = having(snapshot, of(session))
    verdict = decide(request_, session, known)
    assert isinstance(verdict, Granted)
    assert verdict.rule == "requested-access"
    assert verdict.grant.assertion.actions == (Action.READ,)
    assert SOON - timedelta(seconds=1) < verdict.grant.assertion.expires_at <= SOON
    assert isinstance(decide(request_, session, known, SOON - NOW), Refused)
    assert BUDGET in openable(session, known, "192.0.2.7", NOW)
    assert BUDGET not in openable(session, known, "192.0.2.7", SOON)


def test_a_request_that_was_withdrawn_opens_nothing(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    known = having(snapshot, replace(of(session), stage=Stage.WITHDRAWN))
    assert isinstance(decide(request_, session, known), Refused)


def test_whose_order_was_ended_by_the_sponsor_reads_so_where_the_order_would_have_helped(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    order = of(session, Kind.ORDER, until=NOW + timedelta(hours=1))
    ended = withdraw(order, party(town.EVA), NOW, decides=False)
    told = decide(request_, session, having(snapshot, ended))
    without = decide(request_, session, having(snapshot))
    assert isinstance(told, Refused)
    assert isinstance(without, Refused)
    assert (told.reason, told.title) == (without.reason, without.title)
    for language, words in (
        ("cs", "ukončil její garant: Mala.Eva"),
        ("en", "ended early by its sponsor, Mala.Eva"),
    ):
        assert words in told.advice[Language(language)]
        assert told.advice[Language(language)].endswith(without.advice[Language(language)])


def test_who_ended_an_order_is_not_told_where_something_else_refuses(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    order = of(session, Kind.ORDER, until=NOW + timedelta(hours=1))
    known = having(snapshot, withdraw(order, party(town.EVA), NOW, decides=False))
    weak = replace(session, acr=AuthenticationLevel.PASSWORD, amr=("pwd",))
    elsewhere = replace(request_, action=Action.SIGN)
    for refused in (decide(request_, weak, known), decide(elsewhere, session, known)):
        assert isinstance(refused, Refused)
        assert "sponsor" not in refused.advice[Language.ENGLISH]


def test_a_grant_ends_when_something_begins_that_may_change_the_answer(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    """Even where no policy looks at the time: what the facts are made of changes then."""
    later = of(session, application=RECORDS, since=NOW + timedelta(minutes=1), until=NOW + timedelta(hours=1))
    verdict = check(request_, session, having(snapshot, later), NOW, "g")
    assert isinstance(verdict, Granted)
    assert verdict.grant.assertion.expires_at == later.since


def test_a_request_opens_nothing_in_another_municipality_nor_past_a_guardrail(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    known = having(snapshot, of(session, municipality=KROMERIZ))
    verdict = check(replace(request_, application=BUDGET, municipality=KROMERIZ), session, known, NOW, "g")
    assert isinstance(verdict, Refused)
    assert verdict.reason == "no_role_in_municipality"


def test_emergency_access_opens_for_an_hour_at_most(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    use = of(session, Kind.EMERGENCY, until=NOW + timedelta(hours=1))
    verdict = decide(request_, session, having(snapshot, use))
    assert isinstance(verdict, Granted)
    assert verdict.rule == "emergency-access"
    late = replace(use, review_by=NOW - timedelta(days=1), until=NOW, since=NOW - timedelta(hours=1))
    refused = decide(request_, session, having(snapshot, use, replace(late, id=use.id)))
    assert isinstance(refused, Refused)


def test_a_supplier_works_as_long_as_the_order_has_its_sponsor(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    """In a municipality that closes nothing to suppliers beyond the region's rules."""
    supplier = replace(session, roles=((KROMERIZ, Role.SUPPLIER),), municipality=KROMERIZ)
    order = replace(of(supplier, Kind.ORDER, municipality=KROMERIZ), sponsor=party(town.EVA))
    at = replace(request_, application=BUDGET, municipality=KROMERIZ)
    assert isinstance(check(at, supplier, having(snapshot, order), NOW, "g"), Granted)
    lost = replace(order, stage=Stage.SPONSOR_GONE)
    assert isinstance(check(at, supplier, having(snapshot, lost), NOW, "g"), Refused)


def test_whose_roles_may_not_meet_is_refused_everything_but_the_portal(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    duties = Duties.of([Separation(roles=[Role.CLERK, Role.AUDITOR])], no_others)
    both = replace(session, roles=((HULIN, Role.CLERK), (KROMERIZ, Role.AUDITOR)))
    known = replace(having(snapshot), duties=duties)
    verdict = check(request_, both, known, NOW, "g")
    assert isinstance(verdict, Refused)
    assert (verdict.reason, verdict.detail) == ("separation_of_duties", "auditor + clerk")
    portal = replace(request_, application=ApplicationId("portal"), municipality=None)
    assert isinstance(check(portal, both, known, NOW, "g"), Granted)
    assert isinstance(check(request_, session, known, NOW, "g"), Granted)
    assert openable(both, known, "192.0.2.7", NOW) == []
    act = Act(application=REQUESTS, action=Action.WRITE, author=None)
    refused = may_act(act, both, known, "192.0.2.7", NOW)
    assert isinstance(refused, Refused)
    assert refused.reason == "separation_of_duties"


def test_a_role_that_was_lent_before_the_rule_counts_as_held_while_it_runs(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    pair = Duties.of([Separation(roles=[Role.CLERK, Role.MAYOR], where="municipality")], no_others)
    clerk = replace(session, roles=((HULIN, Role.CLERK),))
    lent = of(clerk, Kind.DELEGATION, application=None, actions=frozenset(), role=Role.MAYOR)
    without, known = having(snapshot, lent), replace(having(snapshot, lent), duties=pair)
    assert isinstance(check(request_, clerk, without, NOW, "g"), Granted)
    verdict = check(request_, clerk, known, NOW, "g")
    assert isinstance(verdict, Refused)
    assert (verdict.reason, verdict.detail) == ("separation_of_duties", "clerk + mayor")
    acted = may_act(Act(application=REQUESTS, action=Action.WRITE), clerk, known, "192.0.2.7", NOW)
    assert isinstance(acted, Refused)
    assert (acted.reason, acted.detail) == ("separation_of_duties", "clerk + mayor")
    assert openable(clerk, known, "192.0.2.7", NOW) == []
    assert isinstance(check(request_, clerk, known, SOON, "g"), Granted), "it is over"
    for language in Language:
        for refusal in (verdict, acted):
            assert at_said(lent.until, language) in refusal.advice[language]
            assert lent.asker.name in refusal.advice[language]
    held = replace(clerk, roles=(*clerk.roles, (HULIN, Role.MAYOR)))
    told = check(request_, held, replace(having(snapshot, lent), duties=pair), NOW, "g")
    assert isinstance(told, Refused)
    assert lent.asker.name not in told.advice[Language.ENGLISH], "it is no loan that ends it"
    ended = replace(having(snapshot, replace(lent, stage=Stage.WITHDRAWN)), duties=pair)
    assert isinstance(check(request_, clerk, ended, NOW, "g"), Granted)
    elsewhere = replace(having(snapshot, replace(lent, municipality=KROMERIZ)), duties=pair)
    assert isinstance(check(request_, clerk, elsewhere, NOW, "g"), Granted)


def test_a_grant_ends_when_a_role_is_lent_anywhere_that_may_not_meet_with_others(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    pair = Duties.of([Separation(roles=[Role.CLERK, Role.MAYOR])], no_others)
    clerk = replace(session, roles=((HULIN, Role.CLERK),))
    begins = NOW + timedelta(minutes=1)
    lent = of(
        clerk, Kind.DELEGATION, application=None, actions=frozenset(), role=Role.MAYOR,
        municipality=KROMERIZ, since=begins, until=NOW + timedelta(hours=1),
    )  # fmt: skip
    verdict = check(request_, clerk, replace(having(snapshot, lent), duties=pair), NOW, "g")
    assert isinstance(verdict, Granted)
    assert verdict.grant.assertion.expires_at == begins


@pytest.mark.parametrize(
    ("role", "action", "rule"),
    [
        (Role.CLERK, Action.WRITE, "requests-ask"),
        (Role.MAYOR, Action.SIGN, "requests-decide"),
        (Role.CHIEF_CLERK, Action.ADMINISTER, "requests-administer"),
        (Role.CLERK, Action.SIGN, ""),
        (Role.CLERK, Action.ADMINISTER, ""),
    ],
)
def test_the_example_lets_ask_whoever_has_a_role_and_decide_who_leads_the_office(
    session: Session, snapshot: Snapshot, role: Role, action: Action, rule: str
) -> None:
    who = replace(session, roles=((HULIN, role),))
    author = town.PETR.subject
    verdict = may_act(
        Act(application=REQUESTS, action=action, author=author), who, having(snapshot), "192.0.2.7", NOW
    )
    assert (verdict.rule if isinstance(verdict, Permitted) else "") == rule
    own = Act(application=REQUESTS, action=action, author=session.subject)
    refused = may_act(own, who, having(snapshot), "192.0.2.7", NOW)
    if action is not Action.WRITE:
        assert isinstance(refused, Refused)
        assert refused.reason == "own_request"


def test_an_exception_is_of_use_where_what_was_asked_for_opens_something(
    session: Session, snapshot: Snapshot
) -> None:
    known = having(snapshot, of(session))
    assert not password_opens(
        replace(town.JANA, subject=session.subject), known, NOW
    )  # two factors are needed
