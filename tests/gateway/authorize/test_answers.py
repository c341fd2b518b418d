"""From a verdict to what Envoy passes on, over the real store, signer and policies."""

import asyncio
import json
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from multidict import CIMultiDict

from config.identity import PERSON_CLAIM, PERSON_HEADER
from config.settings import Identity, IdentityHeaders
from config.vocabulary import AuthenticationLevel, Language, SubjectId
from gateway.audit.entry import Code, Outcome
from gateway.authorize.catalogue import openable
from gateway.authorize.request import read_request
from gateway.authorize.response import AnswerKind
from gateway.authorize.snapshot import Snapshot
from gateway.envoy.authorization import UNAVAILABLE
from gateway.grants.assertion import AssertionVerifier
from gateway.grants.cookie import GRANT, SESSION
from gateway.sessions.office import handle_hash
from gateway.sessions.session import Session
from tests.gateway.authorize.conftest import NOW, RECORDS
from tests.gateway.authorize.door import HANDLE, HOST, QUESTION, Door, signed_in


async def test_a_grant_goes_to_the_browser_an_assertion_to_the_application_an_entry_to_the_log(
    door: Door, session: Session
) -> None:
    await signed_in(door, session)
    answer, _ = await door.ask()
    assert answer.status == 200
    (cookie,) = answer.headers.getall("Set-Cookie")
    assert cookie.startswith(f"{GRANT}=ey")
    assert "HttpOnly" in cookie
    assert "Secure" in cookie
    verify = AssertionVerifier([door.assertion_key], "https://portal.brana.test")
    assertion = verify(answer.headers["x-brana-assertion"], "records", NOW)
    assert (assertion.subject, assertion.municipality) == (session.subject, "588491")
    (entry,) = door.entries
    assert (entry.code, entry.outcome, entry.request_id) == (
        Code.DECISION_PERMIT,
        Outcome.SUCCESS,
        "request-1",
    )
    assert entry.details["path"] == "/documents"
    assert "secret" not in repr(entry)
    assert entry.details["grant"]
    assert door.kinds == [AnswerKind.GRANTED]
    kept = await door.store.by_handle(handle_hash(HANDLE), HOST)
    assert kept is not None
    assert kept.last_seen_at == NOW


@pytest.mark.parametrize("headers", [None, IdentityHeaders(login="X-Remote-User", name="X-Name")])
async def test_what_headers_tell_goes_to_the_application_and_into_the_grant(
    tmp_path: Path, snapshot: Snapshot, session: Session, headers: IdentityHeaders | None
) -> None:
    way = Identity(way="headers", headers=headers) if headers else Identity()
    offer = replace(snapshot.applications[RECORDS], identity=way)
    told = replace(snapshot, applications={**snapshot.applications, RECORDS: offer})
    door = Door(tmp_path, told, NOW)
    await signed_in(door, session)
    question = read_request("GET", "/", CIMultiDict(QUESTION), QUESTION["Cookie"], Language.CZECH)
    answer = await door.authorizer.decide(question, NOW)
    door.database.close()
    said = {name: text for name, text in answer.headers.items() if name.startswith(PERSON_HEADER)}
    expected = {"login": "novakova.jana", "name": "Jana Nováková"} if headers else {}
    assert said == {PERSON_HEADER + fact: text for fact, text in expected.items()}
    payload = answer.cookies[0].split(".")[1]
    claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims.get(PERSON_CLAIM, {}) == expected


async def test_grants_of_an_application_that_shares_its_host_have_a_cookie_of_their_own(
    tmp_path: Path, snapshot: Snapshot, session: Session
) -> None:
    """Given, taken back by a refusal, and taken back when the sign-in is over; the neighbours' are not touched."""
    offer = replace(snapshot.applications[RECORDS], grant_suffix="-records")
    door = Door(tmp_path, replace(snapshot, applications={**snapshot.applications, RECORDS: offer}), NOW)
    own = f"{GRANT}-records="
    stranger = read_request("GET", "/", CIMultiDict(QUESTION), "", Language.CZECH)
    assert (await door.authorizer.decide(stranger, NOW)).cookies[0].startswith(f"{own};")
    await signed_in(door, session)
    for route, begins in (("records 588491 read", f"{own}ey"), ("records 588296 read", f"{own};")):
        headers = CIMultiDict(QUESTION | {"x-brana-route": route})
        question = read_request("GET", "/", headers, QUESTION["Cookie"], Language.CZECH)
        (cookie,) = (await door.authorizer.decide(question, NOW)).cookies
        assert cookie.startswith(begins)
    door.database.close()


