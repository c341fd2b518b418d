"""What somebody reads the log for. Every look has a purpose: the one that was named for the session, or the routine."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from config.settings import Title
from config.vocabulary import SessionId
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.neutral import neutral

ROUTINE = "routine_supervision"
"""Of whoever named nothing else: the daily supervision that the roles who reach the log are there for."""
ROUTINE_TITLE = Title(cs="běžný dohled", en="routine supervision")
SHORTEST, LONGEST = 3, 200  # characters

Record = Callable[[Sequence[Entry]], Awaitable[None]]
PurposeOf = Callable[[SessionId], Awaitable[str]]
"""Empty where a session named none."""


class Purposes(Protocol):
    async def of(self, session: SessionId) -> str: ...

    async def name(
        self, session: SessionId, purpose: str, entry: Entry, now: datetime, before: datetime
    ) -> None:
        """From now on, recorded; what was named earlier than `before` is forgotten."""
        ...


def with_purpose(record: Record, purpose_of: PurposeOf) -> Record:
    """Records looks with what they are for; everything else as it is."""

    async def recorded(entries: Sequence[Entry]) -> None:
        await record([await _with(one, purpose_of) for one in entries])

    return recorded


async def _with(one: Entry, purpose_of: PurposeOf) -> Entry:
    if one.code is not Code.LOG_SEARCHED or "purpose" in one.details or not one.session:
        return one
    purpose = await purpose_of(SessionId(one.session)) or ROUTINE
    return replace(one, details=one.details | {"purpose": purpose})


def purpose_named(look: Entry, purpose: str) -> Entry:
    """Of the one who would look by `look`. Empty: the routine again."""
    told = neutral(purpose, LONGEST) or ROUTINE
    return replace(look, code=Code.PURPOSE_NAMED, outcome=Outcome.SUCCESS, details={"purpose": told})
