"""Decisions of an application with named routes, recorded and asked again: who loses a part is told, and which part."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from config.settings import Route
from config.vocabulary import Action, RouteName
from gateway.audit.canonical import Recorded, canonical
from gateway.audit.decided import Decisions
from gateway.authorize.check import check
from gateway.authorize.record import entry_of_verdict
from gateway.authorize.request import AccessRequest
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.verdict import Granted, Refused
from gateway.sessions.session import Session
from policies.evaluate import PolicyBook
from policies.load import load
from policies.simulate import Change, Decided, Simulation
from policies.simulated import Report, report
from policies.texts import MUNICIPALITIES, REGION, InHand, Texts, texts_of
from tests.gateway.authorize.conftest import EXAMPLES, NOW, RECORDS
from tests.gateway.authorize.test_named_routes import BOOKS, REPORTS, WORDS, offered

TEXTS = texts_of(EXAMPLES / "policies" / "region", EXAMPLES / "policies" / "municipalities")
FORBIDS = f'@id("shut"){WORDS} forbid (principal, action, resource in Application::"records")'
NO_REPORTS = 'when { context has route && context.route.id == "reports" };'
NO_REPORTS_BY_PATH = 'when { context has route && context.route.path like "/records/rep*" };'
NOTHING_BUT_PARTS = "unless { context has route };"
NOTHING = ";"
Lost = set[tuple[Action, RouteName | None, int, int]]


def book(snapshot: Snapshot, texts: Texts) -> PolicyBook:
    return load(Path(REGION), Path(MUNICIPALITIES), snapshot.district, None, InHand(texts))


@pytest.fixture(scope="module")
def today(snapshot: Snapshot) -> PolicyBook:
    return book(snapshot, TEXTS)


@pytest.fixture(scope="module")
def parted(snapshot: Snapshot, today: PolicyBook) -> Snapshot:
    rows = [
        Route(name=REPORTS, path="/reports", action=Action.READ),
        Route(name=BOOKS, path="/books", action=Action.READ),
        Route(path="/write", action=Action.WRITE),
        Route(action=Action.READ),
    ]
    offer = offered(snapshot, rows)
    return replace(snapshot, policies=today, applications={**snapshot.applications, RECORDS: offer})


def draft(snapshot: Snapshot, condition: str) -> PolicyBook:
    return book(snapshot, {**TEXTS, "region/90-parts.cedar": FORBIDS + condition})


def replayed(
    view: Snapshot,
    to: PolicyBook,
    request: AccessRequest,
    session: Session,
    routes: Iterable[RouteName | None],
) -> Report:
    """As if each had been asked for by itself, with `view`."""
    decisions, each = Decisions(), []
    for number, route in enumerate(routes):
        asked = replace(request, route=route, action=Action.READ)
        verdict = check(asked, session, view, NOW, "g")
        assert isinstance(verdict, Granted | Refused)
        entry = entry_of_verdict(asked, session, verdict, NOW)
        decided = decisions.read(canonical(Recorded(number, NOW, entry)))
        assert isinstance(decided, Decided)
        each.append(decided)
    now = view.policies
    assert isinstance(now, PolicyBook)
    return report(Simulation(now, to).take(each), now, to)


def lost(found: Report) -> Lost:
    assert {row.change for row in found.rows} <= {Change.LOSES}
    return {(row.action, row.route, row.asked, row.along) for row in found.rows}


def test_what_a_draft_leaves_alone_is_unchanged_by_whatever_route_it_was_asked(
    request_: AccessRequest, session: Session, parted: Snapshot, today: PolicyBook
) -> None:
    found = replayed(parted, today, request_, session, (None, REPORTS, BOOKS))
    assert (found.unchanged, found.already, found.changes, found.rows) == (3, 0, False, ())


@pytest.mark.parametrize("condition", [NO_REPORTS, NO_REPORTS_BY_PATH])
def test_who_came_in_by_the_front_door_loses_the_part_that_is_shut(
    request_: AccessRequest, session: Session, parted: Snapshot, condition: str
) -> None:
    found = replayed(parted, draft(parted, condition), request_, session, [None])
    assert lost(found) == {(Action.READ, REPORTS, 0, 1)}
    assert (found.in_part, found.losses, found.losing, found.unchanged) == (1, 0, 1, 0)
    (row,) = found.rows
    assert (row.before.permitted, row.after.permitted, row.after.rule) == (True, False, "shut")


def test_who_came_in_by_a_part_loses_all_the_rest(
    request_: AccessRequest, session: Session, parted: Snapshot
) -> None:
    found = replayed(parted, draft(parted, NOTHING_BUT_PARTS), request_, session, [REPORTS])
    assert lost(found) == {(Action.READ, None, 0, 1), (Action.WRITE, None, 0, 1)}
    assert (found.in_part, found.losses) == (1, 0)


def test_what_is_lost_is_told_by_its_part_however_it_was_asked_for(
    request_: AccessRequest, session: Session, parted: Snapshot
) -> None:
    shut = replayed(parted, draft(parted, NO_REPORTS), request_, session, (None, REPORTS, BOOKS))
    assert lost(shut) == {(Action.READ, REPORTS, 1, 2)}
    assert (shut.losses, shut.in_part, shut.decisions) == (1, 2, 3)
    closed = replayed(parted, draft(parted, NOTHING), request_, session, (None, REPORTS, BOOKS))
    assert lost(closed) == {
        (Action.READ, None, 1, 2),
        (Action.WRITE, None, 0, 3),
        (Action.READ, REPORTS, 1, 2),
        (Action.READ, BOOKS, 1, 2),
    }
    assert (closed.losses, closed.in_part, closed.losing) == (3, 0, 1)


def test_a_part_that_was_refused_is_gained_when_the_draft_opens_it(
    request_: AccessRequest, session: Session, parted: Snapshot, today: PolicyBook
) -> None:
    shut = replace(parted, policies=draft(parted, NO_REPORTS))
    found = replayed(shut, today, request_, session, (None, REPORTS))
    (row,) = found.rows
    assert (row.change, row.action, row.route, row.asked, row.along) == (
        Change.GAINS,
        Action.READ,
        REPORTS,
        1,
        0,
    )
    assert (found.gains, found.unchanged) == (1, 1)


def test_a_part_that_was_shut_since_is_not_the_drafts_doing(
    request_: AccessRequest, session: Session, parted: Snapshot
) -> None:
    shut = draft(parted, NO_REPORTS)
    verdict = check(replace(request_, action=Action.READ), session, parted, NOW, "g")
    assert isinstance(verdict, Granted)
    entry = entry_of_verdict(request_, session, verdict, NOW)
    decided = Decisions().read(canonical(Recorded(1, NOW, entry)))
    assert isinstance(decided, Decided)
    tally = Simulation(shut, shut).take([decided])
    assert (tally.already, tally.unchanged, tally.rows) == (1, 0, {})
