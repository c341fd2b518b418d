"""When people were last at work: moved forward at the gateway and at the provider by the same statements.

Both have the same idle limits, so they must know of the same requests, or one would end what the other keeps.
Nothing goes backwards, and nothing that has ended or gone idle comes to life again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import msgspec
from sqlalchemy import Connection

from config.settings import SignIn
from config.vocabulary import SessionId
from gateway.storage.engine import driver_of
from gateway.storage.idle import AT_THE_GATEWAY, idle_micros
from gateway.storage.rows import run_rows
from gateway.storage.tables.identity import provider_session
from gateway.storage.tables.sessions import session

Statement = Callable[[int | None], str]
"""The text for so many sessions; None: for any number."""
MANY = 16
DIGITS = 20  # of a moment, in front of whose it is


@dataclass(frozen=True)
class Activity:
    limits: SignIn

    def push(self, connection: Connection, seen: Mapping[SessionId, int]) -> None:
        """`seen`: the latest moment of each session, in microseconds (`moment.micros`)."""
        driver = driver_of(connection.connection)
        if len(seen) < MANY:
            rows = list(seen.items())
            run_rows(driver, self._at_the_gateway, rows)
            run_rows(driver, self._at_the_provider, rows)
            return
        # no session's name is unprintable, and a server takes no text with a NUL
        named = [f"{at:0{DIGITS}}{one}" for one, at in seen.items() if one.isprintable()]
        told = msgspec.json.encode(named).decode()
        driver.execute(self._at_the_gateway(None), (told,))
        driver.execute(self._at_the_provider(None), (told,))

    # part of every decision, so prepared once and run by the driver

    @cached_property
    def _at_the_gateway(self) -> Statement:
        mine, idle = session.name, idle_micros(self.limits, AT_THE_GATEWAY)
        return lambda number: (
            f"{_seen(number)} UPDATE {mine} SET last_seen_at = seen.at FROM seen "  # noqa: S608 - our names
            f"WHERE {mine}.id = seen.id AND {mine}.ended_at IS NULL AND {mine}.last_seen_at < seen.at "
            f"AND seen.at - {mine}.last_seen_at <= {idle}"
        )

    @cached_property
    def _at_the_provider(self) -> Statement:
        mine, theirs = session.name, provider_session.name
        idle = idle_micros(self.limits, AT_THE_GATEWAY)
        return lambda number: (
            f"{_seen(number)} UPDATE {theirs} SET last_seen = seen.at "  # noqa: S608 - our names
            f"FROM seen JOIN {mine} ON {mine}.id = seen.id "
            f"WHERE {theirs}.sid = {mine}.provider_sid AND {mine}.ended_at IS NULL "
            f"AND {theirs}.ended_at IS NULL AND {theirs}.last_seen < seen.at "
            f"AND seen.at < {theirs}.expires_at AND seen.at - {theirs}.last_seen < {idle}"
        )


def _seen(number: int | None) -> str:
    if number is not None:
        return f"WITH seen (id, at) AS (VALUES {', '.join(['(?, ?)'] * number)})"
    return (  # one statement, and so one way to a server, however many
        f"WITH seen (id, at) AS (SELECT substr(value, {DIGITS + 1}), "  # noqa: S608 - a number of ours
        f"CAST(substr(value, 1, {DIGITS}) AS bigint) FROM json_each(?))"
    )
