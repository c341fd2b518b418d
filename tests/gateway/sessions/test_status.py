"""How somebody stands who looks at a page: the end of the sign-in, and the browsers to be asked about."""

from datetime import datetime, timedelta

from config.settings import SignIn
from config.vocabulary import SubjectId
from gateway.sessions.id_token import SignedIn
from gateway.sessions.session import EndReason
from gateway.sessions.status import SessionStatuses
from idp.login.new_device import NewDevice
from tests.gateway.sessions.office_world import World

LIMITS = SignIn()


def device(who: SignedIn, sid: str, now: datetime) -> NewDevice:
    return NewDevice(
        browser=b"b" * 32, subject=who.subject, session=sid, at=now, address="192.0.2.9", user_agent=""
    )


async def test_the_request_itself_is_activity_and_the_longest_time_is_not_moved(
    world: World, who: SignedIn, now: datetime
) -> None:
    session, _ = await world.open(who, now)
    later = now + timedelta(minutes=5)
    standing = await SessionStatuses(world.store, LIMITS, none).of(session.id, later)
    assert standing is not None
    assert standing.ending.idle == later + LIMITS.idle
    assert standing.ending.latest == now + LIMITS.absolute


async def test_a_session_is_not_asked_about_the_browser_it_was_opened_in(
    world: World, who: SignedIn, now: datetime
) -> None:
    session, _ = await world.open(who, now)
    own, other = device(who, session.provider_sid, now), device(who, "another", now)

    async def both(subject: SubjectId) -> list[NewDevice]:
        assert subject == who.subject
        return [own, other]

    standing = await SessionStatuses(world.store, LIMITS, both).of(session.id, now)
    assert standing is not None
    assert standing.new_devices == (other,)


async def test_a_session_that_has_ended_stands_nowhere(world: World, who: SignedIn, now: datetime) -> None:
    session, _ = await world.open(who, now)
    await world.office.end([session], EndReason.SIGNED_OUT, None, now)
    assert await SessionStatuses(world.store, LIMITS, none).of(session.id, now) is None


async def none(_subject: SubjectId) -> list[NewDevice]:
    return []
