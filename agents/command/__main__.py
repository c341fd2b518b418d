"""`brana-agent enrol|run|status|doctor|forget`. Exit codes: 0 well, 1 something to mend, 2 not understood."""

import argparse
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event as Flag

from agents.browsers.browsers import Browsers, Elsewhere, browsers_of
from agents.command import keys
from agents.command.doctoring import doctor, status
from agents.command.enrolling import AlreadyEnrolled, NotEnrolled, enrol
from agents.command.forgetting import enrolment_of, say_farewell
from agents.command.lines import TrustUnreadable, line_to, trust_of
from agents.command.looking import Looking, collector
from agents.command.service import SHOWN, Service
from agents.command.words import CS, EN, ENDINGS, KEYS, SAYS, STANDINGS, language
from agents.kept.folder import Busy, Folder, NotKept, alone
from agents.kept.state import Damaged, State
from agents.keys.key import ChipFails, KeyLost
from agents.keys.tpm import DEVICE, has_chip
from agents.posture.machine import ThisMachine
from agents.uplink.line import NoAddress
from agents.version import VERSION
from config.vocabulary import Language

_PROGRAM_DATA = Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData"), "Brana Agent")
PLACES: Mapping[str, tuple[Path, Path]] = {
    "win32": (_PROGRAM_DATA / "state", _PROGRAM_DATA / "open"),
    "darwin": (Path("/var/db/brana-agent"), Path("/var/run/brana-agent")),
}
STATE, OPEN = PLACES.get(sys.platform, (Path("/var/lib/brana-agent"), Path("/run/brana-agent")))
SYSTEM = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")


TROUBLES: Mapping[type[Exception], str] = {
    NotKept: "not_kept",
    Damaged: "damaged",
    Busy: "busy",
    NoAddress: "no_address",
    TrustUnreadable: "trust",
    KeyLost: "key_lost",
    ChipFails: "chip_fails",
}


def main(arguments: list[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    tongue = language(asked.lang)
    try:
        return COMMANDS[asked.command](asked, tongue)
    except tuple(TROUBLES) as error:
        print(f"{SAYS[TROUBLES[type(error)]][tongue]} ({error})", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="brana-agent", description="Brána: agent zařízení / agent of a device"
    )
    parser.add_argument("--version", action="version", version=VERSION)
    parser.add_argument("--lang", choices=[CS.value, EN.value])
    parser.add_argument("--state", type=Path, default=STATE, help=f"keys and state ({STATE})")
    parser.add_argument("--open", type=Path, default=OPEN, help=f"what everybody may read ({OPEN})")
    parser.add_argument("--tpm", default=DEVICE, help=f"the TPM 2.0, as tpm2-tss names it ({DEVICE})")
    parser.add_argument("--no-browsers", action="store_true", help="leave people's browsers alone")
    commands = parser.add_subparsers(dest="command", required=True)
    enrolling = commands.add_parser("enrol", help="zaregistruje zařízení / enrol this device")
    enrolling.add_argument("url", metavar="URL")
    enrolling.add_argument("code", metavar="CODE")
    enrolling.add_argument("--trust", type=Path, help="authorities in PEM, believed alone")
    enrolling.add_argument(
        "--software-key", action="store_true", help="a key in a file, also where there is a TPM"
    )
    enrolling.add_argument("--name", default=socket.gethostname()[:80] or "?")
    commands.add_parser("run", help="služba / the service")
    commands.add_parser("status", help="stav / how it stands")
    commands.add_parser("doctor", help="co nevyhovuje a jak to napravit / what fails, and how to mend it")
    commands.add_parser("forget", help="vyřadí zařízení a smaže klíče / retire this device, delete its keys")
    return parser


def _state(asked: argparse.Namespace) -> State:
    folder = Folder(asked.state)
    folder.prepare()
    return State(folder)


def _browsers(asked: argparse.Namespace, url: str) -> Browsers:
    return Elsewhere() if asked.no_browsers else browsers_of(url)


def _enrol(asked: argparse.Namespace, tongue: Language) -> int:
    state = _state(asked)
    trust = None if asked.trust is None else asked.trust.absolute()
    line = line_to(asked.url, trust)
    try:
        with alone(state.folder):
            enrolled = enrol(
                state,
                line,
                ThisMachine(),
                url=asked.url,
                trust=trust,
                code=asked.code,
                name=asked.name,
                new_key=lambda state: keys.new(state, asked.tpm, software=asked.software_key),
            )
            kept = state.enrolment()
    except AlreadyEnrolled:
        print(SAYS["already"][tongue], file=sys.stderr)
        return 1
    except NotEnrolled as error:
        print(ENDINGS[error.gave_up.ending][tongue], file=sys.stderr)
        refusal = error.gave_up.refusal
        if refusal is not None:
            said = refusal.cs if tongue is CS else refusal.en
            print(f"{said} ({refusal.reason})", file=sys.stderr)
        return 1
    assert kept is not None
    print(f"{SAYS['enrolled'][tongue]}: {enrolled.device}")
    print(f"{SAYS['standing'][tongue]}: {STANDINGS[enrolled.standing][tongue]}")
    print(f"{SAYS['key'][tongue]}: {KEYS[kept.key_kind][tongue]}")
    if not asked.software_key and not has_chip(asked.tpm):
        print(SAYS["no_chip"][tongue])
    return 0


def _run(asked: argparse.Namespace, tongue: Language) -> int:
    state = _state(asked)
    ended = Flag()
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, lambda *_: ended.set())
    with alone(state.folder):
        enrolment = state.enrolment()
        if enrolment is None:
            print(SAYS["not_enrolled"][tongue], file=sys.stderr)
            return 1
        line = line_to(enrolment.url, trust_of(enrolment))
        shown = Folder(asked.open, 0o644)
        shown.prepare()
        uplink = state.uplink(enrolment.enrolled)
        if uplink.gone:  # it may have been ended before it could
            _browsers(asked, enrolment.url).take_away()
            state.wipe_keys()
            print(SAYS["gone"][tongue])
            return 0
        service = Service(
            state,
            enrolment,
            keys.kept(state, enrolment.key_kind, asked.tpm),
            line,
            Looking(ThisMachine(), collector()),
            _browsers(asked, enrolment.url),
            shown,
        )
        if service.run(ended):
            print(SAYS["gone"][tongue])
    return 0


def _forget(asked: argparse.Namespace, tongue: Language) -> int:
    state = _state(asked)
    with alone(state.folder):
        enrolment = enrolment_of(state)
        if enrolment is None:
            state.wipe()
            print(SAYS["not_enrolled"][tongue])
            return 0
        taken = False
        try:
            line = line_to(enrolment.url, trust_of(enrolment))
            taken = say_farewell(state, enrolment, line, asked.tpm)
        except (TrustUnreadable, NoAddress):
            taken = False
        _browsers(asked, enrolment.url).take_away()
        state.wipe()
        Folder(asked.open, 0o644).remove(SHOWN)
    print(SAYS["forgotten" if taken else "forgotten_here"][tongue])
    return 0


Command = Callable[[argparse.Namespace, Language], int]
COMMANDS: Mapping[str, Command] = {
    "enrol": _enrol,
    "run": _run,
    "status": lambda asked, tongue: status(asked.open, SYSTEM, tongue),
    "doctor": lambda asked, tongue: doctor(asked.state, asked.open, asked.tpm, tongue),
    "forget": _forget,
}


if __name__ == "__main__":
    sys.exit(main())
