"""`brana-agent status` and `doctor`: what is known here, and what can be found out now."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from agents.command import keys, telling, tunnel_telling
from agents.command.lines import line_to, trust_of
from agents.command.looking import collector
from agents.command.service import SHOWN
from agents.command.troubles import name_of
from agents.command.words import KEYS, SAYS, TROUBLES, Text
from agents.kept.folder import Folder, NotKept
from agents.kept.state import Damaged, Enrolment, Shown, ShownTunnel, State
from agents.keys.key import ChipFails, KeyLost
from agents.posture.machine import ThisMachine
from agents.protocol.messages import KeyKind
from agents.uplink.line import Unreachable
from config.vocabulary import Language

WELL, UNKNOWN, AMISS = "✓", "?", "✗"
PROBE = b"brana-agent doctor"
"""What the key signs to show that it can: no message of the protocol begins so."""


def status(folder: Path, public: Path, system: str, tongue: Language) -> int:
    """`public`: the folder that everybody may read; `system`: as the fact of that name says it."""
    shown = shown_in(public)
    if shown is None:
        print(SAYS[_why_nothing(*_enrolment(State(Folder(folder))))][tongue])
        return 1
    for line in telling.status(shown, system, tongue):
        print(line)
    if shown.tunnel is not None:
        for line in tunnel_telling.tunnel(shown.tunnel, tongue):
            print(line)
    return 1 if shown.trouble or shown.failing else 0


def doctor(folder: Path, public: Path, chip: str, tongue: Language) -> int:
    well = True
    for line in _found(State(Folder(folder)), shown_in(public), chip, tongue):
        print(line)
        well = well and not line.startswith(AMISS)
    if well:
        print(SAYS["all_well"][tongue])
    return 0 if well else 1


def _found(state: State, shown: Shown | None, chip: str, tongue: Language) -> Iterator[str]:
    readable, enrolment = _enrolment(state)
    if shown is None:
        yield f"{AMISS} {SAYS[_why_nothing(readable, enrolment)][tongue]}"
    else:
        yield from _way(shown.url, trust_of(state, enrolment), tongue, all_known=readable)
    if enrolment is not None:
        yield from _key(state, enrolment.key_kind, chip, tongue)
    elif not readable:
        yield f"{UNKNOWN} {SAYS['key'][tongue]}: {SAYS['key_readable'][tongue]}"
    if shown is not None and shown.tunnel is not None:
        yield from _tunnel(shown.tunnel, tongue)
    yield from telling.checks(collector()(ThisMachine(), now=datetime.now(UTC), slow=True), tongue)


def _enrolment(state: State) -> tuple[bool, Enrolment | None]:
    """Whether the state can be read by whoever asks."""
    try:
        return True, state.enrolment()
    except (NotKept, Damaged):
        return False, None


def _why_nothing(readable: bool, enrolment: Enrolment | None) -> str:  # noqa: FBT001  # as `_enrolment` gives it
    """Before it is enrolled there is no service to start."""
    return "not_enrolled" if readable and enrolment is None else "not_running"


def _way(url: str, trust: Path | None, tongue: Language, *, all_known: bool) -> Iterator[str]:
    """Whoever may not read the state has the system's authorities to try with; the agent may believe others."""
    title = SAYS["reachable"][tongue]
    try:
        line_to(url, trust).reach()
    except Unreachable as error:
        if error.untrusted and not all_known:
            yield f"{UNKNOWN} {title}: {SAYS['key_readable'][tongue]}"
            return
        said = SAYS["untrusted"] if error.untrusted else TROUBLES["unreachable"]
        yield from _amiss(f"{title} ({error})", said, tongue)
    else:
        yield f"{WELL} {title}: {SAYS['well'][tongue]}"


def _key(state: State, kind: KeyKind, chip: str, tongue: Language) -> Iterator[str]:
    """It signs something, as nothing else shows that a chip still knows it."""
    title = SAYS["key"][tongue]
    try:
        keys.kept(state, kind, chip).sign(PROBE)
    except KeyLost as error:
        yield from _amiss(f"{title} ({error.why})", SAYS["key_lost"], tongue)
    except ChipFails as error:
        yield from _amiss(f"{title} ({error.why})", TROUBLES["chip_fails"], tongue)
    except NotKept as error:
        yield from _amiss(f"{title} ({error})", SAYS[name_of(error)], tongue)
    else:
        yield f"{WELL} {title}: {KEYS[kind][tongue]}"


def _tunnel(shown: ShownTunnel, tongue: Language) -> Iterator[str]:
    """It is wanted, so that there is none is amiss."""
    first, *rest = tunnel_telling.tunnel(shown, tongue)
    yield f"{AMISS if shown.until is None or not shown.names_well else WELL} {first}"
    for line in rest:
        yield f"{telling.STEP}{line}"


def _amiss(title: str, mending: Text, tongue: Language) -> Iterator[str]:
    yield f"{AMISS} {title}"
    yield f"{telling.STEP}{mending[tongue]}"


def shown_in(public: Path) -> Shown | None:
    kept = Folder(public, 0o644).read(SHOWN)
    try:
        return None if kept is None else msgspec.json.decode(kept, type=Shown)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
