"""Relying parties that name an application: whoever the policies let in gets on, and whoever they do not reads why."""

from dataclasses import dataclass, field
from datetime import datetime

import pytest

from config.vocabulary import Language
from gateway.audit.entry import Code, Entry
from idp.events import Origin
from idp.http.provider import Admitted, NotAdmitted
from idp.login.session import Session
from tests.rig.code_flow import RelyingParty, finish, json_of
from tests.rig.provider import ADDRESS, Answer
from tests.rig.sign_in_world import JANA, World

pytestmark = pytest.mark.real

CLOSED = NotAdmitted(
    "outside_hours",
    {Language.CZECH: "Mimo pracovní dobu", Language.ENGLISH: "Outside working hours"},
    {Language.CZECH: "Přijďte ráno.", Language.ENGLISH: "Come <b>in the morning</b>."},
)


@dataclass(slots=True)
class Policies:
    """What was asked of them, and what they say."""

    says: Admitted | NotAdmitted = field(default_factory=lambda: Admitted("clerks", "v7"))
    asked: list[tuple[Session, str, Origin]] = field(default_factory=list)

    async def __call__(
        self, session: Session, application: str, origin: Origin, _now: datetime
    ) -> Admitted | NotAdmitted:
        self.asked.append((session, application, origin))
        return self.says


@pytest.fixture
def policies(world: World) -> Policies:
    world.rig.may_use = made = Policies()
    return made


async def party_of(world: World, client: str = "decided") -> RelyingParty:
    party = RelyingParty(world, client=client)
    await party.discover()
    return party


async def to_token(party: RelyingParty, **form: str) -> Answer:
    return await party.back.post("/token", {"client_id": party.client, **form})


def newest(world: World, code: Code) -> Entry:
    return next(one for one in reversed(world.rig.kept.entries) if one.code is code)


async def test_whom_they_let_in_gets_a_code_after_the_sign_in_and_with_a_session(
    world: World, policies: Policies
) -> None:
    party, browser = await party_of(world), world.rig.browser()
    begun = await party.send(browser, prompt="login")
    _, done = await finish(world, browser, begun.location)
    assert done.location.startswith("/authorize?")
    assert policies.asked == []
    for answer in (await browser.get(done.location), await party.send(browser)):
        code = party.code_in(answer)
        assert (await to_token(party, **party.form(code))).status == 200
        issued = newest(world, Code.CODE_ISSUED)
        assert (issued.application, issued.rule, issued.policy_version) == ("decided", "clerks", "v7")
    assert [(session.person.login, application) for session, application, _ in policies.asked] == [
        (JANA, "records"),
        (JANA, "records"),
    ]
    assert policies.asked[0][2].address == ADDRESS


async def test_whom_they_do_not_reads_why_and_the_application_is_sent_nothing(
    world: World, policies: Policies
) -> None:
    policies.says = CLOSED
    party, browser = await party_of(world), world.rig.browser()
    begun = await party.send(browser)
    _, done = await finish(world, browser, begun.location)
    for answer in (await browser.get(done.location), await party.send(browser)):
        assert answer.status == 403
        assert "Outside working hours" in answer.text
        assert "Come &lt;b&gt;in the morning&lt;/b&gt;." in answer.text
        assert answer.headers["x-brana-reason"] == "outside_hours"
        assert "Location" not in answer.headers
        refused = newest(world, Code.CODE_REFUSED)
        assert (refused.application, refused.reason) == ("decided", "access_denied")
    assert Code.CODE_ISSUED not in world.rig.kept.codes()


async def test_an_application_that_asks_silently_is_told(world: World, policies: Policies) -> None:
    policies.says = CLOSED
    party, (browser, _) = await party_of(world), await world.sign_in()
    silently = await party.send(browser, prompt="none")
    in_a_frame = await browser.get(party.address(), Sec_Fetch_Dest="iframe")
    for answer in (silently, in_a_frame):
        assert answer.said["error"] == "access_denied"
        assert "outside_hours" in answer.said["error_description"]
        assert answer.said["state"] == party.state


async def test_of_an_application_that_is_not_named_nobody_is_asked(world: World, policies: Policies) -> None:
    policies.says = CLOSED
    party, (browser, _) = await party_of(world, "public"), await world.sign_in()
    party.code_in(await party.send(browser))
    assert policies.asked == []


async def test_they_are_asked_at_each_refresh_as_from_where_the_person_signed_in(
    world: World, policies: Policies
) -> None:
    party, (browser, _) = await party_of(world), await world.sign_in()
    tokens = json_of(await to_token(party, **party.form(party.code_in(await party.send(browser)))))
    policies.asked.clear()
    again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    tokens = json_of(await to_token(party, **again))
    ((_, application, origin),) = policies.asked
    assert (application, origin.address) == ("records", ADDRESS)
    policies.says = CLOSED
    again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    answer = await to_token(party, **again)
    assert (answer.status, json_of(answer)["error"]) == (400, "invalid_grant")
    refused = newest(world, Code.TOKEN_REFUSED)
    assert (refused.person, refused.application, refused.reason) == (JANA, "decided", "access_denied")
    policies.says = Admitted("clerks", "v7")
    assert (await to_token(party, **again)).status == 200  # it was not spent


async def test_a_token_that_is_not_good_asks_nobody(world: World, policies: Policies) -> None:
    party, (browser, _) = await party_of(world), await world.sign_in()
    tokens = json_of(await to_token(party, **party.form(party.code_in(await party.send(browser)))))
    policies.asked.clear()
    name, _, secret = tokens["refresh_token"].partition(".")
    for made_up in (f"{secret}.{name}", f"{name}.{name}", "x"):
        answer = await to_token(party, grant_type="refresh_token", refresh_token=made_up)
        assert json_of(answer)["error"] == "invalid_grant"
    assert policies.asked == []