async def test_a_refusal_is_a_page_an_entry_and_takes_the_old_grant_back(
    door: Door, session: Session
) -> None:
    await signed_in(door, session)
    answer, text = await door.ask({"x-brana-route": "records 588296 read"})
    assert (answer.status, text) == (403, "refused no_role_in_municipality 403 cs novakova.jana")
    assert answer.headers["x-brana-reason"] == "no_role_in_municipality"
    assert answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Set-Cookie"].startswith(f"{GRANT}=; Max-Age=0")
    (entry,) = door.entries
    assert (entry.code, entry.outcome) == (Code.DECISION_REFUSE, Outcome.REFUSED)
    assert (entry.reason, entry.municipality) == ("no_role_in_municipality", "588296")
    assert entry.rule
    assert door.kinds == [AnswerKind.REFUSED]


async def test_the_language_switch_of_a_refusal_page_works_and_is_remembered(
    door: Door, session: Session
) -> None:
    await signed_in(door, session)
    answer, text = await door.ask({"x-brana-route": "records 588296 read"}, target="/x?a=1&lang=en")
    assert text == "refused no_role_in_municipality 403 en novakova.jana"
    assert any(c.startswith("brana-language=en;") for c in answer.headers.getall("Set-Cookie"))


async def test_a_grpc_client_gets_words_for_its_message(door: Door, session: Session) -> None:
    answer, text = await door.ask({"Cookie": None, "Content-Type": "application/grpc"})
    assert (answer.status, answer.headers["x-brana-reason"]) == (401, "sign_in_needed")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert text.startswith("Nejprve se přihlaste. ")
    assert text.endswith("(sign_in_needed, request-1)")


async def test_a_script_gets_the_reason_as_json_and_never_a_redirect(door: Door, session: Session) -> None:
    answer, text = await door.ask({"Cookie": None, "Accept": "application/json"})
    assert answer.status == 401
    assert "Location" not in answer.headers
    assert json.loads(text)["reason"] == answer.headers["x-brana-reason"] == "sign_in_needed"
    assert json.loads(text)["type"] == "urn:brana:reason:sign_in_needed"
    assert answer.content_type == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == f'Bearer realm="{HOST}"'
    await signed_in(door, session)
    answer, text = await door.ask({"x-brana-route": "records 588296 read", "Accept": "*/*"})
    told = json.loads(text)
    assert answer.status == 403
    assert (told["reason"], told["request_id"]) == ("no_role_in_municipality", "request-1")
    assert told["title"]
    assert told["advice"]


async def test_a_page_load_without_a_session_goes_to_the_provider(door: Door) -> None:
    answer, _ = await door.ask({"Cookie": None})
    assert answer.status == 302
    assert answer.headers["Location"] == f"https://login.test/?to={HOST}"
    assert "__Host-brana-signin-abc=1" in answer.headers.getall("Set-Cookie")
    assert answer.headers["x-brana-reason"] == "sign_in_needed"  # the access log says why nobody was let in
    assert door.entries == []
    assert door.kinds == [AnswerKind.SIGN_IN]


async def test_a_stranger_is_sent_to_no_sign_in_for_an_application_that_is_not_known_here(door: Door) -> None:
    asked = {"x-brana-route": "payroll - read", "Cookie": None}
    page, text = await door.ask(asked)
    assert (page.status, page.headers["x-brana-reason"], text) == (403, "unknown_application", "unknown cs")
    program, text = await door.ask(asked | {"Accept": "application/json"})
    assert (program.status, json.loads(text)["reason"]) == (403, "unknown_application")
    assert door.entries == []


