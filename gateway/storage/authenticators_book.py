"""What people prove themselves with, on one connection; a part of the identity provider's book."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Table, bindparam, delete, func, select, update

from config.vocabulary import SubjectId
from gateway.storage.authenticator_rows import (
    authenticator_of,
    authenticator_row,
    credential_row,
    enrolment_code_of,
    exception_of,
    exception_row,
    newly_columns,
    newly_of,
    one_time_code_row,
)
from gateway.storage.keyed_rows import KeyedRows
from gateway.storage.moment import micros
from gateway.storage.seal import Seal
from gateway.storage.tables.authenticators import (
    authenticator,
    enrolment_code,
    one_time_code,
    recovery_code,
    sign_in_exception,
    webauthn_credential,
)
from idp.login.authenticator import Authenticator, AuthenticatorId, CredentialId, Newly
from idp.login.enrolment_code import EnrolmentCode
from idp.login.exception import SignInException
from idp.login.spoken_code import SpokenCode
from idp.login.totp import Enrolled

MARK_DIGITS = 32  # of hex: 128 bits, enough that no two sets of codes are taken for one

_WHOLE = select(authenticator, one_time_code, webauthn_credential).select_from(
    authenticator.outerjoin(one_time_code).outerjoin(webauthn_credential)
)
_OF_SUBJECT = _WHOLE.where(authenticator.c.subject == bindparam("subject")).order_by(
    authenticator.c.enrolled_at, authenticator.c.id
)  # made once, like the next: making it takes longer than running it
_UNUSED_OF_SUBJECT = (
    select(func.count())
    .select_from(recovery_code)
    .where(recovery_code.c.subject == bindparam("subject"), recovery_code.c.used_at.is_(None))
)
_EXCEPTIONS_OF_SUBJECT = (
    select(sign_in_exception)
    .where(sign_in_exception.c.subject == bindparam("subject"))
    .order_by(sign_in_exception.c.ends_at.desc())
)


class AuthenticatorsBook(KeyedRows):
    """Implements `idp.login.book.Authenticators`; lives as long as one transaction."""

    def __init__(self, connection: Connection, seal: Seal) -> None:
        super().__init__(connection)
        self._seal = seal

    def authenticators(self, subject: SubjectId) -> list[Authenticator]:
        found = self._connection.execute(_OF_SUBJECT, {"subject": subject})
        return [authenticator_of(row, self._seal) for row in found]

    def authenticator_of(self, credential: CredentialId) -> Authenticator | None:
        query = _WHOLE.where(webauthn_credential.c.credential == credential)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else authenticator_of(row, self._seal)

    def keep_authenticator(self, kept: Authenticator) -> None:
        self._put(authenticator, authenticator_row(kept))
        if isinstance(kept.means, Enrolled):
            self._put(one_time_code, one_time_code_row(kept.id, kept.means, self._seal))
        else:
            self._put(webauthn_credential, credential_row(kept.id, kept.means))

    def drop_authenticator(self, name: AuthenticatorId) -> bool:
        statement = delete(authenticator).where(authenticator.c.id == name)
        return self._connection.execute(statement).rowcount > 0

    # recovery codes
    def renew_recovery_codes(
        self, subject: SubjectId, codes: Sequence[SpokenCode], now: datetime, newly: Newly | None = None
    ) -> None:
        self._connection.execute(delete(recovery_code).where(recovery_code.c.subject == subject))
        for code in codes:
            row = {"hash": self._hash(recovery_code, code), "subject": subject, "made_at": micros(now)}
            self._put(recovery_code, row | newly_columns(newly))

    def newly_of_recovery_code(self, code: SpokenCode) -> Newly | None:
        row = self._one(recovery_code, recovery_code.c.hash == self._hash(recovery_code, code))
        return None if row is None else newly_of(row)

    def recovery_codes_left(self, subject: SubjectId) -> int:
        return int(self._connection.execute(_UNUSED_OF_SUBJECT, {"subject": subject}).scalar_one())

    def recovery_codes_mark(self, subject: SubjectId) -> str:
        query = select(recovery_code.c.hash).where(recovery_code.c.subject == subject)
        hashes = self._connection.execute(query.order_by(recovery_code.c.hash)).scalars()
        return sha256(b"".join(hashes)).hexdigest()[:MARK_DIGITS]

    def has_recovery_code(self, subject: SubjectId, code: SpokenCode) -> bool:
        row = self._one(recovery_code, recovery_code.c.hash == self._hash(recovery_code, code))
        return row is not None and row.subject == subject and row.used_at is None

    def spend_recovery_code(self, subject: SubjectId, code: SpokenCode, now: datetime) -> bool:
        return self.has_recovery_code(subject, code) and self._spend(recovery_code, code, now)

    # enrolment codes of officers
    def keep_enrolment_code(self, code: SpokenCode, issued: EnrolmentCode) -> None:
        self.withdraw_enrolment_codes(issued.subject)
        row = {
            "hash": self._hash(enrolment_code, code),
            "subject": issued.subject,
            "issued_by": issued.issued_by.name,
            "issued_by_subject": issued.issued_by.subject,
            "issued_at": micros(issued.issued_at),
            "expires_at": micros(issued.expires_at),
        }
        self._put(enrolment_code, row)

    def enrolment_code(self, code: SpokenCode) -> EnrolmentCode | None:
        row = self._one(enrolment_code, enrolment_code.c.hash == self._hash(enrolment_code, code))
        return None if row is None else enrolment_code_of(row)

    def spend_enrolment_code(self, code: SpokenCode, now: datetime) -> bool:
        return self._spend(enrolment_code, code, now)

    def withdraw_enrolment_codes(self, subject: SubjectId) -> int:
        unused = (enrolment_code.c.subject == subject) & enrolment_code.c.used_at.is_(None)
        return self._connection.execute(delete(enrolment_code).where(unused)).rowcount

    # the register of exceptions
    def exception_of(self, subject: SubjectId, now: datetime) -> SignInException | None:
        rows = self._connection.execute(_EXCEPTIONS_OF_SUBJECT, {"subject": subject}).all()
        granted = (exception_of(row) for row in rows)
        return next((one for one in granted if one.runs(now)), None)

    def exceptions(self) -> list[SignInException]:
        query = select(sign_in_exception).order_by(sign_in_exception.c.begins_at.desc())
        return [exception_of(row) for row in self._connection.execute(query)]

    def keep_exception(self, exception: SignInException) -> None:
        self._put(sign_in_exception, exception_row(exception))

    def _hash(self, table: Table, code: SpokenCode) -> bytes:
        return self._seal.fingerprint(code.encode("ascii"), table.name)

    def _spend(self, table: Table, code: SpokenCode, now: datetime) -> bool:
        unused = (table.c.hash == self._hash(table, code)) & table.c.used_at.is_(None)
        return self._connection.execute(update(table).where(unused).values(used_at=micros(now))).rowcount == 1
