"""The recovery administrator: the account of last resort, when the directory is away or nobody can sign in.

Source: decree 409/2025 §19(6): random, at least 22 characters, changed after use, every handling recorded. It is
nobody of the directory, lives in a sealed envelope, is good once, and has one role in one municipality. What
happens when somebody uses it: `recovery_use.py`.
"""

import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol

from config.vocabulary import (
    RECOVERY_ADMINISTRATOR,
    MunicipalityCode,
    Role,
)
from idp import events
from idp.directory.person import AccountState, Person, RoleHeld
from idp.login import totp
from idp.login.book import Book

RecoveryId = NewType("RecoveryId", str)
"""Public name of one secret that was issued, 8 characters, for envelope and log."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no letter that looks like another sign
LENGTH = 30  # characters, 150 bits
GROUP = 5
MEANT = str.maketrans("ILO", "110")  # as Crockford reads them
SECRET = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")
TYPED_MAX = 200  # characters looked at
LOGIN = "recovery-admin"


class Ending(StrEnum):
    USED = "used"
    REVOKED = "revoked"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    id: RecoveryId
    secret_hash: str
    """Argon2id, in its own text form (RFC 9106)."""
    code: totp.Enrolled | None
    """The second factor, if it was issued with one."""
    municipality: MunicipalityCode
    issued_at: datetime
    issued_by: str
    ended_at: datetime | None = None
    ending: Ending | None = None
    fingerprint: bytes | None = None
    """By which the secret is known before anything is counted or hashed; None for those of an earlier version."""

    def __repr__(self) -> str:
        return f"Account({self.id})"


class RecoveryBook(Book, Protocol):
    """What is kept of it, inside one transaction."""

    def recovery(self) -> Account | None:
        """The one in force, or the latest that was."""
        ...

    def keep_recovery(self, account: Account) -> None: ...


def new_id() -> RecoveryId:
    return RecoveryId("".join(secrets.choice(ALPHABET) for _ in range(8)))


def new_secret() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def shown(secret: str) -> str:
    """In groups, to be copied by hand."""
    return "-".join(secret[at : at + GROUP] for at in range(0, len(secret), GROUP))


def read_secret(typed: str) -> str | None:
    """The secret as it was issued, however it was typed; None for what cannot be one."""
    letters = re.sub(r"[\s-]", "", typed[:TYPED_MAX]).upper().translate(MEANT)
    return letters if SECRET.fullmatch(letters) else None


def person(municipality: MunicipalityCode) -> Person:
    return Person(
        subject=RECOVERY_ADMINISTRATOR,
        login=LOGIN,
        name=LOGIN,  # pages call it by its title: `idp.http.called`
        mail="",
        state=AccountState.ACTIVE,
        roles=(RoleHeld(municipality, Role.CENTRE_ADMINISTRATOR),),
    )


def issue(book: RecoveryBook, account: Account, by: str, now: datetime) -> Account | None:
    """Keep a new account; the one before, if it was still good, is good no more and is answered."""
    before = _end(book, Ending.REPLACED, now)
    book.keep_recovery(account)
    book.record(
        events.RecoveryIssued(
            at=now, subject=RECOVERY_ADMINISTRATOR, person=LOGIN, account=account.id, by=by,
            second_factor=account.code is not None, replaced=before.id if before else "",
        )
    )  # fmt: skip
    return before


def revoke(book: RecoveryBook, by: str, now: datetime) -> Account | None:
    """None when there was nothing to take back."""
    before = _end(book, Ending.REVOKED, now)
    if before is not None:
        book.record(
            events.RecoveryRevoked(
                at=now, subject=RECOVERY_ADMINISTRATOR, person=LOGIN, account=before.id, by=by
            )
        )
    return before


def _end(book: RecoveryBook, ending: Ending, now: datetime) -> Account | None:
    account = book.recovery()
    if account is None or account.ended_at is not None:
        return None
    book.keep_recovery(replace(account, ended_at=now, ending=ending))
    return account