async def test_a_program_is_told_which_sign_in_would_do(door: Door, session: Session) -> None:
    await signed_in(door, replace(session, acr=AuthenticationLevel.PASSWORD, amr=("pwd",)))
    answer, text = await door.ask({"Accept": "application/json"})
    assert answer.status == json.loads(text)["status"] == 401
    assert json.loads(text)["reason"] == "two_factors_needed"
    assert answer.headers["WWW-Authenticate"] == (
        f'Bearer realm="{HOST}", error="insufficient_user_authentication", '
        'acr_values="urn:brana:acr:two-factors"'
    )
    assert door.kinds == [AnswerKind.REFUSED]
    assert door.entries[-1].reason == "two_factors_needed"


async def test_old_attempts_cookies_are_cleared_so_that_the_header_stays_short(door: Door) -> None:
    many = "; ".join(f"__Host-brana-signin-{number:08}=x" for number in range(9))
    answer, _ = await door.ask({"Cookie": many})
    cleared = [cookie for cookie in answer.headers.getall("Set-Cookie") if "Max-Age=0" in cookie]
    assert len(cleared) == 1 + 9 - 3  # the grant, and all but three old attempts beside the new one


async def test_a_handle_of_another_host_is_nobodys(door: Door, session: Session) -> None:
    await signed_in(door, session)
    answer, _ = await door.ask({"Host": "rozpocet.brana.test:8443"})
    assert answer.status == 302


async def test_a_doubled_session_cookie_is_believed_in_neither_form(door: Door, session: Session) -> None:
    await signed_in(door, session)
    answer, _ = await door.ask({"Cookie": f"{SESSION}={HANDLE}; {SESSION}=other"})
    assert answer.status == 302


async def test_what_cannot_be_recorded_is_not_allowed(door: Door, session: Session) -> None:
    await signed_in(door, session)
    door.database.close()
    answer, text = await door.ask()
    assert (answer.status, text) == (UNAVAILABLE, "unavailable request-1")
    assert "Set-Cookie" not in answer.headers
    assert "x-brana-assertion" not in answer.headers
    answer, text = await door.ask({"Accept": "*/*"})
    assert (answer.status, json.loads(text)["reason"]) == (UNAVAILABLE, "gateway_unavailable")
    assert door.kinds == [AnswerKind.UNAVAILABLE, AnswerKind.UNAVAILABLE]


async def test_a_question_that_envoy_did_not_ask_decides_nothing(door: Door) -> None:
    answer, _ = await door.ask({"x-brana-route": "records"})
    assert answer.status == 503
    assert door.entries == []


async def test_a_directory_that_is_away_too_long_is_a_503_with_its_reason(
    door: Door, session: Session
) -> None:
    await signed_in(door, replace(session, facts_at=NOW - timedelta(hours=1)))
    answer, text = await door.ask()
    assert (answer.status, text) == (UNAVAILABLE, "refused directory_unreachable 503 cs novakova.jana")
    assert door.entries[0].reason == "directory_unreachable"


async def test_an_application_that_its_node_has_otherwise_is_a_503_for_people_and_programs(
    door: Door, session: Session
) -> None:
    await signed_in(door, session)
    page, text = await door.ask({"x-brana-mark": "of-another-file"})
    assert (page.status, text) == (UNAVAILABLE, "refused application_differs 503 cs novakova.jana")
    program, text = await door.ask({"x-brana-mark": "of-another-file", "Accept": "application/json"})
    assert (program.status, json.loads(text)["status"]) == (UNAVAILABLE, 503)
    assert {one.reason for one in door.entries} == {"application_differs"}


async def test_many_decisions_at_once_are_all_recorded(door: Door, session: Session) -> None:
    await signed_in(door, session)
    answers = await asyncio.gather(*(door.ask() for _ in range(20)))
    assert {answer.status for answer, _ in answers} == {200}
    assert len({entry.details["grant"] for entry in door.entries}) == 20


def test_the_portal_shows_what_may_be_opened_for_the_active_municipality(
    session: Session, snapshot: Snapshot
) -> None:
    assert openable(session, snapshot, "192.0.2.7", NOW) == ["records", "map", "portal"]
    nobody = replace(session, roles=(), municipality=None, subject=SubjectId("0" * 36))
    assert openable(nobody, snapshot, "192.0.2.7", NOW) == []
