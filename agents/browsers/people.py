"""The people of a Linux machine, as its own files name them, and a command that one of them runs."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

FIRST, NOBODY = 1000, 65534
SECONDS = 20
PATHS = "/usr/bin:/bin"


@dataclass(frozen=True, slots=True)
class Person:
    uid: int
    gid: int
    home: Path


def people() -> tuple[Person, ...]:
    """Those with a home here. Accounts of a domain are among them as far as the machine lists them."""
    import pwd  # noqa: PLC0415  # of this system alone

    listed = (Person(one.pw_uid, one.pw_gid, Path(one.pw_dir)) for one in pwd.getpwall())
    return tuple(one for one in listed if FIRST <= one.uid < NOBODY and _is_there(one.home))


def _is_there(home: Path) -> bool:
    """A home that cannot be looked at, as one that is mounted by its person alone, is as good as none."""
    try:
        return home.is_dir()
    except OSError:
        return False


class NoAnswer(Exception):
    """A command of a person did not end in time: something in that home holds it up."""


def as_person(person: Person, *command: str, stdin: bytes = b"") -> bytes | None:
    """What it said; None where it failed. As the person, never as root: what lies in a home may lead anywhere.
    Raises NoAnswer.
    """
    root = os.geteuid() == 0
    try:
        done = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            check=False,
            timeout=SECONDS,
            env={"HOME": str(person.home), "PATH": PATHS, "LC_ALL": "C.UTF-8"},
            cwd="/",
            user=person.uid if root else None,
            group=person.gid if root else None,
            extra_groups=[] if root else None,
            umask=0o077,
        )
    except subprocess.TimeoutExpired as error:
        raise NoAnswer(command[0]) from error
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None
