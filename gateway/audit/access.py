"""One line of Envoy's access log, turned into an entry. Pure; every value in a line is a stranger's.

A line is `FIELDS` with a carriage return between, or a JSON object, as an Envoy of an earlier version has written it.
What Envoy could not say is `-`, null or missing, and then empty here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

import msgspec

from config.asked_word import parts_of
from config.vocabulary import SessionId
from gateway.audit.canonical import LARGEST_INTEGER
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.let_in import GRANT, LetIn, let_in
from gateway.audit.neutral import MARK, neutral
from gateway.audit.paths import recorded_path

ROUTE = "route"
"""In the details of an entry: the name of the route, where it has one."""
LIMITS = {"path": 2048, "user_agent": 400, "host": 255}
OTHERWISE = 200  # characters kept of any other value
PROTOCOL_ERROR = "DPE"  # in Envoy's flags: the client broke the protocol
CUT = "brana_cut_"  # in the words of the watch, before the reason: `gateway/streams/orders.py`
WATCH_FAILED, WATCH_LOST = "ext_proc_error", "stream_watch_lost"  # Envoy's word, and the reason
MALFORMED = "request_malformed"  # the reason that Envoy's answer has where one can be given
HEAD = 120  # characters shown of a damaged line
FAILURES = frozenset(
    {
        WATCH_LOST,
        "application_answer_unusable",
        "application_differs",
        "application_too_slow",
        "directory_unreachable",
        "gateway_unavailable",
        "our_fault",
        "unavailable",
    }
)
"""Reasons of ours that refuse nobody. The status does not tell them: every answer to a gRPC client has 200."""
REFUSALS = frozenset({401, 403, 407, 429})  # whoever answers so; with a reason of ours anything below 500


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose session it is."""

    subject: str
    person: str
    own_municipality: str


NOBODY = Holder("", "", "")
SEPARATOR = "\r"
FIELDS = (
    *(
        "time",
        "request_id",
        "route",
        "fresh",
        "decided",
        "address",
        "method",
        "host",
        "path",
        "status",
        "reason",
    ),
    *("flags", "ended", "bytes_in", "bytes_out", "duration_ms", "user_agent", "protocol"),
)
"""In this order; `gateway/envoy/access_log.py` has them written. It is that of `Line` too."""
TIME, FLAGS = FIELDS.index("time"), FIELDS.index("flags")
NUMBERS = tuple(map(FIELDS.index, ("status", "bytes_in", "bytes_out", "duration_ms")))
NUMBERED = (
    *("via_upstream", "direct_response", "route_not_found", "cluster_not_found", "no_healthy_upstream"),
    *("upstream_", "response_", "request_payload_", "local_rate_limited", "request_rate_limited"),
    *("stream_", "max_duration", "duration_timeout", "downstream_"),
)
"""How Envoy's words begin for ends of a request that got a number of ours, where no route has a name that would tell
it: before it gives one it refuses a missing host and odd paths, and `request_id` is what the client said.
"""


class Line(msgspec.Struct, frozen=True):
    """The fields of the access log. Further keys are allowed and left out."""

    time: datetime
    request_id: str | None = None
    route: str | None = None
    fresh: str | None = None
    """`<revocation id> <municipality>` of the grant that let the request through without a question; behind the id on
    what it rests (`config.rests_on`).
    """
    decided: str | None = None
    """The `gate` text of the decision that was made for this request (docs/architecture.md, step 3)."""
    address: str | None = None
    method: str | None = None
    host: str | None = None
    path: str | None = None
    status: int | None = None
    reason: str | None = None
    """Why the gateway itself refused; what an application says of itself is not in the log."""
    flags: str | None = None
    ended: str | None = None
    """How the answer came about or ended, in Envoy's words or the watch's."""
    bytes_in: int | None = None
    bytes_out: int | None = None
    duration_ms: int | None = None
    user_agent: str | None = None
    protocol: str | None = None

    @property
    def let_in(self) -> LetIn:
        return let_in(self.fresh or "", self.decided or "", self.route or "")

    @property
    def session(self) -> SessionId | None:
        return self.let_in.known_session


@dataclass(frozen=True, slots=True)
class Damaged:
    """Bytes of the spool that are not a line of the access log."""

    why: str
    size: int
    digest: str
    """SHA-256 of the bytes, hexadecimal."""
    head: str


def damaged(why: str, data: bytes) -> Damaged:
    head = neutral(data[: 4 * HEAD].decode("utf-8", "surrogateescape")[:HEAD], HEAD)
    return Damaged(why, len(data), sha256(data).hexdigest(), head)


_decoder = msgspec.json.Decoder(Line)


def _words_of(data: bytes) -> "Line":
    """Of a line without its line feed. Bytes that are not UTF-8 become surrogates. Raises ValueError."""
    words = data.decode("utf-8", "surrogateescape").split(SEPARATOR)
    if len(words) != len(FIELDS):
        raise ValueError(f"{len(words)} fields, and not {len(FIELDS)}")
    said: list[Any] = [None if word == "-" else word for word in words]
    said[TIME] = msgspec.convert(words[TIME], datetime)
    said[FLAGS] = words[FLAGS]  # of which `-` says that there are none
    for place in NUMBERS:
        if (number := said[place]) is not None:
            said[place] = int(number)
    return Line(*said)


def line_of(data: bytes) -> Line:
    """Raises ValueError, of which msgspec's errors are a kind, and RecursionError."""
    if data[:1] != b"{":
        return _words_of(data)
    try:
        return _decoder.decode(data)
    except (ValueError, RecursionError):
        return msgspec.convert(json.loads(data.decode("utf-8", "surrogateescape")), Line)


