"""Every version of the policies that ever was in force, signed; the newest one is.

`fleet_policies` says which that is to nodes of the version of the product before this one, and by its trigger to all.
What is written there by anybody who did not sign it decides nothing.
"""

import base64
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, func, select, update

from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code
from gateway.audit.search import Query
from gateway.policy_office.scope import ANY, Scope
from gateway.policy_office.version import Damaged, Head, NotSigned, Source, Version, signed
from gateway.storage.audit_search import page
from gateway.storage.keyed_rows import KeyedRows
from gateway.storage.moment import micros, micros_or_none, moment_of, moment_or_none
from gateway.storage.policy_lists import changing
from gateway.storage.policy_texts import keep, texts
from gateway.storage.shared_policies import PublicationDamaged, SharedPolicies
from gateway.storage.tables.policy_office import policy_version

PUT_IN_FORCE = Query(codes=frozenset({Code.POLICY_ACTIVATED, Code.POLICY_ROLLED_BACK}))
_v = policy_version.c
_HEAD = (
    *(_v.number, _v.version, _v.source, _v.scope, _v.base, _v.restores, _v.proposal),
    *(_v.author, _v.approver, _v.submitted_at, _v.approved_at, _v.activated_at, _v.note, _v.node),
)


def sign_anew(connection: Connection, before: Ed25519PrivateKey, key: Ed25519PrivateKey) -> None:
    """What the key before signed is signed by the one in its place; what it did not sign stays as it is."""
    old = Versions(connection, before)
    for number in connection.execute(select(_v.number)).scalars().all():
        with suppress(Damaged):
            if (found := old.version(number)) is not None:
                signature = base64.b64encode(key.sign(signed(found))).decode()
                connection.execute(
                    update(policy_version).where(_v.number == number).values(signature=signature)
                )


def newest_number(connection: Connection) -> int:
    """Of the version in force; 0: none is kept."""
    return connection.execute(select(func.max(_v.number))).scalar() or 0


