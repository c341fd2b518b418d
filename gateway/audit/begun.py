"""What the gate writes of each request that a grant lets in, before it goes on. Pure.

Envoy's line about a request comes when the request ends. An Envoy that is killed takes with it the lines of
requests that were under way, and of those that ended in its last moment. The gate's line is there already, in a
file in memory, `begun-<start>.log`, a file for each start of Envoy, or in a buffer of it that is such a file too,
`begun-<start>.<thread's own>.map`: they outlive every process, if not the machine. Once the access log of that
start is taken over, whatever began and has no entry was let in and its answer is not known.

A file that has grown is renamed to `begun-<start>.<number>.log`; the gate opens a new one within a second. What
of the old one is not in the log yet is kept in `begun-<start>.kept.log`. All of it may be read again and again:
the log itself says what it has. A buffer holds lines that were written out, too, and pieces of older ones, which are
no lines.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from config.asked_word import parts_of
from config.vocabulary import SessionId
from gateway.audit.access import ROUTE, Holder
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.let_in import GRANT, LetIn, by_id
from gateway.audit.neutral import neutral
from gateway.audit.paths import recorded_path

REASON = "answer_unknown"
BUFFER = "map"
PATH, OTHERWISE = 2048, 200  # characters kept of a path, and of any other value
_NAME = re.compile(
    r"begun-(?P<start>[0-9A-Za-z_-]{1,40})(?:(?:\.(?P<part>[0-9]{1,9}|kept))?\.log|\.[0-9a-f]{1,32}\.map)",
    re.ASCII,
)
_LINE = re.compile(
    r"\+ (?P<at>\d{1,12}) (?P<request_id>\S+) (?P<revocation_id>\S+) (?P<municipality>\S+) "
    r"(?P<application>\S+) (?P<where>\S+) (?P<action>\S+) (?P<method>\S+) (?P<path>.*) \$",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class BegunFile:
    """`part`: empty for the one that may grow, a number for a renamed one, `kept`, `map` for a buffer."""

    name: str
    start: str
    part: str


@dataclass(frozen=True, slots=True)
class Begun:
    """One line. `text` is all of it, without its line feed."""

    text: str
    at: datetime
    """Whole seconds."""
    request_id: str
    revocation_id: str
    """As the gate tells it: what it rests on stands behind it."""
    municipality: str
    """For which the person acted."""
    application: str
    action: str
    """Behind it `@` and the name of the route, where that has one (`config.asked_word`)."""
    method: str
    path: str

    @property
    def let_in(self) -> LetIn:
        return by_id(self.revocation_id, self.municipality)

    @property
    def session(self) -> SessionId:
        return SessionId(self.let_in.session)


def file_of(name: str) -> BegunFile | None:
    """None for a file that is nobody's business here."""
    match = _NAME.fullmatch(name)
    return match and BegunFile(name, match["start"], BUFFER if name.endswith(".map") else match["part"] or "")


def current(start: str) -> str:
    return f"begun-{start}.log"


def numbered(start: str, number: int) -> str:
    return f"begun-{start}.{number}.log"


def kept(start: str) -> str:
    return f"begun-{start}.kept.log"


def lines(data: bytes) -> dict[str, Begun]:
    """Request id → line. A line that is not whole was never let through: the gate takes a torn write for none."""
    found = (_begun(line) for line in data.decode("utf-8", "surrogateescape").split("\n"))
    return {one.request_id: one for one in found if one is not None}


def packed(begun: Mapping[str, Begun]) -> bytes:
    """The same as a file; `lines(packed(x)) == x`."""
    return "".join(f"{one.text}\n" for one in begun.values()).encode("utf-8", "surrogateescape")


def cut_off(begun: Begun, holders: Mapping[SessionId, Holder]) -> Entry:
    """The entry of a request that was let in and of which Envoy said nothing more."""
    holder = holders.get(begun.session)
    action, route = parts_of(begun.action)
    session, generation, municipality, rest = begun.let_in
    return Entry(
        code=Code.ACCESS_CUT_OFF,
        outcome=Outcome.FAILURE,
        at=begun.at,
        subject=holder.subject if holder else "",
        person=holder.person if holder else "",
        session=_text(session),
        municipality=_text(municipality),
        own_municipality=holder.own_municipality if holder else "",
        application=_text(begun.application),
        action=_text(action),
        request_id=_text(begun.request_id),
        reason=REASON,
        rule=_text(rest.rule),
        policy_version=_text(rest.version),
        details={
            "method": _text(begun.method),
            "path": neutral(recorded_path(begun.path), PATH),
            "generation": _text(generation),
            **({GRANT: _text(rest.grant)} if rest.grant else {}),
            **({} if route is None else {ROUTE: _text(route)}),
        },
    )


def _begun(line: str) -> Begun | None:
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    said = match.groupdict()
    del said["where"]  # `-` or the municipality that the grant names as well
    at = datetime.fromtimestamp(int(said.pop("at")), UTC)
    return Begun(text=line, at=at, **said)


def _text(value: str) -> str:
    return neutral(value, OTHERWISE)
