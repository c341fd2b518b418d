"""A journey that nobody can have made: recorded, and told to the security officers, before the decision is answered.

Once an hour of one person: whoever has got hold of a session asks for many pages, and one alert is read.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from config.vocabulary import SubjectId
from gateway.audit.entry import Code, Entry, Outcome
from gateway.authorize.request import AccessRequest
from gateway.authorize.verdict import Granted, Refused
from gateway.authorize.whereabouts import Location, Whereabouts
from gateway.sessions.office import entry_of
from gateway.sessions.session import Session

QUIET = timedelta(hours=1)
REMEMBERED = 10_000  # people, the one told of first to be forgotten

Tell = Callable[[Entry], Awaitable[None]]
"""Record it and tell the officers, durable when it returns."""


class TravelAlarm:
    """Of a control plane, as long as it lives."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._told: OrderedDict[SubjectId, datetime] = OrderedDict()

    async def hear(
        self,
        request: AccessRequest,
        session: Session,
        verdict: Granted | Refused,
        whereabouts: Whereabouts,
        now: datetime,
    ) -> None:
        """Raises what the database raises; then it is told with the next request."""
        question = verdict.question
        if question is None or not question.facts.impossible_travel:
            return
        before = self._told.get(session.subject)
        if before is not None and now < before + QUIET:
            return
        self._told[session.subject] = now  # first: others that ask meanwhile are the same journey
        self._told.move_to_end(session.subject)
        if len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
        here, there = whereabouts.places(session, request.address)
        try:
            await self._tell(_entry(request, session, here, there, now))
        except BaseException:
            self._told.pop(session.subject, None)
            raise


def _entry(request: AccessRequest, session: Session, here: Location, there: Location, now: datetime) -> Entry:
    return entry_of(
        session,
        Code.TRAVEL_IMPOSSIBLE,
        now,
        outcome=Outcome.FAILURE,
        address=request.address,
        request_id=request.request_id,
        details={"country": here.country or "?", "country_before": there.country or "?"},
    )
