"""The part of the provider's book that is about technical accounts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from gateway.storage.keyed_rows import KeyedRows
from gateway.storage.moment import micros, moment_of, moment_or_none
from gateway.storage.tables.technical import technical_assertion, technical_secret
from idp.oidc.program import ProgramSecret


class TechnicalBook(KeyedRows):
    """Implements `idp.oidc.program.Book`."""

    def program_secrets(self, account: str | None = None) -> Sequence[ProgramSecret]:
        """None: of all accounts. The oldest first."""
        query = select(technical_secret).order_by(technical_secret.c.issued_at)
        if account is not None:
            query = query.where(technical_secret.c.account == account)
        return [_secret_of(row) for row in self._connection.execute(query)]

    def keep_program_secret(self, secret: ProgramSecret) -> None:
        row = {
            "id": secret.id,
            "account": secret.account,
            "digest": secret.digest,
            "issued_at": micros(secret.issued_at),
            "issued_by": secret.issued_by,
            "ended_at": secret.ended_at and micros(secret.ended_at),
        }
        self._put(technical_secret, row)

    def spend_assertion(self, name: bytes, until: datetime) -> bool:
        if self._at(technical_assertion, hash=name) is not None:
            return False
        self._put(technical_assertion, {"hash": name, "expires_at": micros(until)})
        return True


def _secret_of(row: Row[Any]) -> ProgramSecret:
    return ProgramSecret(
        id=row.id,
        account=row.account,
        digest=row.digest,
        issued_at=moment_of(row.issued_at),
        issued_by=row.issued_by,
        ended_at=moment_or_none(row.ended_at),
    )
