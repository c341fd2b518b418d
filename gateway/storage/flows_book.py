"""Sign-ins under way, on one connection; a part of the identity provider's book."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select, update

from config.vocabulary import SubjectId
from gateway.storage.authenticators_book import AuthenticatorsBook
from gateway.storage.identity_rows import flow_of, flow_row
from gateway.storage.moment import micros, moment_or_none
from gateway.storage.tables.identity import sign_in_flow
from idp.login.book import Flow, UnderWay
from idp.login.handle import FlowId
from idp.login.states import AwaitingPassword, asked_at, subject_of

# a plus, or an empty text, keeps SQLite from an index that does not cover the query: rows hold up to 8 KB;
# a text has no plus in PostgreSQL
UNDER_WAY = "SELECT count(*), min(expires_at) FROM sign_in_flow WHERE +expires_at > ? AND "
# nothing was shown where nobody is known: at the password page, while the directory is not asked about anybody
FULLEST_NETWORKS = """
    SELECT network, count(*) FROM sign_in_flow WHERE network IS NOT NULL AND subject || '' IS NULL AND +expires_at > ?
    GROUP BY network ORDER BY 2 DESC, min(began_at) LIMIT ?"""
FULLEST_ADDRESS = """
    SELECT address FROM sign_in_flow WHERE network = ? AND subject IS NULL AND expires_at > ?
    GROUP BY address ORDER BY count(*) DESC, min(began_at) LIMIT 1"""
OLDEST_AT = """
    SELECT id FROM sign_in_flow WHERE network = ? AND subject IS NULL AND expires_at > ? AND address = ?
    ORDER BY began_at, id LIMIT 1"""
STANDING_MOST = """
    SELECT subject || '' AS whose FROM sign_in_flow
    WHERE {where} AND subject || '' IS NOT NULL AND +expires_at > ?
    GROUP BY whose HAVING count(*) > ? ORDER BY count(*) DESC, min(began_at) LIMIT 1"""
FULLEST_OF_PERSON = """
    SELECT address || '' AS place FROM sign_in_flow WHERE {where} AND subject || '' = ? AND +expires_at > ?
    GROUP BY place ORDER BY count(*) DESC, min(began_at) LIMIT 1"""
OLDEST_OF_PERSON = """
    SELECT id FROM sign_in_flow WHERE {where} AND subject || '' = ? AND +expires_at > ? AND address = ?
    ORDER BY began_at, id LIMIT 1"""
IN_NETWORK, OF_STRANGERS = "network = ?", "network IS NOT NULL"


class FlowsBook(AuthenticatorsBook):
    """Implements the part about `Flow` of `idp.login.book.Book`; lives as long as one transaction."""

    def flow(self, name: FlowId) -> Flow | None:
        row = self._at(sign_in_flow, id=name)
        return None if row is None else flow_of(row, self._seal)

    def keep_flow(self, flow: Flow) -> None:
        self._put(sign_in_flow, flow_row(flow, self._seal))

    def drop_flow(self, name: FlowId) -> None:
        self._drop(sign_in_flow, id=name)

    def flows_of(self, subject: SubjectId) -> list[Flow]:
        query = select(sign_in_flow).where(sign_in_flow.c.subject == subject)
        return [flow_of(row, self._seal) for row in self._connection.execute(query)]

    def flows_of_people(self, now: datetime) -> list[Flow]:
        living = sign_in_flow.c.subject.is_not(None) & (sign_in_flow.c.expires_at > micros(now))
        return [
            flow_of(row, self._seal) for row in self._connection.execute(select(sign_in_flow).where(living))
        ]

    def drop_flows_of(self, subject: SubjectId, but: FlowId | None = None) -> None:
        for flow in self.flows_of(subject):
            if flow.id == but:
                continue
            if isinstance(flow.state, AwaitingPassword):
                self.ask_nobody(flow)
            else:
                self.drop_flow(flow.id)

    def ask_nobody(self, flow: Flow) -> None:
        if isinstance(flow.state, AwaitingPassword):
            self.keep_flow(replace(flow, state=flow.state.asking_nobody()))

    def people_signing_in(
        self, now: datetime, only: Collection[SubjectId] | None = None
    ) -> dict[SubjectId, datetime]:
        """In the middle of a sign-in, and since when the directory was or is asked about them there: the earliest."""
        whose = sign_in_flow.c.subject.is_not(None) if only is None else sign_in_flow.c.subject.in_(only)
        living = whose & (sign_in_flow.c.expires_at > micros(now))
        found: dict[SubjectId, datetime] = {}
        for row in self._connection.execute(select(sign_in_flow).where(living)):
            state = flow_of(row, self._seal).state
            person, at = subject_of(state), asked_at(state)
            if person is not None and at is not None:
                found[person] = min(at, found.get(person, at))
        return found

    def flows_from(self, address: str, now: datetime) -> UnderWay:
        return self._under_way("address = ?", now, address)

    def flows_in(self, network: str, now: datetime) -> UnderWay:
        return self._under_way(IN_NETWORK, now, network)

    def flows_known_to(self, subject: SubjectId, now: datetime) -> UnderWay:
        return self._under_way("known_to = ?", now, subject)

    def flows_of_strangers(self, now: datetime) -> UnderWay:
        return self._under_way(OF_STRANGERS, now)

    def fullest_networks(self, most: int, now: datetime) -> list[tuple[str, int]]:
        return self._driver.execute(FULLEST_NETWORKS, (micros(now), most)).fetchall()

    def drop_oldest_in(self, network: str, now: datetime) -> bool:
        fullest = self._driver.execute(FULLEST_ADDRESS, (network, micros(now))).fetchone()
        if fullest is None:
            return False
        [oldest] = self._driver.execute(OLDEST_AT, (network, micros(now), *fullest)).fetchone()
        self.drop_flow(FlowId(oldest))
        return True

    def person_standing_most(self, network: str | None, more_than: int, now: datetime) -> SubjectId | None:
        found = self._of_strangers(STANDING_MOST, network, micros(now), more_than)
        return SubjectId(found) if found is not None else None

    def drop_oldest_of(self, subject: SubjectId, network: str | None, now: datetime) -> bool:
        fullest = self._of_strangers(FULLEST_OF_PERSON, network, subject, micros(now))
        if fullest is None:
            return False
        oldest = self._of_strangers(OLDEST_OF_PERSON, network, subject, micros(now), fullest)
        assert oldest is not None
        self.drop_flow(FlowId(oldest))
        return True

    def _of_strangers(self, query: str, network: str | None, *values: str | int) -> str | None:
        """The first that is found of those in a network, or of all."""
        where, which = (OF_STRANGERS, ()) if network is None else (IN_NETWORK, (network,))
        row = self._driver.execute(query.format(where=where), (*which, *values)).fetchone()
        return None if row is None else str(row[0])

    def move_flows(self, before: str, after: str) -> None:
        of_it = sign_in_flow.c.address == before
        self._connection.execute(update(sign_in_flow).where(of_it).values(address=after))

    def _under_way(self, where: str, now: datetime, *values: str) -> UnderWay:
        number, first = self._driver.execute(UNDER_WAY + where, (micros(now), *values)).fetchone()
        return UnderWay(int(number), moment_or_none(first))
