"""Which device an entry is of: as it says itself, or else as another one of its session does."""

from config.vocabulary import DeviceId, SessionId, read_device_id
from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code, Entry
from gateway.audit.search import Having, Query, Search

NAMED = Having("device", frozenset({"*"}))
OWN = frozenset({Code.SIGN_IN_COMPLETED, Code.SESSION_OPENED, Code.DECISION_PERMIT, Code.DECISION_REFUSE})
"""Entries whose device is the session's own; others of an officer's session may name somebody else's."""


async def device_of_entry(log: Search, entry: Entry) -> DeviceId | None:
    """None where no device is known: a program's, or of a version before. `log`: as far as the reader may see."""
    return _said(entry) or (await _of_session(log, SessionId(entry.session)) if entry.session else None)


async def _of_session(log: Search, session: SessionId) -> DeviceId | None:
    found = (await log.page(Query(session=session, codes=OWN, having=(NAMED,)), None, 1)).entries
    return next((_said(one.entry) for one in found if isinstance(one, Recorded)), None)


def _said(entry: Entry) -> DeviceId | None:
    return read_device_id(str(entry.details.get("device", "")))
