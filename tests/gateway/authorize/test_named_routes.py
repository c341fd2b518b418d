"""A part of an application that policies speak of: neither opens what the other does."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from shutil import copytree

import pytest
from msgspec.structs import replace as replaced

from config.settings import Route
from config.vocabulary import Action, AuthenticationLevel, Role, RouteName
from gateway.audit.canonical import Recorded, canonical
from gateway.audit.decided import Decisions
from gateway.authorize.catalogue import openable
from gateway.authorize.check import check, question_of
from gateway.authorize.explaining import Circumstances, anybody, as_known, explained_as_decided
from gateway.authorize.record import entry_of_verdict
from gateway.authorize.request import AccessRequest
from gateway.authorize.role_opens import opens
from gateway.authorize.snapshot import Offer, Snapshot
from gateway.authorize.verdict import Granted, Refused, Verdict
from gateway.commands.decisions import offer_of
from gateway.grants.claims import Assertion
from gateway.sessions.session import Session
from policies.evaluate import PolicyBook
from policies.load import load
from policies.model import Refused as NotPermitted
from policies.model import Route as Known
from policies.simulate import Decided
from tests.gateway.authorize.conftest import EXAMPLES, HULIN, NOW, RECORDS
from tests.rig.envoy import hosting

REPORTS, BOOKS, DIARY, SEAL = map(RouteName, ("reports", "books", "diary", "seal"))
WORDS = """
@reason("a_part_is_shut")
@title_cs("Tady ne") @title_en("Not here")
@advice_cs("Jinudy.") @advice_en("Elsewhere.")
"""
RULES = f"""
@id("reports-with-a-key"){WORDS}
forbid (principal, action, resource in Application::"records")
when {{ context has route && context.route.id == "reports" && context.sign_in.level < 3 }};

@id("books-are-read"){WORDS}
forbid (principal, action == Action::"write", resource in Application::"records")
when {{ context has route && context.route.path like "/records/books*" }};

@id("diary-until-eleven"){WORDS}
forbid (principal, action, resource in Application::"records")
when {{ context has route && context.route.id == "diary" }}
unless {{ context.time.hour < 11 }};

