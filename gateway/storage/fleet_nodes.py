"""What is kept of a fleet's nodes for people to see; whether a node is believed is the register's matter (`fleet`)."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select

from config.fleet import NodeName, Role
from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code, Outcome
from gateway.audit.search import Query
from gateway.fleet.known_nodes import Heard, KnownFleet, KnownNode
from gateway.storage.audit_search import page
from gateway.storage.keyed_rows import KeyedRows
from gateway.storage.moment import micros, moment_of, moment_or_none
from gateway.storage.policy_incidents import StoredIncidents
from gateway.storage.shared_policies import Deciding, SharedPolicies
from gateway.storage.tables.fleet import fleet_certificate, fleet_invitation, fleet_node, fleet_node_heard

LOADED = Query(codes=frozenset({Code.POLICIES_LOADED}), outcome=Outcome.SUCCESS)


class FleetNodes(KeyedRows):
    """On one connection, in the transaction that is open."""

    def keep_heard(self, news: Mapping[NodeName, Heard]) -> None:
        for node, heard in news.items():
            self._put(
                fleet_node_heard,
                {
                    "node": node,
                    "heard_at": micros(heard.at),
                    "release": heard.release,
                    "lacks": json.dumps(heard.lacks),
                },
            )

    def known(self, now: datetime) -> KnownFleet:
        """All that ever joined, and whoever is invited and has a code that is good still."""
        shared = SharedPolicies(self._connection)
        deciding, heard = shared.deciding(), self._heard()
        nodes = {one.name: _node(one, deciding.get(one.name), heard.get(one.name)) for one in self._joined()}
        for one in self._connection.execute(_invited(now)):
            if one.node not in nodes or nodes[one.node].left_at is not None:
                until = moment_of(one.expires_at)
                nodes[one.node] = KnownNode(name=NodeName(one.node), role=Role(one.role), invited_until=until)
        return KnownFleet(tuple(nodes[name] for name in sorted(nodes)), self._in_force(shared))

    def _in_force(self, shared: SharedPolicies) -> str:
        """What an incident closes makes a version of its own, which whoever took it has recorded."""
        if StoredIncidents(self._connection).any_stands():
            found = page(self._connection, LOADED, None, 1).entries
            if found and isinstance(found[0], Recorded):
                return found[0].entry.policy_version
        return shared.version() or ""

    def _joined(self) -> list[Row[Any]]:
        until = select(fleet_certificate.c.node, func.max(fleet_certificate.c.expires_at).label("until"))
        latest = until.group_by(fleet_certificate.c.node).subquery()
        both = fleet_node.outerjoin(latest, latest.c.node == fleet_node.c.name)
        return list(self._connection.execute(select(fleet_node, latest.c.until).select_from(both)))

    def _heard(self) -> dict[str, Heard]:
        return {
            one.node: Heard(moment_of(one.heard_at), one.release, tuple(json.loads(one.lacks)))
            for one in self._connection.execute(select(fleet_node_heard))
        }


def _node(one: Row[Any], by: Deciding | None, heard: Heard | None) -> KnownNode:
    joined_at = moment_of(one.joined_at)
    if heard is not None and heard.at < joined_at:  # of the machine that had the name before
        heard = None
    return KnownNode(
        name=NodeName(one.name),
        role=Role(one.role),
        joined_at=joined_at,
        left_at=moment_or_none(one.left_at),
        certificate_until=moment_or_none(one.until),
        policies=by.version if by is not None else "",
        policies_since=by.since if by is not None else None,
        heard=heard,
    )


def _invited(now: datetime) -> Select[Any]:
    good = fleet_invitation.c.used_at.is_(None) & (fleet_invitation.c.expires_at > micros(now))
    return select(fleet_invitation).where(good)
