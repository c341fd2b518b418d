"""Policies that the control planes of a fleet share. What is in force is one row, which is replaced as a whole."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from config.fleet import NodeName
from gateway.fleet.policies import Publication
from gateway.storage.keyed_rows import KeyedRows
from gateway.storage.moment import micros, moment_of
from gateway.storage.tables.policies import fleet_node_policies, fleet_policies
from policies.texts import NAME, digest_of

ONE = 1


class PublicationDamaged(Exception):
    """The row is not what a publication leaves there."""

    def __init__(self) -> None:
        super().__init__("the row in fleet_policies is damaged: its digest is not that of its texts")


@dataclass(frozen=True, slots=True)
class Deciding:
    """By which version a node's control plane decides, as it said last."""

    version: str
    since: datetime


class SharedPolicies(KeyedRows):
    """On one connection, in the transaction that is open."""

    def digest(self) -> str | None:
        """Of what is in force; None: nobody has published anything."""
        row = self._at(fleet_policies, id=ONE)
        return None if row is None else row.digest

    def in_force(self) -> Publication | None:
        """Raises PublicationDamaged."""
        row = self._at(fleet_policies, id=ONE)
        if row is None:
            return None
        try:
            texts = json.loads(row.texts)
            whole = all(isinstance(one, str) and NAME.fullmatch(name) for name, one in texts.items())
            whole = whole and digest_of(texts) == row.digest
        except (ValueError, AttributeError) as error:
            raise PublicationDamaged from error
        if not whole:
            raise PublicationDamaged
        return Publication(
            texts=texts,
            digest=row.digest,
            version=row.version,
            at=moment_of(row.published_at),
            by=row.published_by,
            node=row.node,
        )

    def version(self) -> str | None:
        """Of what is in force, also where its texts are damaged."""
        row = self._at(fleet_policies, id=ONE)
        return None if row is None else row.version

    def publish(self, made: Publication) -> None:
        """In the place of whatever is in force."""
        self._put(
            fleet_policies,
            {
                "id": ONE,
                "digest": made.digest,
                "version": made.version,
                "texts": json.dumps(dict(made.texts), ensure_ascii=False),
                "published_at": micros(made.at),
                "published_by": made.by,
                "node": made.node,
            },
        )

    def decides_by(self, node: NodeName, version: str, now: datetime) -> None:
        """What that node's control plane has taken."""
        self._put(fleet_node_policies, {"node": node, "version": version, "taken_at": micros(now)})

    def deciding(self) -> dict[NodeName, Deciding]:
        """By which version each control plane decides, as it said last."""
        rows = self._connection.execute(select(fleet_node_policies))
        return {NodeName(row.node): Deciding(row.version, moment_of(row.taken_at)) for row in rows}

    def has_files_in_force(self, node: NodeName, digest: str) -> None:
        """Of a node that has said by what it decides: its own files have that digest, and so have those in force."""
        self._connection.execute(
            update(fleet_node_policies).where(fleet_node_policies.c.node == node).values(files=digest)
        )

    def files_in_force(self, node: NodeName) -> str:
        """The digest that was said so last; empty: none ever was."""
        row = self._at(fleet_node_policies, node=node)
        return "" if row is None else row.files