@id("nothing-but-the-books"){WORDS}
forbid (principal, action, resource)
when {{ principal.roles.contains(Role::"mail_room") }}
unless {{ context has route && context.route.id == "books" }};
"""
EVERYTHING = frozenset({Action.READ, Action.WRITE, Action.SIGN})


ROWS = [
    Route(name=REPORTS, path="/Reports/", action=Action.READ),
    Route(name=BOOKS, path="/books", methods=["POST"], action=Action.WRITE),
    Route(name=BOOKS, path="/books", action=Action.READ),
    Route(name=DIARY, path="/diary", action=Action.READ),
    Route(name=SEAL, path="/seal", action=Action.ADMINISTER),
    Route(methods=["POST"], action=Action.WRITE),
    Route(action=Action.READ),
    Route(path="/sign", action=Action.SIGN),
]


def offered(snapshot: Snapshot, rows: Sequence[Route]) -> Offer:
    """As the settings make it."""
    application = hosting(
        "records", "http://127.0.0.1:9", host="r.example", path="/Records", routes=list(rows)
    )
    return offer_of(application, frozenset(snapshot.district))


@pytest.fixture(scope="module")
def parted(snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    policies, region = EXAMPLES / "policies", tmp_path_factory.mktemp("policies") / "region"
    copytree(policies / "region", region)
    (region / "90-parts.cedar").write_text(RULES, "utf-8")
    book = load(region, policies / "municipalities", snapshot.district)
    return replace(
        snapshot, policies=book, applications=snapshot.applications | {RECORDS: offered(snapshot, ROWS)}
    )


def ask(
    request: AccessRequest, session: Session, snapshot: Snapshot, route: RouteName | None, action: Action
) -> Verdict:
    return check(replace(request, route=route, action=action), session, snapshot, NOW, "g")


def granted(verdict: Verdict) -> Assertion:
    assert isinstance(verdict, Granted)
    return verdict.grant.assertion


def test_a_grant_names_each_part_for_itself(
    request_: AccessRequest, session: Session, parted: Snapshot
) -> None:
    verdict = ask(request_, session, parted, None, Action.READ)
    about = granted(verdict)
    assert about.actions == (Action.READ, Action.WRITE)
    assert about.routes == ("read@books", "read@diary")
    assert isinstance(verdict, Granted)
    assert " ,read,write,read@books,read@diary,=g=" in verdict.grant.gate()
    rules = verdict.grant.rules
    assert rules.keys() == {"read", "write", "read@books", "read@diary"}
    assert rules["read"] == verdict.rule
    for route, action in (("books", Action.READ), ("diary", Action.READ)):
        alone = ask(request_, session, parted, RouteName(route), action)
        assert isinstance(alone, Granted)
        assert rules[f"{action}@{route}"] == alone.rule
    strong = granted(
        ask(
            request_,
            replace(session, acr=AuthenticationLevel.PHISHING_RESISTANT),
            parted,
            REPORTS,
            Action.READ,
        )
    )
    assert strong.actions == (Action.READ, Action.WRITE)
    assert strong.routes == ("read@books", "read@diary", "read@reports")


def test_what_is_permitted_elsewhere_opens_no_part_that_is_forbidden(
    request_: AccessRequest, session: Session, parted: Snapshot
) -> None:
    shut = ask(request_, session, parted, REPORTS, Action.READ)
    assert isinstance(shut, Refused)
    assert (shut.reason, shut.rule) == ("a_part_is_shut", "reports-with-a-key")
    written = ask(request_, session, parted, BOOKS, Action.WRITE)
    assert isinstance(written, Refused)
    assert written.rule == "books-are-read"


def test_whom_a_part_alone_is_open_is_told_of_nothing_that_holds_elsewhere(
    request_: AccessRequest, session: Session, parted: Snapshot
) -> None:
    mail = replace(session, roles=((HULIN, Role.MAIL_ROOM), (HULIN, Role.CLERK)))
    assert isinstance(ask(request_, mail, parted, None, Action.READ), Refused)
    about = granted(ask(request_, mail, parted, BOOKS, Action.READ))
    assert (about.actions, about.routes) == ((), ("read@books",))
    assert Assertion.from_claims(about.claims("issuer")) == replace(
        about, auth_time=about.auth_time.replace(microsecond=0)
    )
    assert openable(mail, parted, "192.0.2.7", NOW) == [RECORDS]


def test_a_grant_without_named_routes_says_none_of_them(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    assert "routes" not in granted(ask(request_, session, snapshot, None, Action.READ)).claims("issuer")


@pytest.mark.parametrize(
    ("route", "action"),
    [(RouteName("cellar"), Action.READ), (REPORTS, Action.WRITE), (DIARY, Action.SIGN)],
)
def test_a_part_that_is_not_configured_or_not_for_that_is_refused(
    request_: AccessRequest, session: Session, parted: Snapshot, route: RouteName, action: Action
) -> None:
    verdict = ask(request_, session, parted, route, action)
    assert isinstance(verdict, Refused)
    assert verdict.reason == "unknown_application"


def test_a_grant_ends_when_the_first_of_its_parts_would(
    request_: AccessRequest, session: Session, parted: Snapshot
) -> None:
    late = NOW.replace(minute=58)  # two minutes to eleven in Prague
    fresh = replace(session, last_seen_at=late, facts_at=late)
    about = granted(check(request_, fresh, parted, late, "g"))
    assert about.expires_at == datetime(2026, 11, 23, 10, tzinfo=UTC)
    after = granted(check(request_, fresh, parted, late + timedelta(minutes=2), "g"))
    assert after.routes == ("read@books",)
    assert after.expires_at - after.issued_at == timedelta(minutes=5)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MAIL_ROOM])
def test_rules_about_parts_change_nothing_elsewhere(
    request_: AccessRequest, session: Session, snapshot: Snapshot, parted: Snapshot, role: Role
) -> None:
    somebody = replace(session, roles=((HULIN, role),))
    for action in EVERYTHING:
        before, after = (ask(request_, somebody, one, None, action) for one in (snapshot, parted))
        if isinstance(before, Granted):
            assert granted(after).actions == before.grant.assertion.actions
        else:
            assert isinstance(before, Refused)
            assert isinstance(after, Refused)
            assert (after.reason, after.rule) == (before.reason, before.rule)


def test_a_decision_by_a_part_is_recorded_and_asked_again_as_such(
    request_: AccessRequest, session: Session, parted: Snapshot
) -> None:
    by_part = replace(request_, route=BOOKS)
    verdict = ask(by_part, session, parted, BOOKS, Action.READ)
    assert isinstance(verdict, Granted)
    entry = entry_of_verdict(by_part, session, verdict, NOW)
    assert (entry.action, entry.details["route"]) == ("read", "books")
    assert entry.details["granted_actions"] == ["read", "write"]
    assert entry.details["granted_routes"] == ["read@books /records/books", "read@diary /records/diary"]
    recorded = Decisions().read(canonical(Recorded(1, NOW, entry)))
    assert isinstance(recorded, Decided)
    assert recorded.asked.question.facts.route == Known(id="books", path="/records/books")
    assert recorded.asked.along == frozenset(), "what was granted along was asked by other routes"
    elsewhere = {
        one.question.facts.route: one.along | {one.question.action} for one in recorded.asked.elsewhere
    }
    assert elsewhere == {
        None: {Action.READ, Action.WRITE},
        Known(id="diary", path="/records/diary"): {Action.READ},
    }
    shut = ask(request_, session, parted, REPORTS, Action.READ)
    assert isinstance(shut, Refused)
    refused = entry_of_verdict(replace(request_, route=REPORTS), session, shut, NOW)
    assert refused.details["route"] == "reports"
    again = Decisions().read(canonical(Recorded(2, NOW, refused)))
    assert isinstance(again, Decided)
    assert again.asked.question.facts.route == Known(id="reports", path="/records/reports")


def test_a_review_shows_what_a_role_opens_in_any_part(parted: Snapshot) -> None:
    found = {one.application: one.actions for one in opens(Role.MAIL_ROOM, HULIN, parted, NOW)}
    assert found == {RECORDS: (Action.READ,)}


def test_an_explanation_is_about_the_part_that_is_named(
    request_: AccessRequest, session: Session, parted: Snapshot
) -> None:
    verdict = ask(request_, session, parted, REPORTS, Action.READ)
    assert isinstance(verdict, Refused)
    assert verdict.question is not None
    who = anybody((HULIN, Role.CLERK))
    plain = replace(verdict.question, facts=replace(verdict.question.facts, route=None))
    for route, known in ((REPORTS, verdict.question.facts.route), (None, None), (RouteName("x"), None)):
        assert as_known(plain, who, Circumstances(route=route), parted).facts.route == known


def test_all_that_an_application_is_asked_for_begins_with_what_has_no_name(parted: Snapshot) -> None:
    assert list(parted.applications[RECORDS].asked_for()) == [
        (Action.READ, None),
        (Action.WRITE, None),
        (Action.SIGN, None),
        (Action.READ, REPORTS),
        (Action.READ, BOOKS),
        (Action.WRITE, BOOKS),
        (Action.READ, DIARY),
        (Action.ADMINISTER, SEAL),
    ]


def test_what_named_parts_alone_are_asked_for_is_nothing_of_the_whole(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    """An application that reads `write` in its list would let it be done anywhere."""
    rows = [Route(name=SEAL, path="/seal", action=Action.WRITE), Route(action=Action.READ)]
    view = replace(snapshot, applications={RECORDS: offered(snapshot, rows)})
    verdict = ask(request_, session, view, None, Action.READ)
    assert (granted(verdict).actions, granted(verdict).routes) == ((Action.READ,), ("write@seal",))
    assert isinstance(verdict, Granted)
    assert " ,read,write@seal,=g=" in verdict.grant.gate()
    whole = ask(request_, session, view, None, Action.WRITE)
    assert isinstance(whole, Refused)
    assert whole.reason == "unknown_application"
    assert view.applications[RECORDS].every_action == {Action.READ, Action.WRITE}


def test_a_node_with_other_rows_under_a_name_is_refused(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    rows = [Route(name=SEAL, path="/seal", action=Action.READ), Route(action=Action.READ)]
    view = replace(snapshot, applications={RECORDS: offered(snapshot, rows)})
    for other in ([Route(action=Action.READ)], [replaced(rows[0], path="/other"), rows[1]]):
        mark = offered(snapshot, other).mark
        verdict = check(replace(request_, mark=mark), session, view, NOW, "g")
        assert isinstance(verdict, Refused)
        assert verdict.reason == "application_differs"
    plain = offered(snapshot, [Route(action=Action.READ)])
    assert plain.mark == offered(snapshot, [Route(path="/x", action=Action.WRITE)]).mark, "as before names"


def test_an_explanation_knows_what_a_part_is_not_asked_for(parted: Snapshot, session: Session) -> None:
    who = anybody((HULIN, Role.CLERK))
    for route, action in ((None, Action.ADMINISTER), (BOOKS, Action.ADMINISTER), (REPORTS, Action.WRITE)):
        question = question_of(session, HULIN, (RECORDS, action, HULIN), "", NOW)
        asked = as_known(question, who, Circumstances(route=route), parted)
        assert isinstance(parted.policies, PolicyBook)
        verdict = explained_as_decided(parted.policies, asked, parted).verdict
        assert isinstance(verdict, NotPermitted)
        assert verdict.reason == "unknown_application"
