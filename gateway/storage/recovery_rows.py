"""Rows of the recovery administrator's accounts and the values they stand for."""

from typing import Any

from sqlalchemy import Row

from config.vocabulary import MunicipalityCode
from gateway.storage.moment import micros, moment_of, moment_or_none
from gateway.storage.seal import Seal
from gateway.storage.tables.recovery import recovery_account
from idp.login.recovery import Account, Ending, RecoveryId
from idp.login.totp import Enrolled, Secret


def recovery_row(account: Account, seal: Seal) -> dict[str, Any]:
    code = account.code
    return {
        "id": account.id,
        "secret_hash": account.secret_hash,
        "sealed_code_secret": code and seal.close(code.secret.base32.encode(), _purpose(account.id)),
        "code_counter": code and code.counter,
        "municipality": account.municipality,
        "issued_at": micros(account.issued_at),
        "issued_by": account.issued_by,
        "ended_at": account.ended_at and micros(account.ended_at),
        "ending": account.ending and account.ending.value,
        "fingerprint": account.fingerprint,
    }


def fingerprint_of(secret: str, seal: Seal) -> bytes:
    """Keyed; of 150 random bits, so that it gives away nothing even with the key."""
    return seal.fingerprint(secret.encode("ascii"), recovery_account.name)


def recovery_of(row: Row[Any], seal: Seal) -> Account:
    code = None
    if row.sealed_code_secret is not None:
        secret = seal.open(row.sealed_code_secret, _purpose(row.id)).decode()
        code = Enrolled(Secret(secret), row.code_counter)
    return Account(
        id=RecoveryId(row.id),
        secret_hash=row.secret_hash,
        code=code,
        municipality=MunicipalityCode(row.municipality),
        issued_at=moment_of(row.issued_at),
        issued_by=row.issued_by,
        ended_at=moment_or_none(row.ended_at),
        ending=None if row.ending is None else Ending(row.ending),
        fingerprint=row.fingerprint,
    )


def _purpose(account: str) -> str:
    return f"recovery:{account}"
