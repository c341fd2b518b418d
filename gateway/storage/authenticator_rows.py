"""Rows of authenticators, enrolment codes and exceptions, and the values they stand for."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from config.vocabulary import AuthenticationLevel, SubjectId
from gateway.storage.moment import micros, moment_of, moment_or_none
from gateway.storage.seal import Seal
from idp.events import Actor
from idp.login.authenticator import Authenticator, AuthenticatorId, Credential, CredentialId, Newly, Proof
from idp.login.enrolment_code import EnrolmentCode
from idp.login.exception import ExceptionId, SignInException
from idp.login.totp import Enrolled, Secret

Values = dict[str, Any]


def authenticator_row(kept: Authenticator) -> Values:
    return {
        "id": kept.id,
        "subject": kept.subject,
        "name": kept.name,
        "enrolled_at": micros(kept.enrolled_at),
        "proven_by": kept.proven_by.value,
        "last_used_at": _micros_or_none(kept.last_used_at),
        **newly_columns(kept.newly),
    }


def newly_columns(newly: Newly | None) -> Values:
    """Of authenticators and of recovery codes."""
    return {
        "level_at_first": None if newly is None else newly.level.value,
        "counts_from": None if newly is None else micros(newly.until),
    }


def newly_of(row: Row[Any]) -> Newly | None:
    if row.level_at_first is None:
        return None
    return Newly(AuthenticationLevel(row.level_at_first), moment_of(row.counts_from))


def one_time_code_row(name: AuthenticatorId, means: Enrolled, seal: Seal) -> Values:
    return {
        "authenticator": name,
        "sealed_secret": seal.close(means.secret.base32.encode(), _sealed_to(name)),
        "counter": means.counter,
        "drift": means.drift,
    }


def credential_row(name: AuthenticatorId, means: Credential) -> Values:
    return {
        "authenticator": name,
        "credential": means.id,
        "public_key": means.public_key,
        "sign_count": means.sign_count,
        "aaguid": means.aaguid,
        "transports": " ".join(means.transports),
        "user_verified": means.user_verified,
        "discoverable": means.discoverable,
        "backup_eligible": means.backup_eligible,
        "backed_up": means.backed_up,
        "attestation_format": means.attestation_format,
        "attestation_statement": means.attestation_statement,
    }


def authenticator_of(row: Row[Any], seal: Seal) -> Authenticator:
    """Of a row of the three tables joined."""
    return Authenticator(
        id=AuthenticatorId(row.id),
        subject=SubjectId(row.subject),
        name=row.name,
        means=_one_time_code(row, seal) if row.sealed_secret is not None else _credential(row),
        enrolled_at=moment_of(row.enrolled_at),
        proven_by=Proof(row.proven_by),
        last_used_at=moment_or_none(row.last_used_at),
        newly=newly_of(row),
    )


def _one_time_code(row: Row[Any], seal: Seal) -> Enrolled:
    secret = seal.open(row.sealed_secret, _sealed_to(AuthenticatorId(row.id))).decode()
    return Enrolled(Secret(secret), row.counter, row.drift)


def _sealed_to(name: AuthenticatorId) -> str:
    return f"factor:{name}"  # the word of the table that held these secrets first; they are sealed to it


def _credential(row: Row[Any]) -> Credential:
    return Credential(
        id=CredentialId(row.credential),
        public_key=row.public_key,
        sign_count=row.sign_count,
        aaguid=row.aaguid,
        transports=tuple(row.transports.split()),
        user_verified=row.user_verified,
        discoverable=row.discoverable,
        backup_eligible=row.backup_eligible,
        backed_up=row.backed_up,
        attestation_format=row.attestation_format,
        attestation_statement=row.attestation_statement,
    )


def enrolment_code_of(row: Row[Any]) -> EnrolmentCode:
    return EnrolmentCode(
        subject=SubjectId(row.subject),
        issued_by=Actor(row.issued_by, row.issued_by_subject or ""),
        issued_at=moment_of(row.issued_at),
        expires_at=moment_of(row.expires_at),
        used_at=moment_or_none(row.used_at),
    )


def exception_row(exception: SignInException) -> Values:
    ended_by = exception.ended_by
    return {
        "id": exception.id,
        "subject": exception.subject,
        "login": exception.login,
        "reason": exception.reason,
        "granted_by": exception.granted_by.name,
        "granted_by_subject": exception.granted_by.subject,
        "begins_at": micros(exception.begins_at),
        "ends_at": micros(exception.ends_at),
        "ended_at": _micros_or_none(exception.ended_at),
        "ended_by": ended_by.name if ended_by is not None else "",
        "ended_by_subject": ended_by.subject if ended_by is not None else None,
    }


def exception_of(row: Row[Any]) -> SignInException:
    return SignInException(
        id=ExceptionId(row.id),
        subject=SubjectId(row.subject),
        login=row.login,
        reason=row.reason,
        granted_by=Actor(row.granted_by, row.granted_by_subject or ""),
        begins_at=moment_of(row.begins_at),
        ends_at=moment_of(row.ends_at),
        ended_at=moment_or_none(row.ended_at),
        ended_by=Actor(row.ended_by, row.ended_by_subject or "") if row.ended_by else None,
    )


def _micros_or_none(moment: datetime | None) -> int | None:
    return None if moment is None else micros(moment)
