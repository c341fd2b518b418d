"""The one connection of a node that hears what others change, holds the lead, and sees whether the server answers.

A thread of its own: LISTEN, and each half second a question, which keeps asking for the lead as well. Whatever was
told while the connection was away is lost, so after each new one everything counts as changed
(postgresql.org/docs/15/sql-listen.html). The lead is an advisory lock of the session: the server gives it to another
node as soon as this one's connection is over, by a death or by the keep-alive of a network that was cut.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from collections.abc import Set as AbstractSet

import psycopg
import structlog

from config.settings import Postgres
from gateway.storage.postgres.engine import LEADER, connected
from gateway.storage.postgres.lead import Mark, Raw, end_strangers, name_itself
from gateway.storage.telling import CHANNEL, EVERYTHING
from gateway.storage.unusable import DatabaseUnusable

QUESTION_EVERY = 0.5  # seconds
SILENT = 3.0  # seconds without an answer: nobody waits for this server any more
AGAIN = 0.5  # seconds between attempts to connect
LEAD_LOOKED_AT = 5.0  # seconds between looks at whose the lead is that this node does not get
LEAD_IS_FREE = 1.0  # seconds at most, once a stranger's session was ended
MOST_STRANGERS = 50  # kept until they are told
CLOSING = 4.0  # seconds for the thread to end

log = structlog.get_logger("database")


class Watch:
    """`told` hears what changed, from the watch's thread: names of `telling.TOLD`, or EVERYTHING.

    `leads` hears each change of whether this node leads; `back` is called after each new connection.
    """

    def __init__(
        self,
        server: Postgres,
        told: Callable[[AbstractSet[str]], object],
        leads: Callable[[bool], object],
        back: Callable[[], object] = lambda: None,
        mark: Mark = lambda _: None,
    ) -> None:
        self._server, self._told, self._leads, self._back, self._mark = server, told, leads, back, mark
        self._lead_looked_at = float("-inf")
        self._strangers: deque[str] = deque(maxlen=MOST_STRANGERS)
        self._answered = time.monotonic()  # whoever made us has just had an answer
        self._leading = False
        self._stopping = threading.Event()
        self._silent = False
        self._thread = threading.Thread(target=self._run, name="database-watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(CLOSING)

    def answers(self) -> bool:
        """Whether the server answered lately; from any thread, at once."""
        return time.monotonic() - self._answered < SILENT

    def strangers(self) -> list[str]:
        """Who held the lead and was none of our nodes, since it was asked last; from any thread."""
        return [self._strangers.popleft() for _ in range(len(self._strangers))]

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with connected(self._server) as raw:
                    self._listen(raw)
            except (psycopg.Error, DatabaseUnusable) as error:
                if not self._silent:
                    self._silent = True
                    log.error("database.away", cause=" ".join(str(error).split()))  # noqa: TRY400 - said in words
            self._lead(now=False)
            self._stopping.wait(AGAIN)

    def _listen(self, raw: Raw) -> None:
        name_itself(raw, self._mark)
        raw.execute(f"LISTEN {CHANNEL}".encode())
        self._hear_answer()
        self._back()
        self._told(EVERYTHING)
        while not self._stopping.is_set():
            if not self._leading:
                # asking takes the lock, so that it is asked only until it is had
                self._lead(now=self._gets_lead(raw))
            else:
                raw.execute(b"SELECT 1")
            self._hear_answer()
            # with those that came beside the answer
            changed = frozenset(one.payload for one in raw.notifies(timeout=QUESTION_EVERY, stop_after=1))
            if changed:
                self._told(changed)

    def _gets_lead(self, raw: Raw) -> bool:
        """A stranger's session is ended, and the lock taken before that one is back."""
        now = time.monotonic()
        if _asks_for_lead(raw):
            return True
        if now - self._lead_looked_at < LEAD_LOOKED_AT:
            return False
        self._lead_looked_at = now
        strangers = end_strangers(raw, self._mark)
        self._strangers.extend(strangers)
        for one in strangers:
            log.error("fleet.lead_of_stranger", session=one)
        while strangers and time.monotonic() - now < LEAD_IS_FREE:
            if _asks_for_lead(raw):
                return True
            time.sleep(0.01)
        return False

    def _hear_answer(self) -> None:
        self._answered = time.monotonic()
        if self._silent:
            self._silent = False
            log.info("database.back")

    def _lead(self, *, now: bool) -> None:
        if now is not self._leading:
            self._leading = now
            log.info("fleet.leads" if now else "fleet.leads_no_more")
            self._leads(now)


def _asks_for_lead(raw: Raw) -> bool:
    row = raw.execute(f"SELECT pg_catalog.pg_try_advisory_lock({LEADER})".encode()).fetchone()
    return row == (True,)