def parse_line(data: bytes) -> Line | Damaged:
    """A line without its line feed. Bytes that are not UTF-8 are kept as surrogates, to be marked later."""
    try:
        line = line_of(data)
    except (ValueError, RecursionError) as error:
        return damaged(f"not a line of the access log: {neutral(str(error), OTHERWISE)}", data)
    if line.time.tzinfo is None:
        return damaged("not a line of the access log: its time has no zone", data)
    if line.request_id and not (line.route or (line.ended or "").startswith(NUMBERED)):
        return msgspec.structs.replace(line, request_id=None)
    return line


def access_entry(line: Line, holders: Mapping[SessionId, Holder], times: int = 1) -> Entry:
    """The entry of a request. A session that nobody knows any more is kept by its name alone. `times`: of how many
    requests alike it tells.
    """
    session, generation, active, rest = line.let_in
    holder = holders.get(SessionId(session), NOBODY) if session else NOBODY
    application, municipality, action, route = route_of(line.route or "")
    status, reason = line.status or 0, reason_of(line)
    said: tuple[str, ...] = (
        *(
            line.method or "",
            line.host or "",
            recorded_path(line.path or ""),
            line.flags or "",
            line.user_agent or "",
        ),
        *(line.protocol or "", line.address or "", line.request_id or "", session, generation, active),
        *rest,
    )
    if not _plain(said):
        said = tuple(map(_text, SAID, said))
    method, host, path, flags, agent, protocol, address, request_id, session, generation, active, *rests = (
        said
    )
    grant, version, rule = rests
    return Entry(
        code=Code.ACCESS,
        outcome=outcome_of(status, reason),
        at=line.time.astimezone(UTC),
        subject=holder.subject,
        person=holder.person,
        session=session,
        municipality=active or municipality,
        own_municipality=holder.own_municipality,
        application=application,
        action=action,
        address=address,
        request_id=request_id,
        reason=reason,
        rule=rule,
        policy_version=version,
        details={
            "method": method,
            "host": host,
            "path": path,
            "status": number_of(status),
            "flags": flags,
            "bytes_in": number_of(line.bytes_in),
            "bytes_out": number_of(line.bytes_out),
            "duration_ms": number_of(line.duration_ms),
            "user_agent": agent,
            "protocol": protocol,
            "fresh": bool(line.fresh),
            "generation": generation,
            **({GRANT: grant} if grant else {}),
            **({} if route is None else {ROUTE: route}),
            **({"times": times} if times > 1 else {}),
        },
    )


def damage_entry(damage: Damaged, file: str, offset: int, now: datetime) -> Entry:
    """The entry that stands for bytes of the spool which could not be read."""
    return Entry(
        code=Code.ACCESS_SPOOL_DAMAGED,
        outcome=Outcome.FAILURE,
        at=now,
        subject="system",
        reason="spool_damaged",
        details={
            "why": damage.why,
            "file": neutral(file, OTHERWISE),
            "offset": offset,
            "bytes": damage.size,
            "sha256": damage.digest,
            "head": damage.head,
        },
    )


@lru_cache(maxsize=1024)
def route_of(route: str) -> tuple[str, str, str, str | None]:
    """Application, municipality, action, and the name of the route if it has one."""
    words = route.split(" ")
    if len(words) != 3:
        return _text("route", route), "", *parts_of("")
    application, municipality, asked = (_text("route", word) for word in words)
    return application, "" if municipality == "-" else municipality, *parts_of(asked)


def reason_of(line: Line) -> str:
    """Of a stream, why it was cut. What breaks the rules of HTTP/2 gets a reset and no answer (RFC 9113 §5.4.2), so
    none names a reason.
    """
    if not line.reason and PROTOCOL_ERROR in (line.flags or "").split(","):
        return MALFORMED
    ended = line.ended or ""
    if ended.startswith(CUT):
        return _text("reason", ended.removeprefix(CUT))
    if ended.startswith(WATCH_FAILED):
        return WATCH_LOST
    return _text("reason", line.reason)


def outcome_of(status: int, reason: str) -> Outcome:
    if reason in FAILURES:
        return Outcome.FAILURE
    if status in REFUSALS or (reason and status < 500):
        return Outcome.REFUSED
    return Outcome.SUCCESS if 0 < status < 400 else Outcome.FAILURE


SAID = (
    *("method", "host", "path", "flags", "user_agent", "protocol"),
    *("address", "request_id", "session", "generation", "municipality"),
    *("grant", "policy_version", "rule"),
)


def _plain(said: tuple[str, ...]) -> bool:
    """Whether `_text` leaves all of them as they are: told of them together, as it is so of nearly all."""
    joined = "".join(said)
    host, path, agent = len(said[1]), len(said[2]), len(said[4])
    return (
        len(joined) - host - path - agent <= OTHERWISE
        and host <= LIMITS["host"]
        and path <= LIMITS["path"]
        and agent <= LIMITS["user_agent"]
        and joined.isprintable()
        and MARK not in joined
    )


def _text(name: str, value: str | None) -> str:
    if not value:
        return ""
    return neutral(value, LIMITS.get(name, OTHERWISE))


def number_of(value: int | None) -> int:
    if value is not None and 0 <= value <= LARGEST_INTEGER:
        return value
    return LARGEST_INTEGER if value and value > 0 else 0
