"""One version of the policies, from the moment it came into force; what its signature covers."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.audit.acts import OPERATOR
from gateway.fleet.policies import Publication
from gateway.policy_office.scope import Scope
from policies.texts import deciding, digest_of

DOMAIN = b"\0brana policy version 1\0"
"""Before what is signed: the key's other texts (checkpoints) hold no such characters."""


class Damaged(Exception):
    """What is kept is not what was kept: it decides nothing."""

    reason = "policies_damaged"


class NotSigned(Damaged):
    """Nobody whom this installation believes has put that into force."""

    reason = "policies_not_signed"


class Source(StrEnum):
    """How a version came about."""

    FIRST = "first"
    """The files of the first start."""
    BEFORE = "before"
    """What the version of the product before this one had published, without a signature."""
    FILES = "files"
    PROPOSAL = "proposal"
    ROLL_BACK = "roll_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """`texts` are all of them, whatever was changed; times are aware."""

    number: int
    """1 and on, without gaps."""
    version: str
    """Of the book made of them, as decisions name it; the schema of whoever made it is part of it."""
    texts: Mapping[str, str]
    source: Source
    scope: Scope
    base: int
    """Number of the version that was in force before; 0: none was."""
    restores: int | None = None
    """Number of the version whose texts of the scope these are again."""
    proposal: str | None = None
    author: str
    approver: str
    submitted_at: datetime | None = None
    approved_at: datetime | None = None
    at: datetime
    """When it came into force."""
    note: str = ""
    node: str
    """Where; `-` on a machine alone."""

    @property
    def digest(self) -> str:
        """Of the texts."""
        return digest_of(self.texts)

    @property
    def by(self) -> str:
        """Whose act it was that it came into force."""
        return self.approver or self.author

    def publication(self) -> Publication:
        """What nodes of the version of the product before this one read: policies alone, no cases."""
        texts = deciding(self.texts)
        return Publication(
            texts=texts, digest=digest_of(texts), version=self.version, at=self.at, by=self.by, node=self.node
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A version without its texts, for a list."""

    number: int
    version: str
    source: Source
    scope: Scope
    base: int
    restores: int | None
    proposal: str | None
    author: str
    approver: str
    submitted_at: datetime | None = None
    approved_at: datetime | None = None
    at: datetime
    note: str
    node: str

    @property
    def approved(self) -> bool:
        """By a second person: whoever goes back to texts had no hand in them and approves them, but on a command nobody
        is asked.
        """
        went_back = self.source is Source.ROLL_BACK and not self.author.startswith(OPERATOR)
        return bool(self.approver) or went_back


def marks_of(texts: Mapping[str, str]) -> dict[str, str]:
    """Name → SHA-256 of the text, hexadecimal."""
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}


def signed(version: Version) -> bytes:
    """What is signed: everything of it, the texts by their digests, in one form."""
    fields = {
        "number": version.number,
        "version": version.version,
        "files": marks_of(version.texts),
        "source": version.source.value,
        "scope": version.scope,
        "base": version.base,
        "restores": version.restores,
        "proposal": version.proposal,
        "author": version.author,
        "approver": version.approver,
        "submitted_at": _told(version.submitted_at),
        "approved_at": _told(version.approved_at),
        "at": _told(version.at),
        "note": version.note,
        "node": version.node,
    }
    return DOMAIN + json.dumps(fields, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()


def _told(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="microseconds")
