"""`brana-agent`: what each of its words does. Exit codes: 0 well, 1 something to mend, 2 not understood."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Mapping
from threading import Event as Flag

from agents.browsers.browsers import Browsers, Elsewhere, browsers_of
from agents.command import keys, troubles
from agents.command.arguments import SYSTEM, parser
from agents.command.doctoring import doctor, status
from agents.command.enrolling import AlreadyEnrolled, NotEnrolled, enrol
from agents.command.forgetting import forget
from agents.command.installing import install, uninstall
from agents.command.lines import authorities_in, line_to, trust_of
from agents.command.looking import Looking, collector
from agents.command.service import Service
from agents.command.tunnel_file import Filed
from agents.command.tunnelling import down, heard_of_tunnels, tunnelling_on, up
from agents.command.words import CS, ENDINGS, KEYS, SAYS, STANDINGS, language
from agents.enrol.enrolment import Ending
from agents.kept.folder import Folder, alone
from agents.kept.state import State
from agents.keys.tpm import has_chip
from agents.posture.machine import ThisMachine
from agents.tunnel.linux import Interface
from agents.tunnel.tunnelling import Device
from agents.uplink.line import Line, Unreachable
from config.vocabulary import Language

LOOKS = frozenset({"status", "doctor"})
"""What only tells."""


def main(arguments: list[str] | None = None) -> int:
    asked = parser().parse_args(arguments)
    tongue = language(asked.lang)
    try:
        code = COMMANDS[asked.command](asked, tongue)
        if asked.command in LOOKS:
            sys.stdout.flush()
        return code
    except BrokenPipeError:  # whoever reads, `head` say, has had enough
        if asked.command not in LOOKS:
            raise
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # nothing is left to be written at the end
        return 1
    except tuple(troubles.TROUBLES) as error:
        print(troubles.told(error, tongue), file=sys.stderr)
        return 1


def _state(asked: argparse.Namespace) -> State:
    folder = Folder(asked.state)
    folder.prepare()
    return State(folder)


def _browsers(asked: argparse.Namespace) -> Callable[[str], Browsers]:
    return (lambda _url: Elsewhere()) if asked.no_browsers else browsers_of


def _tunnel(asked: argparse.Namespace) -> Device:
    return Filed(asked.state / f"{asked.tunnel}.conf") if asked.tunnel_file else Interface(asked.tunnel)


def _shown(asked: argparse.Namespace) -> Folder:
    return Folder(asked.open, 0o644)


def _enrol(asked: argparse.Namespace, tongue: Language) -> int:
    state = _state(asked)
    line, authorities = line_to(asked.url, asked.trust), authorities_in(asked.trust)
    away = _away(line)
    if away is not None and away.untrusted:
        print(f"{SAYS['untrusted'][tongue]} ({away})", file=sys.stderr)
        return 1
    try:
        with alone(state.folder):
            enrolled = enrol(
                state,
                line,
                ThisMachine(),
                url=asked.url,
                trust=authorities,
                code=asked.code,
                name=asked.name,
                new_key=lambda state: keys.new(state, asked.tpm, software=asked.software_key),
            )
            kept = state.enrolment()
    except AlreadyEnrolled:
        print(SAYS["already"][tongue], file=sys.stderr)
        return 1
    except NotEnrolled as error:
        because = f" ({away})" if away is not None and error.gave_up.ending is Ending.UNREACHABLE else ""
        print(f"{ENDINGS[error.gave_up.ending][tongue]}{because}", file=sys.stderr)
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


def _away(line: Line) -> Unreachable | None:
    """Why no gateway is there that can be believed, as far as a connection shows."""
    try:
        line.reach()
    except Unreachable as error:
        return error
    return None


def _run(asked: argparse.Namespace, tongue: Language) -> int:
    state = _state(asked)
    ended, poked = Flag(), Flag()

    def end(*_: object) -> None:
        ended.set()
        poked.set()

    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, end)
    heard_of_tunnels(poked)
    with alone(state.folder):
        enrolment = state.enrolment()
        if enrolment is None:
            print(SAYS["not_enrolled"][tongue], file=sys.stderr)
            return 1
        line = line_to(enrolment.url, trust_of(state, enrolment))
        shown = _shown(asked)
        shown.prepare()
        uplink = state.uplink(enrolment.enrolled)
        if uplink.gone:  # it may have been ended before it could
            state.wipe_keys()
            _browsers(asked)(enrolment.url).take_away()
            print(SAYS["gone"][tongue])
            return 0
        service = Service(
            state,
            enrolment,
            keys.kept(state, enrolment.key_kind, asked.tpm),
            line,
            Looking(ThisMachine(), collector()),
            _browsers(asked)(enrolment.url),
            shown,
            tunnelling_on(_tunnel(asked), state),
        )
        if service.run(ended, poked):
            print(SAYS["gone"][tongue])
    return 0


def _forget(asked: argparse.Namespace, tongue: Language) -> int:
    print(SAYS[forget(_state(asked), _shown(asked), asked.tpm, _browsers(asked), _tunnel(asked))][tongue])
    return 0


def _up(asked: argparse.Namespace, tongue: Language) -> int:
    return up(_state(asked), asked.open, _tunnel(asked), tongue)


def _down(asked: argparse.Namespace, tongue: Language) -> int:
    return down(_state(asked), asked.open, _tunnel(asked), tongue)


def _install(asked: argparse.Namespace, tongue: Language) -> int:
    print(SAYS[install(asked.root)][tongue])
    return 0


def _uninstall(asked: argparse.Namespace, tongue: Language) -> int:
    said, left = uninstall(asked.root, asked.state, asked.open, asked.tpm, _browsers(asked), _tunnel(asked))
    for one in said:
        print(SAYS[one][tongue])
    for path in left:
        print(f"{SAYS['left'][tongue]}: {path}")
    return 1 if left else 0


Command = Callable[[argparse.Namespace, Language], int]
COMMANDS: Mapping[str, Command] = {
    "enrol": _enrol,
    "run": _run,
    "status": lambda asked, tongue: status(asked.state, asked.open, SYSTEM, tongue),
    "doctor": lambda asked, tongue: doctor(asked.state, asked.open, asked.tpm, tongue),
    "forget": _forget,
    "up": _up,
    "down": _down,
    "install": _install,
    "uninstall": _uninstall,
}


if __name__ == "__main__":
    sys.exit(main())
