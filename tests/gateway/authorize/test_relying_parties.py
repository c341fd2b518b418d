"""Who may use the application of a relying party: the example district's policies, asked as the gate asks them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from config.vocabulary import AuthenticationLevel, Language, MunicipalityCode, Role, SessionId
from gateway.audit.entry import Code, Entry
from gateway.authorize.relying_parties import Admission
from gateway.authorize.snapshot import Snapshot
from gateway.sessions.session import Session
from idp.directory.person import RoleHeld
from idp.events import Origin
from idp.http.provider import Admitted, NotAdmitted
from idp.login.handle import HandleHash
from idp.login.session import Session as SignOn
from tests.gateway.authorize.conftest import HULIN, KROMERIZ, NOW
from tests.rig.people import JANA

ORIGIN = Origin(address="192.0.2.7", request_id="r-1", user_agent="Firefox")


def sign_on(*roles: tuple[MunicipalityCode, Role], **changes: object) -> SignOn:
    usual = {
        "sid": SessionId("provider-1"),
        "handle": HandleHash(b"h" * 32),
        "person": replace(JANA, roles=tuple(RoleHeld(where, role) for where, role in roles)),
        "facts_at": NOW - timedelta(seconds=30),
        "locale": Language.CZECH,
        "level": AuthenticationLevel.TWO_FACTORS,
        "methods": ("pwd", "otp"),
        "auth_time": NOW - timedelta(minutes=30),
        "created_at": NOW - timedelta(minutes=30),
        "last_seen": NOW - timedelta(minutes=1),
        "expires_at": NOW + timedelta(hours=8),
    }
    return SignOn(**(usual | changes))


class Asking:
    def __init__(self, snapshot: Snapshot, acting: Session | None = None) -> None:
        self.entries: list[Entry] = []
        self._acting = acting
        self.admission = Admission(
            snapshot=lambda: snapshot,
            acting=self._of,
            record=self._keep,
            settled=self._at_once,
            host="login.brana.test",
            support="573 321 100",
        )

    async def __call__(self, who: SignOn, application: str) -> Admitted | NotAdmitted:
        return await self.admission(who, application, ORIGIN, NOW)

    async def _of(self, sid: SessionId) -> Session | None:
        return self._acting if self._acting is not None and self._acting.provider_sid == sid else None

    async def _keep(self, entries: Sequence[Entry]) -> None:
        self.entries += entries

    async def _at_once(self) -> None:
        """Nothing is being exchanged."""


async def test_who_may_do_anything_in_it_is_admitted_by_the_policy_that_says_so(snapshot: Snapshot) -> None:
    ask = Asking(snapshot)
    said = await ask(sign_on((HULIN, Role.CLERK)), "records")
    assert isinstance(said, Admitted)
    assert said.rule
    assert said.policy_version == snapshot.policies.version
    assert ask.entries == []


async def test_who_may_do_nothing_in_it_is_told_why_and_it_is_recorded(snapshot: Snapshot) -> None:
    ask = Asking(snapshot)
    said = await ask(sign_on((HULIN, Role.CLERK)), "budget")
    assert isinstance(said, NotAdmitted)
    assert said.reason == "application_not_offered"
    assert {*said.title, *said.advice} == set(Language)
    assert not any("{contact}" in text for text in said.advice.values())
    (entry,) = ask.entries
    assert (entry.code, entry.reason, entry.application) == (Code.DECISION_REFUSE, said.reason, "budget")
    assert (entry.person, entry.session, entry.request_id) == (JANA.login, "provider-1", "r-1")
    assert (entry.details["host"], entry.details["path"]) == ("login.brana.test", "/authorize")


async def test_who_acts_for_nobody_yet_is_asked_about_for_every_municipality(snapshot: Snapshot) -> None:
    both = sign_on((HULIN, Role.CLERK), (KROMERIZ, Role.ACCOUNTANT))
    assert isinstance(await Asking(snapshot)(both, "budget"), Admitted)
    assert isinstance(await Asking(snapshot)(sign_on((HULIN, Role.CLERK)), "budget"), NotAdmitted)


async def test_who_acts_for_a_municipality_is_asked_about_for_that_one(
    snapshot: Snapshot, session: Session
) -> None:
    both = sign_on((HULIN, Role.CLERK), (KROMERIZ, Role.ACCOUNTANT))
    acting = replace(session, municipality=HULIN)
    ask = Asking(snapshot, acting)
    assert isinstance(await ask(both, "budget"), NotAdmitted)
    assert ask.entries[0].session == acting.id
    assert isinstance(
        await Asking(snapshot, replace(session, municipality=KROMERIZ))(both, "budget"), Admitted
    )
    lost = sign_on((KROMERIZ, Role.ACCOUNTANT))  # a role that the gateway has not heard is gone
    assert isinstance(await Asking(snapshot, acting)(lost, "budget"), Admitted)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"facts_at": NOW - timedelta(hours=1)}, "directory_unreachable"),
        ({"person": replace(JANA, roles=())}, "no_role"),
    ],
)
async def test_doubt_refuses(snapshot: Snapshot, changes: dict[str, object], reason: str) -> None:
    said = await Asking(snapshot)(sign_on((HULIN, Role.CLERK), **changes), "records")
    assert isinstance(said, NotAdmitted)
    assert said.reason == reason


async def test_a_suspended_person_and_an_application_that_is_not_there_are_refused(
    snapshot: Snapshot,
) -> None:
    who = sign_on((HULIN, Role.CLERK))
    shut = replace(snapshot, suspended=lambda subject, _now: subject == JANA.subject)
    said = await Asking(shut)(who, "records")
    assert isinstance(said, NotAdmitted)
    assert said.reason == "account_suspended"
    said = await Asking(snapshot)(who, "neznama")
    assert isinstance(said, NotAdmitted)
    assert said.reason == "unknown_application"
    over = await Asking(snapshot)(sign_on((HULIN, Role.CLERK), expires_at=NOW - timedelta(1)), "records")
    assert isinstance(over, NotAdmitted)
    assert over.reason == "sign_in_needed"
