"""Who may open a tunnel, what it reaches by the policies of this moment, and that whatever changes is followed."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address

import pytest

from agents.protocol.facts import Fact, FactName
from agents.protocol.messages import Standing
from config.vocabulary import AuthenticationLevel, Role, SubjectId, device_subject
from gateway.audit.entry import Code, Outcome
from gateway.authorize.tunnel_held import NotOpened
from gateway.sessions.id_token import SignedIn
from gateway.sessions.session import EndReason
from gateway.tunnel_sessions.opened import Why
from gateway.tunnels.permits import Admitted, Target, Transport
from gateway.tunnels.refusals import Refused
from tests.rig.tunnel_world import (
    FRESH,
    HULIN,
    IN_ORDER,
    KROMERIZ,
    LIFETIME,
    ORIGIN,
    Told,
    World,
)

MINUTE = timedelta(minutes=1)
PETR = SubjectId("urad:22222222-2222-4222-8222-222222222222")


async def opened(office: World):
    session = await office.signed_in()
    device = office.device()
    return session, device, await office.office.open(device.id, session, ORIGIN, office.now)


async def test_it_reaches_what_the_policies_permit_and_each_answer_is_recorded(
    office: World, told: Told
) -> None:
    _, device, made = await opened(office)
    one = told.admitted[made.key]
    assert told.ports(made.key) == {445}
    assert set(one.targets.values()) == {office.now + LIFETIME}
    assert one.until == office.now + LIFETIME
    assert one.addresses == {ip_address("10.90.0.2"), ip_address("fd00:90::2")}
    begun, permitted, *refused = office.entries
    assert (begun.code, begun.details["device"], begun.request_id) == (Code.TUNNEL_OPENED, device.id, "r-1")
    assert (permitted.code, permitted.rule) == (Code.TUNNEL_PERMITTED, "files-through-the-tunnel")
    assert (permitted.application, permitted.municipality, permitted.action) == ("files", HULIN, "write")
    assert [(one.code, one.details["target"], one.reason) for one in refused] == [
        (Code.TUNNEL_REFUSED, "database", "key_needed"),
        (Code.TUNNEL_REFUSED, "elsewhere", "no_role_in_municipality"),
    ]
    assert {one.outcome for one in refused} == {Outcome.REFUSED}


async def test_what_is_permitted_is_recorded_before_it_holds(office: World, told: Told) -> None:
    await opened(office)
    holds = next(number for number, one in enumerate(told.order) if isinstance(one, Admitted) and one.targets)
    assert Code.TUNNEL_PERMITTED in told.order[:holds]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"owner": PETR}, Why.DEVICE_NOT_OWN),
        ({"owner": None, "managed": False}, Why.DEVICE_NOT_OWN),
        ({"owner": None, "municipality": KROMERIZ}, Why.DEVICE_NOT_OWN),
        ({"standing": Standing.WAITING}, Why.DEVICE_NOT_IN_USE),
        ({"standing": Standing.BLOCKED}, Why.DEVICE_NOT_IN_USE),
        ({"standing": Standing.LOST}, Why.DEVICE_UNKNOWN),
        ({"tunnel_key": None}, Why.KEY_MISSING),
        ({"tunnel_key": "A" * 43 + "="}, Why.KEY_MISSING),
    ],
)
async def test_a_device_that_is_not_ones_own_and_in_use_opens_nothing(
    office: World, told: Told, changed: dict[str, object], why: Why
) -> None:
    session, device = await office.signed_in(), office.device(**changed)
    with pytest.raises(NotOpened) as refused:
        await office.office.open(device.id, session, ORIGIN, office.now)
    assert refused.value.why is why
    (entry,) = office.entries
    assert (entry.code, entry.reason, entry.person) == (Code.TUNNEL_NOT_OPENED, why, "novakova.jana")
    assert told.admitted == {}


async def test_a_password_alone_opens_nothing(office: World) -> None:
    session = await office.signed_in(acr=AuthenticationLevel.PASSWORD)
    with pytest.raises(NotOpened, match=Why.TWO_FACTORS):
        await office.office.open(office.device().id, session, ORIGIN, office.now)


async def test_a_shared_device_of_the_office_is_used_by_one_person_after_the_other(
    office: World, told: Told
) -> None:
    device = office.device(owner=None)
    first, second = await office.signed_in(), await office.signed_in("T", subject=PETR, login="petr")
    before = await office.office.open(device.id, first, ORIGIN, office.now)
    told.order.clear()
    after = await office.office.open(device.id, second, ORIGIN, office.now)
    assert before.addresses == after.addresses
    silent, opened, *_ = told.order  # what the first has open would go on in the name of the second
    assert isinstance(silent, Admitted)
    assert (silent.key, silent.until, opened) == (before.key, None, Code.TUNNEL_CLOSED)
    (closed,) = office.of(Code.TUNNEL_CLOSED)
    assert (closed.person, closed.reason) == ("novakova.jana", Why.OPENED_ANEW)
    assert office.office.of(device.id) is not None
    assert [one.login for one in await office.tunnels.open_ones()] == ["petr"]


async def test_a_key_of_another_device_opens_nothing(office: World) -> None:
    session, _, _ = await opened(office)
    copied = office.device("copy")
    with pytest.raises(NotOpened, match=Why.KEY_TAKEN):
        await office.office.open(copied.id, session, ORIGIN, office.now)


async def test_a_session_that_ends_closes_it_at_once(office: World, told: Told) -> None:
    session, device, made = await opened(office)
    await office.sessions.end([session], EndReason.SIGNED_OUT, None, office.now)
    await office.settles()
    assert told.admitted[made.key] == Admitted(made.key, made.addresses, None)
    (closed,) = office.of(Code.TUNNEL_CLOSED)
    assert closed.reason == Why.SESSION_OVER
    assert office.office.of(device.id) is None
    assert await office.tunnels.open_ones() == []


async def test_it_ends_with_the_longest_time_of_its_session_and_says_so(office: World, told: Told) -> None:
    """The time for which it was opened would be longer; who is busy in it stays no longer."""
    ends = office.now + timedelta(minutes=7)
    session = await office.signed_in(ends_at=ends)
    device = office.device()
    made = await office.office.open(device.id, session, ORIGIN, office.now)
    _, decided = office.office.of(device.id) or (None, None)
    assert decided is not None
    assert (made.until, decided.ends(made)) == (office.now + timedelta(hours=10), ends)
    await office.connections_of(made)
    await office.moves(timedelta(minutes=4))
    office.changes(device, reported_at=office.now)
    await office.settles()
    assert set(told.admitted[made.key].targets.values()) == {ends}
    await office.moves(timedelta(minutes=3, milliseconds=1))
    (closed,) = office.of(Code.TUNNEL_CLOSED)
    assert closed.reason == Why.SESSION_OVER
    assert told.ports(made.key) == set()


async def test_a_stronger_sign_in_opens_more_at_once(office: World, told: Told) -> None:
    session, _, made = await opened(office)
    who = SignedIn(
        subject=session.subject,
        login=session.login,
        name=session.name,
        provider_sid=session.provider_sid,
        roles=session.roles,
        acr=AuthenticationLevel.PHISHING_RESISTANT,
        amr=("hwk",),
        authenticated_at=office.now,
        facts_at=office.now,
        ends_at=None,
    )
    await office.sessions.authenticated_anew(session, who, "192.0.2.7", "r-2", office.now)
    await office.settles()
    assert told.ports(made.key) == {445, 5432}
    assert [one.details["target"] for one in office.of(Code.TUNNEL_PERMITTED)] == ["files", "database"]


async def strong(office: World):
    session = await office.signed_in(acr=AuthenticationLevel.PHISHING_RESISTANT, amr=("hwk",))
    device = office.device()
    return session, device, await office.office.open(device.id, session, ORIGIN, office.now)


async def test_a_worse_state_of_the_device_takes_what_rests_on_it_and_nothing_else(
    office: World, told: Told
) -> None:
    _, device, made = await strong(office)
    assert told.ports(made.key) == {445, 5432}
    worse = office.changes(device, facts=IN_ORDER | {FactName.DISK_ENCRYPTED: Fact(False, "lsblk: plain")})
    told.order.clear()
    await office.settles()
    assert told.ports(made.key) == {445}
    refused = told.order.index(Code.TUNNEL_REFUSED)
    assert any(isinstance(one, Admitted) for one in told.order[:refused]), "taken before it is recorded"
    office.changes(worse, facts=IN_ORDER)
    await office.settles()
    assert told.ports(made.key) == {445, 5432}


async def test_what_rests_on_a_fresh_report_ends_with_its_freshness(office: World, told: Told) -> None:
    office.now += MINUTE
    _, device, made = await strong(office)
    office.known.put(replace(device, reported_at=office.now - FRESH + MINUTE, version=device.version + 1))
    office.office.everything()
    await office.settles()
    ends = {place.port: end for place, end in told.admitted[made.key].targets.items()}
    assert ends == {445: office.now + LIFETIME, 5432: office.now + MINUTE}
    await office.moves(MINUTE)
    assert told.ports(made.key) == {445}


async def test_whoever_reaches_nothing_is_suspended_and_goes_on_when_something_is(
    office: World, told: Told
) -> None:
    session, _, made = await opened(office)
    await office.sessions.take_facts([session], session.name, session.login, (), office.now)
    await office.settles()
    assert told.admitted[made.key].until is None
    assert office.of(Code.TUNNEL_CLOSED) == []
    (changed,) = await office.store.by_ids([session.id])
    roles = ((HULIN, Role.CLERK),)
    await office.sessions.take_facts([changed], session.name, session.login, roles, office.now)
    await office.settles()
    assert told.ports(made.key) == {445}


@pytest.mark.parametrize("standing", [Standing.RETIRED, Standing.LOST])
async def test_a_device_that_is_gone_is_a_stranger_and_its_addresses_rest(
    office: World, told: Told, standing: Standing
) -> None:
    _, device, made = await opened(office)
    office.changes(device, standing=standing, tunnel_key=None)
    await office.settles()
    assert told.revoked == [made.key]
    assert office.of(Code.TUNNEL_CLOSED)[0].reason == Why.DEVICE_NOT_IN_USE
    other = office.device("other", tunnel_key=office.private.public)
    session = await office.signed_in("T")
    again = await office.office.open(other.id, session, ORIGIN, office.now)
    assert not again.addresses & made.addresses


async def test_a_device_that_goes_after_its_tunnel_was_closed_is_a_stranger_too(
    office: World, told: Told
) -> None:
    _, device, made = await opened(office)
    assert await office.office.close(device.id, Why.CLOSED_BY_PERSON, ORIGIN, office.now)
    assert not await office.office.close(device.id, Why.CLOSED_BY_PERSON, ORIGIN, office.now)
    assert told.admitted[made.key].until is None
    office.changes(device, standing=Standing.LOST, tunnel_key=None)
    await office.settles()
    assert told.revoked == [made.key]


async def test_a_blocked_device_is_suspended(office: World, told: Told) -> None:
    _, device, made = await opened(office)
    office.changes(device, standing=Standing.BLOCKED)
    await office.settles()
    assert told.admitted[made.key].until is None
    assert told.revoked == []


async def test_a_device_that_an_officer_suspended_reaches_nothing_whichever_browser_opened_it(
    office: World, told: Told
) -> None:
    _, device, made = await opened(office)
    office.suspended.add(device_subject(device.id))
    office.office.everything()
    await office.settles()
    assert told.admitted[made.key].until is None
    refused = office.of(Code.TUNNEL_REFUSED)[-1]
    assert refused.reason == "device_suspended"


async def test_another_key_of_the_device_ends_what_was_opened_with_the_old_one(
    office: World, told: Told
) -> None:
    _, device, made = await opened(office)
    office.changes(device, tunnel_key="HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=")
    await office.settles()
    assert told.revoked == [made.key]
    assert office.of(Code.TUNNEL_CLOSED)[0].reason == Why.KEY_CHANGED


async def test_it_is_decided_anew_before_a_permission_ends_and_closed_when_its_time_is_over(
    office: World, told: Told
) -> None:
    _, _, made = await opened(office)
    for _ in range(3):
        await office.moves(LIFETIME * 0.7)
        before = max(told.admitted[made.key].targets.values())
        assert before > office.now
        await office.moves(LIFETIME * 0.11)
        assert max(told.admitted[made.key].targets.values()) > before
    assert len(office.of(Code.TUNNEL_PERMITTED)) == 1, "the same answer is recorded once"
    office.now = made.until
    await office.settles()
    assert office.of(Code.TUNNEL_CLOSED)[0].reason == Why.TOO_LONG
    assert told.admitted[made.key].until is None


async def test_a_start_takes_up_what_was_open_and_decides_it_anew(office: World, told: Told) -> None:
    session, _, made = await opened(office)
    office.begin()
    (admitted,) = await office.office.take_up()
    assert {place.port for place in admitted.targets} == {445}
    await office.sessions.end([session], EndReason.SIGNED_OUT, None, office.now)
    office.begin()
    assert [one.until for one in await office.office.take_up()] == []
    assert await office.tunnels.open_ones() == []
    assert made.key in told.admitted


async def test_where_the_process_is_away_the_office_goes_on(office: World, told: Told) -> None:
    told.away = True
    session, device, _ = await opened(office)
    found = office.office.of(device.id)
    assert found is not None
    assert found[1] is not None
    await office.sessions.end([session], EndReason.SIGNED_OUT, None, office.now)
    await office.settles()
    assert office.of(Code.TUNNEL_CLOSED)


async def test_what_was_tried_in_vain_is_recorded_with_the_reason(office: World) -> None:
    _, _, made = await opened(office)
    device = next(one for one in made.addresses if one.version == 4)
    places = [Target(ip_address("10.1.0.5"), Transport.TCP, port) for port in (5432, 22)]
    await office.office.connections.hear([Refused(device, one) for one in places])
    await office.office.connections.hear([Refused(ip_address("10.90.9.9"), places[0])])
    await office.office.connections.hear([Refused(device, replace(places[0], port=445), True, 12)])
    tried = office.of(Code.TUNNEL_TRIED)
    assert [(one.reason, one.details["host"]) for one in tried] == [
        ("key_needed", "10.1.0.5:5432/tcp"),
        (Why.UNKNOWN_TARGET, "10.1.0.5:22/tcp"),
        (Why.TOO_MANY, "10.1.0.5:445/tcp"),
    ]
    assert [one.details.get("left_out_before") for one in tried] == [None, None, 12]


async def test_open_connections_keep_the_session_awake_and_nothing_else_does(office: World) -> None:
    session, _, made = await opened(office)
    await office.moves(LIFETIME)
    (seen,) = await office.store.by_ids([session.id])
    assert seen.last_seen_at == session.last_seen_at
    await office.connections_of(made)
    await office.moves(LIFETIME)
    (seen,) = await office.store.by_ids([session.id])
    assert seen.last_seen_at == office.now
