"""Lines of the access log as nearly all of them are: from their words to columns and bytes in one go.

Of such a line this gives what `parse_line`, `access_entry` and `prepared` give, in a third of their time: what repeats
from line to line is written once for each reading. Whatever is unusual is theirs. Pure.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from config.vocabulary import SessionId
from gateway.audit.access import (
    FIELDS,
    LIMITS,
    NOBODY,
    NUMBERED,
    OTHERWISE,
    ROUTE,
    SEPARATOR,
    Holder,
    Line,
    number_of,
    outcome_of,
    reason_of,
    route_of,
)
from gateway.audit.canonical import VERSION
from gateway.audit.entry import Code
from gateway.audit.facts import EPOCH, microseconds
from gateway.audit.let_in import GRANT, let_in
from gateway.audit.prepared import Prepared
from gateway.audit.rebuilt import Unusual, members

Words = list[str]
"""Of a line, in the order of `FIELDS`."""
REASON, FRESH, DECIDED = (FIELDS.index(name) for name in ("reason", "fresh", "decided"))
PLAIN: Final = bytes(sorted(set(range(ord(" "), 0x7F)) - set(b'"\\')))
"""Signs that stand in an entry as they do in a line."""
PARTED: Final = SEPARATOR.encode() * (len(FIELDS) - 1)
NOTHING: Final = "-"
"""What Envoy could not say."""
SECONDS = len("2026-01-01T12:00:00")
ACCESS: Final = Code.ACCESS.value
MILLIS: Final = {f".{number:03}Z": 1_000 * number for number in range(1_000)}
"""Behind the second, as Envoy writes it: in microseconds."""
LONGEST_PATH, LONGEST_AGENT = LIMITS["path"], LIMITS["user_agent"]


class _Kind(msgspec.Struct, frozen=True, gc=False):
    """What requests alike have in common: facts, and pieces of their bytes in the order in which they stand there."""

    outcome: str
    municipality: str
    application: str
    action: str
    reason: str
    numbered: bool
    """Whether their numbers are ours."""
    begins: str
    to_time: str
    to_fresh: str
    to_path: str
    to_agent: str
    place: str
    ended: str
    refused: str


class _Who(msgspec.Struct, frozen=True, gc=False):
    """The same of whoever asked."""

    session: str
    subject: str
    person: str
    municipality: str
    own_municipality: str
    rule: str
    policy_version: str
    fresh: str
    place: str
    told: str
    behind_request: str
    ends: bytes


def words_of(data: bytes) -> Words | None:
    """Of a line without its line feed; None: it is not plain."""
    if data.translate(None, PLAIN) != PARTED:
        return None
    return data.decode().split(SEPARATOR)


def sessions_of(lines: Iterable[Words]) -> set[SessionId]:
    asked = {(words[FRESH], words[DECIDED]) for words in lines}
    found = {let_in(_said(one), _said(other), "").known_session for one, other in asked}
    return {session for session in found if session}


class Making:
    """Of one reading."""

    def __init__(self, holders: Mapping[SessionId, Holder]) -> None:
        self._kinds, self._people = _Kinds(), _People(holders)
        self._seconds, self._sizes = _Seconds(), _Sizes()

    def ready(self, words: Words) -> Prepared | None:
        """None: it is to be made as any line."""
        time, number, route, fresh, decided, address, method, host, path, *rest = words
        status, reason, flags, ended, taken, given, duration, agent, protocol = rest
        try:
            kind = self._kinds[route, method, host, status, reason, flags, ended, protocol]
            who = self._people[fresh, decided, route if decided != NOTHING else ""]
            at = self._seconds[time[:SECONDS]] + MILLIS[time[SECONDS:]]
            taken, given, duration = self._sizes[taken], self._sizes[given], self._sizes[duration]
        except (KeyError, ValueError, Unusual, UnicodeError):
            return None
        if (
            ";" in path
            or len(path) > LONGEST_PATH
            or len(agent) > LONGEST_AGENT
            or len(number) + len(address) > OTHERWISE
        ):
            return None
        number = number if kind.numbered and number != NOTHING else ""
        address = "" if address == NOTHING else address
        begins = f'{kind.begins}"address":"{address}",' if address else kind.begins
        before = (
            f'{begins}{kind.to_time}{time[:-1]}000Z","code":"{ACCESS}","details":{{"bytes_in":{taken},'
            f'"bytes_out":{given},"duration_ms":{duration}{kind.to_fresh}{who.fresh}{kind.to_path}'
            f"{'' if path == NOTHING else path}{kind.to_agent}{'' if agent == NOTHING else agent}"
            f'"}},{who.place or kind.place}{kind.ended}{who.told}{kind.refused}'
        )
        between = f',"request_id":"{number}",{who.behind_request}' if number else f",{who.behind_request}"
        own = (
            *(at, ACCESS, kind.outcome, who.subject, who.person, who.session),
            *(who.municipality or kind.municipality, who.own_municipality, kind.application, kind.action),
            *(address, number, kind.reason, who.rule, who.policy_version),
        )
        return Prepared(own, before.encode(), between.encode(), who.ends)


class _Seconds(dict[str, int]):
    """In microseconds. Raises ValueError for what is not written as Envoy does."""

    def __missing__(self, second: str) -> int:
        at = datetime.fromisoformat(f"{second}+00:00")
        if at.isoformat() != f"{second}+00:00":
            raise ValueError
        made = self[second] = microseconds(at)
        return made


class _Sizes(dict[str, str]):
    """Numbers as they are written. Raises ValueError."""

    def __missing__(self, word: str) -> str:
        made = self[word] = str(number_of(None if word == NOTHING else int(word)))
        return made


class _People(dict[tuple[str, str, str], _Who]):
    """Raises Unusual, UnicodeError."""

    def __init__(self, holders: Mapping[SessionId, Holder]) -> None:
        super().__init__()
        self._holders = holders

    def __missing__(self, by: tuple[str, str, str]) -> _Who:
        fresh, decided, route = map(_said, by)
        session, generation, municipality, rest = let_in(fresh, decided, route)
        holder = self._holders.get(SessionId(session), NOBODY) if session else NOBODY
        if max(map(len, (session, generation, municipality, *rest))) > OTHERWISE:
            raise Unusual
        named = f'"session":"{session}",' if session else ""
        version = f'"policy_version":"{rest.version}",' if rest.version else ""
        granted = f',"{GRANT}":"{rest.grant}"' if rest.grant else ""
        made = self[by] = _Who(
            session=session,
            subject=holder.subject,
            person=holder.person,
            municipality=municipality,
            own_municipality=holder.own_municipality,
            rule=rest.rule,
            policy_version=rest.version,
            fresh=f'{"true" if fresh else "false"},"generation":"{generation}"{granted}',
            place=f'"municipality":"{municipality}",' if municipality else "",
            told=members("own_municipality person", (holder.own_municipality, holder.person)) + version,
            behind_request=f'"rule":"{rest.rule}",' if rest.rule else "",
            ends=f'{named}{members("subject", (holder.subject,))}"v":{VERSION}}}'.encode(),
        )
        return made


class _Kinds(dict[tuple[str, ...], _Kind]):
    """Raises ValueError, Unusual."""

    def __missing__(self, what: tuple[str, ...]) -> _Kind:
        route, method, host, status, reason, flags, ended, protocol = what
        if max(map(len, what)) > OTHERWISE:
            raise Unusual
        number = 0 if status == NOTHING else int(status)
        told = reason_of(Line(EPOCH, reason=_said(reason), flags=flags, ended=_said(ended)))
        application, municipality, action, name = route_of(_said(route))
        outcome = outcome_of(number, told).value
        named = "" if name is None else f'"{ROUTE}":"{name}",'
        made = self[what] = _Kind(
            outcome=outcome,
            municipality=municipality,
            application=application,
            action=action,
            reason=told,
            numbered=bool(_said(route)) or _said(ended).startswith(NUMBERED),
            begins="{" + members("action", (action,)),
            to_time=members("application", (application,)) + '"at":"',
            to_fresh=f',"flags":"{flags}","fresh":',
            to_path=f',"host":"{_said(host)}","method":"{_said(method)}","path":"',
            to_agent=f'","protocol":"{_said(protocol)}",{named}"status":{number_of(number)},"user_agent":"',
            place=members("municipality", (municipality,)),
            ended=members("outcome", (outcome,)),
            refused=members("reason", (told,)),
        )
        return made


def _said(word: str) -> str:
    return "" if word == NOTHING else word
