"""Everything the demo is made of, as one value, and its file `inhabitants.json` (mode 0600: it holds passwords)."""

import base64
import os
import secrets
import uuid
from collections.abc import Sequence
from pathlib import Path

import msgspec

from config.vocabulary import DirectoryName, MunicipalityCode, Role, SubjectId
from gateway.demo.authority import write_private
from gateway.demo.people import ON_THEIR_OWN, Inhabitant
from idp.directory.subject import subject

VERSION = 5  # raised when people or the directory's form change, so that an old world is made anew
DIRECTORY = DirectoryName("kromeriz")
OWN_DIRECTORY = DirectoryName("chropyne")
TOTP_SECRET = 20  # octets, RFC 4226 §4 R6
CONSONANTS, VOWELS = "bdhklmnprstvz", "aeiou"


class Held(msgspec.Struct, frozen=True):
    """One role in one municipality."""

    municipality: MunicipalityCode
    role: Role


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A person with the secrets of this installation. `totp_secret` is base32; None: not enrolled yet."""

    login: str
    given: str
    surname: str
    subject: SubjectId
    password: str
    totp_secret: str | None
    roles: tuple[Held, ...]
    disabled: bool = False
    must_change: bool = False
    featured: bool = False
    note_cs: str = ""
    note_en: str = ""

    @property
    def name(self) -> str:
        return f"{self.given} {self.surname}"

    def __repr__(self) -> str:
        return f"Account({self.login!r})"


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What `prepare` made. Addresses that depend on free ports are known only once it runs."""

    version: int = VERSION
    folder: Path
    domain: str
    authority: Path
    """PEM certificate to import in a browser, or to give curl as --cacert."""
    certificate: Path
    key: Path
    district: Path
    directory_password_file: Path
    directory_root_password: str
    accounts: tuple[Account, ...]

    def account(self, login: str) -> Account:
        return next(one for one in self.accounts if one.login == login)

    @property
    def cast(self) -> tuple[Account, ...]:
        return tuple(one for one in self.accounts if one.featured)

    def __repr__(self) -> str:
        return f"World({self.folder})"


def draw_password() -> str:
    """Easy to read aloud, like `boka-lemi-suta-4271`: 49 bits, 19 characters (decree 409/2025 §19(4): 17)."""
    syllables = [secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(6)]
    words = ["".join(syllables[first : first + 2]) for first in (0, 2, 4)]
    return "-".join([*words, f"{secrets.randbelow(10_000):04}"])


def draw_accounts(people: Sequence[Inhabitant]) -> tuple[Account, ...]:
    """Give everybody an identifier, a password and, where enrolled, a one-time-code secret."""
    return tuple(
        Account(
            login=one.login,
            given=one.given,
            surname=one.surname,
            subject=subject(_directory(one), str(uuid.uuid4())),
            password=draw_password(),
            totp_secret=base64.b32encode(os.urandom(TOTP_SECRET)).decode() if one.enrolled else None,
            roles=tuple(Held(code, role) for code, role in sorted(one.places)),
            disabled=one.disabled,
            must_change=one.must_change,
            featured=bool(one.note_cs),
            note_cs=one.note_cs,
            note_en=one.note_en,
        )
        for one in people
    )


def _directory(one: Inhabitant) -> DirectoryName:
    return OWN_DIRECTORY if {code for code, _ in one.places} == {ON_THEIR_OWN} else DIRECTORY


def keep(world: World, path: Path) -> None:
    text = msgspec.json.encode(world, enc_hook=_plain)
    write_private(path, msgspec.json.format(text, indent=1))


def read(path: Path) -> World | None:
    """The world of that file; None when there is none or it is of another version."""
    try:
        world = msgspec.json.decode(path.read_bytes(), type=World, dec_hook=_path)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return world if world.version == VERSION else None


def _plain(value: object) -> str:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(type(value))


def _path(kind: type, value: object) -> Path:
    if issubclass(kind, Path) and isinstance(value, str):
        return kind(value)
    raise TypeError(kind)