class Versions(KeyedRows):
    """On one connection, in the transaction that is open. `key` signs them, and nothing that it did not is believed."""

    def __init__(self, connection: Connection, key: Ed25519PrivateKey) -> None:
        super().__init__(connection)
        self._key = key

    def newest(self) -> int:
        """Number of the version in force; 0: none is kept."""
        return newest_number(self._connection)

    def in_force(self) -> Version | None:
        """None: nobody has published anything. One with the number 0 was published by the version of the product
        before this one, and is to be taken over. Raises Damaged.
        """
        number, told = self.newest(), SharedPolicies(self._connection).digest()
        if (known := self._known_to_the_log()) > number:
            raise NotSigned(f"version number {known}, which the audit log knows of, has been deleted")
        if number == 0:
            return None if told is None else self._from_before()
        if told is None:
            raise Damaged(f"version {number}: the row in fleet_policies has been deleted")
        found = self.version(number)
        assert found is not None
        if found.publication().digest != told:
            why = "fleet_policies holds others than the newest version that is signed: nobody here published them"
            raise NotSigned(why)
        return found

    def version(self, number: int) -> Version | None:
        """Raises Damaged."""
        row = self._at(policy_version, number=number)
        return None if row is None else self._verified(row)

    def called(self, name: str, texts_begin: str = "") -> list[Version]:
        """Those of that name, one for each texts, the newest first: of those whose digest begins so, or where there
        are none, all. What is damaged is not among them.
        """
        rows = self._connection.execute(
            select(func.max(_v.number), _v.digest).where(_v.version == name).group_by(_v.digest)
        ).all()
        numbers = {number for number, digest in rows if digest.startswith(texts_begin)}
        found = []
        for number in sorted(numbers or {number for number, _ in rows}, reverse=True):
            with suppress(Damaged):
                if (one := self.version(number)) is not None:
                    found.append(one)
        return found

    def after(self, name: str, texts_begin: str, until: int) -> Iterator[Version]:
        """All behind the first one that `called` means, the oldest first, to that number. Raises Damaged."""
        meant = select(_v.number, _v.digest).where(_v.version == name).order_by(_v.number)
        named = self._connection.execute(meant).all()
        numbers = [number for number, digest in named if digest.startswith(texts_begin)]
        first = next(iter(numbers or [number for number, _ in named]), until)
        behind = select(_v.number).where(_v.number > first, _v.number <= until).order_by(_v.number)
        for number in self._connection.execute(behind).scalars().all():
            if (one := self.version(number)) is not None:
                yield one

    def newest_undamaged(self) -> Version | None:
        """Of those that are kept as they were; None: there is none."""
        for number in self._connection.execute(select(_v.number).order_by(_v.number.desc())).scalars().all():
            with suppress(Damaged):
                return self.version(number)
        return None

    def heads(self, scopes: Collection[Scope], before: int | None, limit: int) -> list[Head]:
        """The newest first, older than number `before`; as they are kept, without a look at their signatures."""
        chosen = select(*_HEAD).where(_v.scope.in_(scopes)).order_by(_v.number.desc()).limit(limit)
        if before is not None:
            chosen = chosen.where(_v.number < before)
        return [_head(row) for row in self._connection.execute(chosen)]

    def concerning(self, scope: Scope, before: int | None, limit: int) -> list[Head]:
        """As heads of the scope and of files of all, without files that changed nothing of the scope."""
        chosen = changing(self._connection, select(*_HEAD), scope).order_by(_v.number.desc()).limit(limit)
        if before is not None:
            chosen = chosen.where(_v.number < before)
        return [_head(row) for row in self._connection.execute(chosen)]

    def unapproved(self, since: datetime, until: datetime) -> list[Head]:
        """Those of files and commands that came into force then without anybody's approval, the newest first."""
        then = (_v.activated_at >= micros(since)) & (_v.activated_at < micros(until))
        sources = (Source.FILES.value, Source.ROLL_BACK.value)
        chosen = select(*_HEAD).where(then, _v.source.in_(sources), _v.approver == "")
        found = (_head(row) for row in self._connection.execute(chosen.order_by(_v.number.desc())))
        return [one for one in found if not one.approved]

    def put_in_force(self, made: Version) -> Version:
        """Behind the newest, whatever number and base it has; what came of it."""
        newest = self.newest()
        new = replace(made, number=newest + 1, base=newest)
        self._put(
            policy_version,
            {
                "number": new.number,
                "version": new.version,
                "digest": new.digest,
                "files": keep(self._connection, new.texts),
                "source": new.source.value,
                "scope": new.scope,
                "base": new.base,
                "restores": new.restores,
                "proposal": new.proposal,
                "author": new.author,
                "approver": new.approver,
                "submitted_at": micros_or_none(new.submitted_at),
                "approved_at": micros_or_none(new.approved_at),
                "activated_at": micros(new.at),
                "note": new.note,
                "node": new.node,
                "signature": base64.b64encode(self._key.sign(signed(new))).decode(),
            },
        )
        SharedPolicies(self._connection).publish(new.publication())
        return new

    def _known_to_the_log(self) -> int:
        """Number of the newest that was put in force: an older one is not put back by taking those behind it away."""
        found = page(self._connection, PUT_IN_FORCE, None, 1).entries
        after = found[0].entry.details.get("after") if found and isinstance(found[0], Recorded) else 0
        return after if isinstance(after, int) else 0

    def _verified(self, row: Any) -> Version:
        which = f"version {row.version}, number {row.number}"
        try:
            found = _version(row, texts(self._connection, row.files))
            self._key.public_key().verify(base64.b64decode(row.signature, validate=True), signed(found))
        except InvalidSignature as error:
            raise NotSigned(f"{which}: its signature is not ours") from error
        except (Damaged, ValueError, OverflowError) as error:
            raise Damaged(f"{which}: its row in policy_version is damaged: {error}") from error
        return found

    def _from_before(self) -> Version:
        try:
            found = SharedPolicies(self._connection).in_force()
        except PublicationDamaged as damaged:
            raise Damaged(str(damaged)) from damaged
        assert found is not None
        return Version(
            number=0,
            version=found.version,
            texts=found.texts,
            source=Source.BEFORE,
            scope=ANY,
            base=0,
            author=found.by,
            approver="",
            at=found.at,
            node=found.node,
        )


def _head(row: Any) -> Head:
    return Head(
        number=row.number,
        version=row.version,
        source=Source(row.source),
        scope=Scope(row.scope),
        base=row.base,
        restores=row.restores,
        proposal=row.proposal,
        author=row.author,
        approver=row.approver,
        submitted_at=moment_or_none(row.submitted_at),
        approved_at=moment_or_none(row.approved_at),
        at=moment_of(row.activated_at),
        note=row.note,
        node=row.node,
    )


def _version(row: Any, its: dict[str, str]) -> Version:
    return Version(
        number=row.number,
        version=row.version,
        texts=its,
        source=Source(row.source),
        scope=Scope(row.scope),
        base=row.base,
        restores=row.restores,
        proposal=row.proposal,
        author=row.author,
        approver=row.approver,
        submitted_at=moment_or_none(row.submitted_at),
        approved_at=moment_or_none(row.approved_at),
        at=moment_of(row.activated_at),
        note=row.note,
        node=row.node,
    )
