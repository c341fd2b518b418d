"""What may be known besides the question itself, for one session and what it asks for.

Whoever supplies a further fact adds it here; what time alone will change of it belongs into `changes_at`, because no
grant outlives what it rests on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.vocabulary import Action, ApplicationId, MunicipalityCode, SubjectId
from gateway.asks.ask import Ask
from gateway.asks.supplied import Matter, changes_at, facts
from gateway.sessions.session import Session
from policies.model import Facts

Asked = tuple[ApplicationId, Action, MunicipalityCode]
"""Application, action, whose."""


def _nobody(_: SubjectId) -> Sequence[Ask]:
    return ()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """`asks`: all that may count of what a person asked for (`gateway.asks.in_force`); from memory, at once."""

    asks: Callable[[SubjectId], Sequence[Ask]] = _nobody

    def facts_of(self, session: Session, asked: Asked, now: datetime) -> Facts:
        return facts(self.asks(session.subject), _matter(session, asked), now)

    def changes_at(self, session: Session, asked: Asked, now: datetime) -> datetime | None:
        """The next moment at which time alone changes `facts_of`; None: no such moment is known."""
        return changes_at(self.asks(session.subject), _matter(session, asked), now)

    def of_person(self, whose: SubjectId, asked: Asked, now: datetime) -> Facts:
        """As `facts_of`, of somebody without a session."""
        application, _, municipality = asked
        return facts(self.asks(whose), Matter(application, municipality, None), now)


def _matter(session: Session, asked: Asked) -> Matter:
    application, _, municipality = asked
    return Matter(application, municipality, session.id)
