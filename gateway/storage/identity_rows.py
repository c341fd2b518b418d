"""Rows of the identity tables and the values they stand for."""

import hashlib
from typing import Any

import msgspec
from sqlalchemy import Row

from config.vocabulary import AuthenticationLevel, DeviceId, Language, SessionId, SubjectId
from gateway.storage.moment import micros, micros_or_none, moment_of, moment_or_none
from gateway.storage.seal import Seal
from idp.directory.person import Person
from idp.events import EndReason
from idp.login.book import Flow
from idp.login.handle import FlowId, HandleHash
from idp.login.new_device import NewDevice
from idp.login.session import Session
from idp.login.states import (
    AwaitingEnrolment,
    AwaitingFactor,
    AwaitingNewPassword,
    AwaitingOfficersCode,
    AwaitingPassword,
    AwaitingSaved,
    Waiting,
    subject_of,
)
from idp.login.upstream import Identity, Link, Via

Values = dict[str, Any]

STATES: dict[str, type[Waiting]] = {
    "password": AwaitingPassword,
    "factor": AwaitingFactor,
    "officers_code": AwaitingOfficersCode,
    "enrolment": AwaitingEnrolment,
    "saved": AwaitingSaved,
    "new_password": AwaitingNewPassword,
}
NAMES = {kind: name for name, kind in STATES.items()}


def state_text(state: Waiting) -> bytes:
    return NAMES[type(state)].encode() + b" " + msgspec.json.encode(state)


def state_of(text: bytes) -> Waiting:
    name, _, content = text.partition(b" ")
    return msgspec.json.decode(content, type=STATES[name.decode()])


def flow_row(flow: Flow, seal: Seal) -> Values:
    return {
        "id": flow.id,
        "browser": flow.browser,
        "subject": subject_of(flow.state),
        "sealed_state": seal.close(state_text(flow.state), f"sign_in_flow:{flow.id}"),
        "asked": flow.asked,
        "address": flow.address,
        "locale": flow.locale.value,
        "began_at": micros(flow.began_at),
        "expires_at": micros(flow.expires_at),
        "network": flow.network,
        "known_to": flow.known_to,
    }


def flow_of(row: Row[Any], seal: Seal) -> Flow:
    return Flow(
        id=FlowId(row.id),
        browser=HandleHash(row.browser),
        state=state_of(seal.open(row.sealed_state, f"sign_in_flow:{row.id}")),
        asked=row.asked,
        address=row.address,
        locale=Language(row.locale),
        began_at=moment_of(row.began_at),
        expires_at=moment_of(row.expires_at),
        network=row.network,
        known_to=None if row.known_to is None else SubjectId(row.known_to),
    )


def session_row(session: Session) -> Values:
    return {
        "sid": session.sid,
        "handle": session.handle,
        "subject": session.person.subject,
        "person": msgspec.json.encode(session.person).decode(),
        "facts_at": micros(session.facts_at),
        "locale": session.locale.value,
        "level": session.level.value,
        "methods": " ".join(session.methods),
        "auth_time": micros(session.auth_time),
        "created_at": micros(session.created_at),
        "last_seen": micros(session.last_seen),
        "expires_at": micros(session.expires_at),
        "ended_at": micros_or_none(session.ended_at),
        "end_reason": None if session.end_reason is None else session.end_reason.value,
        "address": session.address,
        "user_agent": session.user_agent,
        "device": session.device or None,
        "proof_counts_from": micros_or_none(session.proof_counts_from),
        "password_changed_at": micros_or_none(session.password_changed_at),
        "recovery_code_used_at": micros_or_none(session.recovery_code_used_at),
        "via": None if session.via is None else msgspec.json.encode(session.via).decode(),
    }


def session_of(row: Row[Any]) -> Session:
    return Session(
        sid=SessionId(row.sid),
        handle=HandleHash(row.handle),
        person=msgspec.json.decode(row.person, type=Person),
        facts_at=moment_of(row.facts_at),
        locale=Language(row.locale),
        level=AuthenticationLevel(row.level),
        methods=tuple(row.methods.split()),
        auth_time=moment_of(row.auth_time),
        created_at=moment_of(row.created_at),
        last_seen=moment_of(row.last_seen),
        expires_at=moment_of(row.expires_at),
        ended_at=moment_or_none(row.ended_at),
        end_reason=None if row.end_reason is None else EndReason(row.end_reason),
        address=row.address,
        user_agent=row.user_agent,
        device=DeviceId(row.device or ""),
        proof_counts_from=moment_or_none(row.proof_counts_from),
        password_changed_at=moment_or_none(row.password_changed_at),
        recovery_code_used_at=moment_or_none(row.recovery_code_used_at),
        via=None if row.via is None else msgspec.json.decode(row.via, type=Via),
    )


def identity_key(identity: Identity) -> bytes:
    """Of any length each; JSON keeps the two apart."""
    return hashlib.sha256(msgspec.json.encode((identity.issuer, identity.subject))).digest()


def link_row(link: Link) -> Values:
    return {
        "identity": identity_key(link.identity),
        "issuer": link.identity.issuer,
        "upstream_subject": link.identity.subject,
        "provider": link.provider,
        "name": link.name,
        "subject": link.subject,
        "linked_at": micros(link.linked_at),
        "last_used_at": micros_or_none(link.last_used_at),
    }


def link_of(row: Row[Any]) -> Link:
    return Link(
        identity=Identity(issuer=row.issuer, subject=row.upstream_subject),
        provider=row.provider,
        name=row.name,
        subject=SubjectId(row.subject),
        linked_at=moment_of(row.linked_at),
        last_used_at=moment_or_none(row.last_used_at),
    )


def device_row(device: NewDevice) -> Values:
    return {
        "browser": device.browser,
        "subject": device.subject,
        "session": device.session,
        "at": micros(device.at),
        "address": device.address,
        "user_agent": device.user_agent,
        "first": device.first,
    }


def device_of(row: Row[Any]) -> NewDevice:
    return NewDevice(
        browser=HandleHash(row.browser),
        subject=SubjectId(row.subject),
        session=SessionId(row.session),
        at=moment_of(row.at),
        address=row.address,
        user_agent=row.user_agent,
        first=row.first,
    )
