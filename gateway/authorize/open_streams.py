"""Whether streams that are open may stay so: the watch asks, the same decision answers as for a request.

A "yes" is given when its entry is durable; a "no" at once, and then recorded: an end must not wait for a disk.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec
import structlog

from config.asked_word import asked_in, parts_of
from config.vocabulary import NO_DEVICE, ApplicationId, Language, MunicipalityCode, SessionId
from gateway.audit.access import ROUTE
from gateway.audit.entry import Code, Entry, Outcome
from gateway.authorize.check import check
from gateway.authorize.problem import SIGN_IN_NEEDED
from gateway.authorize.refusals import refusal
from gateway.authorize.request import AccessRequest, placed
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.verdict import Granted, Refused, SignInNeeded, Verdict
from gateway.sessions.office import entry_of
from gateway.sessions.session import EndReason, Session
from gateway.sessions.store import SessionStore
from gateway.streams.words import (
    LONGEST_ASKED,
    MOST,
    Answer,
    Answered,
    Asked,
    Everything,
    Question,
    Revoked,
    Said,
)

AT_ONCE = 32  # lines of one watch that are answered; the next is read when one of them is
log = structlog.get_logger("streams")


class AlsoOpen(Protocol):
    """What is open and no stream: `gateway.authorize.tunnel_office.TunnelOffice`."""

    def revoked(self, ids: Collection[str]) -> None: ...

    def everything(self) -> None: ...


class OpenStreams:
    """One per control plane. `revoked` is told all revoked ids whenever one is added; `everything`, that all may be
    decided otherwise now.
    """

    def __init__(
        self,
        snapshot: Callable[[], Snapshot],
        sessions: Callable[[], SessionStore],
        clock: Callable[[], datetime],
    ) -> None:
        self._snapshot, self._sessions, self._clock = snapshot, sessions, clock
        self._revoked: frozenset[str] = frozenset()
        self._rounds = 0
        """How often everything was to be decided anew."""
        self._news = asyncio.Event()
        self._others: list[AlsoOpen] = []

    def heard_by(self, other: "AlsoOpen") -> None:
        """Whoever else keeps something open is told the same."""
        self._others.append(other)

    def revoked(self, ids: Collection[str]) -> None:
        self._revoked = frozenset(ids)
        self._announce()
        for one in self._others:
            one.revoked(self._revoked)

    def everything(self) -> None:
        self._rounds += 1
        self._announce()
        for one in self._others:
            one.everything()

    def _announce(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    @contextlib.asynccontextmanager
    async def serving(self, socket: Path) -> AsyncIterator[Callable[[], asyncio.Protocol]]:
        """Answer at the unix socket, which only this user may open, until the block ends.

        Gives what answers a connection that came in elsewhere.
        """
        conversations: set[asyncio.Task[None]] = set()

        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(self._converse(reader, writer))
            conversations.add(task)
            task.add_done_callback(conversations.discard)
            await asyncio.wait({task})

        _remove(socket)
        server = await asyncio.start_unix_server(converse, socket, limit=LONGEST_ASKED)
        _for_owner_only(socket)
        try:
            yield lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader(LONGEST_ASKED), converse)
        finally:
            server.close()
            for task in conversations:
                task.cancel()
            await asyncio.gather(*conversations, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        telling = asyncio.create_task(self._tell(writer))
        answering: set[asyncio.Task[None]] = set()
        try:
            while line := await reader.readline():
                questions = _asked(line)
                # None waits for another's entries: a thousand streams end as soon as one does.
                task = asyncio.create_task(self._answer_or_not(questions, writer))
                answering.add(task)
                task.add_done_callback(answering.discard)
                if len(answering) >= AT_ONCE:
                    await asyncio.wait(answering, return_when=asyncio.FIRST_COMPLETED)
        except OSError:
            pass  # the watch is gone; it asks anew when it is back
        except (ValueError, msgspec.MsgspecError):
            log.exception("streams.malformed_question")
        finally:
            telling.cancel()
            await asyncio.gather(telling, *answering, return_exceptions=True)
            writer.close()

    async def _tell(self, writer: asyncio.StreamWriter) -> None:
        told: frozenset[str] = frozenset()
        rounds = self._rounds
        while True:
            news, now = self._news, self._revoked
            if self._rounds != rounds:
                rounds = self._rounds
                _write(writer, Everything())
            if new := now - told:
                _write(writer, Revoked(sorted(new)))
            await writer.drain()
            told = now
            await news.wait()

    async def _answer_or_not(self, questions: Sequence[Question], writer: asyncio.StreamWriter) -> None:
        """What fails, as a database may, is no answer: the watch asks again, and no longer than its grace."""
        try:
            await self._answer(questions, writer)
        except ConnectionError:
            pass  # the watch is gone; what was decided is recorded
        except Exception:
            log.exception("streams.failed")

    async def _answer(self, questions: Sequence[Question], writer: asyncio.StreamWriter) -> None:
        now = self._clock()
        known = {
            one.id: one
            for one in await self._sessions().by_ids({SessionId(one.stream.session) for one in questions})
        }
        asked = [(one, known.get(SessionId(one.stream.session))) for one in questions]
        verdicts = [(one, session, self._verdict(one, session, now)) for one, session in asked]
        refused = [each for each in verdicts if not isinstance(each[2], Granted)]
        if refused:
            _write(writer, Answered([_no(one, verdict) for one, _, verdict in refused]))
        kept = await asyncio.gather(*(self._record(*each, now) for each in verdicts), return_exceptions=True)
        allowed = []
        for (one, _, verdict), failure in zip(verdicts, kept, strict=True):
            if failure is not None:
                log.error("streams.not_recorded", request_id=one.stream.request_id, cause=str(failure))
            elif isinstance(verdict, Granted):
                allowed.append(_yes(one, verdict, now))
        if allowed:
            _write(writer, Answered(allowed))
        await writer.drain()

    def _verdict(self, question: Question, session: Session | None, now: datetime) -> Verdict:
        stream, snapshot = question.stream, self._snapshot()
        if question.gone:
            return refusal("unknown_application", None, "", snapshot.policies.version)
        offer = snapshot.applications.get(ApplicationId(stream.application))
        if offer is not None and offer.routes and not stream.mark:  # it began when no route had a name
            return refusal("application_differs", None, "", snapshot.policies.version)
        action, route = asked_in(stream.action)
        request = AccessRequest(
            application=ApplicationId(stream.application),
            municipality=MunicipalityCode(stream.municipality),
            action=action,
            route=route,
            mark=stream.mark or None,
            method="",
            host="",
            target="",
            address=stream.address,
            request_id=stream.request_id,
            user_agent="",
            page_load=False,
            cookies={},
            thumbprint=stream.thumbprint,
            in_tunnel=stream.in_tunnel,
            language=Language.CZECH,
        )
        return check(placed(request, snapshot.devices, now), session, snapshot, now, grant_id="")

    async def _record(
        self, question: Question, session: Session | None, verdict: Verdict, now: datetime
    ) -> None:
        entry = _entry(question, session, verdict, now)
        # A stream that stays is activity as its reopening was: docs/decisions/0013-every-request-is-activity.md.
        seen = session.id if session and isinstance(verdict, Granted) else None
        await self._sessions().record(seen, now, [entry])


def _asked(line: bytes) -> Sequence[Question]:
    """Raises ValueError, MsgspecError: the watch of a node that was taken over may ask for anything, and nobody else is
    answered while a line is decided.
    """
    questions = msgspec.json.decode(line, type=Asked).questions
    if len(questions) > MOST:
        raise ValueError(f"{len(questions)} questions in a line, and {MOST} are the most")
    return questions


def _yes(question: Question, verdict: Granted, now: datetime) -> Answer:
    grant = verdict.grant
    return Answer(
        number=question.number,
        turn=question.turn,
        allowed=True,
        seconds=(grant.assertion.expires_at - now).total_seconds(),
        revocation_id=grant.revocation_id,
        device="" if grant.bound is None else grant.bound.revocation_id,
    )


def _no(question: Question, verdict: Verdict) -> Answer:
    return Answer(number=question.number, turn=question.turn, allowed=False, reason=_reason(verdict))


def _reason(verdict: Verdict) -> str:
    match verdict:
        case Granted():
            return ""
        case Refused():
            return verdict.reason
        case SignInNeeded(reason):
            return reason if reason in set(EndReason) else SIGN_IN_NEEDED


def _entry(question: Question, session: Session | None, verdict: Verdict, now: datetime) -> Entry:
    stream = question.stream
    granted = isinstance(verdict, Granted)
    code = Code.STREAM_CUT if not granted else Code.STREAM_OPENED if question.first else Code.STREAM_KEPT
    outcome = Outcome.SUCCESS if granted else Outcome.REFUSED
    shown = verdict.device if isinstance(verdict, Granted | Refused) else NO_DEVICE
    about = (
        entry_of(replace(session, enrolled=shown), code, now, outcome=outcome)
        if session
        else Entry(code=code, outcome=outcome, at=now, session=stream.session)
    )
    rule, version = "", ""
    action, route = parts_of(stream.action)
    if isinstance(verdict, Granted):
        rule, version = verdict.rule, verdict.grant.policy_version
    elif isinstance(verdict, Refused):
        rule, version = verdict.rule, verdict.policy_version
    return replace(
        about,
        municipality=stream.municipality,
        application=stream.application,
        action=action,
        address=stream.address,
        request_id=stream.request_id,
        reason=_reason(verdict),
        rule=rule,
        policy_version=version,
        details=about.details | ({} if route is None else {ROUTE: route}),
    )


def _write(writer: asyncio.StreamWriter, said: Said) -> None:
    writer.write(msgspec.json.encode(said) + b"\n")


def _remove(socket: Path) -> None:
    socket.unlink(missing_ok=True)


def _for_owner_only(socket: Path) -> None:
    socket.chmod(0o600)
