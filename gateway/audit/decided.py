"""Entries of decisions as what they rested on, quickly: a million of them are read for one simulation.

Decisions repeat, so whoever asks for the same from the same place is one value. Only what a simulation needs is read of
an entry's bytes; whether the log is whole is for a verification to say.
"""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from config.vocabulary import Action
from gateway.audit.entry import Code
from gateway.audit.granted_along import PathNotKept, asked_with
from gateway.audit.rested_on import FIELDS, IDLE, asked_again
from policies.reasons import Reason
from policies.recorded import NotReplayable
from policies.simulate import Asked, Decided

DECISIONS = (Code.DECISION_PERMIT, Code.DECISION_REFUSE)
NO_RULE = frozenset(Reason)
"""Reasons of the policies where no rule decided."""
KNOWN = 50_000  # askers remembered, under 2 KiB each


class Why(StrEnum):
    """Why a decision cannot be replayed."""

    POLICIES_NOT_ASKED = "policies_not_asked"
    """The gateway refused for a reason of its own: other policies would have changed nothing."""
    NOT_RECORDED = "not_recorded"
    """By a version that did not keep what a decision rested on."""
    UNKNOWN_FACTS = "unknown_facts"
    """It rested on something that this version does not know."""
    UNREADABLE = "unreadable"


class _Details(msgspec.Struct, frozen=True, gc=False):
    acr: str = ""
    amr: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    authenticated_at: str = ""
    idle: int | None = None
    facts: str = ""
    granted_actions: tuple[Action, ...] = ()
    granted_routes: tuple[str, ...] = ()


class _Form(msgspec.Struct, frozen=True, gc=False):
    sequence: int
    at: datetime
    code: str
    subject: str = ""
    person: str = ""
    own_municipality: str = ""
    application: str = ""
    action: str = ""
    municipality: str = ""
    address: str = ""
    reason: str = ""
    rule: str = ""
    details: _Details = _Details()


_decoder = msgspec.json.Decoder(_Form)
_Key = tuple[str | tuple[str, ...], ...]


class Decisions:
    """Remembers who asked for what, from one entry to the next."""

    def __init__(self) -> None:
        self._known: dict[_Key, Asked] = {}
        self._held = 0
        """Askers with all of their routes."""

    def read(self, canonical: bytes) -> Decided | Why:
        """Of the canonical bytes of an entry."""
        try:
            form = _decoder.decode(canonical)
            permitted = form.code == Code.DECISION_PERMIT
            if not permitted and form.code != Code.DECISION_REFUSE:
                return Why.UNREADABLE
            if not form.details.authenticated_at:
                return _without(form, permitted=permitted)
            authenticated_at = datetime.fromisoformat(form.details.authenticated_at)
            idle = None if form.details.idle is None else timedelta(seconds=form.details.idle)
            asked = self._asked(form)
            if idle is not None and asked.question.facts.idle is not None:
                return Why.UNKNOWN_FACTS
        except NotReplayable as refused:
            return Why.NOT_RECORDED if isinstance(refused, PathNotKept) else Why.UNKNOWN_FACTS
        except (msgspec.DecodeError, UnicodeError, ValueError, RecursionError, OverflowError):
            return Why.UNREADABLE
        return Decided(asked, form.at, authenticated_at, permitted, form.sequence, idle)

    def _asked(self, form: _Form) -> Asked:
        details = form.details
        key: _Key = (
            form.subject,
            form.person,
            form.own_municipality,
            form.application,
            form.action,
            form.municipality,
            form.address,
            details.acr,
            details.amr,
            details.roles,
            details.facts,
            details.granted_actions,
            details.granted_routes,
        )
        known = self._known.get(key)
        if known is None:
            if self._held >= KNOWN:
                self._known.clear()
                self._held = 0
            known = self._known[key] = _made(form)
            self._held += 1 + len(known.elsewhere)
        return known


def _made(form: _Form) -> Asked:
    """Raises NotReplayable."""
    details = msgspec.structs.asdict(form.details)
    kept = {name: value for name, value in details.items() if value != "" and name != IDLE}
    question = asked_again({name: getattr(form, name) for name in FIELDS}, form.at, kept)
    return asked_with(question, form.details.granted_actions, form.details.granted_routes, form.person)


def _without(form: _Form, *, permitted: bool) -> Why:
    by_policies = permitted or form.rule or form.reason in NO_RULE
    return Why.NOT_RECORDED if by_policies else Why.POLICIES_NOT_ASKED
