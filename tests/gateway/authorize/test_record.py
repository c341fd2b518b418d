"""What the log keeps of a verdict is enough to ask other policies the same."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.vocabulary import Action, AuthenticationLevel, DeviceId, Role
from gateway.audit.canonical import Recorded, canonical, parse
from gateway.audit.entry import Entry
from gateway.audit.rested_on import FIELDS, asked_again
from gateway.authorize.check import check
from gateway.authorize.record import entry_of_verdict
from gateway.authorize.request import AccessRequest
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.verdict import Granted, Refused
from gateway.sessions.session import Session
from policies.model import Question
from policies.recorded import NotReplayable
from tests.gateway.authorize.conftest import HULIN, KROMERIZ, NOW


def decided(request: AccessRequest, session: Session, snapshot: Snapshot) -> tuple[Granted | Refused, Entry]:
    verdict = check(request, session, snapshot, NOW, "grant-1")
    assert isinstance(verdict, Granted | Refused)
    entry = entry_of_verdict(request, session, verdict, NOW)
    return verdict, parse(canonical(Recorded(7, NOW, entry))).entry


def again(entry: Entry) -> Question:
    return asked_again({name: getattr(entry, name) for name in FIELDS}, entry.at, entry.details)


@pytest.mark.parametrize(
    ("action", "roles", "address"),
    [
        (Action.READ, ((HULIN, Role.CLERK),), "192.0.2.7"),
        (Action.SIGN, ((HULIN, Role.CLERK),), "2001:db8::1"),
        (Action.SIGN, ((HULIN, Role.MAYOR), (KROMERIZ, Role.CLERK)), ""),
    ],
)
def test_an_entry_keeps_the_whole_question(
    request_: AccessRequest,
    session: Session,
    snapshot: Snapshot,
    action: Action,
    roles: tuple[tuple[object, Role], ...],
    address: str,
) -> None:
    strong = replace(
        session,
        roles=roles,
        acr=AuthenticationLevel.PHISHING_RESISTANT,
        authenticated_at=NOW - timedelta(hours=9, microseconds=1),
    )
    verdict, entry = decided(replace(request_, action=action, address=address), strong, snapshot)
    assert verdict.question is not None
    assert again(entry) == verdict.question
    asked = snapshot.policies.decide_and_look(again(entry), ())[0]
    assert (asked.rule, asked.version) == (entry.rule, entry.policy_version)


def test_where_the_policies_were_not_asked_there_is_no_question(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    late = replace(session, facts_at=NOW - timedelta(hours=1))
    verdict, entry = decided(request_, late, snapshot)
    assert (verdict.question, entry.reason) == (None, "directory_unreachable")
    with pytest.raises(NotReplayable):
        again(entry)


def test_an_entry_names_the_device_that_was_shown_and_the_browser_beside_it(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    browser, shown = DeviceId("b" * 22), DeviceId("n" * 22)
    in_browser = replace(session, device=browser)
    _, entry = decided(request_, in_browser, snapshot)
    assert (entry.details["device"], entry.details.get("browser")) == (browser, None)
    _, entry = decided(request_, replace(in_browser, enrolled=shown), snapshot)
    assert (entry.details["device"], entry.details["browser"]) == (shown, browser)
