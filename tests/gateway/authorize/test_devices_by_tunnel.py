"""A device that is known by its open tunnel: exactly as by its certificate, and by nothing that only looks like it."""

from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address

import pytest

from agents.protocol.messages import Standing
from config.vocabulary import NO_DEVICE, SubjectId
from gateway.authorize.request import AccessRequest, placed
from gateway.authorize.snapshot import Snapshot
from gateway.sessions.session import Session
from gateway.tunnel_sessions.opened import Opened, TunnelId
from gateway.tunnels.keys import PrivateKey
from tests.gateway.authorize.conftest import HULIN, NOW
from tests.gateway.authorize.test_devices import (
    NOTEBOOK,
    OTHER,
    SHOWN,
    decide,
    granted,
    in_order,
    knowing,
    notebook,
    refused,
)

__all__ = ["in_order"]
TUNNEL = "10.90.0.5"


def opened_for(session: Session, **said: object) -> Opened:
    usual = Opened(
        id=TunnelId("t" * 22),
        device=NOTEBOOK,
        key=PrivateKey.generate().public,
        addresses=frozenset({ip_address(TUNNEL)}),
        subject=session.subject,
        login=session.login,
        session=session.id,
        municipality=HULIN,
        address="192.0.2.99",
        at=NOW,
        until=NOW + timedelta(minutes=2),
    )
    return replace(usual, **said)


def with_tunnel(snapshot: Snapshot, opened: Opened | None) -> Snapshot:
    def at(address: str, _: datetime) -> Opened | None:
        return opened if address == TUNNEL else None

    return replace(snapshot, devices=replace(snapshot.devices, tunnel=at))


def by_tunnel(request: AccessRequest, address: str = TUNNEL) -> AccessRequest:
    return replace(request, in_tunnel=address)


def test_the_open_tunnel_of_a_device_proves_it_as_a_certificate_does(
    in_order: Snapshot, request_: AccessRequest, session: Session
) -> None:
    here = with_tunnel(in_order, opened_for(session))
    assert refused(decide(request_, session, here, None)).device == NO_DEVICE
    verdict = granted(decide(by_tunnel(request_), session, here, None))
    assert verdict.device == NOTEBOOK
    assert verdict.grant.bound is not None
    assert (verdict.grant.bound.tunnel, verdict.grant.bound.thumbprint) == (TUNNEL, "")
    assert verdict.grant.assertion.expires_at <= NOW + timedelta(minutes=2)
    assert verdict.question.facts.tunnel
    both = granted(decide(by_tunnel(request_), session, here, SHOWN))
    assert both.grant.bound == verdict.grant.bound


@pytest.mark.parametrize(
    ("opened", "address", "reason"),
    [
        (None, TUNNEL, "device_tunnel_not_open"),
        ({}, "10.90.0.6", "device_tunnel_not_open"),
        ({"device": OTHER}, TUNNEL, "device_tunnel_not_open"),
        ({"subject": SubjectId("urad:somebody")}, TUNNEL, "device_tunnel_of_another_person"),
    ],
)
def test_what_is_no_open_tunnel_of_the_persons_own_refuses(
    in_order: Snapshot,
    request_: AccessRequest,
    session: Session,
    opened: dict | None,
    address: str,
    reason: str,
) -> None:
    here = with_tunnel(in_order, None if opened is None else opened_for(session, **opened))
    assert refused(decide(by_tunnel(request_, address), session, here, None)).reason == reason


def test_a_certificate_beside_a_tunnel_is_of_the_same_device(
    in_order: Snapshot, request_: AccessRequest, session: Session
) -> None:
    other = replace(notebook(), id=OTHER, leaf=None)
    two = replace(in_order, devices=replace(knowing(in_order, notebook(), other).devices))
    here = with_tunnel(two, opened_for(session, device=OTHER))
    assert granted(decide(by_tunnel(request_), session, here, None)).device == OTHER
    assert refused(decide(by_tunnel(request_), session, here, SHOWN)).reason == (
        "device_certificate_of_another_device"
    )


@pytest.mark.parametrize(
    ("standing", "reason"), [(Standing.BLOCKED, "device_blocked"), (Standing.LOST, "device_lost")]
)
def test_a_device_out_of_use_is_refused_by_its_tunnel_too(
    in_order: Snapshot, request_: AccessRequest, session: Session, standing: Standing, reason: str
) -> None:
    here = with_tunnel(knowing(in_order, notebook(standing=standing)), opened_for(session))
    assert refused(decide(by_tunnel(request_), session, here, None)).reason == reason


def test_a_session_of_another_device_does_not_go_on_through_the_tunnel(
    in_order: Snapshot, request_: AccessRequest, session: Session
) -> None:
    here, carried = with_tunnel(in_order, opened_for(session)), replace(session, enrolled=OTHER)
    assert refused(decide(by_tunnel(request_), carried, here, None)).reason == "session_of_another_device"


def test_a_request_comes_from_where_the_device_asked_or_its_tunnel_was_opened(
    in_order: Snapshot, request_: AccessRequest, session: Session
) -> None:
    here = with_tunnel(in_order, opened_for(session)).devices
    assert placed(by_tunnel(request_), here, NOW).address == "192.0.2.99"
    elsewhere = with_tunnel(in_order, opened_for(session, device_address="198.51.100.9")).devices
    assert placed(by_tunnel(request_), elsewhere, NOW).address == "198.51.100.9"
    for one in (request_, by_tunnel(request_, "10.90.0.6")):
        assert placed(one, here, NOW) == one
