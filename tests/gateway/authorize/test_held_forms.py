"""What becomes of a form that is not let through: held for another sign-in, told, or refused."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from multidict import CIMultiDict

from config.district import read_district
from config.vocabulary import AuthenticationLevel, Language
from gateway.authorize.request import read_request
from gateway.authorize.response import AnswerKind
from gateway.authorize.snapshot import Snapshot
from gateway.sessions.session import Session
from policies.evaluate import PolicyBook
from policies.load import load
from tests.gateway.authorize.conftest import EXAMPLES, NOW
from tests.gateway.authorize.door import HOST, QUESTION, Door, signed_in


async def test_a_form_sent_after_the_session_ended_is_told_not_redirected(door: Door) -> None:
    answer, text = await door.ask({"Cookie": None, "Content-Type": "text/plain"}, "POST")
    assert (answer.status, text) == (401, "signed out cs")


SENT = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://{HOST}"}


async def test_a_form_of_somebody_whose_session_is_over_is_sent_once_more_to_the_page_that_holds_it(
    door: Door, session: Session
) -> None:
    await signed_in(door, replace(session, last_seen_at=NOW - timedelta(hours=1)))
    answer, _ = await door.ask(SENT, "POST")
    assert answer.status == 307
    assert answer.headers["Location"] == f"https://{HOST}/.brana/form?ticket=novakova.jana-sign_in_needed"
    assert answer.headers["x-brana-reason"] == "sign_in_needed"
    for foreign in ({"Origin": "https://evil.test"}, {"Origin": None}, {"Sec-Fetch-Site": "same-site"}):
        answer, text = await door.ask({**SENT, **foreign}, "POST")
        assert (answer.status, text) == (401, "signed out cs")


async def test_a_form_of_nobody_known_is_held_as_well(door: Door) -> None:
    """The browser forgets an old sign-in after a while, and the page with the form still stands there."""
    answer, _ = await door.ask({**SENT, "Cookie": None}, "POST")
    assert answer.status == 307
    assert answer.headers["Location"].endswith("?ticket=-sign_in_needed")


async def test_a_form_that_takes_another_sign_in_is_held_till_then(door: Door, session: Session) -> None:
    await signed_in(door, replace(session, acr=AuthenticationLevel.PASSWORD, amr=("pwd",)))
    answer, _ = await door.ask(SENT, "POST")
    assert answer.status == 307
    assert answer.headers["Location"].endswith("?ticket=novakova.jana-two_factors_needed")
    assert answer.headers["x-brana-reason"] == "two_factors_needed"
    assert door.kinds == [AnswerKind.REFUSED]
    assert door.entries[-1].reason == "two_factors_needed"


async def test_a_form_that_no_sign_in_would_let_through_is_refused_as_ever(
    door: Door, session: Session
) -> None:
    await signed_in(door, session)
    answer, text = await door.ask({**SENT, "x-brana-route": "records 588296 read"}, "POST")
    assert (answer.status, text) == (403, "refused no_role_in_municipality 403 cs novakova.jana")


def never_satisfied(folder: Path) -> PolicyBook:
    (folder / "region").mkdir()
    (folder / "region/10-all.cedar").write_text(
        '@id("all")\n@reason("two_factors_needed")\n@title_cs("a")\n@title_en("a")\n@advice_cs("a")\n'
        '@advice_en("a")\nforbid (principal, action, resource);\n'
    )
    return load(
        folder / "region", EXAMPLES / "policies/municipalities", read_district(EXAMPLES / "kromeriz.csv")
    )


async def test_a_form_is_not_held_for_a_sign_in_that_is_there_already(
    tmp_path: Path, snapshot: Snapshot, session: Session
) -> None:
    """It would go to and fro: another sign-in of that kind brings no more."""
    door = Door(tmp_path, replace(snapshot, policies=never_satisfied(tmp_path)), NOW)
    await signed_in(door, session)
    headers = CIMultiDict(QUESTION | SENT)
    question = read_request("POST", "/", headers, QUESTION["Cookie"], Language.CZECH)
    answer = await door.authorizer.decide(question, NOW)
    door.database.close()
    assert (answer.status, answer.headers["x-brana-reason"]) == (403, "two_factors_needed")
